"""Scaffolding: slugs, labels and file names."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.edit.evidenced import goal_of_name
from expdocs.edit.scaffold import labelled, slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Oversampling does not help", "oversampling-does-not-help"),
        ("SMOTE: +0.02 F1?", "smote-0-02-f1"),
        ("过采样 没有帮助", "过采样-没有帮助"),
        ("Ünïcode_und Straße", "ünïcode-und-straße"),
        ("../../etc/passwd", "etc-passwd"),
        ("!!!", ""),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_slugs_keep_letters_and_digits_of_any_script(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_a_slug_is_a_safe_short_file_name(title: str) -> None:
    made = slug(title)
    assert len(made.encode()) <= 120
    assert not made.startswith("-")
    assert not made.endswith("-")
    assert "/" not in made
    assert "." not in made
    assert not any(unicodedata.category(c).startswith(("C", "Z", "P")) for c in made if c != "-")


@given(st.lists(st.text(max_size=50), max_size=6))
def test_labels_have_the_citable_form_and_are_unique(names: list[str]) -> None:
    labels = labelled(names, set())
    assert len(set(labels)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", label) for label in labels)


def test_long_names_that_begin_with_a_digit_stay_within_32_characters() -> None:
    assert labelled(["0" * 27] * 2, set()) == [f"run-{'0' * 24}", f"run-{'0' * 24}-2"]


def test_labels_avoid_those_that_the_author_gave() -> None:
    assert labelled(["Random Forest", "random forest"], {"random-forest"}) == [
        "random-forest-2",
        "random-forest-3",
    ]


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("val_f1", "maximize"),
        ("val_loss", "minimize"),
        ("test/RMSE", "minimize"),
        ("closs", "maximize"),
    ],
)
def test_the_goal_is_guessed_from_whole_words(name: str, goal: str) -> None:
    assert goal_of_name(name) == goal
