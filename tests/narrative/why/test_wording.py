"""What a question is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative.why.database import Database
from expdocs.narrative.why.wording import spaced, topic_of


@pytest.mark.parametrize(
    ("question", "words", "wanted"),
    [
        ("why did we try random forest and drop it?", ("random", "forest"), "rejected"),
        ("Why was SMOTE chosen?", ("smote",), "chosen"),
        ("what about val_f1", ("val", "f1"), ""),
        ("为什么放弃了随机森林？", ("随机", "机森", "森林"), "rejected"),
        ("为什么选择焦点损失", ("焦点", "点损", "损失"), "chosen"),
        ("Warum haben wir Wetterdaten verworfen?", ("wetterdaten",), "rejected"),
        ("¿Por qué descartamos el bosque?", ("bosque",), "rejected"),
        ("Pourquoi avons-nous choisi la forêt ?", ("forêt",), "chosen"),
        ("ＳＭＯＴＥ ＳＭＯＴＥ smote", ("smote",), ""),
        ("why did we?", (), ""),
    ],
)
def test_words_that_every_question_has_are_left_out(
    question: str, words: tuple[str, ...], wanted: str
) -> None:
    assert topic_of(question) == (words, wanted, ())


def test_ids_of_records_are_no_words() -> None:
    topic = topic_of("why was EXP-2026-01-12-101 archived by DEC-2026-01-15-201?")
    assert topic == ((), "rejected", ("EXP-2026-01-12-101", "DEC-2026-01-15-201"))


def test_pairs_stand_apart_from_other_scripts() -> None:
    assert spaced("用SMOTE随机森林x").split() == ["用", "SMOTE", "随机", "机森", "森林", "x"]


def test_words_meet_in_their_stems() -> None:
    one, other, third = Database().stems(
        ["Random Forests rejected", "the forest, randomly rejecting", "forêt naïve"]
    )
    assert one == {"random", "forest", "reject"}
    assert other == {"the", "forest", "randomli", "reject"}
    assert third == {"foret", "naiv"}


@given(st.text(max_size=200))
def test_any_text_gives_words_that_can_be_searched(text: str) -> None:
    topic = topic_of(text)
    assert all(word and '"' not in word and not word.isspace() for word in topic.words)
    database = Database()
    assert database.hits(topic.words, 10) == []
    assert database.named(topic.words) == []
