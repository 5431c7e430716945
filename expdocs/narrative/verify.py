"""The verifier: plain code that tells whether claims rest on what the brief holds.

It asks the same of the offline writer and of a model. What it cannot tell is whether a sentence
that shows the right values about the right records draws the right conclusion.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from expdocs.narrative.brief import Brief
from expdocs.narrative.checks import citing, coverage, kinds, values, wording
from expdocs.narrative.checks.coverage import Place
from expdocs.narrative.checks.view import Known, View, known_of, view_of
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.words import has_words


class Fault(NamedTuple):
    """Something that claims may not say, or do not say, and what to do about it.

    ``claim`` counts from zero and is minus one for a whole section. Without a section it is about
    an entry of ``uncovered``, or about the whole page.
    """

    section: str
    claim: int
    code: str
    message: str

    @property
    def place(self) -> str:
        """Where it is, counting from one as people do."""
        if not self.section:
            return "the page" if self.claim < 0 else f"uncovered record {self.claim + 1}"
        claim = "" if self.claim < 0 else f", claim {self.claim + 1}"
        return f"section {self.section}{claim}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


Checks = Mapping[str, Callable[[View], Iterator[str]]]

PAGE_CHECKS: dict[str, Callable[[Known, Claims], coverage.Found]] = {
    "section": coverage.fills_known_sections,
    "duplicate": coverage.says_everything_once,
    "omitted": coverage.covers_every_record,
    "uncovered": coverage.leaves_out_with_a_reason,
}
CLAIM_CHECKS: Checks = {
    "kind": kinds.is_of_a_kind_of_its_section,
    "empty": kinds.says_something,
    "fact": kinds.shows_what_it_states,
    "no-quote": kinds.quotes_what_it_quotes,
    "state": kinds.rests_on_where_a_line_stands,
    "question": kinds.asks,
    "uncited": citing.cites_a_record,
    "record": citing.cites_known_records,
    "unsupported": citing.rests_on_each_record,
    "quoted-record": citing.quotes_cited_records,
    "quote": citing.quotes_verbatim,
    "quote-twice": citing.quotes_once,
    "datum": values.shows_known_data,
    "listed": values.lists_what_it_shows,
    "owner": values.shows_data_of_cited_records,
    "form": values.has_sound_forms,
    "title": values.stands_with_its_record,
    "name": values.stands_with_its_name,
    "change": values.names_what_changed,
    "negation": wording.negates_no_value,
    "denial": wording.denies_nothing,
}
# What holds for the reason of a record that is not covered, too.
TEXT_CHECKS: Checks = {
    "brace": values.has_whole_placeholders,
    "touching": values.stands_apart,
    "character": wording.uses_plain_characters,
    "digit": wording.types_no_digits,
    "roman": wording.types_no_roman_numerals,
    "record-id": wording.types_no_record_ids,
    "link": wording.holds_no_link,
    "spelled": wording.spells_no_letters,
    "number": wording.says_no_numbers,
    "unit": wording.says_no_units,
    "comparison": wording.compares_nothing,
    "end": wording.ends_nothing_by_itself,
    "start": wording.begins_with_a_word,
}
_OF_CLAIMS: Checks = {**CLAIM_CHECKS, **TEXT_CHECKS}


def verify(brief: Brief, claims: Claims, *, by_model: bool = False) -> tuple[Fault, ...]:
    """Return every fault of claims on a brief; none means that they may be shown.

    ``by_model`` refuses a language for which there are no lists of words.
    """
    known = known_of(brief)
    faults = list(_of_language(brief) if by_model else ())
    for code, check in PAGE_CHECKS.items():
        faults += [Fault(*place, code, message) for place, message in check(known, claims)]
    for section in claims.sections:
        for index, claim in enumerate(section.claims):
            view = view_of(known, section.key, claim)
            faults += _found(_OF_CLAIMS, view, Place(section.key, index))
    for index, one in enumerate(claims.uncovered):
        view = view_of(known, "", Claim("", one.reason, ()))
        faults += _found(TEXT_CHECKS, view, Place("", index))
        faults += _no_placeholders(view, Place("", index))
    return tuple(faults)


def _found(checks: Checks, view: View, place: Place) -> list[Fault]:
    """Return the faults of a claim; of one that is too long for the checks, only that it is."""
    size = [Fault(*place, "length", message) for message in kinds.is_not_too_long(view)]
    return size or [
        Fault(*place, code, message) for code, check in checks.items() for message in check(view)
    ]


def _no_placeholders(view: View, place: Place) -> Iterator[Fault]:
    if view.uses:
        yield Fault(*place, "brace", "a reason shows no data: write it without placeholders")


def _of_language(brief: Brief) -> Iterator[Fault]:
    if not has_words(brief.language):
        message = f"there are no word lists for the language '{brief.language}'"
        hint = "use the offline writer, or add expdocs/narrative/languages/<language>/words.toml"
        yield Fault("", -1, "language", f"{message}: {hint}")
