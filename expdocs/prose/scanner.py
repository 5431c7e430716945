"""The one scanner of record bodies: what ``check`` judges and ``site`` renders is what it finds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from expdocs.prose.inline import Found
from expdocs.prose.layout import LINE_END, lay_out
from expdocs.prose.spans import (
    SCHEMES,
    Block,
    BlockProblem,
    Citation,
    Heading,
    IdMention,
    Link,
    Passage,
    Prose,
    Stray,
    UncitedNumber,
)
from expdocs.prose.uncited import uncited_numbers

__all__ = [
    "SCHEMES",
    "Block",
    "BlockProblem",
    "Citation",
    "Heading",
    "IdMention",
    "Lines",
    "Link",
    "Passage",
    "Prose",
    "Stray",
    "UncitedNumber",
    "line_column",
    "scan",
    "uncited_numbers",
]

# A search is fastest where the pattern begins with a character; what may not be before it is next.
_RECORD_ID = re.compile(
    r"[A-Z](?<![A-Za-z0-9_-][A-Z])[A-Z]{1,7}-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}(?![A-Za-z0-9_-])"
)
_URL = re.compile(r"https?://[!-~]*+")
_TEMPLATE_MARK = re.compile(r"<!--\s*+\?")
_MARKER = re.compile(r"<!--\s*+(?P<closing>/?)expdocs:(?P<name>[^\s>]*+)\s*+-->")
_BLOCK_NAME = re.compile(r"[a-z][a-z0-9-]*")


def scan(body: str) -> Prose:
    """Find citations, links, headings, blocks, comments and code in a Markdown body."""
    found = Found([], [], [], [], [])
    headings, passages = lay_out(body, found)
    blocks, problems = _blocks(body, found.comments)
    return Prose(
        citations=tuple(found.citations),
        strays=tuple(sorted(found.strays, key=lambda stray: stray.start)),
        headings=tuple(headings),
        blocks=blocks,
        block_problems=problems,
        record_ids=_record_ids(body, found),
        template_marks=tuple(span for span in found.comments if _TEMPLATE_MARK.match(body, *span)),
        comments=tuple(found.comments),
        code=tuple(found.code),
        links=tuple(sorted(found.links, key=lambda link: (link.start, -link.end))),
        passages=tuple(passages),
    )


class Lines:
    """Where the lines of a text begin, so that many offsets are placed with one reading.

    ``starts`` has the offset of each line.
    """

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in LINE_END.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both counted from 1 in code points."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column of one offset; for many offsets use ``Lines``."""
    return Lines(text).at(offset)


def _record_ids(body: str, found: Found) -> tuple[IdMention, ...]:
    mentions = [IdMention(*match.span(), match.group()) for match in _RECORD_ID.finditer(body)]
    if not mentions:
        return ()
    taken = _Spans([*_hidden(found), *(match.span() for match in _URL.finditer(body))])
    return tuple(mention for mention in mentions if not taken.touch(mention.start))


def _hidden(found: Found) -> Iterable[tuple[int, int]]:
    yield from found.code
    yield from found.comments
    for spans in (found.citations, found.strays, found.links):
        yield from ((span.start, span.end) for span in spans)


class _Spans:
    """Spans merged where they overlap, to look an offset up in."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, offset: int) -> bool:
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._ends[index]


def _blocks(
    body: str, comments: list[tuple[int, int]]
) -> tuple[tuple[Block, ...], tuple[BlockProblem, ...]]:
    pairing = _Pairing()
    for start, end in comments:
        marker = _MARKER.fullmatch(body, start, end)
        if marker is None:
            continue
        if not _BLOCK_NAME.fullmatch(marker["name"]):
            pairing.problem(start, end, "a block's name is lower-case letters, digits and hyphens")
        elif marker["closing"]:
            pairing.close(marker["name"], start, end)
        else:
            pairing.open(marker["name"], start, end)
    return pairing.finish()


class _Pairing:
    """Pairs opening with closing markers and notes one problem for each that does not fit."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._problems: list[BlockProblem] = []
        self._open: tuple[str, int, int] | None = None
        self._refused: Counter[str] = Counter()
        self._seen: set[str] = set()

    def problem(self, start: int, end: int, message: str) -> None:
        self._problems.append(BlockProblem(start, end, message))

    def open(self, name: str, start: int, end: int) -> None:
        if self._open is not None:
            self.problem(start, end, f"the block {name} opens inside the block {self._open[0]}")
            if name != self._open[0]:
                self._refused[name] += 1
            return
        self._open = (name, start, end)

    def close(self, name: str, start: int, end: int) -> None:
        if self._refused[name] > 0:
            self._refused[name] -= 1
        elif self._open is None or self._open[0] != name:
            self.problem(start, end, f"no block {name} is open here")
        else:
            self._finish_block(self._open, start, end)
            self._open = None

    def _finish_block(self, opened: tuple[str, int, int], start: int, end: int) -> None:
        name, opened_at, inner_start = opened
        if name in self._seen:
            self.problem(opened_at, inner_start, f"the block {name} stands here a second time")
            return
        self._seen.add(name)
        self._blocks.append(Block(name, opened_at, end, inner_start, start))

    def finish(self) -> tuple[tuple[Block, ...], tuple[BlockProblem, ...]]:
        if self._open is not None:
            name, start, end = self._open
            self.problem(start, end, f"the block {name} is never closed")
        ordered = sorted(self._problems, key=lambda problem: problem.start)
        return tuple(self._blocks), tuple(ordered)
