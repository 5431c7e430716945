"""The best so far, and the expected best of fewer tries against all ways to draw them."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import combinations, pairwise
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.analytics.best import (
    best_data,
    best_of,
    bests,
    expected_best,
    expected_curve,
    expected_data,
    once,
)
from tests.analytics.trials import GOALS, NUMBERS, trial

HISTORY = [trial(0.7, 1), trial([0.6, 0.62], 2), trial(0.8, 3), trial(0.8, 4), trial(0.75, 5)]


def test_the_best_and_every_step_to_it() -> None:
    (best,) = bests(HISTORY)
    assert (best.series.project, best.series.metric) == ("churn", "f1")
    assert [one.value for one in best.steps] == [Decimal("0.7"), Decimal("0.8")]
    assert (best.trial.record_id, best.since) == (HISTORY[2].record_id, 2)


def test_less_is_better_where_the_goal_says_so() -> None:
    (best,) = bests([trial(n, n, goal="minimize") for n in (3, 1, 2)])
    assert [float(one.value) for one in best.steps] == [3, 1]


def test_the_best_of_a_sweep_is_that_of_its_runs() -> None:
    sweep = {"sweep": True, "role": "sweep"}
    assert trial([0.2, 0.9, 0.4], **sweep).value == Decimal("0.9")
    assert trial([0.2, 0.9, 0.4], goal="minimize", **sweep).value == Decimal("0.2")


def test_projects_metrics_and_goals_are_kept_apart() -> None:
    found = bests([
        trial(1, 1), trial(2, 2, project="other"), trial(3, 3, quantity="loss"),
        trial(4, 4, goal="minimize"),
    ])  # fmt: skip
    assert [float(one.trial.value) for one in found] == [1, 4, 3, 2]


def test_runs_that_are_listed_again_are_tried_once() -> None:
    first, again = trial([1, 2], 1, runs=["a", "b"]), trial([2, 1], 2, runs=["b", "a"])
    part, more = trial(1, 3, runs=["a"]), trial([1, 5], 4, runs=["a", "c"])
    assert once([first, again, part, more]) == (first, more)
    assert once([part, first]) == (part, first)


def test_data_of_the_best() -> None:
    data = {one.id: one for one in best_data(bests(HISTORY)[0])}
    best, improvement = data["best:churn/f1"], data["improvement:churn/f1"]
    record = HISTORY[2].record_id
    assert (best.value, best.shown, best.records) == (Decimal("0.8"), "0.800", (record,))
    assert best.operands[:2] == (
        f"run:{HISTORY[0].record_id}/arm#f1",
        f"mean:{HISTORY[1].record_id}/arm#f1",
    )
    assert (improvement.shown, improvement.goal, improvement.sign) == ("+0.100", "maximize", 1)
    assert improvement.operands == ("best:churn/f1", best.operands[0])
    assert (data["trials:churn/f1"].value, data["trials:churn/f1"].unit) == (5, "trials")


def test_one_trial_has_no_improvement() -> None:
    assert [one.id for one in best_data(bests([trial(1)])[0])] == [
        "best:churn/f1",
        "trials:churn/f1",
    ]


@given(st.lists(NUMBERS, min_size=1, max_size=20), NUMBERS, GOALS)
def test_a_worse_trial_never_changes_the_best(values, more, goal) -> None:
    tried = [trial(value, n, goal=goal) for n, value in enumerate(values)]
    before = best_of(tried)
    after = best_of([*tried, trial(more, 99, goal=goal)])
    expected = max(values) if goal == "maximize" else min(values)
    assert float(before.trial.value) == expected
    worse = more <= expected if goal == "maximize" else more >= expected
    assert (after.trial == before.trial) == worse
    assert after.since == (before.since + 1 if worse else 0)


@given(st.permutations(range(8)), GOALS)
def test_the_best_value_does_not_depend_on_the_order(order, goal) -> None:
    best = best_of([trial(value, n, goal=goal) for n, value in enumerate(order)])
    assert float(best.trial.value) == (7 if goal == "maximize" else 0)
    steps = [float(one.value) for one in best.steps]
    assert steps == sorted(steps, reverse=goal == "minimize")


# --- the expected best


def by_hand(values, tries, goal) -> float:
    choose = max if goal == "maximize" else min
    return fmean(choose(drawn) for drawn in combinations(values, tries))


@given(st.lists(NUMBERS, min_size=1, max_size=9), GOALS, st.data())
def test_the_expected_best_is_the_mean_over_all_ways_to_draw(values, goal, data) -> None:
    tries = data.draw(st.integers(1, len(values)))
    found = expected_best(values, tries, goal)
    assert math.isclose(found, by_hand(values, tries, goal), rel_tol=1e-9, abs_tol=1e-6)


def test_a_worked_example() -> None:
    # Three of four: the best is 4 in three of four ways, 3 in one.
    assert expected_best([4, 1, 3, 2], 3, "maximize") == pytest.approx(3.75)
    # Two of four: 4 in three of six ways, 3 in two, 2 in one.
    assert expected_best([4, 1, 3, 2], 2, "maximize") == pytest.approx(20 / 6)
    assert expected_best([4, 1, 3, 2], 2, "minimize") == pytest.approx(10 / 6)


def test_many_tries_stay_accurate() -> None:
    # Of 1..N the expected greatest of n drawn is n (N + 1) / (n + 1), the German tank problem.
    for tries in (1, 2, 500, 9_999, 10_000):
        found = expected_best(range(1, 10_001), tries, "maximize")
        assert math.isclose(found, tries * 10_001 / (tries + 1), rel_tol=1e-9)


@pytest.mark.parametrize("tries", [0, 4, -1])
def test_what_cannot_be_drawn_is_refused(tries) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        expected_best([1, 2, 3], tries, "maximize")


@given(st.lists(NUMBERS, min_size=2, max_size=40), GOALS)
def test_the_curve_goes_from_the_mean_to_the_best(values, goal) -> None:
    one = trial(values, sweep=True, goal=goal)
    curve = expected_curve(one)
    assert curve[0].tries == 1
    assert math.isclose(curve[0].value, fmean(values), rel_tol=1e-9, abs_tol=1e-6)
    assert (curve[-1].tries, curve[-1].value) == (len(values), float(one.value))
    turned = [point.value if goal == "maximize" else -point.value for point in curve]
    assert all(b >= a - 1e-6 for a, b in pairwise(turned))


def test_data_of_the_curve() -> None:
    data = list(expected_data(trial([4, 1, 3, 2], 3, name="search", sweep=True)))
    record = "EXP-2026-11-04-003"
    assert [(one.id, one.shown) for one in data] == [
        (f"expected-best:{record}/search/f1/1", "2.50"),
        (f"expected-best:{record}/search/f1/2", "3.33"),
        (f"expected-best:{record}/search/f1/4", "4"),
    ]
    assert all("arXiv 2004.13705" in one.method and one.records == (record,) for one in data)
