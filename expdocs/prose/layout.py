"""The block half of the scanner: lines, containers, code blocks, headings and passages.

It follows CommonMark, but for three things: an indented code block needs a blank line before it
and stands in no list item; raw HTML other than comments is text; a comment that is never closed
hides the rest of the body, wherever it opens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from expdocs.prose.inline import MAX_NESTING, Found, comment_end, scan_passage
from expdocs.prose.spans import Heading, Passage

LINE_END = re.compile(r"\r\n?|\n")

_TAB = 4
_BLANKS = re.compile(r"[ \t]*+")
_SPECIAL = frozenset("`~#>-+*_<=0123456789 \t")
_FENCE = re.compile(r"`{3,}+(?=[^`]*+$)|~{3,}+")
_ATX = re.compile(r"#{1,6}+(?=[ \t]|$)")
_RULE = re.compile(r"(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$")
_MARKER = re.compile(r"(?:[-+*]|(?P<number>[0-9]{1,9})[.)])(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=++|-++)[ \t]*+$")
_DELIMITER_ROW = re.compile(r"[-:| \t]++$")
_MAX_MARKER_PADDING = 4


def lay_out(body: str, found: Found) -> tuple[list[Heading], list[Passage]]:
    """Collect a body's headings and passages, and into ``found`` what stands in them."""
    layout = _Layout(body, found)
    layout.run()
    return layout.headings, layout.passages


class _Container(NamedTuple):
    """A block quote (width 0), or a list item whose content is indented by ``width``."""

    width: int


_QUOTE = _Container(0)


class _Point(NamedTuple):
    """A place in a line with the column it appears in, tabs counted."""

    offset: int
    column: int


class _Fence(NamedTuple):
    mark: str
    start: int


class _Layout:
    """One pass over the lines of a body, collecting into ``found``, headings and passages."""

    def __init__(self, body: str, found: Found) -> None:
        self.body, self.found = body, found
        self.headings: list[Heading] = []
        self.passages: list[Passage] = []
        self.containers: list[_Container] = []
        self.open_text: tuple[int, int, int] | None = None  # start, end, start of last line
        self.in_table = False
        self.fence: _Fence | None = None
        self.indented: int | None = None
        self.code_end = 0
        self.after_blank = True
        self.resume = 0

    def run(self) -> None:
        """Take every line; a comment that swallows lines moves the pass behind its end."""
        ends = [(match.start(), match.end()) for match in LINE_END.finditer(self.body)]
        ends.append((len(self.body), len(self.body)))
        starts = [0, *(after for _, after in ends[:-1])]
        index = 0
        while index < len(starts):
            start, end = starts[index], ends[index][0]
            if self.containers or self.fence or not self.plain(start, end):
                self.line(start, end)
            while self.resume > ends[index][0]:
                index = bisect_right(starts, self.resume) - 1
                self.rest_of_line(self.resume, ends[index][0])
            index += 1
        self.end_code()
        self.end_paragraph()

    def plain(self, start: int, end: int) -> bool:
        """Take an empty line or unindented text outside all containers, as most lines are."""
        if start == end:
            self.after_blank = not self.end_paragraph()
            return True
        if self.body[start] in _SPECIAL or self.in_table:
            return False
        if self.open_text is None:
            self.end_code()
            self.after_blank = False
            self.open_text = (start, end, start)
            return True
        if self.body.find("|", start, end) >= 0:
            return False
        self.open_text = (self.open_text[0], end, start)
        return True

    def rest_of_line(self, start: int, end: int) -> None:
        """Take what follows a comment on the line on which it ends."""
        self.open_text, self.after_blank, self.in_table = None, False, False
        self.end_code()
        self.resume = start
        if start < end:
            self.passage(start, end, "text")

    def line(self, start: int, end: int) -> None:
        depth, point = self.matched(start, end)
        whole = depth == len(self.containers)
        text = self.indent(point, end)
        if self.fence is not None and self.in_fence(whole, point, text, end):
            return
        if self.open_text is not None or self.in_table:
            if self.continues(whole, point, text, end):
                return
            if self.end_paragraph():
                return
        del self.containers[depth:]
        if text.offset == end:
            self.after_blank = True
            return
        self.begin(point, text, end)
        self.after_blank = False

    def matched(self, start: int, end: int) -> tuple[int, _Point]:
        """Return how many open containers the line goes on with, and where its content is."""
        point = _Point(start, 0)
        for depth, container in enumerate(self.containers):
            text = self.indent(point, end)
            if container is _QUOTE:
                if text.column - point.column >= _TAB or not self.body.startswith(
                    ">", text.offset, end
                ):
                    return depth, point
                point = self.after_quote_mark(text, end)
            elif text.offset < end:
                if text.column - point.column < container.width:
                    return depth, point
                point = self.advance(point, container.width)
        return len(self.containers), point

    def indent(self, point: _Point, end: int) -> _Point:
        match = _BLANKS.match(self.body, point.offset, end)
        stop = match.end() if match else point.offset
        if stop == point.offset:
            return point
        blanks = self.body[point.offset : stop]
        column = point.column
        for piece in blanks.split("\t")[:-1]:
            column = (column + len(piece)) // _TAB * _TAB + _TAB
        return _Point(stop, column + len(blanks) - blanks.rfind("\t") - 1)

    def advance(self, point: _Point, width: int) -> _Point:
        """Step over ``width`` columns of blanks; a tab that reaches further is stepped over."""
        offset, column = point.offset, point.column
        while column < point.column + width:
            column += _TAB - column % _TAB if self.body[offset] == "\t" else 1
            offset += 1
        return _Point(offset, min(column, point.column + width))

    def after_quote_mark(self, text: _Point, end: int) -> _Point:
        offset = text.offset + 1
        space = self.body.startswith(" ", offset, end)
        return _Point(offset + space, text.column + 1 + space)

    def in_fence(self, whole: bool, point: _Point, text: _Point, end: int) -> bool:
        """Take a line of a fenced block; False when the line stands outside of it."""
        if self.fence is None or not whole:
            self.end_code()
            return False
        self.code_end = end
        mark = self.fence.mark
        line = self.body[text.offset : end].rstrip(" \t")
        closes = len(line) >= len(mark) and not line.strip(mark[0])
        if closes and text.column - point.column < _TAB:
            self.end_code()
            self.after_blank = False
        return True

    def end_code(self) -> None:
        """Close an open fenced or indented block."""
        start = self.fence.start if self.fence else self.indented
        if start is not None:
            self.found.code.append((start, self.code_end))
        self.fence = self.indented = None

    def continues(self, whole: bool, point: _Point, text: _Point, end: int) -> bool:
        """Take the line as going on with the open paragraph or table; False when it does not."""
        if text.offset == end or (self.in_table and not whole):
            return False
        shallow = text.column - point.column < _TAB
        if shallow and self.underlines(whole, text.offset, end):
            self.setext(text.offset, end)
        elif shallow and self.interrupts(text.offset, end, whole):
            return False
        elif self.in_table:
            self.passage(text.offset, end, "row")
        elif not (whole and self.begins_table(text.offset, end)):
            self.extend(text.offset, end)
        return True

    def underlines(self, whole: bool, offset: int, end: int) -> bool:
        return whole and not self.in_table and bool(_UNDERLINE.match(self.body, offset, end))

    def interrupts(self, offset: int, end: int, whole: bool) -> bool:
        """Tell whether a line begins a block that ends a paragraph."""
        first = self.body[offset]
        if first not in _SPECIAL:
            return False
        if first == ">" or self.body.startswith("<!--", offset, end):
            return True
        if any(pattern.match(self.body, offset, end) for pattern in (_FENCE, _ATX, _RULE)):
            return True
        marker = _MARKER.match(self.body, offset, end)
        if marker is None or not whole:
            return marker is not None
        empty = not self.body[marker.end() : end].strip(" \t")
        return not empty and marker["number"] in (None, "1")

    def extend(self, start: int, end: int) -> None:
        first = self.open_text[0] if self.open_text else start
        self.open_text = (first, end, start)

    def setext(self, underline: int, end: int) -> None:
        """End the paragraph as a heading, unless a comment swallows the underline."""
        start, stop, _ = self.open_text or (underline, underline, underline)
        self.open_text = None
        if not self.passage(start, stop, "heading"):
            level = 1 if self.body[underline] == "=" else 2
            self.add_heading(Heading(start, end, level, self.title(start, stop)))

    def begins_table(self, offset: int, end: int) -> bool:
        """Take a delimiter row: the line before it is the table's head."""
        row = self.body[offset:end]
        if self.open_text is None or "-" not in row or "|" not in row:
            return False
        start, stop, last = self.open_text
        if not _DELIMITER_ROW.match(row) or "|" not in self.body[last:stop]:
            return False
        self.open_text = None
        if last > start and self.passage(start, last, "text"):
            return True
        if not self.passage(last, stop, "row"):
            self.in_table = True
        return True

    def end_paragraph(self) -> bool:
        """Close an open paragraph; True when a comment in it swallows what follows."""
        self.in_table = False
        if self.open_text is None:
            return False
        start, stop, _ = self.open_text
        self.open_text = None
        return self.passage(start, stop, "text")

    def passage(self, start: int, end: int, kind: Literal["text", "heading", "row"]) -> bool:
        """Scan inline text; True when a comment in it goes on beyond its end."""
        self.passages.append(Passage(start, end, kind))
        after = scan_passage(self.body, start, end, self.found)
        if after > end:
            self.resume = after
        return after > end

    def begin(self, point: _Point, text: _Point, end: int) -> None:
        """Open the containers that the line begins, then its leaf."""
        while text.offset < end and text.column - point.column < _TAB:
            if len(self.containers) >= MAX_NESTING:
                break
            if self.body[text.offset] == ">":
                self.containers.append(_QUOTE)
                point = self.after_quote_mark(text, end)
            elif (marker := self.marker(text.offset, end)) is not None:
                point = self.item(marker, point, text, end)
            else:
                break
            self.after_blank = True
            self.end_code()
            text = self.indent(point, end)
        if text.offset < end:
            self.leaf(point, text, end)

    def marker(self, offset: int, end: int) -> re.Match[str] | None:
        if _RULE.match(self.body, offset, end):
            return None
        return _MARKER.match(self.body, offset, end)

    def item(self, marker: re.Match[str], point: _Point, text: _Point, end: int) -> _Point:
        column = text.column + marker.end() - marker.start()
        content = self.indent(_Point(marker.end(), column), end)
        padding = content.column - column
        if content.offset == end or padding > _MAX_MARKER_PADDING:
            padding = 1
        self.containers.append(_Container(column + padding - point.column))
        if content.offset == end:
            return content
        return self.advance(_Point(marker.end(), column), padding)

    def leaf(self, point: _Point, text: _Point, end: int) -> None:
        if text.column - point.column >= _TAB and self.takes_indented():
            self.indented = point.offset if self.indented is None else self.indented
            self.code_end = end
            return
        self.end_code()
        offset = text.offset
        if self.body[offset] not in _SPECIAL or text.column - point.column >= _TAB:
            self.extend(offset, end)
        elif fence := _FENCE.match(self.body, offset, end):
            self.fence, self.code_end = _Fence(fence.group(), offset), end
        elif self.body.startswith("<!--", offset, end):
            self.comment(offset, end)
        elif marks := _ATX.match(self.body, offset, end):
            self.atx(offset, marks.end(), end)
        elif not _RULE.match(self.body, offset, end):
            self.extend(offset, end)

    def takes_indented(self) -> bool:
        if self.indented is None and not self.after_blank:
            return False
        return all(container is _QUOTE for container in self.containers)

    def comment(self, start: int, end: int) -> None:
        """Take a comment that begins a line, with what follows it on its last line."""
        after = comment_end(self.body, start)
        self.found.comments.append((start, after))
        if after <= end:
            self.rest_of_line(after, end)
        else:
            self.resume = after

    def atx(self, start: int, content: int, end: int) -> None:
        if self.passage(content, end, "heading"):
            return
        title = self.title(content, end)
        bare = title.rstrip("#")
        if not bare or bare[-1] in " \t":
            title = bare.rstrip(" \t")
        self.add_heading(Heading(start, end, content - start, title))

    def add_heading(self, heading: Heading) -> None:
        if not self.containers:
            self.headings.append(heading)

    def title(self, start: int, end: int) -> str:
        """Return a heading's text on one line and without its comments."""
        pieces, position = [], start
        inside = []
        for comment in reversed(self.found.comments):
            if comment[0] < start:
                break
            inside.append(comment)
        for opened, closed in reversed(inside):
            pieces.append(self.body[position:opened])
            position = closed
        pieces.append(self.body[position:end])
        return " ".join(" ".join(pieces).split())
