"""Resampling against brute force, another implementation, and published examples."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from expdocs.analytics.resampling import bootstrap, holm, sign_flip

# Darwin's maize: height of a crossed plant minus that of the self-fertilised one beside it, in
# eighths of an inch (Fisher, The Design of Experiments, 1935, section 17).
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def test_fishers_own_example() -> None:
    # Fisher counts 863 of 2^15 arrangements with a sum of 314 or more (section 21).
    assert sign_flip(DARWIN) == 863 / 2**15


@given(st.lists(st.integers(-20, 20), min_size=2, max_size=7))
@settings(max_examples=40)
def test_sign_flips_are_all_tried(values) -> None:
    flips = list(product([1, -1], repeat=len(values)))
    sums = [sum(sign * value for sign, value in zip(flip, values, strict=True)) for flip in flips]
    assert sign_flip(values) == sum(one >= sum(values) for one in sums) / len(flips)


@pytest.mark.parametrize("number", [2, 3, 4, 5, 8])
def test_n_seeds_cannot_give_less_than_one_in_two_to_the_n(number) -> None:
    assert sign_flip([1.0 + n for n in range(number)]) == 1 / 2**number


def test_many_differences_take_a_fixed_choice_of_signs() -> None:
    values = np.random.default_rng(3).normal(0.3, 1, 30).tolist()
    assert sign_flip(values) == sign_flip(values)
    # Against the normal approximation of the randomization distribution.
    z = sum(values) / math.sqrt(sum(value * value for value in values))
    assert sign_flip(values) == pytest.approx(stats.norm.sf(z), abs=0.01)


def bca(values, resamples=40_000) -> tuple[float, float]:
    """The BCa interval as Efron and Tibshirani (1993, section 14.3) write it down."""
    x = np.asarray(values, float)
    rng = np.random.default_rng(99)
    means = x[rng.integers(0, len(x), (resamples, len(x)))].mean(axis=1)
    below = ((means < x.mean()).mean() + (means <= x.mean()).mean()) / 2
    z0 = stats.norm.ppf(below)
    jack = np.array([np.delete(x, i).mean() for i in range(len(x))])
    away = jack.mean() - jack
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    found = []
    for z in stats.norm.ppf([0.025, 0.975]):
        found.append(np.quantile(means, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))))
    return tuple(found)


@pytest.mark.parametrize("values", [DARWIN, [0.02, 0.021, 0.03, 0.05, 0.01, 0.04, 0.18]])
def test_bca_is_that_of_another_implementation(values) -> None:
    found, spread = bootstrap(values, "BCa"), max(values) - min(values)
    assert found is not None
    assert found == pytest.approx(bca(values), abs=0.01 * spread)
    assert found == bootstrap(values, "BCa")


def test_the_percentile_interval_is_that_of_scipy() -> None:
    found = bootstrap([1.0, 1.0, 0.0, 1.0, 0.5], "percentile")
    theirs = stats.bootstrap(
        ([1.0, 1.0, 0.0, 1.0, 0.5],), np.mean, method="percentile", n_resamples=9_999, rng=20
    )
    assert found == (theirs.confidence_interval.low, theirs.confidence_interval.high)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_values_that_are_all_alike_have_no_interval(values) -> None:
    assert bootstrap(values, "BCa") is None


@pytest.mark.parametrize("values", [[0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 1.0 + 1e-16], [1e300, -1e300]])
def test_values_that_hardly_differ_give_an_interval_or_none(values) -> None:
    found = bootstrap(values, "BCa")
    assert found is None or found.low <= found.high


def test_holm_as_r_has_it() -> None:
    # p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    # Holm is capped at one and keeps the order of the p values.
    assert holm([0.6, 0.5, 0.9]) == (1, 1, 1)
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=8), st.randoms())
def test_holm_does_not_depend_on_the_order(chances, random) -> None:
    found = dict(zip(chances, holm(chances), strict=True))
    mixed = random.sample(chances, len(chances))
    assert dict(zip(mixed, holm(mixed), strict=True)) == found
    assert all(b >= a for a, b in found.items())


def test_without_scipy_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "from expdocs.analytics.resampling import sign_flip\n"
        "from expdocs.errors import MissingExtra\n"
        "try: sign_flip([1.0])\n"
        "except MissingExtra as error: print(error.message, '|', error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        "comparing runs that share seeds needs the extra 'stats', which is not installed"
        " | run: python -m pip install 'expdocs[stats]'\n"
    )
