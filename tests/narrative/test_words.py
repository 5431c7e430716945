"""The word lists: what they hold, and that no number in words gets past them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from expdocs.narrative import words as module
from expdocs.narrative.words import LISTS, NUMBERS, fold, has_words, words_of

FOLDER = Path(module.__file__).with_name("languages")
LANGUAGES = sorted(path.parent.name for path in FOLDER.glob("*/words.toml"))
HAN_DIGITS = "零一二三四五六七八九"


def test_which_languages_have_lists() -> None:
    assert LANGUAGES == ["en", "zh"]
    assert [has_words(one) for one in ("en", "en-GB", "EN", "zh-Hant-TW", "cmn")] == [
        *(True, True, True, True),
        False,
    ]
    assert not any(has_words(one) for one in ("", "de", "../en", "e", "english", "en_GB/../zh"))
    assert words_of("es").language == "en"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_every_listed_word_is_found(language: str, name: str) -> None:
    words = words_of(language)
    phrases = [phrase for row in words.lists[name].values() for phrase in row]
    assert len(phrases) == len(set(phrases)) > 5
    for phrase in phrases:
        text = " ".join(phrase)
        assert fold(text) == text
        # A word may hold another one of the list.
        found = list(words.found(f"They {text} here.", name))
        assert text in found or (not words.spaced and text in words.allowed)


@given(st.integers(0, 10**9))
def test_english_numbers(number: int) -> None:
    """The numbers in words are those of num2words."""
    for form in ("cardinal", "ordinal"):
        said = num2words(number, to=form)
        for text in (said, said.replace("-", " "), said.upper(), f"({said})", f"some-{said}"):
            assert list(words_of("en").found(text, NUMBERS)), text


def _in_chinese(number: int) -> str:
    """Return a number below ten thousand as it is said."""
    text = ""
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += HAN_DIGITS[digit] + unit
        elif text and not text.endswith("零"):
            text += "零"
    return text.rstrip("零") or "零"


@given(st.integers(0, 9999), st.integers(1, 9999))
def test_chinese_numbers(number: int, whole: int) -> None:
    said, of = _in_chinese(number), _in_chinese(whole)
    for text in (
        said,
        f"共{said}次",
        f"{of}分之{said}",
        f"第{said}名",
        f"{said}点{of}",
        f"{said}万{of}",
    ):
        assert list(words_of("zh").found(text, NUMBERS)), text


def test_every_character_that_is_a_number_in_unihan() -> None:
    """As in the version of Unicode that every Python has, so that the test stays the same."""
    data = unicodedata.ucd_3_2_0
    known = [chr(one) for one in range(0x4E00, 0xA000) if data.numeric(chr(one), None) is not None]
    assert len(known) == 54
    assert [one for one in known if not list(words_of("zh").found(one, NUMBERS))] == []


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("It is BETTER.", "en", ["better"]),
        ("It is b\u00e9tter.", "en", ["better"]),
        ("It is bet-ter.", "en", ["better"]),
        ("better-known", "en", ["better"]),
        ("class_weight_higher", "en", ["higher"]),
        ("less of more", "en", ["less", "more"]),
        ("other than that", "en", []),
        ("rather than that", "en", ["than"]),
        ("as  good\nas", "en", ["as good"]),
        ("asgood", "en", []),
        ("letter", "en", []),
        ("效果更好", "zh", ["更"]),
        ("更新了", "zh", []),
        ("更新后更好", "zh", ["更"]),
        ("比如", "zh", []),
        ("不相上下", "zh", ["不相上下"]),
    ],
)
def test_words_by_hand(text: str, language: str, found: list[str]) -> None:
    assert list(words_of(language).found(text, "comparisons")) == found
