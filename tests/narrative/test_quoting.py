"""The beginning of a passage, as pages quote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative.brief import Brief, Material, Passage, Section
from expdocs.narrative.claims import Claim, Claims, SectionClaims
from expdocs.narrative.pages.writing import beginning, quote_of
from expdocs.narrative.verify import verify

ID = "EXP-2026-11-20-417"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Short.", "Short."),
        ("One sentence. Another one.", "One sentence. Another one."),
        ("One sentence here. Another one.\n\nA second part.", "One sentence here. Another one."),
        ("This is enough of it. And this does not fit any more.", "This is enough of it."),
        ("No. But this sentence is far too long to be quoted", "No. But this sentence is far too"),
        ("A sentence without any end that goes on and on", "A sentence without any end that"),
        ("x" * 60, ""),
        ("这是一个很长的句子，" * 5 + "完", "这是一个很长的句子，" * 2 + "这是一个很长的句子"),
        ("一句话到此为止了，真的。" * 5, "一句话到此为止了，真的。" * 2),
        ("This is enough of it. It has now 0.82 there.", "This is enough of it."),
    ],
)  # fmt: skip
def test_whole_sentences_as_long_as_there_is_room(text: str, quoted: str) -> None:
    assert beginning(text, longest=35) == quoted


def test_the_next_passage_is_quoted_where_the_first_cannot_be() -> None:
    passages = (Passage("b", "The second."), Passage("a", "x" * 500))
    material = Material(ID, "experiment", "", "", "", (), passages=passages)
    assert [quote.text for quote in quote_of(material, "a", "b")] == ["The second."]
    assert quote_of(material, "c") == []


WORDS = st.lists(
    st.sampled_from(
        ["a", "word", "e.g.", "No.", "0.82", "(so)", "数据", "完。", "long" * 120, "!"]
    ),
    min_size=1,
)


@given(words=WORDS, joint=st.sampled_from([" ", "", "\n\n"]), longest=st.integers(12, 400))
def test_whatever_is_quoted_is_taken_for_a_quote(
    words: list[str], joint: str, longest: int
) -> None:
    passages = (Passage("conclusion", joint.join(words)),)
    material = Material(ID, "experiment", "", "", "", (), passages=passages)
    quotes = tuple(quote_of(material, "conclusion", longest=longest))
    said = Claim("quote", "", (ID,), (), quotes)
    section = Section("s", "S", "", ("quote",))
    brief = Brief("overview", "T", "en", (section,), (material,), {})
    faults = verify(brief, Claims((SectionClaims("s", (said,)),)))
    assert {fault.code for fault in faults} <= (
        {"no-quote", "unsupported"} if not quotes else set()
    )
