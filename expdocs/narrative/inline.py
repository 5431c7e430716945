"""A part of a claim within a line of Markdown: words that do nothing, numbers that are cited."""

# Without postponed annotations, as in the modules beside this one.

import re
from collections.abc import Callable

from expdocs.analytics.datum import Datum
from expdocs.narrative.filling import Piece
from expdocs.narrative.inert import escape
from expdocs.prose.references import ReferenceProblem, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES

_NUMBER = re.compile(r"[-+\u2212]?[0-9][0-9.]*(?:e[-+]?[0-9]+)?(?: ?%)?\Z")


def inline(piece: Piece, uncited: Callable[[Datum, str], str]) -> str:
    """Return a part of a claim; a number that a run gives cites it, its unit stands behind.

    ``uncited`` writes what a datum says that no run gives.
    """
    if piece.datum is None or piece.form:
        return within(piece.text)
    if link := cited(piece.datum):
        return f"{link}{within(piece.text.removeprefix(piece.datum.shown))}"
    return uncited(piece.datum, piece.text)


def within(text: str) -> str:
    """Return inert Markdown for a part of a line, with a blank where the text has some."""
    stripped = text.strip()
    if not stripped:
        return " " if text else ""
    before = " " if text[0].isspace() else ""
    return f"{before}{escape(stripped, inside=True)}{' ' if text[-1].isspace() else ''}"


def cited(datum: Datum) -> str:
    """Return a number as a citation of where it comes from; an empty text for anything else."""
    scheme, _, target = datum.id.partition(":")
    if scheme not in NUMBER_SCHEMES or not _NUMBER.match(datum.shown):
        return ""
    try:
        parse_reference(scheme, target)
    except ReferenceProblem:
        return ""
    return f"[{datum.shown}]({datum.id})"
