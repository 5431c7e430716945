"""What an experiment measured: one trial for each run, group of repeated runs, or sweep."""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from expdocs.evidence.shapes import PopulationRun, RunSnapshot
from expdocs.facts.citations import Evidenced, Facts, Unresolved, finite, mean
from expdocs.facts.duration import duration_of
from expdocs.facts.similar import declared_data
from expdocs.prose.references import Field, Group, RunRef, Suffix, ValueOf
from expdocs.records.record import Record, RunUse

GOALS = ("maximize", "minimize")
BASELINE, ABLATION, FINAL = "baseline", "ablation", "final"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class TrialRun(NamedTuple):
    """One run of a trial with the value it reached; ``seconds`` is None where no end is known.

    Of a run in a sweep's population only id, value and start are known. ``code`` is the tree of
    the code that it ran, or its commit where the tree was not recorded.
    """

    run_id: str
    label: str
    value: float
    start: str = ""
    seconds: float | None = None
    params: Mapping[str, str] = _NOTHING
    data: Mapping[str, str] = _NOTHING
    code: str = ""


class Trial(NamedTuple):
    """What one arm of an experiment reached at a metric.

    ``name`` is the label of a run or sweep or the name of a group; ``metric`` is called as the
    record calls it and ``quantity`` as the project calls it now, after renames that kept the
    quantity. ``seconds`` is the time that the arm's runs took, None where that is not known of
    every one. Of a sweep the runs are those with a number, and ``tried`` counts all.
    """

    record_id: str
    project: str
    approach: str
    date: str
    name: str
    role: str
    metric: str
    quantity: str
    goal: str
    runs: tuple[TrialRun, ...]
    reference: Evidenced
    status: str = "accepted"
    verdict: str = ""
    sweep: bool = False
    tried: int = 0
    seconds: float | None = None

    @property
    def value(self) -> Decimal:
        """The mean over the runs; of a sweep the best, which is a lucky one by construction."""
        values = [finite(run.value) for run in self.runs]
        if self.sweep:
            return max(values) if self.goal == "maximize" else min(values)
        return mean(values)

    @property
    def values(self) -> tuple[float, ...]:
        """The value of every run, in the record's order."""
        return tuple(run.value for run in self.runs)

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The ids of the runs, in the record's order."""
        return tuple(run.run_id for run in self.runs)

    @property
    def start(self) -> str:
        """When the first of the runs started, or an empty text."""
        return min((run.start for run in self.runs if run.start), default="")

    @property
    def series(self) -> "Series":
        """What the trial can be compared with."""
        return Series(self.project, self.quantity, self.goal)

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.record_id}/{self.name}"

    def beats(self, other: "Trial") -> bool:
        """Whether it reached more, or less where less is better."""
        return is_better(self.value, other.value, self.goal)


class Series(NamedTuple):
    """Trials that compare: of one project, at one quantity, with one goal."""

    project: str
    metric: str
    goal: str

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.project}/{self.wanted}"

    @property
    def wanted(self) -> str:
        """The metric, with its goal where less is better: people may disagree about that."""
        return f"{self.metric}@{self.goal}" if self.goal == "minimize" else self.metric


class Unmeasured(NamedTuple):
    """An arm, or a whole experiment where ``name`` is empty, of which no value can be had."""

    record_id: str
    project: str
    approach: str
    name: str
    metric: str
    reason: str


class Wanted(NamedTuple):
    """A metric as a record calls it, the quantity that it is, and what is wanted of it."""

    metric: str
    quantity: str
    goal: str


def is_better(one: Decimal, other: Decimal, goal: str) -> bool:
    """Whether a value is strictly better than another one."""
    return one > other if goal == "maximize" else one < other


def arms_of(record: Record) -> Mapping[str, Sequence[RunUse]]:
    """Return the arms of an experiment by name: repeated runs together, others alone.

    A run without a label of its own is called by its id.
    """
    found: dict[str, list[RunUse]] = {}
    for use in record.runs:
        own = use.label not in record.groups and use.label not in found
        name = use.group or (use.label if own else "") or use.run_id
        found.setdefault(name, []).append(use)
    return found


def trial_of(
    record: Record, name: str, uses: Sequence[RunUse], wanted: Wanted, facts: Facts
) -> Trial:
    """Return what an arm reached; raises ``Unresolved`` where a value is missing or no number."""
    sweep = uses[0].sweep
    runs = _population(record, uses[0], wanted, facts) if sweep else ()
    runs = runs or tuple(_run(record, use, wanted, facts) for use in uses)
    seconds = [seconds_of(facts.snapshot(use)) for use in uses]
    return Trial(
        record_id=record.id,
        project=record.text_of("project"),
        approach=record.text_of("approach"),
        date=record.text_of("date"),
        name=name,
        role=uses[0].role,
        metric=wanted.metric,
        quantity=wanted.quantity,
        goal=wanted.goal,
        runs=runs,
        reference=_reference(record, name, uses, wanted),
        status=record.status,
        verdict=record.text_of("verdict"),
        sweep=sweep,
        tried=len(facts.children(uses[0])) if sweep else len(uses),
        seconds=_sum(seconds),
    )


def _reference(record: Record, name: str, uses: Sequence[RunUse], wanted: Wanted) -> Evidenced:
    best: Suffix = "max" if wanted.goal == "maximize" else "min"
    field = Field("metrics", wanted.metric, best if uses[0].sweep else "last")
    if len(uses) > 1:
        return Group("mean", RunRef(label=name, record=record.id), field)
    return ValueOf(run_ref(record, uses[0]), field)


def run_ref(record: Record, use: RunUse) -> RunRef:
    """Return how any record refers to a run of this one."""
    if use.label and record.id:
        return RunRef(label=use.label, record=record.id)
    return RunRef(run_id=use.run_id)


def _run(record: Record, use: RunUse, wanted: Wanted, facts: Facts) -> TrialRun:
    found = facts.value_of(record, use, Field("metrics", wanted.metric)).value
    snapshot = facts.snapshot(use)
    return TrialRun(
        run_id=use.run_id,
        label=use.label,
        value=float(finite(found)),
        start=snapshot.start_time or "",
        seconds=seconds_of(snapshot),
        params=snapshot.params,
        data=declared_data(use) or snapshot.data,
        code=snapshot.code_tree or use.commit or snapshot.commit or "",
    )


def _population(record: Record, use: RunUse, wanted: Wanted, facts: Facts) -> tuple[TrialRun, ...]:
    found = [_child(record, child, wanted, facts) for child in facts.children(use)]
    runs = tuple(run for run in found if run is not None and math.isfinite(run.value))
    if not runs:
        message = f"no run of the sweep '{use.label}' has a number as '{wanted.metric}'"
        raise Unresolved("CLM103", message)
    return runs


def _child(record: Record, child: PopulationRun, wanted: Wanted, facts: Facts) -> TrialRun | None:
    name = facts.recorded_name(record, wanted.metric, child.metrics)
    if name is None:
        return None
    return TrialRun(child.run_id, child.name, child.metrics[name], child.start_time or "")


def seconds_of(run: RunSnapshot) -> float | None:
    """Return how long a run took; of a sweep's parent that holds its children's time."""
    took = duration_of(run)
    return None if took is None else float(took)


def _sum(seconds: Sequence[float | None]) -> float | None:
    known = [one for one in seconds if one is not None]
    return math.fsum(known) if len(known) == len(seconds) else None
