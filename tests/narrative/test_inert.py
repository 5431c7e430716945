"""Any text becomes Markdown that shows it and is no markup, whoever parses it."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown import Markdown
from markdown_it import MarkdownIt

from expdocs.narrative.inert import escape, plain
from expdocs.prose.scanner import scan

# As this project's site parses pages, and with what themes and teams commonly add.
SITE = ["tables", "fenced_code", "sane_lists", "footnotes", "toc"]
MANY = [
    *SITE,
    *("abbr", "attr_list", "def_list", "md_in_html", "admonition", "nl2br"),
    *("pymdownx.betterem", "pymdownx.caret", "pymdownx.critic", "pymdownx.details"),
    *("pymdownx.emoji", "pymdownx.inlinehilite", "pymdownx.keys", "pymdownx.magiclink"),
    *("pymdownx.mark", "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde"),
]
SITE_MARKDOWN = Markdown(extensions=SITE)
MANY_MARKDOWN = Markdown(extensions=MANY)
COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])

# What markup is made of turns up often.
pieces = st.one_of(
    st.sampled_from(
        [
            *"\\`*_{}[]()#+-.!|~^$@&<>=:;?%\"'/ \n\t0123456789",
            *(
                "](",
                "![",
                "[[",
                "]]",
                "{{",
                "}}",
                "<!--",
                "-->",
                "://",
                "www.",
                "---",
                "===",
                "~~~",
            ),
            *("```", "!!!", "???", "run:", "EXP-2026-11-20-417", "&amp;", "&#60;", "<b>", "[^1]"),
            *("1. ", "- ", "* ", "> ", "# ", ":::", "++", "--", "==", "a@b.de", "http", "\u202e"),
            *("\x00", "\x02klzzwxh:0\x03", "\u200b", "\u2028", "{: #a}", "[TOC]", "javascript:"),
        ]
    ),
    st.text(max_size=8),
)
texts = st.lists(pieces, max_size=12).map("".join)


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.elements.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.elements.append("instruction")


def shown(html: str) -> tuple[set[str], str]:
    parser = _Shown()
    parser.feed(html)
    parser.close()
    return set(parser.elements), " ".join(parser.text.split())


@pytest.mark.parametrize("before", ["", "A word "])
@given(text=texts)
@example(text="[x](javascript:alert(1))")
@example(text="<!-- expdocs:runs -->")
@example(text="12345678. a")
@example(text="1234567890123. a")
@example(text="\u0663. a")
@example(text="1) a")
@example(text="a\n===")
def test_every_parser_shows_the_text_and_no_element(before: str, text: str) -> None:
    source = before + escape(text)
    expected = (before + plain(text)).strip()
    elements = {"p"} if expected else set()
    for html in (
        SITE_MARKDOWN.reset().convert(source),
        MANY_MARKDOWN.reset().convert(source),
        COMMONMARK.render(source),
    ):
        assert shown(html) == (elements, expected)


@given(text=texts)
def test_inside_of_a_line_less_is_escaped(text: str) -> None:
    source = f"A ({escape(text, inside=True)})"
    for html in (SITE_MARKDOWN.reset().convert(source), COMMONMARK.render(source)):
        assert shown(html) == ({"p"}, " ".join(f"A ({plain(text)})".split()))
    assert len(escape(text, inside=True)) <= len(escape(text))


@pytest.mark.parametrize("line", ["- {}", "> {}", "| a |\n|---|\n| {} |", "Words\n{}", "{}\n{}"])
@given(text=texts)
def test_nothing_leaves_the_line_that_it_stands_in(line: str, text: str) -> None:
    source = line.format(escape(text), escape(text))
    with_words = line.format("word", "word")
    for parse in (SITE_MARKDOWN.reset().convert, COMMONMARK.render):
        elements, _ = shown(parse(source))
        assert elements <= shown(parse(with_words))[0]


@given(text=texts)
def test_the_projects_own_scanner_finds_nothing(text: str) -> None:
    prose = scan(f"- {escape(text)} word\n")
    found = (prose.citations, prose.strays, prose.links, prose.headings, prose.blocks)
    more = (prose.block_problems, prose.record_ids, prose.comments, prose.code)
    assert [*found, *more, prose.template_marks] == [()] * 10


@given(text=texts)
def test_what_is_plain_stays_plain(text: str) -> None:
    line = plain(text)
    assert plain(line) == line
    assert "\n" not in line
    assert unicodedata.is_normalized("NFC", line)
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\n lines\u2028here\u00a0", "two lines here"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("right\u202eto left", "right\ufffdto left"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("tag\U000e0041", "tag\ufffd"),
        ("می\u200cشود", "می\u200cشود"),
    ],
)
def test_plain_by_hand(text: str, line: str) -> None:
    assert plain(text) == line


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Class weights helped, slowly.", "Class weights helped, slowly."),
        ("class_weight=balanced", "class\\_weight=balanced"),
        ("state-of-the-art: a note", "state-of-the-art: a note"),
        ("see EXP-2026-11-20-417", "see EXP\\-2026-11-20-417"),
        ("[x](http://a.b)", "\\[x\\](http&#58;//a.b)"),
        ("12. a", "12\\. a"),
        ("12.5", "12\\.5"),
        ("= a == b", "&#61; a =&#61; b"),
        ("-5 <b>", "\\-5 &lt;b&gt;".replace("&lt;", "&#60;").replace("&gt;", "&#62;")),
    ],
)
def test_escape_by_hand(text: str, source: str) -> None:
    assert escape(text) == source
