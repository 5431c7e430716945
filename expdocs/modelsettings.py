"""The table ``model`` of the configuration: which model writes, how long and for how much."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from expdocs.errors import ConfigurationError
from expdocs.spelling import closest

EFFORTS = ("low", "medium", "high", "xhigh", "max")
_LONGEST_ID = 200
_MOST_TOKENS = 10_000_000
_A_DAY = 86_400


class Prices(NamedTuple):
    """What a million tokens cost; caching has prices of its own."""

    currency: str
    input: Decimal
    output: Decimal
    cache_write: Decimal
    cache_read: Decimal


class Model(NamedTuple):
    """Which model writes; ``deadline`` in seconds, budgets for one page, zero for no limit."""

    id: str = ""
    effort: str = ""
    max_tokens: int = 16_000
    deadline: int = 600
    budget_tokens: int = 0
    budget: Decimal = Decimal(0)
    prices: Prices | None = None


def read_model(table: Any) -> Model:
    """Read the table; raises ``ConfigurationError`` without the place."""
    given = _known(table, "model", Model._fields)
    if "prices" in given:
        given["prices"] = _prices(given["prices"])
    for name, read in _READERS.items():
        if name in given:
            given[name] = read(given[name], f"'model.{name}'")
    model = Model(**given)
    if model.budget and not model.prices:
        raise ConfigurationError(
            "'model.budget' needs prices", "add the table [tool.expdocs.model.prices]"
        )
    return model


def _known(table: Any, name: str, fields: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigurationError(f"'{name}' must be a table")
    for key in table:
        if key not in fields:
            close = closest(key, fields)
            hint = f"did you mean '{close}'?" if close else f"known: {', '.join(fields)}"
            raise ConfigurationError(f"'{name}.{key}' is not a setting of expdocs", hint)
    return dict(table)


def _prices(table: Any) -> Prices:
    given = _known(table, "model.prices", Prices._fields)
    for name in Prices._fields:
        if name not in given:
            hint = f"write {', '.join(Prices._fields)}: prices of a million tokens"
            raise ConfigurationError(f"'model.prices' lacks '{name}'", hint)
    currency = given.pop("currency")
    if not isinstance(currency, str) or not currency.isalpha():
        raise ConfigurationError("'model.prices.currency' must be text, such as \"USD\"")
    read = {name: _amount(value, f"'model.prices.{name}'") for name, value in given.items()}
    return Prices(currency, **read)


def _id(value: Any, where: str) -> str:
    right = isinstance(value, str) and value.isprintable() and " " not in value
    if not right or not 0 < len(value) <= _LONGEST_ID:
        raise ConfigurationError(f"{where} must be the id of a model")
    return str(value)


def _effort(value: Any, where: str) -> str:
    if value not in EFFORTS:
        raise ConfigurationError(f"{where} must be one of: {', '.join(EFFORTS)}")
    return str(value)


def _count(value: Any, where: str) -> int:
    return _whole(value, where, _MOST_TOKENS)


def _seconds(value: Any, where: str) -> int:
    return _whole(value, where, _A_DAY)


def _whole(value: Any, where: str, most: int) -> int:
    if type(value) is not int or not 0 < value <= most:
        raise ConfigurationError(f"{where} must be a whole number from 1 to {most}")
    return value


def _amount(value: Any, where: str) -> Decimal:
    if type(value) not in (int, float) or not 0 <= value < _MOST_TOKENS:
        raise ConfigurationError(f"{where} must be a number from 0 on")
    return Decimal(str(value))


def _budget(value: Any, where: str) -> Decimal:
    amount = _amount(value, where)
    if not amount:
        raise ConfigurationError(f"{where} must be more than 0", "leave it out for no limit")
    return amount


_READERS: Mapping[str, Any] = {
    "id": _id,
    "effort": _effort,
    "max_tokens": _count,
    "deadline": _seconds,
    "budget_tokens": _count,
    "budget": _budget,
}
