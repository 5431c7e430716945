"""What a page may cost, and what it did cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from expdocs.errors import Refused
from expdocs.modelsettings import Model, Prices, read_model
from expdocs.narrative.anthropic.cost import Usage, money, most, shown
from expdocs.narrative.anthropic.errors import ModelError
from tests.model.pages import ANSWER, configured, model_writer, prepared
from tests.model.server import ModelServer, counted, says

PRICES = Prices("EUR", Decimal(3), Decimal(15), Decimal("3.75"), Decimal("0.3"))


def test_each_kind_of_token_has_its_price() -> None:
    used = Usage(input=1_000_000, output=100_000, cache_write=200_000, cache_read=3_000_000)
    # 3 + 1.5 + 0.75 + 0.9
    assert used.cost(PRICES) == Decimal("6.15")
    assert money(used, PRICES) == "6.1500 EUR"
    assert shown(used, Model()) == "4,300,000 tokens"


@pytest.mark.parametrize(
    ("cache_write", "cost"), [("3.75", "0.0338 EUR"), ("0", "0.0330 EUR"), ("3", "0.0330 EUR")]
)
def test_an_estimate_takes_the_higher_price(cache_write: str, cost: str) -> None:
    prices = PRICES._replace(cache_write=Decimal(cache_write))
    # 1000 sent at 3.75 or 3, and 2000 answered at 15: 33750 or 33000 millionths.
    estimate = most(1000, Model(max_tokens=2000, prices=prices))
    assert money(estimate, prices) == cost


# The server counts 1000 tokens, and 2000 may come back: 3000, or 0.03375 EUR.
OVER = {
    "tokens": (
        {"budget_tokens": 2999},
        "the request may take 3,000 tokens; a page may take 2,999 tokens (budget_tokens)",
    ),
    "money": (
        {"budget": Decimal("0.0337"), "prices": PRICES},
        "the request may take 3,000 tokens, 0.0338 EUR; a page may take 0.0337 EUR (budget)",
    ),
}


@pytest.mark.parametrize(("changed", "said"), OVER.values(), ids=OVER)
def test_a_budget_refuses_before_any_message(
    model_server: ModelServer, changed: dict[str, Any], said: str
) -> None:
    model_server.answers(says(ANSWER))
    with pytest.raises(Refused) as caught:
        model_writer(configured(max_tokens=2000, **changed)).write(prepared())
    assert caught.value.message == said
    assert caught.value.hint == (
        "select fewer records, lower max_tokens, or raise the budget under [tool.expdocs.model]"
    )
    assert model_server.messages == []


@pytest.mark.parametrize(
    "changed", [{"budget_tokens": 3000}, {"budget": Decimal("0.03375"), "prices": PRICES}]
)
def test_a_budget_that_suffices(model_server: ModelServer, changed: dict[str, Any]) -> None:
    model_server.answers(says(ANSWER))
    model_writer(configured(max_tokens=2000, **changed)).write(prepared())
    assert len(model_server.messages) == 1


def test_a_repair_counts_against_the_same_budget(model_server: ModelServer) -> None:
    # The first answer took 120 + 45 + 900 = 1065 tokens; another 3000 are too many.
    model_server.answers(says(ANSWER))
    writer = model_writer(configured(max_tokens=2000, budget_tokens=4064))
    first = writer.write(prepared())
    assert writer.repair
    with pytest.raises(Refused) as caught:
        writer.repair(prepared(), first, ["wrong"])
    assert caught.value.message == (
        "the request may take 3,000 tokens after 1,065 tokens; "
        "a page may take 4,064 tokens (budget_tokens)"
    )
    assert len(model_server.messages) == 1


@pytest.mark.parametrize("reason", ["refusal", "max_tokens"])
def test_what_came_to_nothing_was_paid_for_too(model_server: ModelServer, reason: str) -> None:
    model_server.answers(says(ANSWER, reason))
    said: list[str] = []
    with pytest.raises(ModelError):
        model_writer(said=said).write(prepared())
    assert said[-1] == "used 1,065 tokens"


def test_a_budget_holds_for_what_is_counted_next(model_server: ModelServer) -> None:
    model_server.answers(counted(900_000), to="count")
    with pytest.raises(Refused):
        model_writer(configured(budget_tokens=900_000)).write(prepared())


def test_the_table_of_the_configuration() -> None:
    prices = {"currency": "EUR", "input": 3, "output": 15, "cache_write": 3.75, "cache_read": 0.3}
    table = {
        "id": "some-model",
        "effort": "high",
        "max_tokens": 9000,
        "deadline": 60,
        "budget_tokens": 50_000,
        "budget": 0.5,
        "prices": prices,
    }
    assert read_model(table) == Model(
        "some-model", "high", 9000, 60, 50_000, Decimal("0.5"), PRICES
    )
    assert read_model({}) == Model("", "", 16_000, 600, 0, Decimal(0), None)
