"""What a request may cost at most, what it did cost, and whether the budget allows it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from expdocs.errors import Refused
from expdocs.modelsettings import Model, Prices

_MILLION = 1_000_000
_CENTS = Decimal("0.0001")


class Usage(NamedTuple):
    """Tokens by how they are billed; ``input`` is without those that the cache took or gave."""

    input: int = 0
    output: int = 0
    cache_write: int = 0
    cache_read: int = 0

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input + self.output + self.cache_write + self.cache_read

    def plus(self, other: Usage) -> Usage:
        """Return both together."""
        return Usage(*(a + b for a, b in zip(self, other, strict=True)))

    def cost(self, prices: Prices) -> Decimal:
        """Return what they cost."""
        each = (prices.input, prices.output, prices.cache_write, prices.cache_read)
        return sum((n * p for n, p in zip(self, each, strict=True)), Decimal(0)) / _MILLION


def most(input_tokens: int, model: Model) -> Usage:
    """Return what a request uses at most: every token is billed at its highest price."""
    prices = model.prices
    cached = prices is not None and prices.cache_write > prices.input
    sent = Usage(cache_write=input_tokens) if cached else Usage(input=input_tokens)
    return sent.plus(Usage(output=model.max_tokens))


def shown(usage: Usage, model: Model) -> str:
    """Return tokens and, where prices are known, money: ``12,345 tokens, 0.0410 USD``."""
    text = f"{usage.tokens:,} tokens"
    return f"{text}, {money(usage, model.prices)}" if model.prices else text


def money(usage: Usage, prices: Prices) -> str:
    """Return what tokens cost, to the hundredth of a cent: ``0.0410 USD``."""
    return f"{usage.cost(prices).quantize(_CENTS)} {prices.currency}"


def check_budget(spent: Usage, next_one: Usage, model: Model) -> None:
    """Raise ``Refused`` when a request could take a page over its budget."""
    whole = spent.plus(next_one)
    if model.budget_tokens and whole.tokens > model.budget_tokens:
        raise _over(f"{model.budget_tokens:,} tokens (budget_tokens)", spent, next_one, model)
    if model.budget and model.prices and whole.cost(model.prices) > model.budget:
        allowed = f"{model.budget} {model.prices.currency} (budget)"
        raise _over(allowed, spent, next_one, model)


def _over(allowed: str, spent: Usage, next_one: Usage, model: Model) -> Refused:
    before = f" after {shown(spent, model)}" if spent.tokens else ""
    return Refused(
        f"the request may take {shown(next_one, model)}{before}; a page may take {allowed}",
        "select fewer records, lower max_tokens, or raise the budget under [tool.expdocs.model]",
    )
