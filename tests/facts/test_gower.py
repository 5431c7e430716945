"""Gower's coefficient, worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.facts.gower import Pair, Value, distance, ranges, value_of

SAME = [
    ("0.1", "0.10"), ("1e-3", "0.001"), ("3", "3.0"), ("True", "true"), ("None", "null"),
    ("+2", "2"), (" 0.5 ", ".5"), ("adam", "adam"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spelling_makes_no_other_value(one: str, other: str) -> None:
    assert value_of(one) == value_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "True"), ("0", "False"), ("0.1", "0.11"), ("nan", "0"), ("inf", "1e308"),
     ("100000000000000000001", "100000000000000000000"), ("", "None"), ("[1, 2]", "[1,2]")],
)  # fmt: skip
def test_other_values_stay_apart(one: str, other: str) -> None:
    assert value_of(one) != value_of(other)


def test_the_range_is_that_of_names_with_numbers_alone() -> None:
    rows = [{"lr": 0.5, "c": 1, "s": "a"}, {"lr": 2, "c": "auto"}, {"lr": 1.5, "one": 7}]
    assert ranges(rows) == {"lr": 1.5, "one": 0}


def test_by_hand() -> None:
    # 1 - 0.25/0.5, 1 - 1/4, equal, other text: (0.5 + 0.75 + 1 + 0) / 4 = 0.5625
    rate, depth = Pair(0.5, 0.25, 0.5), Pair(3, 4, 4)
    loss, sampler = Pair("log", "log"), Pair("smote", "weights")
    assert distance([rate, depth, loss, sampler]) == 0.4375


def test_a_value_that_one_side_lacks_scores_nothing() -> None:
    assert distance([Pair(0.5, 0.5, 1), Pair(1, None, 5)]) == 0.5


def test_a_number_and_a_text_have_nothing_in_common() -> None:
    assert distance([Pair(1, "auto", 5)]) == 1


def test_nothing_to_compare() -> None:
    assert distance([]) is None


def test_numbers_beyond_all_floats_do_no_harm() -> None:
    span = ranges([{"x": 1e308}, {"x": -1e308}])["x"]
    assert distance([Pair(1e308, -1e308, span)]) == 1
    assert distance([Pair(10**300, 10**300 + 1, 1e300)]) == 0


Row = dict[str, Value]
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.sampled_from(["a", "b"])
)
ROWS = st.dictionaries(st.sampled_from("xyz"), VALUES, min_size=1)


@given(ROWS, ROWS)
def test_it_is_symmetric_between_0_and_1_and_0_for_equals(one: Row, other: Row) -> None:
    known = ranges([one, other])
    names = sorted(one.keys() | other.keys())
    there = distance([Pair(one.get(n), other.get(n), known.get(n, 0)) for n in names])
    back = distance([Pair(other.get(n), one.get(n), known.get(n, 0)) for n in names])
    assert there == back
    assert there is not None
    assert 0 <= there <= 1
    assert distance([Pair(value, value, known.get(n, 0)) for n, value in one.items()]) == 0
