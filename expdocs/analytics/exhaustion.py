"""Which lines of investigation are exhausted, and which are open.

What people recorded counts first: the verdict of the latest experiment that stands, or an accepted
decision that rejects the option which the line's experiments speak for. Where the latest word is to
go on, a rule may say otherwise, from enough tries without a new best; it shows its thresholds.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import STANDING, History
from expdocs.analytics.records import EVIDENCE, SOURCE, Streak, streaks
from expdocs.records.record import Record

ENOUGH_TRIES = 10


class State(StrEnum):
    """Where a line stands."""

    EXHAUSTED = "exhausted"
    OPEN = "open"
    PROMOTED = "promoted"
    WITHDRAWN = "withdrawn"


# Other decisions cite experiments as reasons, not as lines to go on with or to leave.
_ON_LINES = ("model-selection", "promotion", "stop-line")
_BY_VERDICT = {"archived": State.EXHAUSTED, "promoted": State.PROMOTED, "iterate": State.OPEN}


class Rule(NamedTuple):
    """How many tries there have to be, and how unlikely so long a streak without a new best."""

    tries: int = ENOUGH_TRIES
    chance: float = EVIDENCE

    def exhausts(self, streak: Streak) -> bool:
        """Whether a streak meets both thresholds."""
        return streak.tries >= self.tries and streak.is_evidence(self.chance)

    def __str__(self) -> str:
        return f"tries >= {self.tries} and chance of none <= {100 * self.chance:g} %"


class Line(NamedTuple):
    """A project's approach and where it stands.

    ``grounds`` are the records that say so, and ``because`` is what they say: a verdict, an
    outcome, or the rule with its thresholds; ``streaks`` are its tries without a new best.
    """

    project: str
    approach: str
    state: State
    because: str
    grounds: tuple[str, ...]
    record_ids: tuple[str, ...]
    streaks: tuple[Streak, ...]
    operands: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.project}/{self.approach}"


def lines(history: History, rule: Rule = Rule()) -> tuple[Line, ...]:  # noqa: B008 - immutable
    """Return where every approach of every project stands, by name."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in history.experiments:
        groups.setdefault((record.text_of("project"), record.text_of("approach")), []).append(
            record
        )
    known: dict[tuple[str, str], list[Streak]] = {}
    for one in streaks(history.standing):
        known.setdefault((one.series.project, one.approach), []).append(one)
    stops = _rejections(history)
    return tuple(
        _line(key, groups[key], tuple(known.get(key, ())), stops, rule) for key in sorted(groups)
    )


def _line(
    key: tuple[str, str],
    records: Sequence[Record],
    known: tuple[Streak, ...],
    stops: Mapping[str, Record],
    rule: Rule,
) -> Line:
    ids = tuple(record.id for record in records)
    line = Line(*key, State.OPEN, "no verdict is recorded yet", ids[-1:], ids, known)
    standing = [one for one in records if one.status in STANDING]
    if not standing:
        drafts = any(one.draft for one in records)
        return line if drafts else line._replace(state=State.WITHDRAWN, because="withdrawn")
    return _by_rule(_by_records(line, standing, stops), rule)


def _by_records(line: Line, standing: Sequence[Record], stops: Mapping[str, Record]) -> Line:
    latest = standing[-1]
    stop = stops.get(latest.id)
    verdict = latest.text_of("verdict")
    if stop is not None and verdict != "promoted":
        grounds, operands = (stop.id, latest.id), (f"title:{stop.id}",)
        return line._replace(
            state=State.EXHAUSTED,
            because="a decision rejects it",
            grounds=grounds,
            operands=operands,
        )
    if verdict not in _BY_VERDICT:
        return line._replace(grounds=(latest.id,))
    return line._replace(
        state=_BY_VERDICT[verdict],
        because=f"the latest verdict is {verdict}",
        grounds=(latest.id,),
        operands=(f"verdict:{latest.id}",),
    )


def _by_rule(line: Line, rule: Rule) -> Line:
    spent = [one for one in line.streaks if rule.exhausts(one)]
    if line.state is not State.OPEN or not spent or len(spent) < len(line.streaks):
        return line
    methods = ("tries", "chance-of-none")
    return line._replace(
        state=State.EXHAUSTED,
        because=str(rule),
        grounds=tuple(dict.fromkeys(id_ for one in spent for id_ in one.record_ids)),
        operands=tuple(derived_id(method, one.subject) for one in spent for method in methods),
    )


def _rejections(history: History) -> Mapping[str, Record]:
    """Return by experiment the accepted decision that first rejected what it speaks for.

    What was chosen later is no longer rejected.
    """
    found: dict[str, Record] = {}
    for record in history.records:
        if record.status == "accepted" and record.text_of("decision_type") in _ON_LINES:
            for outcome, experiments in _options(record):
                for id_ in experiments:
                    if outcome == "rejected":
                        found.setdefault(id_, record)
                    elif outcome == "chosen":
                        found.pop(id_, None)
    return found


def _options(record: Record) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield outcome and experiments of a record's options, the rejected ones first."""
    listed: Any = record.data.get("options")
    entries = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    for entry in sorted(entries, key=lambda e: e.get("outcome") != "rejected"):
        named = entry.get("experiments")
        ids = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
        yield str(entry.get("outcome")), ids


def line_datum(line: Line) -> Datum:
    """Return where a line stands, with what says so as its formula."""
    by_rule = bool(line.operands) and line.operands[0].startswith("tries:")
    return derived(
        str(line.state),
        line.subject,
        str(line.state),
        f"where {line.approach} of {line.project} stands",
        formula=line.because,
        operands=line.operands,
        records=line.grounds,
        source=SOURCE if by_rule else "",
    )
