"""Shown numbers against recorded values, worked out by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from expdocs.prose.numbers import (
    NumberProblem,
    enough_digits,
    exact,
    matches,
    parse_shown,
    show,
)


@pytest.mark.parametrize(
    ("text", "value", "half_unit", "significant"),
    [
        ("0.812", "0.812", "0.0005", 3),
        ("+0.021", "0.021", "0.0005", 2),
        ("-0.02", "-0.02", "0.005", 1),
        ("\u22120.02", "-0.02", "0.005", 1),
        ("0.50", "0.5", "0.005", 2),
        ("0.00", "0", "0.005", 0),
        ("12", "12", "0.5", 2),
        ("100", "100", "0.5", 3),
        ("0", "0", "0.5", 0),
        ("1,234", "1234", "0.5", 4),
        ("1,234,567.8", "1234567.8", "0.05", 8),
        ("12\u2009345", "12345", "0.5", 5),
        ("12\u202f345", "12345", "0.5", 5),
        ("1.5e-3", "0.0015", "0.00005", 2),
        ("1.5E+05", "150000", "5000", 2),
        ("2e\u22124", "0.0002", "0.00005", 1),
        ("83.1 %", "83.1", "0.05", 3),
        ("83%", "83", "0.5", 2),
        ("83\u202f%", "83", "0.5", 2),
        ("+2.1 pp", "2.1", "0.05", 2),
    ],
)
def test_what_a_shown_number_says(text: str, value: str, half_unit: str, significant: int) -> None:
    number = parse_shown(text)
    assert number.value == Decimal(value)
    assert number.half_unit == Decimal(half_unit)
    assert number.significant == significant
    assert number.text == text


def test_forms_units_and_integers() -> None:
    forms = {text: parse_shown(text).form for text in ("1", "1 %", "1pp")}
    assert forms == {"1": "plain", "1 %": "percent", "1pp": "pp"}
    assert parse_shown("12.5 ms", {"ms"}).unit == "ms"
    assert parse_shown("5µs", {"µs"}).unit == "µs"
    assert parse_shown("3e2 epochs", ["epochs"]).value == 300
    integers = [text for text in ("1", "1,234", "-3", "1.0", "1e3", "5 %") if _is_integer(text)]
    assert integers == ["1", "1,234", "-3"]


def _is_integer(text: str) -> bool:
    return parse_shown(text).is_integer


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "0.8 0.9", " 0.8", "0.8 ", ".5", "1.", "1,23", "12,34", "1,2345"),
        *(
            "0,123",
            "01",
            "00.5",
            "1234,567",
            "1,234\u2009567",
            "1 234",
            "+-1",
            "--1",
            "1e",
            "1e1.5",
        ),
        *("0.8ms", "0.8 %%", "% 0.8", "0.8  %", "**0.8**", "`0.8`", "1×10^-3", "0x1F", "１", "٣"),
        *(
            "1e1.5",
            "1_000",
            "0.8\n",
            "1e401",
            "1e999999999",
            "+nan",
            "infinity",
            "0.8 - 0.9",
            "1" * 129,
        ),
    ],
)
def test_what_is_no_shown_number(text: str) -> None:
    with pytest.raises(NumberProblem):
        parse_shown(text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("0,83", "“0,83” is no number", "point: 0.83"),
        (".83", "“.83” is no number", "write the zero before the point"),
        ("**0.83**", "“**0.83**” is no number", "put emphasis around the citation"),
        ("5 ms", "“ms” is no declared unit", "declare the unit"),
        ("007", "“007” has a leading zero", "write it like"),
        ("1e9999", "the exponent is out of range", ""),
    ],
)
def test_a_problem_says_what_to_write(text: str, message: str, hint: str) -> None:
    with pytest.raises(NumberProblem) as caught:
        parse_shown(text)
    assert caught.value.message == message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "actual", "expected"),
    [
        ("0.812", 0.8124, True),
        ("0.812", 0.8126, False),
        ("0.81", 0.815, True),
        ("0.82", 0.815, True),
        ("0.81", 0.8150000001, False),
        ("-0.81", -0.815, True),
        ("0.81", -0.81, False),
        ("83.1 %", 0.8314, True),
        ("83.1 %", 83.1, False),
        ("83.2 %", 0.8314, False),
        ("+2.1 pp", 0.021, True),
        ("+2.1 pp", 0.0216, False),
        ("1.5e-3", 0.00154, True),
        ("1,234", 1234.4, True),
        ("1,234", 1235, False),
        ("0.3", 0.1 + 0.2, True),
        ("0.30", 0.1 + 0.2, True),
        ("0.00", 0.004, True),
        ("12345678901234567890", 12345678901234567890, True),
        ("12345678901234567891", 12345678901234567890, False),
        ("1e-320", 5e-324, False),
        ("0.1", "0.1", True),
        ("1e-3", "0.001", True),
        ("0.001", "1e-3", True),
        ("5", "5.", True),
        ("5 ms", 5.2, True),
        ("nan", math.nan, True),
        ("NaN", "nan", True),
        ("inf", math.inf, True),
        ("∞", "inf", True),
        ("\u2212∞", -math.inf, True),
        ("-inf", "-inf", True),
        ("inf", -math.inf, False),
        ("nan", math.inf, False),
        ("nan", 0.0, False),
        ("0.8", math.nan, False),
        ("inf", 1.7976931348623157e308, False),
    ],
)
def test_matching(text: str, actual: float | int | str, expected: bool) -> None:
    assert matches(parse_shown(text, {"ms"}), exact(actual)) is expected


@pytest.mark.parametrize(
    ("text", "actual", "expected"),
    [
        ("0.81", 0.812, True),
        ("0.8", 0.812, False),
        ("0.5", 0.5, False),
        ("0.50", 0.5, True),
        ("1", 0.83, False),
        ("12", 12.3, True),
        ("5", 5.0, True),
        ("5.0", 5.0, True),
        ("0.0", 0.0, True),
        ("0.00", 0.004, False),
        ("5 %", 0.05, False),
        ("5.0 %", 0.05, True),
        ("100 %", 1.0, True),
        ("2e-4", 0.0002, False),
        ("2.0e-4", 0.0002, True),
        ("nan", math.nan, True),
        ("∞", math.inf, True),
        ("1e2", 100, True),
    ],
)
def test_enough_digits(text: str, actual: float, expected: bool) -> None:
    assert enough_digits(parse_shown(text), exact(actual)) is expected


def test_exact_values() -> None:
    assert exact(0.1) == Decimal("0.1")
    assert exact(5e-324) == Decimal("5e-324")
    assert exact(10**5000) == Decimal(10) ** 5000
    assert exact("-2.50") == Decimal("-2.5")
    assert exact("NaN").is_nan()
    assert exact("-inf") == Decimal("-Infinity")


@pytest.mark.parametrize("value", ["rf", "", "1,234", "0x1", "1_0", "1e99999", "٣", True, "--1"])
def test_what_is_no_recorded_number(value: str) -> None:
    with pytest.raises(NumberProblem):
        exact(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.81234, "0.812"),
        (0.5, "0.500"),
        (12.34, "12.3"),
        (5.0, "5"),
        (100, "100"),
        (1234.5, "1234"),
        (1234567, "1234567"),
        (0.9996, "1.00"),
        (99.97, "100"),
        (0.00012, "0.000120"),
        (0.000012, "1.20e-05"),
        (1.5e20, "1.50e+20"),
        (-0.0213, "-0.0213"),
        (0, "0"),
        (-0.0, "0"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (5e-324, "5.00e-324"),
        (1.7976931348623157e308, "1.80e+308"),
    ],
)
def test_showing(value: float, text: str) -> None:
    assert show(value) == text


def test_showing_with_digits_and_sign() -> None:
    assert show(0.81234, 4) == "0.8123"
    assert show(0.81234, 1) == "0.81"
    assert show(Decimal("0.021"), signed=True) == "+0.0210"
    assert show(-3, signed=True) == "-3"
    assert show(0, signed=True) == "0"
    assert show(math.inf, signed=True) == "+inf"


FLOATS = st.floats(allow_nan=True, allow_infinity=True)
SIMPLE = st.decimals(-10_000, 10_000, places=4)


@given(FLOATS | st.integers() | SIMPLE, st.integers(1, 17), st.booleans())
def test_what_is_shown_is_read_back_and_matches(
    value: float | int | Decimal, digits: int, signed: bool
) -> None:
    actual = value if isinstance(value, Decimal) else exact(value)
    number = parse_shown(show(value, digits, signed=signed))
    assert matches(number, actual)
    assert enough_digits(number, actual)


@given(st.integers(-(10**6), 10**6), st.integers(0, 6), st.sampled_from(["", " %", " pp"]))
def test_changing_the_last_digit_never_matches(digits: int, places: int, suffix: str) -> None:
    scale = Decimal(1 if not suffix else 100)
    actual = Decimal(digits).scaleb(-places) / scale
    assert matches(parse_shown(_fixed(digits, places) + suffix), actual)
    for other in (digits - 1, digits + 1):
        assert not matches(parse_shown(_fixed(other, places) + suffix), actual)


@given(SIMPLE, st.integers(0, 30), st.integers(1, 9))
def test_changing_any_digit_by_one_never_matches(value: Decimal, at: int, step: int) -> None:
    text = show(value, 6)
    assume(at < len(text) and text[at].isdigit())
    changed = text[:at] + str((int(text[at]) + step) % 10) + text[at + 1 :]
    assume(not (changed.lstrip("-")[:1] == "0" and changed.lstrip("-")[1:2].isdigit()))
    rounding = abs(Decimal(text) - value)
    number = parse_shown(changed)
    # A tie is the one value that two neighbouring texts show rightly.
    assume(rounding != number.half_unit)
    assert not matches(number, value)


def _fixed(digits: int, places: int) -> str:
    sign = "-" if digits < 0 else ""
    text = str(abs(digits)).zfill(places + 1)
    return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)


@given(st.text(max_size=12) | st.text("0123456789.,eE+-% p\u2009\u2212", max_size=12))
def test_any_text_is_a_number_or_a_problem(text: str) -> None:
    try:
        number = parse_shown(text)
    except NumberProblem:
        return
    assert number.half_unit >= 0
    assert number.form != "plain" or matches(number, number.value)
