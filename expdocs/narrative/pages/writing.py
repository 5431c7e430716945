"""Putting claims together: sentences of a catalogue, quotes of records, what is left uncovered."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Mapping, Sequence

from expdocs.narrative.brief import Brief, Material
from expdocs.narrative.catalogue import Catalogue
from expdocs.narrative.claims import (
    PLACEHOLDER,
    Claim,
    Claims,
    Quote,
    SectionClaims,
    Uncovered,
)
from expdocs.prose.sentences import stops

# In code points; what is shorter than a word says nothing about where it is from.
LONGEST, SHORTEST = 400, 12
_PAUSES = " ，；、"


class Sentences:
    """Writes claims in one language: placeholders in a sentence are what a claim rests on."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def claim(
        self,
        kind: str,
        sentence: str,
        records: Sequence[str],
        quotes: Sequence[Quote] = (),
        /,
        **filled: str,
    ) -> Claim:
        """Return a claim about some records, in the words of a sentence of the catalogue."""
        text = self._words.say(sentence, **filled)
        facts = dict.fromkeys(found["id"] for found in PLACEHOLDER.finditer(text))
        about = dict.fromkeys((*records, *(quote.record_id for quote in quotes)))
        return Claim(kind, text, tuple(about), tuple(facts), tuple(quotes))

    def whole(self, sections: Mapping[str, Iterable[Claim]], brief: Brief, reason: str) -> Claims:
        """Return all claims, with a reason for the records that none of them cites."""
        filled = [SectionClaims(key, tuple(claims)) for key, claims in sections.items()]
        cited = {name for one in filled for claim in one.claims for name in claim.record_ids}
        why = self._words.say(reason)
        left = (one.id for one in brief.records if one.id not in cited)
        return Claims(tuple(filled), tuple(Uncovered(name, why) for name in left))


def quote_of(material: Material, *keys: str, longest: int = LONGEST) -> list[Quote]:
    """Return the beginning of the first of some passages that can be quoted."""
    passages = {passage.key: passage.text for passage in reversed(material.passages)}
    found = (beginning(passages[key], longest) for key in keys if key in passages)
    return [Quote(material.id, text) for text in found if text][:1]


def beginning(text: str, longest: int = LONGEST) -> str:
    """Return the sentences that a text begins with, as many as there is room for.

    Of a sentence that is too long it is what comes before a pause, an empty text without one.
    """
    paragraph = text.partition("\n\n")[0]
    if len(paragraph) <= longest:
        return paragraph
    ends = [end for end in stops(paragraph, 0, len(paragraph)) if SHORTEST <= end <= longest]
    if ends:
        return paragraph[: ends[-1]]
    pause = max(paragraph.rfind(mark, 0, longest) for mark in _PAUSES)
    return paragraph[:pause].rstrip() if pause >= SHORTEST else ""
