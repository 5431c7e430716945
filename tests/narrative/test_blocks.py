"""Tables and listings on a page: whatever they hold, they stay one table and one listing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import markdown as parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative.blocks import Listing, Table, markdown

HOSTILE = (
    "<script>alert(1)</script>",
    "```\n<b>out</b>\n```",
    "~~~~\n# heading\n~~~~",
    "[link](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "a | b | c",
    "`code` **bold** _it_",
    "\n\n# heading\n\n- list",
    "<!-- expdocs:steps -->",
    "&lt;b&gt; &#60;b&#62;",
    "https://evil.example",
    "{: onclick=alert(1)}",
    "\u202egnp.exe\x1b[31m",
)
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


class Elements(HTMLParser):
    """Which elements a page has, with which attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(text: str) -> Elements:
    extensions = ["tables", "attr_list", "pymdownx.superfences", "pymdownx.highlight"]
    options = {"pymdownx.highlight": {"use_pygments": False}}
    return Elements(parser.markdown(text, extensions=extensions, extension_configs=options))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_shows_its_text_alone(text: str) -> None:
    found = shown(markdown(Table("setup", ("Part", "Value"), (("one", text), (text, "two")))))
    assert set(found.found) == TABLE
    assert found.found.count("tr") == 3
    assert found.found.count("td") == 4
    assert set(found.attributes) == set()
    words = re.sub(r"[\x00-\x1f\u202e]+", "", " ".join(text.split()))
    assert re.sub(r"\ufffd", "", " ".join(found.text.split())).count(words) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_listing_shows_its_text_alone(text: str) -> None:
    found = shown(markdown(Listing("steps", "sh", text)))
    assert set(found.found) == {"pre", "code"}
    assert found.found.count("pre") == 1
    assert found.text.rstrip("\n") == re.sub(r"[\x1b\u202e]", "\ufffd", text).rstrip("\n")


@given(st.text(max_size=80))
def test_whatever_a_listing_holds_its_fence_is_longer(text: str) -> None:
    fence, *lines, end = markdown(Listing("steps", "sh", text)).split("\n")
    assert fence == f"{end}sh"
    assert not any(line.strip().startswith(end) for line in lines)


@given(st.lists(st.text(max_size=40), min_size=2, max_size=4))
def test_a_row_is_one_line_with_its_cells(cells: list[str]) -> None:
    header, rule, row = markdown(Table("setup", tuple(cells), (tuple(cells),))).splitlines()
    assert header == row
    assert len(re.findall(r"(?<!\\)\|", row)) == len(cells) + 1
    assert rule.count("---") == len(cells)
