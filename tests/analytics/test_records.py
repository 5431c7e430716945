"""Streaks without a new best against all orders in which the same values could have come."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.analytics.records import streak_data, streaks
from tests.analytics.trials import GOALS, trial


def streak(values, **more):
    return streaks([trial(value, n, **more) for n, value in enumerate(values, 1)])[0]


def test_three_of_ten_is_no_evidence() -> None:
    found = streak([1, 2, 3, 4, 5, 6, 9, 7, 8, 0])
    assert (found.tries, found.since, found.chance) == (10, 3, 0.7)
    assert not found.is_evidence()
    shown = {one.id: (one.shown, one.unit) for one in streak_data(found)}
    assert shown == {
        "tries:churn/f1": ("10", "tries"),
        "records-since:churn/f1": ("3", "tries"),
        "chance-of-none:churn/f1": ("70", "%"),
    }


def test_nineteen_of_twenty_is() -> None:
    found = streak([9, *range(-19, 0)])
    assert (found.since, found.chance) == (19, 0.05)
    assert found.is_evidence()
    assert not found.is_evidence(0.04)


@pytest.mark.parametrize("last", range(6))
def test_the_chance_is_the_share_of_all_orders(last) -> None:
    orders = [streak(order) for order in permutations(range(6))]
    share = sum(one.since >= last for one in orders) / len(orders)
    assert share == pytest.approx((6 - last) / 6)
    assert {one.chance for one in orders if one.since == last} == {(6 - last) / 6}


@given(st.permutations([1, 1, 1, 2, 2]), GOALS)
def test_a_tie_is_no_new_best(order, goal) -> None:
    best = max(order) if goal == "maximize" else min(order)
    assert streak(order, goal=goal).since == len(order) - 1 - order.index(best)


def test_every_run_of_a_sweep_is_a_try_in_the_order_of_starts() -> None:
    sweep = trial([3, 9, 4, 5], 1, sweep=True, role="sweep")
    found = streaks([sweep, trial([7, 7], 2)])[0]
    assert (found.tries, found.since) == (5, 3)


def test_approaches_have_streaks_of_their_own() -> None:
    found = streaks([trial(5, 1), trial(4, 2, approach="trees"), trial(3, 3), trial(9, 4)])
    assert [(one.subject, one.tries, one.since) for one in found] == [
        ("churn/f1", 4, 0),
        ("churn/smote/f1", 3, 0),
        ("churn/trees/f1", 1, 0),
    ]
    assert found[2].record_ids == ("EXP-2026-11-03-002",)
    assert found[2].chance == 1
