"""Columns that fit a terminal, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.cli.columns import padded, shortened, width_of, wrapped
from expdocs.cli.whytext import Row, laid_out

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(" \n\t森林αé\u0301\u202e\x1b🌲")))


@pytest.mark.parametrize(
    ("text", "width"),
    [("forest", 6), ("随机森林", 8), ("e\u0301", 1), ("ＡＢ", 4), ("", 0), ("🌲", 2)],
)
def test_a_width_counts_columns(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("a random forest", 8, ["a random", "forest"]),
        ("a  random\n forest", 20, ["a random forest"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("随机森林很大", 6, ["随机森", "林很大"]),
        ("SMOTE 随机森林", 8, ["SMOTE 随", "机森林"]),
        ("", 8, []),
    ],
)
def test_text_is_wrapped_at_spaces_and_between_wide_characters(
    text: str, width: int, lines: list[str]
) -> None:
    assert list(wrapped(text, width)) == lines


@given(TEXTS, st.integers(min_value=4, max_value=40))
def test_wrapping_loses_nothing_and_fits(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert all(0 < width_of(line) <= width for line in lines if line)
    assert "".join("".join(lines).split()) == "".join(
        "".join(c if c.isprintable() else "�" for c in " ".join(text.split())).split()
    )
    assert all(line.isprintable() for line in lines)


@given(TEXTS, st.integers(min_value=2, max_value=40))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    found = shortened(text, width)
    assert width_of(found) <= width
    assert found.isprintable()
    assert width_of(padded(found, width)) == width


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_every_line_of_every_row_begins_with_its_place(texts: list[str]) -> None:
    rows = [Row(f"EXP-2026-01-01-{n:03}:{n}", "reason", text) for n, text in enumerate(texts)]
    lines = list(laid_out([rows]))
    assert all(line.startswith("EXP-2026-01-01-") for line in lines)
    assert len({line.partition(" ")[0] for line in lines}) == len(texts)
