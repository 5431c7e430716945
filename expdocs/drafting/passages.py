"""Cutting a log into passages: headings, sentences, list items, and blocks that stay whole.

Every passage is a slice of the text, and the passages hold all of it but white space, in order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from expdocs.prose.scanner import scan
from expdocs.prose.sentences import stops

Sort = Literal["heading", "sentence", "item", "block"]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*?)[ \t#]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"(?P<indent> {0,3})(?:[-*+\u2022]|[0-9]{1,9}[.)])[ \t]+\S")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*$")
# What has a form of its own: a quotation, a table, a rule, indented code.
_FORMED = re.compile(r" {0,3}[>|]|(?: {4}|\t)|[ \t]*(?:[-*_=][ \t]*){3,}$")
_SHORT_LINE = 50


class Passage(NamedTuple):
    """A part of the text at ``start``; ``block`` numbers the paragraph, list or block it is of.

    A heading has a ``level`` and a ``title`` besides its text.
    """

    start: int
    text: str
    sort: Sort
    block: int
    level: int = 0
    title: str = ""

    @property
    def end(self) -> int:
        """Where the passage ends."""
        return self.start + len(self.text)


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def passages(text: str) -> list[Passage]:
    """Return the passages of a text whose lines end with a line feed alone."""
    return list(_Cutter(text).cut())


class _Cutter:
    """One pass over the lines of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        ends = [*(start - 1 for start in starts[1:]), len(text)]
        self._lines = [_Line(s, text[s:e]) for s, e in zip(starts, ends, strict=True)]
        self._at = 0
        self._block = 0

    def cut(self) -> Iterator[Passage]:
        while self._at < len(self._lines):
            if self._lines[self._at].blank:
                self._at += 1
                continue
            self._block += 1
            yield from self._next()

    def _next(self) -> Iterator[Passage]:
        line = self._lines[self._at].text
        if heading := _HEADING.match(line):
            self._at += 1
            title = heading[2].strip()
            yield self._slice(self._at - 1, "heading", len(heading[1]), title)
        elif fence := _FENCE.match(line):
            yield self._fenced(fence[1])
        elif _ITEM.match(line) and not _FORMED.match(line):
            yield from self._items()
        elif _FORMED.match(line):
            yield self._formed()
        else:
            yield from self._paragraph()

    def _fenced(self, mark: str) -> Passage:
        first = self._at
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at].text.strip()
            self._at += 1
            if len(line) >= len(mark) and not line.strip(mark[0]):
                break
        return self._taken(first, "block")

    def _items(self) -> Iterator[Passage]:
        while self._at < len(self._lines) and (item := _ITEM.match(self._lines[self._at].text)):
            first, width = self._at, len(item["indent"])
            self._at += 1
            while self._at < len(self._lines) and self._goes_on(width):
                self._at += 1
            yield self._taken(first, "item")
            self._skip_blanks()

    def _goes_on(self, width: int) -> bool:
        """Whether the item whose mark is indented by ``width`` goes on; steps over blank lines."""
        text = self._lines[self._at].text
        if not text.strip():
            first = self._at
            self._skip_blanks()
            if self._at < len(self._lines) and self._lines[self._at].text[: width + 2].isspace():
                return True
            self._at = first
            return False
        deeper = len(text) - len(text.lstrip()) > width
        return deeper or not any(form.match(text) for form in (_ITEM, _HEADING, _FENCE))

    def _skip_blanks(self) -> None:
        while self._at < len(self._lines) and self._lines[self._at].blank:
            self._at += 1

    def _paragraph(self) -> Iterator[Passage]:
        first = self._at
        self._at += 1
        while self._at < len(self._lines) and not self._ends_paragraph():
            self._at += 1
        line = self._lines[self._at].text if self._at < len(self._lines) else ""
        if _UNDERLINE.match(line):
            title = " ".join(self._joined(first).split())
            yield self._slice(first, "heading", 1 if "=" in line else 2, title)
            return
        yield from self._sentences(first)

    def _ends_paragraph(self) -> bool:
        line = self._lines[self._at]
        forms = (_HEADING, _FENCE, _ITEM, _FORMED, _UNDERLINE)
        return line.blank or any(form.match(line.text) for form in forms)

    def _sentences(self, first: int) -> Iterator[Passage]:
        start, body = self._lines[first].start, self._joined(first)
        for begin, end in _split(body):
            text = body[begin:end].strip()
            if text:
                lead = len(body[begin:end]) - len(body[begin:end].lstrip())
                yield Passage(start + begin + lead, text, "sentence", self._block)

    def _formed(self) -> Passage:
        first = self._at
        while self._at < len(self._lines) and _FORMED.match(self._lines[self._at].text):
            self._at += 1
        return self._taken(first, "block")

    def _joined(self, first: int) -> str:
        last = self._lines[self._at - 1]
        return self._text[self._lines[first].start : last.start + len(last.text)]

    def _taken(self, first: int, sort: Sort) -> Passage:
        return Passage(self._lines[first].start, self._joined(first).rstrip(), sort, self._block)

    def _slice(self, first: int, sort: Sort, level: int, title: str) -> Passage:
        return self._taken(first, sort)._replace(level=level, title=title)


def _split(body: str) -> Iterator[tuple[int, int]]:
    """Yield where the sentences of a paragraph begin and end; a short line is one, too."""
    prose = scan(body)
    spans = [*prose.code, *prose.comments]
    spans += [(one.start, one.end) for group in (prose.citations, prose.links) for one in group]
    whole = _apart(sorted(spans))
    breaks = {*stops(body, 0, len(body)), *_short_lines(body)}
    kept = [at for at in sorted(breaks) if not _inside(at, whole)]
    yield from pairwise([0, *kept, len(body)])


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans without those that lie inside of others."""
    found: list[tuple[int, int]] = []
    for span in spans:
        if not found or span[1] > found[-1][1]:
            found.append(span)
    return found


def _short_lines(body: str) -> Iterator[int]:
    start = 0
    for line in body.split("\n")[:-1]:
        if sum(1 + (character >= "\u2e80") for character in line) < _SHORT_LINE:
            yield start + len(line)
        start += len(line) + 1


def _inside(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (at, -1)) - 1
    return index >= 0 and spans[index][0] < at < spans[index][1]
