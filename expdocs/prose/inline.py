"""The inline half of the scanner: code spans, comments, links and citations of one passage.

Every pattern is bounded by the next occurrence of its own opening character or is possessive, and
nesting is capped, so that the time is linear in the length of the passage.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

from expdocs.prose.spans import SCHEMES, Citation, Link, Stray

MAX_NESTING = 32

_OURS = "|".join(SCHEMES)
_TOKEN = re.compile(r"[\\`<\[\]=]")
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
_STRAY_AUTOLINK = re.compile(rf"<(?:{_OURS}):[^\s<>]++>?", re.IGNORECASE)
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]{1,31}+:[^\s<>]*+>")
_ATTRIBUTE = re.compile(rf"=[\"']\s*+(?:{_OURS}):[^\s\"'<>]++", re.IGNORECASE)
_AFTER_TEXT = ("(", ":", " ", "\t")
_TICKS = re.compile(r"`+")
_CITATION = re.compile(
    rf"\]\((?P<scheme>{_OURS}):(?P<target>[^\s()<>\[\]\"'`\\|\x00-\x1f\x7f]*+)\)"
)
_OUR_SCHEME = re.compile(
    rf"\](?:\(\s*+<?(?:{_OURS}):|[ \t]++\(\s*+<?(?:{_OURS}):(?=[^\s)])"
    rf"|:\s*+<?(?:{_OURS}):(?=\S))",
    re.IGNORECASE,
)
_REST_OF_STRAY = re.compile(r"[^()\[\]<`\r\n]*+\)|[^\s()\[\]<`]*+>?\)?")
_SCHEME = re.compile(rf"\s*(?:{_OURS}):", re.IGNORECASE)
_OPENING = re.compile(r"\]\(\s*+")
_ANGLED = re.compile(r"<([^<>\r\n]*+)>")
_PAREN = re.compile(r"\\.|[()\s]")
_CLOSING = re.compile(
    r"""(?:\s++(?:"(?:[^"\\]++|\\.)*+"|'(?:[^'\\]++|\\.)*+'|\((?:[^()\\]++|\\.)*+\)))?+\s*+\)""",
    re.DOTALL,
)
_DEFINITION = re.compile(
    r"\]:[ \t]*+(?:\r\n?|\n)?+[ \t]*+"
    r"(?P<target><[^<>\r\n]*+>|[^\s<]\S*+)[ \t]*+(?=[\"'(\r\n]|\Z)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|&[^;&\s]{1,32};")
_LINE_BREAK = re.compile(r"[\r\n]")


class Found(NamedTuple):
    """Lists in which the passes collect what is frozen into a ``Prose`` at last."""

    citations: list[Citation]
    strays: list[Stray]
    links: list[Link]
    code: list[tuple[int, int]]
    comments: list[tuple[int, int]]


def comment_end(body: str, start: int) -> int:
    """Return where the comment that opens at ``start`` ends: unclosed, at the end of the body."""
    # From start + 2, for `<!-->` and `<!--->` are whole comments.
    at = body.find("-->", start + 2)
    return len(body) if at < 0 else at + 3


def scan_passage(body: str, start: int, end: int, found: Found) -> int:
    """Collect what stands between two offsets and return where the text goes on.

    The result is ``end``, or more when a comment that opens in the passage runs beyond it.
    """
    token = _TOKEN.search(body, start, end)
    if token is None:
        return end
    passage = _Inline(body, start, end, found)
    position = start
    while token is not None:
        position = passage.take(token.start(), position)
        token = _TOKEN.search(body, position, end) if position < end else None
    return max(position, end)


@dataclass(slots=True, eq=False, repr=False)
class _Opener:
    start: int
    text_start: int
    image: bool
    active: bool = True
    nested: bool = False


class _Inline:
    """The state of one passage: open brackets, newest last, and where backtick runs stand."""

    def __init__(self, body: str, start: int, end: int, found: Found) -> None:
        self.body, self.start, self.end, self.found = body, start, end, found
        self.openers: deque[_Opener] = deque(maxlen=MAX_NESTING)
        self.ticks: dict[int, list[int]] | None = None
        self.last_end = start

    def take(self, at: int, floor: int) -> int:
        """Handle the token at an offset, all before ``floor`` being done; return where to go on."""
        mark = self.body[at]
        if mark == "[":
            return self.open(at, floor)
        if mark == "]":
            return self.close(at)
        if mark == "`":
            return self.code_span(at)
        if mark == "<":
            return self.angle(at)
        if mark == "=":
            return self.attribute(at)
        return at + 2 if _ESCAPE.match(self.body, at, self.end) else at + 1

    def attribute(self, at: int) -> int:
        match = _ATTRIBUTE.match(self.body, at, self.end)
        if match is None:
            return at + 1
        self.stray(at + 2, match.end(), "an HTML attribute cites nothing")
        return match.end()

    def angle(self, at: int) -> int:
        if self.body.startswith("<!--", at, self.end):
            return self.comment(at)
        if match := _STRAY_AUTOLINK.match(self.body, at, self.end):
            self.stray(at, match.end(), "an autolink shows no number")
            return match.end()
        if match := _AUTOLINK.match(self.body, at, self.end):
            self.autolink(at, match.end())
            return match.end()
        return at + 1

    def open(self, at: int, floor: int) -> int:
        self.nest()
        image = at > floor and self.body[at - 1] == "!"
        self.openers.append(_Opener(at - image, at + 1, image))
        return at + 1

    def nest(self) -> None:
        if self.openers:
            self.openers[-1].nested = True

    def code_span(self, at: int) -> int:
        if self.ticks is None:
            self.ticks = {}
            for run in _TICKS.finditer(self.body, self.start, self.end):
                self.ticks.setdefault(run.end() - run.start(), []).append(run.start())
        opening = _TICKS.match(self.body, at, self.end)
        after = opening.end() if opening else at + 1
        closers = self.ticks.get(after - at, [])
        index = bisect_left(closers, after)
        if index == len(closers):
            return after
        end = closers[index] + after - at
        self.found.code.append((at, end))
        return end

    def comment(self, start: int) -> int:
        self.nest()
        end = comment_end(self.body, start)
        self.found.comments.append((start, end))
        return end

    def autolink(self, start: int, end: int) -> None:
        self.nest()
        target = self.body[start + 1 : end - 1]
        self.found.links.append(Link(start, end, target, target, start + 1, end - 1, "autolink"))
        self.last_end = end

    def stray(self, start: int, end: int, reason: str) -> None:
        self.nest()
        start = max(start, self.last_end)
        self.found.strays.append(Stray(start, end, self.body[start:end], reason))
        self.last_end = end

    def close(self, at: int) -> int:
        opener = self.openers.pop() if self.openers else None
        if self.body[at + 1 : at + 2] not in _AFTER_TEXT:
            return at + 1
        if ours := _OUR_SCHEME.match(self.body, at, self.end):
            return self.reference(opener, at, ours.end())
        if opener is None:
            return at + 1
        end = self.link(opener, at) if opener.active else None
        return end or self.definition(opener, at) or at + 1

    def reference(self, opener: _Opener | None, at: int, scheme_end: int) -> int:
        """Take ``](run:`` and the like as a citation or as a stray."""
        match = _CITATION.match(self.body, at, self.end)
        reason = self.fault(opener, at, match)
        if match is None or opener is None or reason:
            rest = _REST_OF_STRAY.match(self.body, scheme_end, self.end)
            end = rest.end() if rest else scheme_end
            if opener and opener.image:
                self.refuse_inside(opener.start)
            self.stray(opener.start if opener and opener.active else at, end, reason)
            return end
        text = self.body[opener.text_start : at]
        self.found.citations.append(
            Citation(
                start=opener.start,
                end=match.end(),
                text=text,
                text_start=opener.text_start,
                scheme=match["scheme"],
                target=match["target"],
                target_start=match.start("target"),
            )
        )
        self.linked(match.end())
        return match.end()

    def fault(self, opener: _Opener | None, at: int, match: re.Match[str] | None) -> str:
        """Say what keeps ``](run:`` from being a citation; empty when nothing does."""
        reason = ""
        if self.body[at + 1] == ":":
            reason = "a reference definition shows no number"
        elif opener is None or not opener.active:
            reason = "no bracket of its own opens this citation"
        elif opener.image:
            reason = "an image shows no number"
        elif match is None:
            reason = self.target_fault(at)
        elif opener.nested:
            reason = "the shown text holds brackets, a link or a comment"
        elif _LINE_BREAK.search(self.body, opener.text_start, at):
            reason = "a citation stands on one line"
        return reason

    def target_fault(self, at: int) -> str:
        after = self.body[at + 1 : at + 3]
        if after[:1] != "(":
            return "a space parts the shown text from its source"
        if not re.match(_OURS, self.body[at + 2 : at + 7]):
            if after[1:].isspace() or after[1:] == "<":
                return "the source stands in plain parentheses, without spaces or <>"
            return "the scheme is written in lower case"
        return "the source has no title, spaces, quotes or brackets, and ends with a parenthesis"

    def link(self, opener: _Opener, at: int) -> int | None:
        """Take an ordinary inline link or image; None when there is none."""
        opening = _OPENING.match(self.body, at, self.end)
        if opening is None:
            return None
        if angled := _ANGLED.match(self.body, opening.end(), self.end):
            (start, stop), after = angled.span(1), angled.end()
        else:
            start = opening.end()
            stop = after = self.bare_end(start)
        closing = _CLOSING.match(self.body, after, self.end) if after >= 0 else None
        if closing is None:
            return None
        self.add_link(opener, at, (start, stop), closing.end())
        return closing.end()

    def bare_end(self, start: int) -> int:
        """Return where a bare destination ends, or -1 when its parentheses do not balance."""
        depth = 0
        for mark in _PAREN.finditer(self.body, start, self.end):
            if mark.group() == "(":
                depth += 1
                if depth > MAX_NESTING:
                    return -1
            elif mark.group() == ")":
                if depth == 0:
                    return mark.start()
                depth -= 1
            elif mark.group().isspace():
                return -1 if depth else mark.start()
        return -1

    def add_link(self, opener: _Opener, at: int, target: tuple[int, int], end: int) -> None:
        start, stop = target
        shown = _unescaped(self.body[start:stop])
        if _SCHEME.match(shown):
            self.stray(opener.start, end, "the scheme is written without escapes")
            return
        text = self.body[opener.text_start : at]
        kind: Literal["link", "image"] = "image" if opener.image else "link"
        self.found.links.append(Link(opener.start, end, text, shown, start, stop, kind))
        if opener.image:
            self.refuse_inside(opener.start)
            self.last_end = end
        else:
            self.linked(end)

    def refuse_inside(self, start: int) -> None:
        """Turn citations in an image's description into strays: nobody would see them."""
        inside = []
        while self.found.citations and self.found.citations[-1].start > start:
            inside.append(self.found.citations.pop())
        reason = "an image's description cites nothing"
        for one in reversed(inside):
            text = self.body[one.start : one.end]
            self.found.strays.append(Stray(one.start, one.end, text, reason))

    def linked(self, end: int) -> None:
        """Note a link's end: links hold no links, so no bracket before it can open one."""
        self.last_end = end
        for opener in self.openers:
            opener.active = opener.active and opener.image

    def definition(self, opener: _Opener, at: int) -> int | None:
        match = _DEFINITION.match(self.body, at, self.end)
        if match is None or opener.image or not self.begins_line(opener.start):
            return None
        start, stop = match.span("target")
        if self.body[start] == "<":
            start, stop = start + 1, stop - 1
        text = self.body[opener.text_start : at]
        target = _unescaped(self.body[start:stop])
        if _SCHEME.match(target):
            self.stray(opener.start, match.end("target"), "the scheme is written without escapes")
            return match.end("target")
        end = match.end("target")
        self.found.links.append(Link(opener.start, end, text, target, start, stop, "definition"))
        self.last_end = end
        return end

    def begins_line(self, offset: int) -> bool:
        floor = max(self.start, offset - 4)
        before = self.body[floor:offset].rstrip(" ")
        return (not before and floor == self.start) or before[-1:] in ("\n", "\r", ">")


def _unescaped(raw: str) -> str:
    if "\\" not in raw and "&" not in raw:
        return raw
    from html import unescape  # noqa: PLC0415 - few links have escapes

    def plain(match: re.Match[str]) -> str:
        return match[1] or unescape(match[0])

    return _ESCAPED.sub(plain, raw)
