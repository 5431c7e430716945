"""Whether all of the page fits the brief: its sections, and every record that was given."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from expdocs.narrative.checks.view import Known, quoted
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.claimsfile import MAX_REASON


class Place(NamedTuple):
    """A claim of a section, or an entry of what is not covered where the section is empty.

    A claim of minus one means the whole section, or the whole page.
    """

    section: str
    claim: int = -1


Found = Iterator[tuple[Place, str]]


def fills_known_sections(known: Known, claims: Claims) -> Found:
    """The brief says which sections there are; each is written once."""
    times = Counter(section.key for section in claims.sections)
    for key, number in times.items():
        if key not in known.sections:
            there = ", ".join(known.sections)
            yield Place(key), f"there is no section {quoted(key)}: use one of {there}"
        elif number > 1:
            yield Place(key), "the section stands there twice: put its claims into one"


def says_everything_once(known: Known, claims: Claims) -> Found:  # noqa: ARG001
    """A claim that stands there again says nothing more."""
    seen: set[Claim] = set()
    for section in claims.sections:
        for index, claim in enumerate(section.claims):
            same = claim._replace(kind="", record_ids=tuple(sorted(claim.record_ids)))
            if same in seen:
                yield Place(section.key, index), "the same claim stands there before: leave it out"
            seen.add(same)


def covers_every_record(known: Known, claims: Claims) -> Found:
    """No record of the brief is passed over in silence."""
    cited = _cited(claims)
    uncovered = {one.record_id for one in claims.uncovered}
    for one in known.records:
        if one not in cited and one not in uncovered:
            yield Place(""), f"{one} is passed over: cite it, or list it in uncovered with a reason"


def leaves_out_with_a_reason(known: Known, claims: Claims) -> Found:
    """What is listed as not covered is a record of the brief that no claim cites, with a reason."""
    cited, seen = _cited(claims), set()
    for index, one in enumerate(claims.uncovered):
        named = quoted(one.record_id)
        if one.record_id not in known.records:
            yield Place("", index), f"the record {named} is not in the brief: leave it out"
        elif one.record_id in cited:
            yield Place("", index), f"{named} is cited by a claim: take it out of uncovered"
        if one.record_id in seen:
            yield Place("", index), f"{named} is listed twice: list it once"
        if not one.reason.strip():
            yield Place("", index), f"the reason why {named} is not covered is missing: say why"
        if len(one.reason) > MAX_REASON:
            yield Place("", index), f"the reason is longer than {MAX_REASON} characters"
        seen.add(one.record_id)


def _cited(claims: Claims) -> set[str]:
    return {
        one for section in claims.sections for claim in section.claims for one in claim.record_ids
    }
