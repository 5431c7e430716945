"""A claim as checks look at it: its words, its placeholders, and what the brief knows of them."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from expdocs.analytics.datum import Datum
from expdocs.narrative.brief import Brief, Material, Section
from expdocs.narrative.catalogue import vocabulary
from expdocs.narrative.claims import PLACEHOLDER, Claim
from expdocs.narrative.inert import plain
from expdocs.narrative.words import COMMON, Words, fold, words_of
from expdocs.prose.references import RECORD_ID, RUN_ID

# Stands where a placeholder stood; a text that holds it has a character that no text may hold.
HOLE = "\ufffc"
_WORD = re.compile(r"[a-z_][a-z0-9_-]*")
NAMES = ("title", "approach")
# What records say of themselves; all else is measured or computed.
FIELDS = (*NAMES, "date", "status", "verdict", "metric", "option", "arm")
_OF_A_RUN = re.compile(rf"{RECORD_ID.pattern}/|{RUN_ID.pattern}")
_LONGEST_SHOWN = 160


class Known(NamedTuple):
    """What claims may rest on, and the words that they may not use.

    ``names`` are the labels of runs and the metrics that data name, by record.
    """

    data: Mapping[str, Datum]
    names: Mapping[str, set[str]]
    records: Mapping[str, Material]
    sections: Mapping[str, Section]
    words: tuple[Words, ...]


class Use(NamedTuple):
    """A placeholder: the datum of the brief that it names, or None for an unknown one."""

    id: str
    form: str
    datum: Datum | None

    @property
    def is_name(self) -> bool:
        """Whether it shows what a record or a line is called."""
        return scheme(self.id) in NAMES


class View(NamedTuple):
    """One claim; ``literals`` are the texts around its placeholders, ``bare`` all with holes."""

    known: Known
    section: Section | None
    claim: Claim
    literals: tuple[str, ...]
    uses: tuple[Use, ...]

    @property
    def bare(self) -> str:
        """The text with a hole for each placeholder."""
        return HOLE.join(self.literals)

    @property
    def listed(self) -> Iterator[Datum]:
        """The data that the claim lists and the brief knows."""
        known = self.known.data
        return (known[one] for one in self.claim.fact_ids if one in known)


def known_of(brief: Brief) -> Known:
    """Return what claims on a brief may rest on."""
    own = words_of(brief.language)
    common = words_of(COMMON)
    return Known(
        data=brief.data,
        names=_names(brief),
        records={record.id: record for record in brief.records},
        sections={section.key: section for section in brief.sections},
        words=(own,) if own is common else (own, common),
    )


def _names(brief: Brief) -> dict[str, set[str]]:
    """Return the labels and metrics of each record, but for those that are ordinary words here.

    A run is often called ``baseline``, which sentences of pages say of any run.
    """
    ordinary = frozenset(_WORD.findall(fold(vocabulary(brief.page, brief.language))))
    found: dict[str, set[str]] = {}
    for datum in brief.data.values():
        for record in datum.records:
            if measured(datum.id):
                found.setdefault(record, set()).update(set(names_in(datum.id)) - ordinary)
    return found


def names_in(identifier: str) -> Collection[str]:
    """Return the labels and the metric that the id of a value names.

    >>> sorted(names_in("delta:EXP-2026-11-20-417/weights..EXP-2026-11-20-417/smote#recall@max"))
    ['recall', 'smote', 'weights']
    >>> sorted(names_in("best:churn/log_loss@minimize"))
    ['churn', 'log_loss']
    >>> sorted(names_in("best:churn/val/f1"))
    ['churn', 'f1', 'val', 'val/f1']
    """
    if not measured(identifier):
        sides = identifier.partition(":")[2].split("..")
        return {fold(name) for side in sides for name in _parts(side)}
    metric = identifier.partition("#")[2].partition("@")[0].removeprefix("metrics.")
    return {fold(metric), *(fold(label) for _, label in sides_in(identifier))}


def _parts(path: str) -> list[str]:
    """Return the parts of a path, and what they are together: a metric may hold slashes itself."""
    parts = [part.partition("@")[0] for part in path.split("/")]
    return parts + ["/".join(parts[start:]) for start in range(1, len(parts) - 1)]


def measured(identifier: str) -> bool:
    """Whether an id names runs or groups of records and what they measured, as citations do."""
    subject, mark, _ = identifier.partition(":")[2].partition("#")
    return bool(mark and _OF_A_RUN.match(subject))


def sides_in(identifier: str) -> list[tuple[str, str]]:
    """Return the record and the label of each run or group that an id names."""
    sides = identifier.partition("#")[0].partition(":")[2].split("..")
    parts = (side.rpartition("/") for side in sides)
    return [(record, label) for record, _, label in parts]


def view_of(known: Known, section: str, claim: Claim) -> View:
    """Return a claim of a section, in parts."""
    literals, uses, position = [], [], 0
    for match in PLACEHOLDER.finditer(claim.text):
        literals.append(claim.text[position : match.start()])
        uses.append(Use(match["id"], match["form"] or "", known.data.get(match["id"])))
        position = match.end()
    literals.append(claim.text[position:])
    return View(known, known.sections.get(section), claim, tuple(literals), tuple(uses))


def scheme(identifier: str) -> str:
    """Return what stands before the colon of a datum's id: a field, a citation, a method."""
    return identifier.partition(":")[0]


def quoted(text: str) -> str:
    """Return a text as a message shows it: on one line, not too long."""
    line = plain(text)
    return f"'{line if len(line) <= _LONGEST_SHOWN else line[:_LONGEST_SHOWN] + '…'}'"
