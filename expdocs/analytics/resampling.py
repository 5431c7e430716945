"""Resampling with fixed random choices: permutation tests, bootstrap intervals, families of tests.

SciPy, the extra ``stats``, does the work; nothing else here needs it.
"""

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from expdocs.errors import MissingExtra

if TYPE_CHECKING:
    from types import ModuleType

    import numpy as np
    from numpy.typing import NDArray

LEVEL = 0.95
_SEED = 20
_RESAMPLES = 9_999
_FLIPS = 99_999  # so that all signs of up to sixteen values are tried
_FEWEST = 2


class Interval(NamedTuple):
    """Where a value lies, at the confidence of ``LEVEL``."""

    low: float
    high: float


def sign_flip(differences: Sequence[float]) -> float:
    """Return the one-sided p of a positive mean when each sign is as likely as the other.

    All signs are tried for up to sixteen differences, else a fixed random choice of them.
    """
    stats = _stats()
    done = stats.permutation_test(
        (list(differences),),
        _mean,
        permutation_type="samples",
        alternative="greater",
        n_resamples=_FLIPS,
        vectorized=True,
        rng=_SEED,
    )
    return float(done.pvalue)


def bootstrap(values: Sequence[float], method: str) -> Interval | None:
    """Return the interval of a mean; None where there is none, as for values that are all alike."""
    if len(set(values)) < _FEWEST:
        return None
    with warnings.catch_warnings():
        # Of an interval that cannot be had the bounds are no numbers, which says it all.
        warnings.simplefilter("ignore")
        found = _stats().bootstrap(
            (list(values),),
            _mean,
            confidence_level=LEVEL,
            n_resamples=_RESAMPLES,
            method=method,
            vectorized=True,
            rng=_SEED,
        )
    interval = Interval(*map(float, found.confidence_interval))
    return interval if all(map(math.isfinite, interval)) else None


def _mean(sample: "NDArray[np.float64]", axis: int) -> "NDArray[np.float64]":
    found: NDArray[np.float64] = sample.mean(axis=axis)
    return found


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Return p values adjusted for being a family, in the order given."""
    adjusted = [0.0] * len(chances)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[at]))
        adjusted[at] = highest
    return tuple(adjusted)


def _stats() -> "ModuleType":
    try:
        from scipy import stats  # noqa: PLC0415
    except ImportError:
        raise MissingExtra("stats", "comparing runs that share seeds") from None
    found: ModuleType = stats
    return found
