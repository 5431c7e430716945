"""Where sentences end, and what the first one of a part of a text says to a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expdocs.prose.spans import Prose

_END = re.compile(r"[.!?]++[\"')\]*_\u201d\u2019]*+(?=\s|\Z)|[\u3002\uff01\uff1f]")
_LAST_WORD = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]+\Z")
_ABBREVIATIONS = frozenset({"e.g", "i.e", "vs", "cf", "ca", "approx", "resp"})
_LONGEST_ABBREVIATION = 8


def stops(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets at which sentences between two offsets have ended."""
    for stop in _END.finditer(text, start, end):
        if not _abbreviates(text, stop.start()):
            yield stop.end()


def _abbreviates(text: str, stop: int) -> bool:
    word = _LAST_WORD.search(text, max(0, stop - _LONGEST_ABBREVIATION), stop)
    return word is not None and text[stop] == "." and word.group().lower() in _ABBREVIATIONS


def first_sentence(body: str, prose: Prose, start: int, end: int) -> str:
    """Return the first sentence between two offsets as plain text, links as their text."""
    for passage in prose.passages:
        if passage.kind == "text" and start <= passage.start and passage.end <= end:
            text = _read(body, prose, passage.start, passage.end)
            if text:
                return text[: next(stops(text, 0, len(text)), len(text))]
    return ""


def _read(body: str, prose: Prose, start: int, end: int) -> str:
    """Return what a reader of the page sees, without emphasis and on one line."""
    shown = [(one.start, one.end, one.text) for one in prose.citations]
    shown += [(one.start, one.end, one.text) for one in prose.links]
    shown += [(begin, stop, "") for begin, stop in prose.comments]
    parts, at = [], start
    for begin, stop, text in sorted(shown):
        if at <= begin and stop <= end:
            parts += [body[at:begin], text]
            at = stop
    parts.append(body[at:end])
    return " ".join(re.sub(r"\*+|`+", "", "".join(parts)).split())
