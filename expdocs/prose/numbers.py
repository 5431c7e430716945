"""Numbers as people show them, and whether they are what the evidence holds."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Collection
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import Literal, NamedTuple

MINUS = "\u2212"
_LONGEST = 128
_LARGEST_EXPONENT = 400
# Wide enough for the exact difference of any two doubles and of any number that may be shown.
_EXACT = Context(prec=2500, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[], rounding=ROUND_HALF_EVEN)
_SPACES = " \u00a0\u2009\u202f"
_SHOWN = re.compile(
    rf"""(?P<sign>[-+{MINUS}])?+
    (?P<whole>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})++(?![0-9])
      |[1-9][0-9]{{0,2}}(?:[\u2009\u202f][0-9]{{3}})++(?![0-9])
      |[0-9]++)
    (?:\.(?P<fraction>[0-9]++))?+
    (?:[eE](?P<exponent>[-+{MINUS}]?[0-9]++))?+
    (?:[{_SPACES}]?(?P<suffix>[^\s0-9.,](?:.*\S)?))?""",
    re.VERBOSE,
)
_SPECIAL = {"nan": Decimal("NaN"), "inf": Decimal("Infinity"), "\u221e": Decimal("Infinity")}
_RECORDED = re.compile(r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][-+]?[0-9]{1,4}+)?+")
_CITE_ANOTHER = "cite a value that is a number"
_LARGEST_PLAIN = 15
_SMALLEST_PLAIN = -4


class NumberProblem(ValueError):
    """A text that is no number in the accepted form; ``hint`` says what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ShownNumber(NamedTuple):
    """A shown number: ``value`` and ``half_unit`` are in the shown scale (83 for ``83 %``).

    ``half_unit`` is half a unit of the last shown digit; ``significant`` counts the shown digits
    from the first that is not zero on; ``is_integer`` means without point, exponent, % and pp.
    """

    text: str
    value: Decimal
    half_unit: Decimal
    form: Literal["plain", "percent", "pp"]
    unit: str
    significant: int
    is_integer: bool


def parse_shown(text: str, units: Collection[str] = ()) -> ShownNumber:
    """Read a shown number; ``units`` are the unit texts that may follow it."""
    if (special := _special(text)) is not None:
        return ShownNumber(text, special, Decimal(0), "plain", "", 0, is_integer=False)
    match = _SHOWN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise NumberProblem(f"{_quoted(text)} is no number", _hint(text))
    form, unit = _suffix(match["suffix"] or "", units)
    whole = re.sub(r"[^0-9]", "", match["whole"])
    if len(whole) > 1 and whole[0] == "0":
        raise NumberProblem(f"{_quoted(text)} has a leading zero", _hint(text))
    fraction = match["fraction"] or ""
    unit_exponent = _exponent(match["exponent"]) - len(fraction)
    digits = whole + fraction
    return ShownNumber(
        text=text,
        value=Decimal((_is_negative(match["sign"]), tuple(map(int, digits)), unit_exponent)),
        half_unit=Decimal((0, (5,), unit_exponent - 1)),
        form=form,
        unit=unit,
        significant=len(digits.lstrip("0")),
        is_integer=form == "plain" and match["fraction"] is None and match["exponent"] is None,
    )


def matches(shown: ShownNumber, actual: Decimal) -> bool:
    """Tell whether the value is within half a unit of the last shown digit, ties included."""
    if not (shown.value.is_finite() and actual.is_finite()):
        return _same_special(shown.value, actual)
    difference = _EXACT.subtract(shown.value, _in_shown_scale(shown, actual))
    return _EXACT.abs(difference) <= shown.half_unit


def enough_digits(shown: ShownNumber, actual: Decimal) -> bool:
    """Tell whether the number says enough: two significant digits unless the value is whole.

    Else ``1`` would do for every value from 0.5 to 1.5.
    """
    if not actual.is_finite() or actual == actual.to_integral_value(context=_EXACT):
        return True
    return shown.significant >= 2  # noqa: PLR2004


def exact(value: float | int | str) -> Decimal:
    """Return a recorded value as the decimal its shortest repr shows, or as its text says."""
    if isinstance(value, bool):
        raise NumberProblem(f"{value} is no number", _CITE_ANOTHER)
    if isinstance(value, int):
        return Decimal(value)
    text = value.strip() if isinstance(value, str) else repr(float(value))
    special = text.lower().removeprefix("+")
    if special in ("nan", "inf", "-inf"):
        return Decimal(special)
    if not _RECORDED.fullmatch(text):
        raise NumberProblem(f"the recorded value {_quoted(text)} is no number", _CITE_ANOTHER)
    return Decimal(text)


def show(value: Decimal | float | int, digits: int = 3, *, signed: bool = False) -> str:
    """Write a value for a generated table; ``parse_shown`` reads it and it matches the value.

    Whole numbers are written out, others with ``digits`` (at least two) significant digits, both
    with an exponent where they would grow long.
    """
    number = value if isinstance(value, Decimal) else exact(value)
    if number.is_nan():
        return "nan"
    size = number.copy_abs()
    text = _digits(size, max(digits, 2)) if number.is_finite() else "inf"
    if number < 0:
        return "-" + text
    return "+" + text if signed and number > 0 else text


def _digits(number: Decimal, digits: int) -> str:
    if not number:
        return "0"
    if number.adjusted() < _LARGEST_PLAIN and number == number.to_integral_value(context=_EXACT):
        return f"{int(number)}"
    rounded = Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[]).plus(number)
    magnitude = rounded.adjusted()
    if digits - 1 <= magnitude < _LARGEST_PLAIN:
        return f"{int(_EXACT.quantize(number, Decimal(1)))}"
    rounded = _EXACT.quantize(rounded, Decimal((0, (1,), magnitude - digits + 1)))
    if _SMALLEST_PLAIN <= magnitude < _LARGEST_PLAIN:
        return f"{rounded:f}"
    leading, *others = rounded.as_tuple().digits
    return f"{leading}.{''.join(map(str, others))}e{magnitude:+03d}"


def _special(text: str) -> Decimal | None:
    if not text:
        return None
    sign = text[0] if text[0] in f"+-{MINUS}" else ""
    special = _SPECIAL.get(text[len(sign) :].lower())
    if special is None or (sign and special.is_nan()):
        return None
    return special.copy_negate() if _is_negative(sign) else special


def _same_special(shown: Decimal, actual: Decimal) -> bool:
    if shown.is_nan() or actual.is_nan():
        return shown.is_nan() and actual.is_nan()
    return shown == actual


def _is_negative(sign: str | None) -> int:
    return int(sign in ("-", MINUS))


def _in_shown_scale(shown: ShownNumber, actual: Decimal) -> Decimal:
    return actual if shown.form == "plain" else _EXACT.multiply(actual, Decimal(100))


def _exponent(text: str | None) -> int:
    exponent = (text or "0").replace(MINUS, "-")
    if len(exponent) > 5 or abs(int(exponent)) > _LARGEST_EXPONENT:  # noqa: PLR2004
        raise NumberProblem("the exponent is out of range", "write one between -400 and 400")
    return int(exponent)


def _suffix(suffix: str, units: Collection[str]) -> tuple[Literal["plain", "percent", "pp"], str]:
    if suffix == "%":
        return "percent", ""
    if suffix == "pp":
        return "pp", ""
    if suffix in ("", *units):
        return "plain", suffix
    hint = "declare the unit in the configuration, or write it after the citation"
    raise NumberProblem(f"{_quoted(suffix)} is no declared unit", hint)


def _hint(text: str) -> str:
    if re.search(r"[0-9],[0-9]", text) and "." not in text:
        return "a comma parts thousands (1,234); write the decimal mark as a point: 0.83"
    if re.match(rf"[-+{MINUS}]?\.[0-9]", text):
        return "write the zero before the point: 0.83"
    if re.search(r"[*_`~]", text):
        return "put emphasis around the citation: **[0.83](run:…)**"
    return "write it like 0.83, -0.02, 83.1 %, 1,234 or 1.5e-3"


def _quoted(text: str) -> str:
    shown = text if len(text) <= 40 else text[:39] + "\u2026"  # noqa: PLR2004
    return f"\u201c{shown}\u201d"
