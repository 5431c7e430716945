"""The share of a question's words, worked out by hand."""

from __future__ import annotations

from math import log

import pytest

from expdocs.facts.wording import shares, words_of

WORDS = {
    "SMOTE raises val_f1 by 0.02": {"smote", "raises", "val_f1", "by"},
    "Straße STRASSE": {"strasse"},
    "resnet50, x-y 3": {"resnet50"},
    "过采样有用": {"过采", "采样", "样有", "有用"},
    "用SMOTE好": {"用", "smote", "好"},
    "": set(),
    "0.5 -- 12": set(),
}


@pytest.mark.parametrize(("text", "words"), WORDS.items())
def test_words(text: str, words: set[str]) -> None:
    assert words_of(text) == words


def test_rare_words_weigh_more() -> None:
    # Three texts with the question. "of" stands in all three, "smote" in two, "focal" in one.
    texts = ["smote of old", "loss of sleep"]
    of, smote, focal = log(1 + 3 / 3), log(1 + 3 / 2), log(1 + 3 / 1)
    whole = of + smote + focal
    found = shares("focal of smote", texts)
    assert found == pytest.approx([(of + smote) / whole, of / whole], abs=1e-12)


def test_all_words_none_and_no_question() -> None:
    assert shares("class weights", ["weights for a class", "smote"]) == [1, 0]
    assert shares("", ["a text"]) == [0]
    assert shares("a question", []) == []
