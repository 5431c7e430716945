"""What changed between trials, one factor at a time, and which level to try next."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.analytics.ablation import Change, Levels, Sort, ablations, compared, levels
from expdocs.evidence.leaks import WITHHELD
from tests.analytics.trials import trial

DATA = {"data/churn.csv": "md5:1"}


def made(value: float, number: int = 1, *, seed: int = 1, **params: str):
    return trial(
        value, number, name=f"a{number}", params=[{"seed": str(seed), **params}], data=DATA
    )


def parameter(name: str, old: str | None, new: str | None) -> Change:
    return Change(Sort.PARAMETER, name, old, new)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"lr": "0.1"}, {"lr": "0.2"}, [parameter("lr", "0.1", "0.2")]),
        ({"lr": "0.1"}, {"lr": "1e-1"}, []),
        ({"lr": "0.1"}, {}, [parameter("lr", "0.1", None)]),
        (
            {"a": "x", "b": "1"},
            {"a": "y", "b": "2"},
            [parameter("a", "x", "y"), parameter("b", "1", "2")],
        ),
    ],
)
def test_parameters_that_changed(old: Mapping[str, str], new: Mapping[str, str], changes) -> None:
    found = compared(made(1, 1, **old), made(2, 2, seed=9, **new))
    assert list(found.changes) == changes
    assert found.factor == (changes[0] if len(changes) == 1 else None)


def test_code_and_data_are_factors_too() -> None:
    one, other = made(1, 1, lr="1"), made(2, 2, lr="1")
    run = other.runs[0]
    recoded = other._replace(runs=(run._replace(code="d"),))
    assert compared(one, recoded).factor == Change(Sort.CODE, "code", "c", "d")
    moved = other._replace(runs=(run._replace(data={"data/churn.csv": "md5:2"}),))
    factor = compared(one, moved).factor
    assert factor == Change(Sort.DATA, "data", "data/churn.csv md5:1", "data/churn.csv md5:2")


def test_what_was_not_recorded_is_unknown_and_so_no_single_factor() -> None:
    one, other = made(1, 1, lr="1"), made(2, 2, lr="2")
    blind = other._replace(runs=(other.runs[0]._replace(code="", data={}),))
    found = compared(one, blind)
    assert (found.changes, found.unknown) == (
        (parameter("lr", "1", "2"),),
        (Sort.DATA, Sort.CODE),
    )
    assert found.factor is None
    hidden = compared(one, made(2, 2, lr=WITHHELD))
    assert (hidden.changes, hidden.unknown, hidden.factor) == ((), (Sort.PARAMETER,), None)


def test_what_differs_within_repeated_runs_is_no_factor_anywhere() -> None:
    group = trial([1, 2], 1, params=[{"fold": "1", "lr": "1"}, {"fold": "2", "lr": "1"}], data=DATA)
    alone = trial(3, 2, params=[{"fold": "7", "lr": "2"}], data=DATA)
    (found,) = ablations([group, alone])
    assert found.factor == parameter("lr", "1", "2")


def test_trials_of_other_series_and_sweeps_are_left_out() -> None:
    others = [
        made(1, 1, lr="1"),
        made(2, 2, lr="2")._replace(quantity="loss"),
        made(3, 3, lr="3")._replace(sweep=True),
    ]
    assert ablations(others) == ()


def test_only_within_a_record_where_that_is_asked() -> None:
    one, elsewhere = made(1, 1, lr="1"), made(3, 5, lr="3")
    other = trial(2, 1, name="b", params=[{"lr": "2"}], data=DATA)
    assert len(ablations([one, other, elsewhere])) == 3
    (found,) = ablations([one, other, elsewhere], across=False)
    assert (found.before.name, found.after.name) == ("a1", "b")
    assert found.reference is not None
    assert (found.reference.a.label, found.reference.field.name) == ("a1", "f1")


# --- levels


def tried(**values: float) -> Levels:
    """Return the levels of c, tried with these results: ``tried(_1=0.5)`` is level 1."""
    made_of = [
        made(value, number, c=name.strip("_").replace("_", "."))
        for number, (name, value) in enumerate(values.items(), 1)
    ]
    (found,) = levels(made_of)
    return found


@pytest.mark.parametrize(
    ("results", "best", "untested"),
    [
        # Between the best and its better neighbour, halfway by ratio: sqrt(0.1 x 1).
        ({"_0_1": 0.5, "_1_0": 0.9, "_10_5": 0.4}, 1.0, 0.32),
        # At the edge, as far beyond as the neighbour is away.
        ({"_0_1": 0.5, "_0_2": 0.9}, 0.2, 0.4),
        ({"_0_1": 0.9, "_0_2": 0.5}, 0.1, 0.05),
        # Whole numbers stay whole.
        ({"_4": 0.5, "_16": 0.9, "_32": 0.6}, 16.0, 23.0),
        # Nothing lies between neighbours.
        ({"_1": 0.1, "_2": 0.9, "_3": 0.8}, 2.0, None),
        # Zero has no ratio.
        ({"_0_0": 0.5, "_0_5": 0.9}, 0.5, 1.0),
    ],
)
def test_the_level_to_try_next(results, best, untested) -> None:
    found = tried(**results)
    assert (found.best[0], found.untested) == (best, untested)


def test_an_ablation_is_not_the_best_level() -> None:
    trials = [made(n, n, c=str(4**n)) for n in (1, 2, 3)]
    trials[2] = trials[2]._replace(role="ablation")
    (found,) = levels(trials)
    assert [level for level, _ in found.tried] == [4, 16, 64]
    assert (found.best[0], found.untested) == (16, 32)


def test_words_and_absent_values_are_no_levels() -> None:
    assert levels([made(1, 1, c="relu"), made(2, 2, c="gelu"), made(3, 3)]) == ()


@given(st.permutations([1, 2, 3, 4]))
def test_levels_do_not_depend_on_the_order(order) -> None:
    trials = [made(n * (5 - n), n, c=str(n * 10)) for n in order]
    (found,) = levels(trials)
    assert [level for level, _ in found.tried] == [10, 20, 30, 40]
    assert found.best[0] == 20
