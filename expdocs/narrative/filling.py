"""What stands in a page where a claim has a placeholder."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from expdocs.analytics.datum import Datum
from expdocs.narrative.claims import PLACEHOLDER
from expdocs.narrative.words import Words, words_of

# Values from lists of our own, which are words of English; all else is said as it was recorded.
_STATES = frozenset({"status", "verdict", "outcome", "exhausted", "open", "promoted", "withdrawn"})


class Piece(NamedTuple):
    """A part of a claim's text as it is shown: words of the claim, or what a datum says."""

    text: str
    datum: Datum | None = None
    form: str = ""


def fill(text: str, data: Mapping[str, Datum], language: str) -> str:
    """Return a claim's text with its values; raises ``KeyError`` for an unknown datum."""
    return "".join(piece.text for piece in pieces(text, data, language))


def pieces(text: str, data: Mapping[str, Datum], language: str) -> Iterator[Piece]:
    """Yield the parts of a claim's text in order; raises ``KeyError`` for an unknown datum."""
    words, position = words_of(language), 0
    for match in PLACEHOLDER.finditer(text):
        if before := text[position : match.start()]:
            yield Piece(before)
        datum, form = data[match["id"]], match["form"] or ""
        yield Piece(_said(datum, form, words), datum, form)
        position = match.end()
    if rest := text[position:]:
        yield Piece(rest)


def _said(datum: Datum, form: str, words: Words) -> str:
    if not form:
        return value_with_unit(datum, words)
    sign = -datum.sign if form == "quality" and datum.goal == "minimize" else datum.sign
    said: str = words.shown[form][sign + 1]
    return said


def value_with_unit(datum: Datum, words: Words) -> str:
    """Return the value as the language writes it: with its unit, or the word for a state."""
    if datum.id.partition(":")[0] in _STATES:
        said: str = words.shown["states"].get(datum.shown, datum.shown)
        return said
    if not datum.unit:
        return datum.shown
    one, many = words.shown["units"].get(datum.unit, (datum.unit, datum.unit))
    unit = one if datum.shown == "1" else many
    return f"{datum.shown}{words.shown['space']}{unit}"
