"""What became of a hypothesis: supported, refuted or inconclusive, computed from its runs.

Candidates are compared with baselines by the Welch t interval of the difference of their means
over repeated runs (B. L. Welch, Biometrika 34, 1947), turned so that more is better. The interval
is held against the effect that the hypothesis states.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from expdocs.facts.citations import FactKey, Facts, Unresolved, finite, standard_deviation
from expdocs.facts.citations import mean as mean_of
from expdocs.facts.student import quantile
from expdocs.prose.numbers import show
from expdocs.prose.references import Field
from expdocs.records.record import Record, RunUse

SUPPORTED, REFUTED, INCONCLUSIVE = "supported", "refuted", "inconclusive"
LEVEL = 0.95
_TWICE = 2
_GOALS = ("maximize", "minimize")


class Outcome(NamedTuple):
    """What became of a hypothesis and why; ``measured`` when an interval could be computed.

    ``keys`` are the facts that it rests on.
    """

    name: str
    reason: str
    measured: bool = False
    keys: tuple[FactKey, ...] = ()


class Claim(NamedTuple):
    """What a hypothesis says in numbers: by how much which metric gets better."""

    metric: str
    goal: str
    effect: float


class Sample(NamedTuple):
    """Runs that repeat one another: their number, mean and standard deviation, and the facts."""

    name: str
    size: int
    mean: float
    spread: float
    keys: tuple[FactKey, ...]


class Interval(NamedTuple):
    """Where the improvement of a candidate over a baseline lies, at a level of confidence."""

    candidate: Sample
    baseline: Sample
    gain: float
    low: float
    high: float
    level: float


def claim_of(record: Record) -> Claim | None:
    """Return what a record's hypothesis claims; None for an exploration or without an effect."""
    if not record.text_of("hypothesis").strip():
        return None
    for place, metric in record.marked("metric"):
        entry: Any = record.data
        for part in place[:-1]:
            entry = entry[part]
        effect = entry.get("effect") if isinstance(entry, Mapping) else None
        if isinstance(effect, int | float) and not isinstance(effect, bool) and effect > 0:
            return Claim(metric, str(entry.get("goal")), effect)
    return None


def outcome_of(record: Record, facts: Facts) -> Outcome | None:
    """Return what became of a record's hypothesis; None where there is none to judge."""
    claim = claim_of(record)
    if claim is None or claim.goal not in _GOALS:
        return None
    compared = _samples(record, "baseline")
    candidates = _samples(record, "candidate") or _samples(record, "final")
    missing = "baseline" if not compared else "candidate" if not candidates else ""
    if missing:
        return Outcome(INCONCLUSIVE, _without(record, missing))
    read = _Reader(record, claim, facts)
    try:
        baselines = [read.sample(*pair) for pair in compared.items()]
        tried = [read.sample(*pair) for pair in candidates.items()]
    except Unresolved as problem:
        return Outcome(INCONCLUSIVE, problem.message)
    keys = tuple(key for one in (*baselines, *tried) for key in one.keys)
    return _judged(claim, baselines, tried)._replace(keys=keys)


def _without(record: Record, role: str) -> str:
    if role == "candidate" and any(use.sweep for use in record.runs):
        # It was picked because it came out best, so its value says too much.
        return "the best run of a sweep is no candidate: repeat it with other seeds"
    return f"no run has the role {role}"


def _samples(record: Record, role: str) -> Mapping[str, list[RunUse]]:
    found: dict[str, list[RunUse]] = {}
    for use in record.runs:
        if use.role == role:
            found.setdefault(use.group or use.label or use.run_id[:12], []).append(use)
    return found


class _Reader(NamedTuple):
    """Reads the claimed metric of a record's runs."""

    record: Record
    claim: Claim
    facts: Facts

    def sample(self, name: str, uses: Sequence[RunUse]) -> Sample:
        """Return a sample, turned so that more is better; raises ``Unresolved``."""
        field = Field("metrics", self.claim.metric)
        found = [self.facts.value_of(self.record, use, field) for use in uses]
        keys = tuple(key for one in found for key, _ in one.keys)
        values = [finite(one.value) for one in found]
        centre = float(mean_of(values))
        spread = float(standard_deviation(values)) if len(values) >= _TWICE else math.nan
        turned = centre if self.claim.goal == "maximize" else -centre
        return Sample(name, len(values), turned, spread, keys)


def _judged(claim: Claim, baselines: Sequence[Sample], candidates: Sequence[Sample]) -> Outcome:
    """Judge each candidate against every baseline; the luckiest of several is held to more."""
    level = 1 - (1 - LEVEL) / len(candidates)
    outcomes = [_against_all(claim, one, baselines, level) for one in candidates]
    for name in (SUPPORTED, INCONCLUSIVE, REFUTED):
        of_name = [one for one in outcomes if one.name == name]
        if of_name:
            return next((one for one in of_name if one.measured), of_name[0])
    raise AssertionError(outcomes)


def _against_all(
    claim: Claim, candidate: Sample, baselines: Sequence[Sample], level: float
) -> Outcome:
    for side in (candidate, *baselines):
        if side.size < _TWICE:
            reason = f"{side.name} ran once: without repeated seeds there is no spread to judge by"
            return Outcome(INCONCLUSIVE, reason)
    found = [interval_between(candidate, baseline, level) for baseline in baselines]
    intervals = [one for one in found if one is not None]
    if len(intervals) < len(found):
        reason = "the repeats do not differ at all: did they have other seeds?"
        return Outcome(INCONCLUSIVE, reason)
    # A hypothesis has to hold against every baseline, so the worst comparison decides.
    order = (REFUTED, INCONCLUSIVE, SUPPORTED)
    worst = min(intervals, key=lambda one: (order.index(_verdict(one, claim.effect)), one.gain))
    return Outcome(_verdict(worst, claim.effect), _reason(worst, claim), measured=True)


def interval_between(candidate: Sample, baseline: Sample, level: float) -> Interval | None:
    """Return the Welch interval of the gain; None where neither side has a spread."""
    parts = [side.spread**2 / side.size for side in (candidate, baseline)]
    variance = sum(parts)
    if not variance:
        return None
    sizes = (candidate.size, baseline.size)
    squares = (part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    reach = quantile((1 + level) / 2, variance**2 / sum(squares)) * math.sqrt(variance)
    gain = candidate.mean - baseline.mean
    return Interval(candidate, baseline, gain, gain - reach, gain + reach, level)


def _verdict(interval: Interval, effect: float) -> str:
    if interval.low >= effect:
        return SUPPORTED
    return REFUTED if interval.high < effect else INCONCLUSIVE


def _reason(one: Interval, claim: Claim) -> str:
    where = {
        SUPPORTED: "wholly above the effect of {}",
        REFUTED: "wholly below the effect of {}",
        INCONCLUSIVE: "which holds the effect of {}",
    }[_verdict(one, claim.effect)].format(show(claim.effect, 2))
    runs = f"{one.baseline.size} and {one.candidate.size} runs"
    way = "better" if one.gain >= 0 else "worse"
    return (
        f"{claim.metric} gets {way} by {show(abs(one.gain))} from {one.baseline.name} to "
        f"{one.candidate.name} ({runs}), {100 * one.level:.3g} % interval of the gain "
        f"{show(one.low)} to {show(one.high)}, {where}"
    )
