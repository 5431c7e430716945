"""What the scanner finds in a body, worked out by hand from CommonMark and the design."""

from __future__ import annotations

import itertools
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.prose.scanner import (
    Block,
    BlockProblem,
    Citation,
    Heading,
    IdMention,
    Lines,
    Link,
    Prose,
    line_column,
    scan,
    uncited_numbers,
)

CITED = "[0.8](run:a#f1)"


def body(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def shown(text: str) -> list[str]:
    return [citation.text for citation in scan(text).citations]


def strays(text: str) -> list[str]:
    return [stray.text for stray in scan(text).strays]


def code(text: str) -> list[str]:
    return [text[start:end] for start, end in scan(text).code]


def comments(text: str) -> list[str]:
    return [text[start:end] for start, end in scan(text).comments]


def headings(text: str) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in scan(text).headings]


# --- citations


def test_a_citation_knows_every_offset() -> None:
    assert scan("F1 is [0.812](run:smote#val_f1).").citations == (
        Citation(
            start=6,
            end=31,
            text="0.812",
            text_start=7,
            scheme="run",
            target="smote#val_f1",
            target_start=18,
        ),
    )


@pytest.mark.parametrize("scheme", ["run", "delta", "ratio", "mean", "sd", "count", "git", "dvc"])
def test_each_scheme_is_a_citation(scheme: str) -> None:
    (citation,) = scan(f"[x]({scheme}:y)").citations
    assert (citation.scheme, citation.target) == (scheme, "y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CITED + CITED, ["0.8", "0.8"]),
        ("**[0.8](run:a#f1)**", ["0.8"]),
        ("[−0.02](delta:a..b#f1)", ["−0.02"]),
        ("see [1 and [0.8](run:a#f1)", ["0.8"]),
        ("[foo] [0.8](run:a#f1)", ["0.8"]),
        ("[text [0.8](run:a#f1) more](https://x.org)", ["0.8"]),
        ("[`train.py`](git:abc:train.py)", ["`train.py`"]),
        (r"\![0.8](run:a#f1)", ["0.8"]),
        (r"\\[0.8](run:a#f1)", ["0.8"]),
        (r"[\[x\].py](git:abc:x.py)", [r"\[x\].py"]),
        ("[](run:a#f1)", [""]),
        ("[0.8](run:)", ["0.8"]),
        ("模型得分[0.8](run:a#准确率)，很好", ["0.8"]),
        ("🎉[0.8](run:a#f1)e\u0301", ["0.8"]),
        ("# Title [0.8](run:a#f1)", ["0.8"]),
        ("> quoted [0.8](run:a#f1)", ["0.8"]),
        ("1. item\n   - deep [0.8](run:a#f1)", ["0.8"]),
        ("| a | b |\n|---|---|\n| [0.8](run:a#f1) | [1](count:g) |", ["0.8", "1"]),
        ("`open [0.8](run:a#f1)", ["0.8"]),
        ("`` ` [0.8](run:a#f1)", ["0.8"]),
        ("text\n    [0.8](run:a#f1)", ["0.8"]),
        ("- item\n\n      [0.8](run:a#f1)", ["0.8"]),
        ("<!-- x -->[0.8](run:a#f1)", ["0.8"]),
        ("<!-->[0.8](run:a#f1)", ["0.8"]),
        ("<!-- expdocs:runs -->\n[0.8](run:a#f1)\n<!-- /expdocs:runs -->", ["0.8"]),
        ("~~~ not closed by ticks\n```\n~~~\n[0.8](run:a#f1)", ["0.8"]),
        ("> ```\n> code\n\n[0.8](run:a#f1)", ["0.8"]),
        ("``` a`b\n[0.8](run:a#f1)", ["0.8"]),
    ],
)
def test_citations_are_found_in_text(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`[0.8](run:a#f1)`",
        "``a ` [0.8](run:a#f1)``",
        "`a\n[0.8](run:a#f1)`",
        "```\n[0.8](run:a#f1)\n```",
        "~~~python\n[0.8](run:a#f1)",
        "   ```\n[0.8](run:a#f1)\n   ```",
        "````\n```\n[0.8](run:a#f1)\n````",
        "text\n```\n[0.8](run:a#f1)\n```",
        "> ```\n> [0.8](run:a#f1)\n> ```",
        "- ```\n  [0.8](run:a#f1)\n  ```",
        "1. a\n\n   ```\n   [0.8](run:a#f1)\n\n   ```",
        "- > ```\n  > [0.8](run:a#f1)\n  > ```",
        "    [0.8](run:a#f1)",
        "text\n\n    [0.8](run:a#f1)",
        "text\n\n\t[0.8](run:a#f1)",
        "text\n\n    a\n\n    [0.8](run:a#f1)",
        "> text\n>\n>     [0.8](run:a#f1)",
        "<!-- [0.8](run:a#f1) -->",
        "text <!-- [0.8](run:a#f1)\n\n```\n- x --> end",
        "<!-- never closed\n\n# x\n\n[0.8](run:a#f1)",
        "text <!-- never closed\n\n[0.8](run:a#f1)",
        "```\r\n[0.8](run:a#f1)\r\n```\r\n",
    ],
)
def test_code_and_comments_hold_no_citation_and_no_stray(text: str) -> None:
    prose = scan(text)
    assert (prose.citations, prose.strays) == ((), ())


def test_a_comment_ends_where_it_is_closed() -> None:
    text = f"a <!-- `\n\n```\n--> {CITED} `b`\n\n{CITED}"
    prose = scan(text)
    assert shown(text) == ["0.8", "0.8"]
    assert comments(text) == ["<!-- `\n\n```\n-->"]
    assert [text[start:end] for start, end in prose.code] == ["`b`"]


def test_code_is_stronger_than_a_comment_inside_it() -> None:
    text = f"`<!--` {CITED}\n\n```\n<!--\n```\n{CITED}"
    assert shown(text) == ["0.8", "0.8"]
    assert comments(text) == []
    assert code(text) == ["`<!--`", "```\n<!--\n```"]


# --- strays


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<run:a#f1>", "<run:a#f1>"),
        ("[x]: run:a#f1", "[x]: run:a#f1"),
        ("[x]: <run:a#f1>", "[x]: <run:a#f1>"),
        ("[x]:\n  run:a#f1", "[x]:\n  run:a#f1"),
        ("![0.8](run:a#f1)", "![0.8](run:a#f1)"),
        ("[![0.8](run:a#f1)](https://x.org)", "![0.8](run:a#f1)"),
        ("![x [0.8](run:a#f1) y](plot.png)", "[0.8](run:a#f1)"),
        ('<a href="run:a#f1">0.8</a>', "run:a#f1"),
        ("<a href='run:a#f1'>0.8</a>", "run:a#f1"),
        ('[0.8](run:a#f1 "title")', '[0.8](run:a#f1 "title")'),
        ("[0.8]( run:a#f1)", "[0.8]( run:a#f1)"),
        ("[0.8](run:a#f1 )", "[0.8](run:a#f1 )"),
        ("[0.8](run:a #f1)", "[0.8](run:a #f1)"),
        ("[0.8](<run:a#f1>)", "[0.8](<run:a#f1>)"),
        ("[0.8](\nrun:a#f1)", "[0.8](\nrun:a#f1)"),
        ("[0.8] (run:a#f1)", "[0.8] (run:a#f1)"),
        ("[0.\n8](run:a#f1)", "[0.\n8](run:a#f1)"),
        ("[0.\r8](run:a#f1)", "[0.\r8](run:a#f1)"),
        ("[[0.8]](run:a#f1)", "[[0.8]](run:a#f1)"),
        ("[0.8 [x]](run:a#f1)", "[0.8 [x]](run:a#f1)"),
        ("0.8](run:a#f1)", "](run:a#f1)"),
        (r"\[0.8](run:a#f1)", "](run:a#f1)"),
        ("[0.8](run:a#f1", "[0.8](run:a#f1"),
        ("[0.8](run:a#f(x))", "[0.8](run:a#f"),
        ("[0.8](RUN:a#f1)", "[0.8](RUN:a#f1)"),
        ("[0.8](r&#117;n:a#f1)", "[0.8](r&#117;n:a#f1)"),
        ("[x]: r&#117;n:a#f1", "[x]: r&#117;n:a#f1"),
        ("[0.8<!-- x -->](run:a#f1)", "[0.8<!-- x -->](run:a#f1)"),
        ("[0.8](run:a#f1|b)", "[0.8](run:a#f1|b)"),
        ("# ![0.8](run:a#f1)", "![0.8](run:a#f1)"),
    ],
)
def test_the_schemes_elsewhere_are_strays(text: str, expected: str) -> None:
    prose = scan(text)
    assert [stray.text for stray in prose.strays] == [expected]
    assert prose.citations == ()


@pytest.mark.parametrize(
    "text",
    [
        "We have a run: three times, the ratio:A is fine, and count:4.",
        "[note]: run: three times",
        "[0.8] (see the run: it failed)",
        "a < run:b and x<y",
        "the mean:median=3, tag=run:abc",
        "[rerun:a](https://x.org/run:a)",
        "git:abc and dvc:data/x.csv@abc",
        "[x](running:a)",
        "<rerun:a>",
    ],
)
def test_plain_prose_is_no_stray(text: str) -> None:
    assert strays(text) == []


def test_a_broken_citation_does_not_hide_the_next() -> None:
    text = f"[0.7](run:a#f1 and {CITED}"
    assert strays(text) == ["[0.7](run:a#f1"]
    assert shown(text) == ["0.8"]


def test_a_citation_inside_what_looks_like_a_citation() -> None:
    text = f"[a {CITED} b](run:z#w)"
    assert shown(text) == ["0.8"]
    assert strays(text) == ["](run:z#w)"]


def test_a_stray_says_why() -> None:
    reasons = {stray.reason for stray in scan(f"!{CITED} <run:a> [0.8](RUN:a)").strays}
    assert reasons == {
        "an image shows no number",
        "an autolink shows no number",
        "the scheme is written in lower case",
    }


# --- ordinary links


def test_ordinary_links_and_images() -> None:
    text = '[a](https://x.org/b_(c) "t") ![d](<e f.png>) <https://y.org>\n\n[g]: javascript:x'
    assert [(link.kind, link.text, link.target) for link in scan(text).links] == [
        ("link", "a", "https://x.org/b_(c)"),
        ("image", "d", "e f.png"),
        ("autolink", "https://y.org", "https://y.org"),
        ("definition", "g", "javascript:x"),
    ]


def test_a_links_offsets() -> None:
    assert scan("x [ab](cd.md) y").links == (Link(2, 13, "ab", "cd.md", 7, 12, "link"),)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[a](javascript&#58;alert)", "javascript:alert"),
        ("[a](javascript&colon;alert)", "javascript:alert"),
        (r"[a](java\script:x)", r"java\script:x"),
        (r"[a](javascript\:x)", "javascript:x"),
        ("[a\nb](c)", "c"),
        ("[a]()", ""),
        ("[a](b 'c')", "b"),
        ("[a](b (c))", "b"),
    ],
)
def test_a_links_target_is_what_a_browser_gets(text: str, target: str) -> None:
    assert [link.target for link in scan(text).links] == [target]


@pytest.mark.parametrize(
    "text", ["[a] (b)", "[a](b c)", "[a](b", r"\[a](b)", "`[a](b)`", "[a]: b c", "x [a]: b"]
)
def test_what_is_no_link(text: str) -> None:
    assert scan(text).links == ()


def test_an_image_inside_a_link() -> None:
    text = "[![a](b.png)](https://x.org)"
    assert [(link.kind, link.target) for link in scan(text).links] == [
        ("link", "https://x.org"),
        ("image", "b.png"),
    ]


def test_links_hold_no_links() -> None:
    assert [link.text for link in scan("[a [b](c) d](e)").links] == ["b"]


# --- headings


def test_atx_headings() -> None:
    text = body("""
        # One
        ## Two ##
          ### Three#
        #### 四 ####
        #No
        ####### No
        ##
        \\# No
            # No
    """)
    assert headings(text) == [(1, "One"), (2, "Two"), (3, "Three#"), (4, "四"), (2, "")]


def test_a_headings_span_and_comment() -> None:
    assert scan("\n## Runs <!-- ? say -->\r\nx").headings == (Heading(1, 23, 2, "Runs"),)


def test_setext_headings() -> None:
    text = "One\n===\n\nTwo\nlines\n---\n\n---\n\n- x\n---\n\n<!-- c -->\n---\n"
    assert headings(text) == [(1, "One"), (2, "Two lines")]
    assert scan("ab\n==\n").headings == (Heading(0, 5, 1, "ab"),)


def test_headings_in_code_comments_and_containers_are_no_sections() -> None:
    text = "```\n# a\n```\n\n<!--\n# b\n-->\n> # c\n\n- # d\n\n    # e\n"
    assert headings(text) == []


def test_crlf_and_lf_give_the_same_titles() -> None:
    text = "# One\n\nTwo\n---\n\n```\n# x\n```\n### Three\n"
    expected = [(1, "One"), (2, "Two"), (3, "Three")]
    assert headings(text) == headings(text.replace("\n", "\r\n")) == expected


# --- blocks


def test_a_block_and_its_inside() -> None:
    text = "a\n<!-- expdocs:runs -->\ntable\n<!-- /expdocs:runs -->\nb"
    (block,) = scan(text).blocks
    assert block == Block("runs", 2, 52, 23, 30)
    assert text[block.inner_start : block.inner_end] == "\ntable\n"


OPEN, CLOSE = "<!-- expdocs:a -->", "<!-- /expdocs:a -->"
OPEN_B, CLOSE_B = "<!-- expdocs:b -->", "<!-- /expdocs:b -->"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (OPEN, ["the block a is never closed"]),
        (CLOSE, ["no block a is open here"]),
        (OPEN + CLOSE_B + CLOSE, ["no block b is open here"]),
        (OPEN + OPEN_B + CLOSE_B + CLOSE, ["the block b opens inside the block a"]),
        (OPEN + OPEN + CLOSE, ["the block a opens inside the block a"]),
        (OPEN + CLOSE + OPEN + CLOSE, ["the block a stands here a second time"]),
        (
            "<!-- expdocs:A -->",
            ["a block's name is lower-case letters, digits and hyphens"],
        ),
        (OPEN + CLOSE + OPEN_B + CLOSE_B, []),
        (f"`{OPEN}`", []),
        ("<!-- about expdocs:a -->", []),
    ],
)
def test_block_problems(text: str, messages: list[str]) -> None:
    assert [problem.message for problem in scan(text).block_problems] == messages


def test_a_block_problem_points_at_its_marker() -> None:
    assert scan("x " + CLOSE).block_problems == (BlockProblem(2, 21, "no block a is open here"),)


def test_a_nested_block_leaves_the_outer_one() -> None:
    assert [block.name for block in scan(OPEN + OPEN_B + CLOSE_B + CLOSE).blocks] == ["a"]


# --- record ids and template marks

ID = "EXP-2026-11-20-417"


def test_a_record_id_in_text() -> None:
    assert scan(f"见{ID}的结果").record_ids == (IdMention(1, 19, ID),)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"({ID}, {ID}).", 2),
        (f"# {ID}", 1),
        (f"[{ID}]", 1),
        (f"{ID}/smote", 1),
        (f"x{ID}", 0),
        (f"{ID}8", 0),
        (f"{ID}-slug.md", 0),
        (f"`{ID}`", 0),
        (f"```\n{ID}\n```", 0),
        (f"<!-- {ID} -->", 0),
        (f"[{ID}](x.md)", 0),
        (f"[x]({ID}.md)", 0),
        (f"[0.8](run:{ID}/smote#f1)", 0),
        (f"https://x.org/{ID}", 0),
        (f"<run:{ID}/a#f>", 0),
        ("E-2026-11-20-417", 0),
        ("EXP-2026-11-20-41", 0),
        ("EXP-２０26-11-20-417", 0),
    ],
)
def test_where_record_ids_are_mentions(text: str, count: int) -> None:
    assert len(scan(text).record_ids) == count


def test_template_marks() -> None:
    text = "<!-- ? why --> `<!-- ? code -->` <!-- x? --> <!--?no space-->"
    assert [text[start:end] for start, end in scan(text).template_marks] == [
        "<!-- ? why -->",
        "<!--?no space-->",
    ]


# --- uncited numbers


def uncited(text: str, *names: str) -> list[tuple[str, str]]:
    found = uncited_numbers(text, scan(text), names or ("val_f1", "loss"))
    assert all(text[number.start : number.end] == number.text for number in found)
    return [(number.text, number.name) for number in found]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("val_f1 is 0.83.", ["0.83"]),
        ("The val F1 rose to 83.1 % and then 84%.", ["83.1 %", "84%"]),
        ("val-f1=0.83", ["0.83"]),
        ("VAL_F1 fell by −0.02", ["−0.02"]),
        ("A loss of 1.5e-3", ["1.5e-3"]),
        ("A loss of 1,234.5 or .5", ["1,234.5", ".5"]),
        ("`val_f1` is 0.83", ["0.83"]),
        ("val_f1: 0.81–0.83, 0.81-0.83", ["0.81", "0.83", "0.81", "0.83"]),
        ("val_f1为0.83，很好", ["0.83"]),
        ("val_f1 很好。但是 0.83", []),
        ("A loss! 0.83", []),
        ("Is it the loss? 0.83", []),
        ("val_f1 was better, e.g. 0.83 vs. 0.81", ["0.83", "0.81"]),
        ("val_f1 is\n0.83", ["0.83"]),
        ("val_f1 is\r\n0.83", ["0.83"]),
        ("val_f1\n\n0.83", []),
        ("- val_f1\n- 0.83", []),
        ("| val_f1 | 0.83 |\n|---|---|\n| loss | 0.4 |\n| x | 0.5 |", ["0.83", "0.4"]),
        ("> val_f1\n> 0.83", ["0.83"]),
        ("0.83", []),
        ("my_val_f1 is 0.83, lossy 0.4", []),
        ("loss after 12 epochs in version 1.2.3 on 2026-11-20", []),
        (f"loss {ID} v1.2 python3.11 model-1.5 a1.5", []),
        ("loss [0.83](run:a#loss) `0.83` <!-- 0.83 --> [0.83](https://x.org)", []),
        ("# loss 0.83", []),
        ("loss 0.83\n===", []),
        ("<!-- expdocs:runs -->\nloss 0.83\n<!-- /expdocs:runs -->\nloss 0.5", ["0.5"]),
        ("The other is 0.83, unlike [x](loss.md) or <!-- loss -->.", []),
        ("    loss 0.83", []),
    ],
)
def test_uncited_numbers(text: str, numbers: list[str]) -> None:
    assert [number for number, _ in uncited(text)] == numbers


def test_an_uncited_number_takes_the_name_before_it() -> None:
    text = "At 0.1 the val_f1 is 0.83 and the loss 0.4."
    assert uncited(text) == [("0.1", "val_f1"), ("0.83", "val_f1"), ("0.4", "loss")]


def test_the_longest_name_wins() -> None:
    assert uncited("val f1 0.83", "f1", "val_f1") == [("0.83", "val_f1")]
    assert uncited("val/f1 0.83 and a+b 0.4", "val/f1", "a+b") == [
        ("0.83", "val/f1"),
        ("0.4", "a+b"),
    ]


@pytest.mark.parametrize("names", [(), ("",), ("_ -",)])
def test_without_names_nothing_is_uncited(names: tuple[str, ...]) -> None:
    assert uncited_numbers("loss 0.83", scan("loss 0.83"), names) == ()


# --- places


def test_lines_and_columns_count_code_points() -> None:
    text = "a🎉b\r\ne\u0301x\n\nz"
    lines = Lines(text)
    assert [lines.at(offset) for offset in (0, 2, 5, 7, 9, 10, 11)] == [
        (1, 1),
        (1, 3),
        (2, 1),
        (2, 3),
        (3, 1),
        (4, 1),
        (4, 2),
    ]
    assert line_column(text, 7) == (2, 3)
    assert line_column("", 0) == (1, 1)


# --- invariants

PIECES = st.sampled_from(
    [
        *("[", "]", "(", ")", "![", "](", "`", "``", "```", "~~~", "<!--", "-->", "<", ">", "|"),
        *("\n", "\r\n", "\r", "\n\n", "    ", "\t", " ", "- ", "1. ", "> ", "# ", "---", "==="),
        *("run:a#b", "run:", "delta:a..b#f", "](run:a#b)", CITED, "https://x.org", ": ", '="'),
        *("val_f1", "0.83", "83 %", "1,234", ".", "。", "\\", '"', "'", "&amp;", ID, "é", "🎉"),
        *("<!-- expdocs:a -->", "<!-- /expdocs:a -->", "<!-- ?", "text", "|---|---|"),
    ]
)
BODIES = st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join)


def spans_of(prose: Prose, name: str) -> list[tuple[int, int]]:
    spans = getattr(prose, name)
    return [span if isinstance(span, tuple) else (span.start, span.end) for span in spans]


@given(BODIES)
def test_spans_are_in_range_ordered_and_apart(text: str) -> None:
    prose = scan(text)
    nesting = {"links"}
    for name in Prose.__slots__:
        spans = spans_of(prose, name)
        assert all(0 <= start <= end <= len(text) for start, end in spans), name
        assert [start for start, _ in spans] == sorted(start for start, _ in spans), name
        if name not in nesting:
            pairs = itertools.pairwise(spans)
            assert all(end <= start for (_, end), (start, _) in pairs), name


@given(BODIES)
def test_each_find_is_the_text_at_its_place(text: str) -> None:
    prose = scan(text)
    for one in prose.citations:
        assert text[one.start : one.end] == f"[{one.text}]({one.scheme}:{one.target})"
        assert text.startswith(one.text, one.text_start)
        assert text.startswith(one.target, one.target_start)
    assert all(text[one.start : one.end] == one.text for one in prose.strays)
    assert all(text[start:].startswith("<!--") for start, _ in prose.comments)
    assert all(text[one.start : one.end] == one.id for one in prose.record_ids)
    assert all("\n" not in one.title and "\r" not in one.title for one in prose.headings)


@given(BODIES)
def test_citations_stand_apart_from_code_comments_and_strays(text: str) -> None:
    prose = scan(text)
    for citation in prose.citations:
        hidden = (*spans_of(prose, "comments"), *spans_of(prose, "strays"))
        assert all(end <= citation.start or citation.end <= start for start, end, *_ in hidden)
        assert not any(start <= citation.start < end for start, end in prose.code)


@given(BODIES)
def test_uncited_numbers_are_in_order_and_at_their_place(text: str) -> None:
    prose = scan(text)
    numbers = uncited_numbers(text, prose, ["val_f1", "text"])
    starts = [number.start for number in numbers]
    assert starts == sorted(set(starts))
    assert all(text[number.start : number.end] == number.text for number in numbers)
    cited = [(citation.start, citation.end) for citation in prose.citations]
    assert not any(start <= at < end for at in starts for start, end in cited)


@given(BODIES)
def test_line_ends_make_no_difference(text: str) -> None:
    unix = text.replace("\r", "")
    one, other = scan(unix), scan(unix.replace("\n", "\r\n"))
    for name in ("citations", "strays", "links", "comments", "code", "headings", "passages"):
        assert len(getattr(one, name)) == len(getattr(other, name)), name
    assert [c.target for c in one.citations] == [c.target for c in other.citations]
    assert [h.title for h in one.headings] == [h.title for h in other.headings]


@given(BODIES)
def test_a_fence_hides_everything(text: str) -> None:
    fenced = f"`````\n{text.replace('`', '')}\n`````\n"
    prose = scan(fenced)
    assert prose.code == ((0, len(fenced) - 1),)
    rest = (prose.citations, prose.strays, prose.links, prose.comments, prose.headings)
    assert rest == ((), (), (), (), ())


@given(BODIES)
def test_the_line_table_agrees_with_counting(text: str) -> None:
    plain = text.replace("\r", "")
    lines = Lines(plain)
    for offset in range(len(plain) + 1):
        line, column = lines.at(offset)
        assert line == plain.count("\n", 0, offset) + 1
        assert column == offset - (plain.rfind("\n", 0, offset) + 1) + 1
