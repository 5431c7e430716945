"""People go out as their ids: names and addresses are hidden before, and put back after."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from expdocs.config import Person
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claim, Claims, Quote, SectionClaims

_HIDDEN = re.compile(r"\[@([^\[\]@]+)\]")


class Spelling(NamedTuple):
    """One way in which somebody is named in a text."""

    text: str
    person: str

    @property
    def pattern(self) -> str:
        """What finds it: whole words, any white space; an address in any case."""
        words = r"\s+".join(map(re.escape, self.text.split()))
        return f"(?i:{words})" if "@" in self.text else words


class Identities:
    """Who is known by name, and how to hide and show that."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        spelled = sorted(_spellings(people), key=lambda one: (-len(one.text), one))
        self._spellings = spelled
        found = "|".join(f"({one.pattern})" for one in spelled)
        self._pattern = re.compile(rf"(?<!\w)(?:{found})(?!\w)") if spelled else None

    def hide(self, text: str) -> str:
        """Return the text with ``[@id]`` in the place of names and addresses."""
        return self._pattern.sub(self._mark, _normal(text)) if self._pattern else text

    def _mark(self, match: re.Match[str]) -> str:
        return f"[@{self._spellings[int(match.lastindex or 1) - 1].person}]"

    def names(self, text: str) -> list[str]:
        """Return the ids of those whom a text names."""
        found = self._pattern.finditer(_normal(text)) if self._pattern else ()
        return sorted({self._spellings[int(one.lastindex or 1) - 1].person for one in found})

    def show(self, claims: Claims, brief: Brief) -> Claims:
        """Return the claims with the words of the records in quotes, and plain ids elsewhere."""
        texts = {
            record.id: [record.title, *(passage.text for passage in record.passages)]
            for record in brief.records
        }
        sections = (
            SectionClaims(section.key, tuple(self._shown(one, texts) for one in section.claims))
            for section in claims.sections
        )
        left = (one._replace(reason=_plain(one.reason)) for one in claims.uncovered)
        return Claims(tuple(sections), tuple(left))

    def _shown(self, claim: Claim, texts: Mapping[str, list[str]]) -> Claim:
        quotes = tuple(
            Quote(quote.record_id, self._verbatim(quote.text, texts.get(quote.record_id, ())))
            for quote in claim.quotes
        )
        return claim._replace(text=_plain(claim.text), quotes=quotes)

    def _verbatim(self, quote: str, texts: Iterable[str]) -> str:
        if not _HIDDEN.search(quote):
            return quote
        pattern = re.compile(self._any_spelling(" ".join(quote.split())))
        found = (pattern.search(" ".join(_normal(text).split())) for text in texts)
        return next((one[0] for one in found if one), quote)

    def _any_spelling(self, quote: str) -> str:
        parts = []
        for number, part in enumerate(_HIDDEN.split(quote)):
            meant = [one.pattern for one in self._spellings if one.person == part]
            parts.append(f"(?:{'|'.join(meant)})" if number % 2 and meant else re.escape(part))
        return "".join(parts)


def _spellings(people: Mapping[str, Person]) -> Iterator[Spelling]:
    for person, known in people.items():
        for text in (known.name, *known.emails):
            if text.strip() and text != person:
                yield Spelling(" ".join(_normal(text).split()), person)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _plain(text: str) -> str:
    return _HIDDEN.sub(r"\1", text)
