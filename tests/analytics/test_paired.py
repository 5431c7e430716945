"""Comparisons over shared seeds."""

from __future__ import annotations

import math
from statistics import fmean

import pytest

from expdocs.analytics.paired import (
    Said,
    compare_all,
    comparison_data,
    rivalries,
    shared_seeds,
)
from tests.analytics.trials import trial

BASE = [0.70, 0.72, 0.71, 0.73, 0.74, 0.70]
BETTER = [0.75, 0.76, 0.73, 0.77, 0.79, 0.72]


def seeded(values, number=1, seeds=None, **more):
    seeds = seeds or range(1, len(values) + 1)
    params = [{"seed": str(seed), "lr": "0.1"} for seed in seeds]
    return trial(values, number, params=params, **more)


def baseline(values=BASE, **more):
    return seeded(values, name="base", role="baseline", **more)


def compare(one, other):
    """One comparison, which is a family of its own."""
    (found,) = compare_all([(one, other)])
    return found


def test_six_seeds_that_all_gain_are_better() -> None:
    found = compare(baseline(), seeded(BETTER))
    assert found.seeds == tuple(f"seed={n}" for n in range(1, 7))
    differences = [b - a for a, b in zip(BASE, BETTER, strict=True)]
    assert found.differences == pytest.approx(differences)
    assert found.gain == pytest.approx(fmean(differences))
    assert (found.chance, found.adjusted, found.wins) == (1 / 64, 1 / 64, 1)
    assert (found.said, found.meaningful) == (Said.BETTER, True)
    assert found.interval is not None
    assert 0.02 < found.interval.low < found.gain < found.interval.high < 0.05


def test_less_is_better_where_the_goal_says_so() -> None:
    up = compare(baseline(), seeded(BETTER))
    turned = compare(
        baseline([-v for v in BASE], goal="minimize"),
        seeded([-v for v in BETTER], goal="minimize"),
    )
    assert turned.differences == pytest.approx(up.differences)
    assert (turned.chance, turned.said) == (up.chance, up.said)


def test_what_is_worse_is_not_shown_to_be_better() -> None:
    found = compare(baseline(BETTER), seeded(BASE))
    assert (found.said, found.chance, found.wins, found.meaningful) == (Said.NOT_SHOWN, 1, 0, False)


def test_three_seeds_are_insufficient_however_clear() -> None:
    found = compare(baseline(BASE[:3]), seeded([9, 9.1, 9.2]))
    assert (found.said, found.chance) == (Said.INSUFFICIENT, 1 / 8)
    assert found.reason == "3 seeds cannot give less than 0.125, whatever the runs"
    assert [one.id for one in comparison_data(found)] == [
        "shared-seeds:EXP-2026-11-02-001/base..EXP-2026-11-02-001/arm#f1"
    ]


def test_a_family_needs_more_seeds() -> None:
    pairs = [(baseline(BASE[:5]), seeded(BETTER[:5], n)) for n in (1, 2)]
    assert [one.said for one in compare_all(pairs[:1])] == [Said.BETTER]
    found = compare_all(pairs)
    assert [one.said for one in found] == [Said.INSUFFICIENT] * 2
    assert [one.adjusted for one in found] == [2 / 32] * 2


def test_what_shares_no_seeds_is_no_part_of_the_family() -> None:
    others = seeded(BETTER[:5], 3, seeds=range(50, 55))
    found = compare_all([(baseline(BASE[:5]), seeded(BETTER[:5])), (baseline(BASE[:5]), others)])
    assert [one.said for one in found] == [Said.BETTER, Said.INSUFFICIENT]
    assert found[1].reason == "fewer than two seeds are shared"
    assert math.isnan(found[1].gain)


def test_seeds_are_matched_by_what_differs_within_both_groups() -> None:
    one, other = baseline(seeds=[1, 2, 3, 4, 5, 6]), seeded(BETTER[:3], seeds=[6, 2, 9])
    pairs = shared_seeds(one, other)
    assert [(p.seed, p.baseline.value, p.candidate.value) for p in pairs] == [
        ("seed=2", 0.72, 0.76),
        ("seed=6", 0.70, 0.75),
    ]


def test_a_seed_that_ran_twice_matches_nothing() -> None:
    assert [p.seed for p in shared_seeds(baseline(), seeded([1, 2, 3], seeds=[1, 1, 2]))] == [
        "seed=2"
    ]


def test_runs_without_a_seed_of_their_own_are_not_paired() -> None:
    alike = trial(BASE, params=[{"seed": "1"}] * 6)
    assert shared_seeds(alike, alike) == ()


def test_differences_that_are_all_alike_have_no_interval_but_a_chance() -> None:
    found = compare(baseline([1.0] * 6), seeded([1.5] * 6))
    assert (found.interval, found.chance, found.said) == (None, 1 / 64, Said.BETTER)
    assert "gain-low" not in {one.id.partition(":")[0] for one in comparison_data(found)}


def test_no_difference_at_all_is_half_won() -> None:
    found = compare(baseline(), seeded(BASE))
    assert (found.gain, found.chance, found.wins, found.said) == (0, 1, 0.5, Said.NOT_SHOWN)


def test_data_of_a_comparison() -> None:
    data = {
        one.id.partition(":")[0]: one
        for one in comparison_data(compare(baseline(), seeded(BETTER)))
    }
    assert list(data) == [
        *("shared-seeds", "paired-gain", "gain-chance", "gain-chance-holm", "wins"),
        *("gain-low", "gain-high"),
    ]
    assert (data["shared-seeds"].shown, data["paired-gain"].shown) == ("6", "+0.0367")
    assert data["gain-chance"].shown == "0.0156"
    assert data["gain-low"].method == "Efron 1987"
    assert data["paired-gain"].operands[1] == "mean:EXP-2026-11-02-001/base#f1"


def test_rivals_stand_in_one_record_at_one_metric() -> None:
    base, other = baseline(), seeded(BETTER)
    elsewhere, sweep = seeded(BETTER, 7), trial([1, 2], name="sweep", sweep=True, role="sweep")
    assert rivalries([other, sweep, base, elsewhere]) == {base.record_id: [(base, other)]}
