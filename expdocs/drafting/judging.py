"""Judging candidates by criteria: values, weighted scores, dominance, and how firm the result is.

Scores are simple additive weighting over values put on one scale (C.-L. Hwang and K. Yoon,
Multiple Attribute Decision Making, Springer, 1981): the weighted mean of ``min-max``, from the
worst to the best candidate, or of ``ratio``, the part of the best value that is reached. Weights
are moved one at a time (E. Triantaphyllou and A. Sánchez, Decision Sciences 28, 1997).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from expdocs.drafting.candidates import Candidate
from expdocs.drafting.criteria import Criterion
from expdocs.facts.citations import (
    EXACT,
    Facts,
    Unresolved,
    finite,
    mean,
    standard_deviation,
)
from expdocs.facts.gates import GateResult, Threshold, reading
from expdocs.facts.outcome import LEVEL, Interval, Sample, interval_between
from expdocs.records.record import Record

MOVED = 0.1
_LEVEL = 1e-9  # scores nearer than this are level
_TWICE = 2


class Measured(NamedTuple):
    """The value of a candidate for a criterion, over ``size`` runs; ``reason`` where it has none.

    ``spread`` is the standard deviation (n-1) over repeated seeds.
    """

    value: Decimal | None
    size: int
    spread: Decimal | None = None
    reason: str = ""


class Judged(NamedTuple):
    """A candidate with its values and scaled values by criterion, its gates and its score."""

    candidate: Candidate
    values: Mapping[str, Measured]
    scaled: Mapping[str, float]
    gates: tuple[GateResult, ...]
    score: float | None

    @property
    def passed(self) -> bool:
        """Whether every gate is met; one without a value is not."""
        return all(gate.passed for gate in self.gates)


class Moved(NamedTuple):
    """What becomes of the first place when one criterion's share of the weight changes."""

    criterion: str
    share: float
    first: tuple[str, ...]


class Judgement(NamedTuple):
    """What became of all candidates; ``first`` names those with the best score, usually one.

    ``scored`` are the criteria that every score rests on: those that runs have values for.
    """

    candidates: tuple[Judged, ...]
    criteria: tuple[Criterion, ...]
    scored: tuple[Criterion, ...]
    first: tuple[str, ...]
    moved: tuple[Moved, ...]

    def of(self, name: str) -> Judged:
        """Return a candidate by name."""
        return next(one for one in self.candidates if one.candidate.name == name)


def judge(
    candidates: Sequence[Candidate],
    criteria: Sequence[Criterion],
    gates: Sequence[Threshold],
    scale: str,
    record: Record,
    facts: Facts,
) -> Judgement:
    """Judge candidates; runs that no record lists are read as ``record`` would read them."""
    measured = [
        {one.name: _measure(candidate, one, record, facts) for one in criteria}
        for candidate in candidates
    ]
    scored = [one for one in criteria if any(m[one.name].value is not None for m in measured)]
    scaled = _scaled(measured, scored, SCALES[scale])
    found = tuple(
        Judged(one, values, parts, tuple(_gates(one, gates, record, facts)), _score(parts, scored))
        for one, values, parts in zip(candidates, measured, scaled, strict=True)
    )
    moved = tuple(_moved(found, scored))
    return Judgement(found, tuple(criteria), tuple(scored), _first(found, scored), moved)


# --- values


def _measure(candidate: Candidate, one: Criterion, record: Record, facts: Facts) -> Measured:
    owner = candidate.owner or record
    size = len(candidate.uses)
    try:
        values = [finite(facts.value_of(owner, use, one.field).value) for use in candidate.uses]
    except Unresolved as problem:
        return Measured(None, size, reason=problem.message)
    spread = standard_deviation(values) if size >= _TWICE else None
    return Measured(mean(values) if size > 1 else values[0], size, spread)


def _gates(
    candidate: Candidate, gates: Sequence[Threshold], record: Record, facts: Facts
) -> Iterator[GateResult]:
    owner = candidate.owner or record
    for gate in gates:
        for use in candidate.uses:
            yield GateResult(gate, reading(owner, use.run_id, gate.metric, facts, use.label))


# --- scores


def _min_max(value: Decimal, values: Sequence[Decimal], *, more: bool) -> Decimal:
    low, high = min(values), max(values)
    if low == high:
        return Decimal(1)  # what is the same for all tells nobody apart
    above = EXACT.subtract(value, low) if more else EXACT.subtract(high, value)
    return EXACT.divide(above, EXACT.subtract(high, low))


def _ratio(value: Decimal, values: Sequence[Decimal], *, more: bool) -> Decimal:
    return EXACT.divide(value, max(values)) if more else EXACT.divide(min(values), value)


Scale = Callable[..., Decimal]
SCALES: Mapping[str, Scale] = {"min-max": _min_max, "ratio": _ratio}


def unscalable(judgement: Judgement, scale: str) -> str:
    """Return the criterion whose values a scale has no meaning for, or an empty text."""
    if scale != "ratio":
        return ""
    for one in judgement.scored:
        values = [judged.values[one.name].value for judged in judgement.candidates]
        if any(value is not None and value <= 0 for value in values):
            return one.name
    return ""


def _scaled(
    measured: Sequence[Mapping[str, Measured]], scored: Sequence[Criterion], scale: Scale
) -> list[dict[str, float]]:
    parts: list[dict[str, float]] = [{} for _ in measured]
    for one in scored:
        known = [m[one.name].value for m in measured]
        values = [value for value in known if value is not None]
        if scale is _ratio and min(values) <= 0:
            continue  # which is refused: there is no ratio to zero, or across it
        for part, value in zip(parts, known, strict=True):
            if value is not None:
                part[one.name] = float(scale(value, values, more=one.goal == "maximize"))
    return parts


def _score(parts: Mapping[str, float], scored: Sequence[Criterion]) -> float | None:
    """Return the weighted mean; None where a value is missing: nothing stands in for it."""
    weights = {one.name: one.weight for one in scored}
    return _weighted(parts, weights) if parts and parts.keys() == weights.keys() else None


def _weighted(parts: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = math.fsum(weights.values())
    return math.fsum(weight * parts[name] for name, weight in weights.items()) / total


def _first(found: Sequence[Judged], scored: Sequence[Criterion]) -> tuple[str, ...]:
    return _leading(found, {one.name: one.weight for one in scored})


def _leading(found: Sequence[Judged], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return who has the best score among those that meet every gate."""
    scores = {
        one.candidate.name: _weighted(one.scaled, weights)
        for one in found
        if one.score is not None and one.passed
    }
    best = max(scores.values(), default=0.0)
    return tuple(name for name, score in scores.items() if best - score <= _LEVEL)


def _moved(found: Sequence[Judged], scored: Sequence[Criterion]) -> Iterator[Moved]:
    total = math.fsum(one.weight for one in scored)
    shares = {one.name: one.weight / total for one in scored}
    for name, share in shares.items():
        for moved in (share - MOVED, share + MOVED):
            if 0 <= moved <= 1 and share < 1:
                rest = (1 - moved) / (1 - share)
                weights = {n: moved if n == name else s * rest for n, s in shares.items()}
                yield Moved(name, moved, _leading(found, weights))


# --- who is no worse, and who cannot be told apart


def dominators(judgement: Judgement, one: Judged) -> list[str]:
    """Return the candidates that are nowhere worse and somewhere better (Pareto)."""
    return [
        other.candidate.name
        for other in judgement.candidates
        if _dominates(other.scaled, one.scaled, judgement.scored)
    ]


def _dominates(a: Mapping[str, float], b: Mapping[str, float], scored: Sequence[Criterion]) -> bool:
    names = [one.name for one in scored]
    if not names or any(name not in a or name not in b for name in names):
        return False
    return all(a[name] >= b[name] for name in names) and any(a[name] > b[name] for name in names)


def difference(a: Judged, b: Judged, one: Criterion) -> Interval | None:
    """Return the interval of how much better ``a`` is than ``b``; None without repeated seeds."""
    samples = [_sample(side, one) for side in (a, b)]
    if samples[0] is None or samples[1] is None:
        return None
    return interval_between(samples[0], samples[1], LEVEL)


def _sample(judged: Judged, one: Criterion) -> Sample | None:
    measured = judged.values[one.name]
    if measured.value is None or measured.spread is None:
        return None
    centre = float(measured.value) * (1 if one.goal == "maximize" else -1)
    return Sample(judged.candidate.name, measured.size, centre, float(measured.spread), ())
