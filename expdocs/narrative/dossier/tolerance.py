"""How near a rerun has to come: by the spread of repeats, else by the digits that are claimed.

Where runs were repeated, one more of them lies within mean ± t · sd · √(1 + 1/n) with a
probability of 95 %: the prediction interval for one new observation (Hahn, Journal of Quality
Technology 1, 1969), with Student's t at n - 1 degrees of freedom.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import math
from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from expdocs.facts.citations import Facts, Unresolved, finite, mean, standard_deviation
from expdocs.facts.student import quantile
from expdocs.facts.tables import metric_names
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.claimed import claimed
from expdocs.prose.numbers import NumberProblem, parse_shown, show
from expdocs.prose.references import Field, ValueOf, parse_reference
from expdocs.records.record import Record, RunUse

LEVEL = 0.95
METHOD = "prediction interval for one more observation, Hahn, J. Quality Technology 1, 1969"
_MOST = 20


class Tolerance(NamedTuple):
    """The range in which the value of a rerun counts as the same.

    It is from so many ``repeats`` and holds for another seed; without any ``how`` says where it
    is from.
    """

    low: float
    high: float
    how: str = ""
    repeats: int = 0

    def holds(self, value: float) -> bool:
        """Whether a value lies in the range, its ends included."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        shown = f"{show(self.low, 4)} to {show(self.high, 4)}"
        if self.repeats:
            chance = f"in 95 of 100 cases, by {self.repeats} repeats"
            return f"equal with the same seed; with another one {shown} {chance}"
        return self.how if self.low == self.high else f"{shown}, {self.how}"


def measured(case: Case, facts: Facts) -> list[str]:
    """Return the metrics that tell a rerun from another result: those that the record names."""
    if case.run is None:
        return []
    if case.record is None:
        return sorted(case.run.metrics)[:_MOST]
    names = metric_names(case.record)
    if case.use.sweep:
        return names
    known = (facts.recorded_name(case.record, name, case.run.metrics) for name in names)
    return [name for name, there in zip(names, known, strict=True) if there is not None]


def value_of(case: Case, metric: str, facts: Facts) -> float | None:
    """Return the last value of a run's metric; None for a sweep, nan and what is missing."""
    try:
        return float(_value(case, metric, facts)) if not case.use.sweep else None
    except Unresolved:
        return None


def sample_of(case: Case, metric: str, facts: Facts) -> Sequence[Decimal]:
    """Return the values of the runs that repeat this one, itself among them; raises ``Unresolved``.

    The runs of a sweep stand for it.
    """
    if case.use.sweep:
        children = facts.children(case.use)
        return [finite(one.metrics[metric]) for one in children if metric in one.metrics]
    if case.record is not None and case.use.group:
        return _of_group(case.record, case.use.group, metric, facts)
    return [_value(case, metric, facts)]


# Each run of a group is held against all of it.
@lru_cache(maxsize=16)
def _of_group(record: Record, group: str, metric: str, facts: Facts) -> tuple[Decimal, ...]:
    return tuple(_recorded(record, use, metric, facts) for use in record.groups[group])


def _recorded(record: Record, use: RunUse, metric: str, facts: Facts) -> Decimal:
    return finite(facts.value_of(record, use, Field("metrics", metric)).value)


def _value(case: Case, metric: str, facts: Facts) -> Decimal:
    if case.record is not None:
        return _recorded(case.record, case.use, metric, facts)
    if case.run is None or metric not in case.run.metrics:
        raise Unresolved("CLM103", f"the run has no metric '{metric}'")
    return finite(case.run.metrics[metric].last.value)


def tolerance_of(case: Case, metric: str, facts: Facts, units: Collection[str]) -> Tolerance | None:
    """Return how near a rerun has to come; None where the run itself has no value."""
    value = value_of(case, metric, facts)
    if value is None:
        return None
    expected = predicted(case, metric, facts)
    if expected is not None:
        return expected
    half = _half_unit(case, metric, facts, units)
    if half is None:
        return Tolerance(value, value, "equal, as neither spread nor digits are told")
    return Tolerance(value - half, value + half, "to the digits that the record claims")


def predicted(case: Case, metric: str, facts: Facts) -> Tolerance | None:
    """Return where one more repeat is expected; None where the repeats have no spread."""
    try:
        sample = sample_of(case, metric, facts)
    except Unresolved:
        return None
    return _interval(tuple(sample)) if len(set(sample)) > 1 else None


@lru_cache(maxsize=16)
def _interval(sample: tuple[Decimal, ...]) -> Tolerance:
    size = len(sample)
    reach = quantile((1 + LEVEL) / 2, size - 1) * math.sqrt(1 + 1 / size)
    centre, spread = float(mean(sample)), float(standard_deviation(sample))
    return Tolerance(centre - reach * spread, centre + reach * spread, repeats=size)


def _half_unit(case: Case, metric: str, facts: Facts, units: Collection[str]) -> float | None:
    """Return half a unit of the last digit with which the record cites the run's own value."""
    found = []
    for one in claimed(case, facts, units):
        scheme, _, target = one.target.partition(":")
        reference = parse_reference(scheme, target)
        own = isinstance(reference, ValueOf) and reference.field == Field("metrics", metric)
        if own and one.agrees:
            found += _half_units(one.shown, units)
    return min(found, default=None)


def _half_units(text: str, units: Collection[str]) -> list[float]:
    try:
        shown = parse_shown(text.strip("*_`").strip(), units)
    except NumberProblem:
        return []
    return [float(shown.half_unit) / (100 if shown.form == "percent" else 1)]
