from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.prose.scanner import scan
from expdocs.site.citations import Agreement, CitationView
from expdocs.site.render import Anchor, Links, Renderer, decoded, judged

RENDERER = Renderer()
KNOWN = "EXP-2026-11-20-417"

# Everything that Markdown, our citations and our links may put into a page.
ELEMENTS = {
    *("p", "a", "span", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br"),
    *("table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6", "div", "sup"),
    *("img",),
}
ATTRIBUTES = {
    *("href", "title", "class", "id", "rel", "src", "alt", "loading", "aria-hidden", "style"),
    *("start",),
}


def links() -> Links:
    return Links(
        page=lambda target: f"../{target}",
        record=lambda name: Anchor("other.html", "A <title>") if name == KNOWN else None,
        file=lambda target: Anchor("other.html", "other") if target == "other.md" else None,
        image=lambda target: "../pictures/plot.png" if target == "img/plot.png" else None,
    )


def render(body: str) -> str:
    prose = scan(body)
    views = tuple(
        CitationView(c.text, "runs/ab.html#m", f"{c.scheme}:{c.target}", Agreement.MATCHES)
        for c in prose.citations
    )
    return RENDERER.render(body, prose, views, links()).html


class Collected(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(text: str) -> None:
    for tag, attributes in Collected(text).elements:
        assert tag in ELEMENTS
        assert set(attributes) <= ATTRIBUTES
        assert attributes.get("style", "text-align: right;").startswith("text-align: ")
        for name in ("href", "src"):
            target = attributes.get(name, "#")
            allowed = ("#", "http://", "https://", "mailto:", "../", "other.html")
            assert target.startswith(allowed)


def test_a_citation_becomes_a_link_with_its_verdict_in_words() -> None:
    html = render("It is **[0.812](run:smote#val_f1)** now.")
    assert html == (
        '<p>It is <strong><a class="xd-cite xd-cite--ok" href="../runs/ab.html#m" '
        'title="run:smote#val_f1 (matches its source)">0.812'
        '<span aria-hidden="true" class="xd-mark">✓</span>'
        '<span class="xd-sr"> (matches its source)</span></a></strong> now.</p>'
    )


def test_citations_in_tables_and_headings() -> None:
    body = "## At [0.8](run:a#f1)\n\n| a | b |\n|---|--:|\n| x | [0.9](run:b#f1) |\n"
    prose = scan(body)
    views = tuple(
        CitationView(c.text, "", f"{c.scheme}:{c.target}", Agreement.DIFFERS)
        for c in prose.citations
    )
    rendered = RENDERER.render(body, prose, views, links())
    assert len(views) == 2
    found = Collected(rendered.html).elements
    assert [e for e, a in found if a.get("class") == "xd-cite xd-cite--bad"] == ["span", "span"]
    assert rendered.headings[0].title.startswith("At 0.8")
    assert f'id="{rendered.headings[0].id}"' in rendered.html


def test_code_is_left_alone() -> None:
    body = "`[0.8](run:a#f1)`\n\n```python\n[0.9](run:b#f1) EXP-2026-11-20-417\n```\n"
    html = render(body)
    assert "<code>[0.8](run:a#f1)</code>" in html
    assert "[0.9](run:b#f1) EXP-2026-11-20-417" in html
    assert "<a" not in html


def test_comments_vanish_and_html_is_text() -> None:
    html = render("a <!-- ? what --> b\n\n<div onclick=x>\n\n<b>c</b> &lt;i&gt;")
    assert "what" not in html
    assert Collected(html).elements == [("p", {}), ("p", {}), ("p", {})]
    assert "<div onclick=x>" in Collected(html).text
    assert "<b>c</b> <i>" in Collected(html).text


def test_record_ids_lead_to_their_pages() -> None:
    html = render(f"See {KNOWN} and EXP-2026-11-20-999.")
    assert (
        '<a class="xd-id" href="other.html" title="A &lt;title&gt;">EXP-2026-11-20-417</a>' in html
    )
    assert '<span class="xd-id">EXP-2026-11-20-999</span>' in html


def test_first_level_headings_stand_below_the_title_of_the_page() -> None:
    html = render("# One\n\n## Two\n")
    assert [tag for tag, _ in Collected(html).elements] == ["h2", "h2"]


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
        ("http://example.org", "http://example.org"),
        ("mailto:ana@example.org", "mailto:ana@example.org"),
        ("#conclusion", "#conclusion"),
        ("other.md", "other.html"),
        ("unknown.md", None),
        ("javascript:x", None),
        ("JaVaScRiPt:x", None),
        ("java\tscript:x", None),
        ("\x01javascript:x", None),
        ("java\u200bscript:x", None),
        ("&#106;avascript:x", None),
        ("&amp;#106;avascript:x", None),
        ("javascript&colon;x", None),
        ("java&Tab;script:x", None),
        ("data:text/html,x", None),
        ("vbscript:x", None),
        ("file:///etc/passwd", None),
        ("//evil.example/x", None),
        ("/\\evil.example", None),
        ("\\\\evil.example", None),
        ("https:evil", None),
        ("https://[bad", None),
        ("run:smote#val_f1", None),
    ],
)
def test_link_targets(target: str, wanted: str | None) -> None:
    found = judged(decoded(target), links())
    assert (found.href if found else None) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "[x](javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](&#106;avascript:alert(1))",
        "[x](&#106avascript:alert(1))",
        "[x](&\\#106;avascript:alert(1))",
        '[x][r]\n\n[r]: javascript:alert(1) "t"',
        "<javascript:alert(1)>",
        '![x" onerror="alert(1)](x" onerror="alert(1))',
        "![x](javascript:alert(1))",
        '[x](https://a.example/"onclick="alert(1) "t\\"onclick=x")',
        "``` {#a onclick=alert(1) .b}\nx\n```",
        '[^"><img src=x>]\n\n[^"><img src=x>]: note',
        '[a [0.8](run:x#y) b](https://e.example/[0.8](run:x#y) "[0.8](run:x#y)")',
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<!-- a --><script>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
        '[0.8](run:<b>#"onclick=x)',
        "| a<script> |\n|---|\n| <img onerror=x> |",
        "\x02amp\x03#106; \x02wzxhzdk:0\x03",
        "{: onclick=x }\n# t {: onclick=x }",
    ],
)
def test_hostile_bodies_do_nothing(body: str) -> None:
    assert_harmless(render(body))


@given(
    st.lists(
        st.sampled_from(
            [
                *("[", "]", "(", ")", "<", ">", '"', "'", "`", "*", "_", "!", "#", "|", "\\", "&"),
                *("\n", "\n\n", " ", "    ", "- ", "> ", "[^1]", "[^1]: ", "```", "~~~", "{", "}"),
                *("javascript:", "https://a.example/", "run:a#b", "0.8", "&#106;", "<!--", "-->"),
                *("<script>", "onclick=x", KNOWN, "\x02", "\x03", "|---|", "xd", "&lt;"),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_no_combination_gets_an_element_in(body: str) -> None:
    assert_harmless(render(body))


def test_what_breaks_the_parser_is_shown_plainly() -> None:
    html = render("[" * 100_000 + "<b>")
    assert html.startswith('<pre class="xd-plain">[[')
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_pictures_from_elsewhere_are_links() -> None:
    html = render("![Plot](img/plot.png) ![Far](https://a.example/x.png) ![No](other.png)")
    found = Collected(html).elements
    images = [attributes for tag, attributes in found if tag == "img"]
    assert images == [{"alt": "Plot", "src": "../pictures/plot.png", "loading": "lazy"}]
    outside = [attributes["href"] for tag, attributes in found if tag == "a"]
    assert outside == ["https://a.example/x.png"]
    assert "Picture: No" in html
