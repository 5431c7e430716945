"""What a page does when it is parsed: elements, links, headings, citations, blocks, ids."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

from markdown import Markdown
from markdown_it import MarkdownIt

from expdocs.prose.scanner import scan

_SITE = Markdown(extensions=["tables", "fenced_code", "sane_lists", "footnotes", "toc"])
_COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Active(NamedTuple):
    """Everything of a page that is more than text: two pages of one form have the same."""

    elements: tuple[tuple[str, ...], ...]
    addresses: tuple[str, ...]
    citations: tuple[tuple[str, str], ...]
    strays: int
    headings: tuple[str, ...]
    blocks: tuple[str, ...]
    comments: int
    code: int
    record_ids: tuple[str, ...]


def active(page: str) -> Active:
    """Return what a page does, as this project's scanner and two parsers of Markdown see it."""
    prose = scan(page)
    seen = [_parsed(_SITE.reset().convert(page)), _parsed(_COMMONMARK.render(page))]
    return Active(
        elements=tuple(tuple(one.elements) for one in seen),
        addresses=tuple(address for one in seen for address in one.addresses),
        citations=tuple((one.scheme, one.target) for one in prose.citations),
        strays=len(prose.strays) + len(prose.block_problems),
        headings=tuple(one.title for one in prose.headings),
        blocks=tuple(one.name for one in prose.blocks),
        comments=len(prose.comments),
        code=len(prose.code),
        record_ids=tuple(one.id for one in prose.record_ids),
    )


def shown(page: str) -> str:
    """Return the text of a page as a reader sees it, on one line."""
    return " ".join(_parsed(_SITE.reset().convert(page)).text.split())


class _Parsed(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(" ".join([tag, *(name for name, _ in attrs if name != "id")]))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.elements.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.elements.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.elements.append("unknown declaration")


def _parsed(html: str) -> _Parsed:
    parser = _Parsed()
    parser.feed(html)
    parser.close()
    return parser
