"""Comparisons of two trials over the seeds that both ran with.

- The gain is the mean of the differences, seed by seed, turned so that more is better.
- Its interval is the BCa bootstrap (B. Efron, "Better Bootstrap Confidence Intervals", JASA 82,
  1987).
- The chance of so large a gain by luck is that of the sign-flip permutation test (R. A. Fisher,
  "The Design of Experiments", 1935), one-sided, so that n seeds cannot give less than 1/2^n.
  Several comparisons share one error rate (S. Holm, Scand. J. Statist. 6, 1979).
- P(A > B), how often one beats the other, is held against one half and against 0.75 (X. Bouthillier
  and others, "Accounting for Variance in Machine Learning Benchmarks", MLSys 2021,
  arXiv 2103.03098).

Where even the clearest sample of its size could tell nothing, the answer is "insufficient".
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from expdocs.analytics.ablation import varying
from expdocs.analytics.citing import cited_as, derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.resampling import LEVEL, Interval, bootstrap, holm, sign_flip
from expdocs.analytics.trial import BASELINE, Series, Trial, TrialRun
from expdocs.facts.citations import EXACT, finite

ALPHA = 0.05
MEANINGFUL = 0.75
_FEWEST = 2


class Said(StrEnum):
    """What a comparison says."""

    BETTER = "better"
    NOT_SHOWN = "not shown"
    INSUFFICIENT = "insufficient"


class Comparison(NamedTuple):
    """One trial held against another, seed by seed.

    ``differences`` are turned so that more is better, in the order of ``seeds``; there are none
    where fewer than two are shared. ``chance`` is the one-sided permutation p, ``adjusted`` the
    same in the family that was compared together. ``wins`` is P(candidate > baseline), a tie
    counting half.
    """

    baseline: Trial
    candidate: Trial
    seeds: tuple[str, ...]
    differences: tuple[float, ...]
    gain: float
    interval: Interval | None
    chance: float
    adjusted: float
    wins: float
    wins_interval: Interval | None
    said: Said
    reason: str

    @property
    def meaningful(self) -> bool:
        """Whether it wins more often than not for sure, and may win often enough to matter."""
        found = self.wins_interval
        return found is not None and found.low > 1 / 2 and found.high > MEANINGFUL


class Pair(NamedTuple):
    """Two runs with one seed."""

    seed: str
    baseline: TrialRun
    candidate: TrialRun


def shared_seeds(baseline: Trial, candidate: Trial) -> tuple[Pair, ...]:
    """Return the runs of two trials that share the parameters in which both sides' runs differ."""
    names = sorted(varying(baseline) & varying(candidate))
    if not names:
        return ()
    sides = [_by_seed(trial, names) for trial in (baseline, candidate)]
    shared = [seed for seed in sides[0] if seed in sides[1]]
    return tuple(Pair(seed, sides[0][seed], sides[1][seed]) for seed in shared)


def _by_seed(trial: Trial, names: Sequence[str]) -> Mapping[str, TrialRun]:
    found: dict[str, list[TrialRun]] = {}
    for run in trial.runs:
        key = ", ".join(f"{name}={run.params.get(name, '')}" for name in names)
        found.setdefault(key, []).append(run)
    return {key: runs[0] for key, runs in sorted(found.items()) if len(runs) == 1}


def rivalries(trials: Iterable[Trial]) -> Mapping[str, Sequence[tuple[Trial, Trial]]]:
    """Return the pairs of a baseline and another trial that is no sweep, by their record."""
    records: dict[tuple[str, Series], list[Trial]] = {}
    for trial in trials:
        if not trial.sweep:
            records.setdefault((trial.record_id, trial.series), []).append(trial)
    found: dict[str, list[tuple[Trial, Trial]]] = {}
    for (record, _), listed in records.items():
        pairs = [
            (one, other)
            for one, other in product(listed, repeat=2)
            if one.role == BASELINE and other.role != BASELINE
        ]
        if pairs:
            found.setdefault(record, []).extend(pairs)
    return found


def compare_all(pairs: Sequence[tuple[Trial, Trial]]) -> tuple[Comparison, ...]:
    """Hold the second of each pair against the first, all that share seeds as one family.

    Raises ``MissingExtra`` without scipy.
    """
    found = [_compared(*pair) for pair in pairs]
    family = [number for number, one in enumerate(found) if one.differences]
    adjusted = holm([found[number].chance for number in family])
    for number, chance in zip(family, adjusted, strict=True):
        found[number] = _judged(found[number]._replace(adjusted=chance), len(family))
    return tuple(found)


def _compared(baseline: Trial, candidate: Trial) -> Comparison:
    pairs = shared_seeds(baseline, candidate)
    turn = 1 if candidate.goal == "maximize" else -1
    gains = tuple(
        turn * float(EXACT.subtract(finite(p.candidate.value), finite(p.baseline.value)))
        for p in pairs
    )
    seeds = tuple(pair.seed for pair in pairs)
    none = Comparison(
        *(baseline, candidate, seeds, (), math.nan, None, 1, 1, math.nan, None),
        said=Said.INSUFFICIENT,
        reason="fewer than two seeds are shared",
    )
    if len(gains) < _FEWEST or not all(map(math.isfinite, gains)):
        return none
    scores = [(1.0 if gain > 0 else 0.5 if gain == 0 else 0.0) for gain in gains]
    wins = math.fsum(scores) / len(scores)
    return none._replace(
        differences=gains,
        gain=math.fsum(gains) / len(gains),
        interval=bootstrap(gains, "BCa"),
        chance=sign_flip(gains),
        wins=wins,
        wins_interval=bootstrap(scores, "percentile") or Interval(wins, wins),
    )


def _judged(one: Comparison, family: int) -> Comparison:
    number = len(one.differences)
    least = min(1.0, family / 2**number)
    if least > ALPHA:
        reason = f"{number} seeds cannot give less than {least:.3g}, whatever the runs"
        return one._replace(reason=reason)
    said = Said.BETTER if one.adjusted <= ALPHA else Said.NOT_SHOWN
    return one._replace(said=said, reason=f"{one.adjusted:.2g} is held against {ALPHA:g}")


# --- as data


def comparison_subject(one: Comparison) -> str:
    """Return how ids of derived data call a comparison."""
    return f"{one.baseline.subject}..{one.candidate.subject}#{one.candidate.metric}"


def comparison_data(one: Comparison) -> Iterator[Datum]:
    """Yield what was found, as far as the sample can tell anything."""
    subject = comparison_subject(one)
    records = (one.baseline.record_id, one.candidate.record_id)
    sides = [cited_as(trial.reference) for trial in (one.baseline, one.candidate)]
    about = f"{one.candidate.metric} of {one.candidate.name} against {one.baseline.name}"
    yield derived(
        "shared-seeds",
        subject,
        len(one.seeds),
        f"seeds that {one.candidate.name} and {one.baseline.name} share",
        formula="runs with equal values of the parameters that differ within both groups",
        operands=sides,
        records=records,
        unit="seeds",
    )
    if one.said is Said.INSUFFICIENT:
        return
    for method, value, meaning, formula, source in _found(one):
        yield derived(
            method,
            subject,
            value,
            f"{meaning}, {about}",
            formula=formula,
            operands=[derived_id("shared-seeds", subject), *sides],
            records=records,
            source=source,
            goal="maximize" if method == "paired-gain" else "",
            signed=method in ("paired-gain", "gain-low", "gain-high"),
        )


def _found(one: Comparison) -> Iterator[tuple[str, float, str, str, str]]:
    flips = "share of sign flips with as large a mean"
    yield "paired-gain", one.gain, "mean gain over shared seeds", "mean of differences", ""
    yield "gain-chance", one.chance, "one-sided p", flips, "sign-flip permutation, Fisher 1935"
    yield "gain-chance-holm", one.adjusted, "one-sided p in its family", "step-down", "Holm 1979"
    yield "wins", one.wins, "P(A > B)", "share of seeds won, ties half", "Bouthillier et al. 2021"
    if one.interval is not None:
        how = f"BCa bootstrap of the mean at {100 * LEVEL:g} %"
        yield "gain-low", one.interval.low, "lower end of the gain", how, "Efron 1987"
        yield "gain-high", one.interval.high, "upper end of the gain", how, "Efron 1987"
