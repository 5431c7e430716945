"""Resolving what a record cites: from ``run:smote#val_f1`` to the value in a snapshot."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from decimal import Context, Decimal
from typing import NamedTuple

from expdocs.evidence.comparison import fact
from expdocs.evidence.snapshots import Metric, Population, PopulationRun, RunSnapshot
from expdocs.evidence.store import Evidence
from expdocs.facts.renames import Change, change_between, other_names
from expdocs.prose.references import Delta, Field, Group, Ratio, RunRef, ValueOf
from expdocs.records.index import Index
from expdocs.records.record import Record, RunUse
from expdocs.spelling import closest

EXACT = Context(prec=60)
Evidenced = ValueOf | Delta | Ratio | Group

# What a sweep's population is asked for, so that its facts have keys of their own.
_POPULATION = "population"
DURATION = "attributes.duration"


class FactKey(NamedTuple):
    """The address of one evidence fact: a run (or a sweep's parent) and a key in its snapshot."""

    run_id: str
    key: str


class Fact(NamedTuple):
    """A value with the evidence facts that it was computed from."""

    value: float | int | Decimal | str
    keys: tuple[tuple[FactKey, float | str], ...]


class Unresolved(Exception):
    """A reference leads to no value; ``follows`` when another finding already says why."""

    def __init__(self, rule: str, message: str, hint: str = "", *, follows: bool = False) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint
        self.follows = follows


class Facts:
    """Resolves references of any record against the committed evidence."""

    def __init__(self, index: Index, evidence: Evidence, *, follow: bool = True) -> None:
        """``follow`` the renames of metrics that keep the quantity."""
        self.index = index
        self.evidence = evidence
        self._follow = follow

    def resolve(self, record: Record, reference: Evidenced) -> Fact:
        """Return the value that a reference leads to; raises ``Unresolved``."""
        if isinstance(reference, ValueOf):
            return self.value_of(record, self._use(record, reference.ref), reference.field)
        if isinstance(reference, Delta):
            return self._two(record, reference, EXACT.subtract)
        if isinstance(reference, Ratio):
            return self._two(record, reference, _quotient)
        return self._group(record, reference)

    def snapshot(self, use: RunUse) -> RunSnapshot:
        """Return the snapshot of a run; raises ``Unresolved`` when there is none to rely on."""
        found = self.evidence.run(use.run_id)
        if not isinstance(found, RunSnapshot):
            raise Unresolved("EVD101", f"run {use.run_id[:12]} has no snapshot", follows=True)
        return found

    def use_of(self, record: Record, ref: RunRef) -> RunUse:
        """Return the run that a reference names; raises ``Unresolved``."""
        return self._use(record, ref)

    def _use(self, record: Record, ref: RunRef) -> RunUse:
        if ref.run_id:
            return self._listed(ref.run_id)
        owner = self._owner(record, ref)
        label = ref.label or ""
        if label in owner.labels:
            return owner.labels[label]
        raise _unknown_label(owner, label, sorted(owner.labels), "run")

    def _listed(self, run_id: str) -> RunUse:
        lister = self.index.lister(run_id)
        if lister is None:
            message = f"no record lists the run {run_id}"
            raise Unresolved("CLM102", message, "list it under `runs`, or cite it by its label")
        return next(use for use in lister.runs if use.run_id == run_id)

    def _owner(self, record: Record, ref: RunRef) -> Record:
        if not ref.record:
            return record
        owner = self.index.record(ref.record)
        if owner is None:
            follows = self.index.knows(ref.record)
            hint = "correct the id, or add the record"
            raise Unresolved("CLM102", f"no record has the id {ref.record}", hint, follows=follows)
        return owner

    def recorded_name(self, record: Record, name: str, known: Collection[str]) -> str | None:
        """Return the name under which one of ``known`` holds a metric that a record names.

        Where that is not its own name, the renames of the record's project are followed that keep
        the quantity. None where there is no such metric.
        """
        if name in known or not self._follow:
            return name if name in known else None
        renames = self.index.renames(record.text_of("project"))
        return next((other for other in other_names(name, renames) if other in known), None)

    @property
    def as_recorded(self) -> Facts:
        """A resolver that follows no renames."""
        return Facts(self.index, self.evidence, follow=False)

    def _recorded(self, record: Record, field: Field, known: Collection[str]) -> Field:
        """Return the field under its recorded name; raises where its quantity was changed."""
        if field.namespace != "metrics":
            return field
        name = self.recorded_name(record, field.name, known)
        if name is None and self._follow:
            renames = self.index.renames(record.text_of("project"))
            change = change_between(field.name, known, renames)
            if change is not None:
                raise _not_comparable(field.name, change)
        return field if name is None else field._replace(name=name)

    def value_of(self, record: Record, use: RunUse, field: Field) -> Fact:
        """Return the value of a field of one run or sweep; raises ``Unresolved``."""
        if use.sweep:
            return self._best_of_sweep(record, use, field)
        snapshot = self.snapshot(use)
        field = self._recorded(record, field, snapshot.metrics)
        key = key_of(field)
        if key == DURATION:
            return _duration(snapshot, use, field)
        value = fact(snapshot, key)
        if value is None:
            raise _missing(snapshot, use, field)
        return Fact(value, ((FactKey(use.run_id, key), value),))

    def _two(
        self,
        record: Record,
        reference: Delta | Ratio,
        combine: Callable[[Decimal, Decimal], Decimal],
    ) -> Fact:
        a = self._side(record, reference.a, reference.field)
        b = self._side(record, reference.b, reference.field)
        first, second = finite(a.value), finite(b.value)
        return Fact(combine(second, first), (*a.keys, *b.keys))

    def _side(self, record: Record, ref: RunRef, field: Field) -> Fact:
        """Return one side of a comparison: the value of a run, or the mean of a group."""
        owner = None if ref.run_id else self._owner(record, ref)
        if owner is not None and ref.label not in owner.labels and ref.label in owner.groups:
            return self._group(record, Group("mean", ref, field))
        return self.value_of(record, self._use(record, ref), field)

    def _group(self, record: Record, reference: Group) -> Fact:
        field = reference.field
        members = self._members(record, reference.group, field)
        if reference.statistic == "count":
            return Fact(len(members), tuple(key for member in members for key in member.keys))
        values = [finite(member.value) for member in members]
        keys = tuple(key for member in members for key in member.keys)
        if reference.statistic == "mean":
            return Fact(mean(values), keys)
        if len(values) < 2:  # noqa: PLR2004
            message = "a standard deviation needs at least two runs"
            raise Unresolved("CLM103", message, "cite the value itself")
        return Fact(standard_deviation(values), keys)

    def _members(self, record: Record, ref: RunRef, field: Field | None) -> list[Fact]:
        owner = self._owner(record, ref)
        name = ref.label or ""
        if name in owner.groups:
            return [self._member(record, use, field) for use in owner.groups[name]]
        sweep = owner.labels.get(name)
        if sweep is not None and sweep.sweep:
            return self._sweep_values(record, sweep, field)
        raise _unknown_label(owner, name, sorted(owner.groups), "group")

    def _member(self, record: Record, use: RunUse, field: Field | None) -> Fact:
        if field is None:
            return Fact(1, ((FactKey(use.run_id, "run_id"), use.run_id),))
        return self.value_of(record, use, field)

    def _best_of_sweep(self, record: Record, use: RunUse, field: Field) -> Fact:
        if field.namespace != "metrics" or field.suffix not in ("min", "max"):
            message = f"'{use.label}' is a sweep of many runs, which have no single value"
            hint = f"cite its best: run:{use.label}#{field.name}@max, or mean:, sd:, count:"
            raise Unresolved("CLM103", message, hint)
        values = self._sweep_values(record, use, field._replace(suffix="last"))
        # A run that diverged is never the best; it must not hide the others, either.
        numbers = [one for one in values if math.isfinite(float(one.value))]
        if not numbers:
            message = f"no run of the sweep '{use.label}' has a number as '{field.name}'"
            raise Unresolved("CLM103", message, "cite another metric, or count:")
        choose = max if field.suffix == "max" else min
        return choose(numbers, key=lambda one: finite(one.value))

    def _sweep_values(self, record: Record, use: RunUse, field: Field | None) -> list[Fact]:
        children = self.children(use)
        if field is None:
            return [
                Fact(1, ((FactKey(child.run_id, _POPULATION), child.run_id),)) for child in children
            ]
        if field.namespace != "metrics" or field.suffix != "last":
            message = f"of each run of the sweep '{use.label}' only the last metrics are kept"
            raise Unresolved("CLM103", message, f"cite {field.name} alone, without a suffix")
        names = [self.recorded_name(record, field.name, child.metrics) for child in children]
        pairs = zip(children, names, strict=True)
        found = [_child_value(child, name) for child, name in pairs if name is not None]
        if not found:
            known = sorted({name for child in children for name in child.metrics})
            self._recorded(record, field, known)
            message = f"no run of the sweep '{use.label}' has the metric '{field.name}'"
            raise Unresolved("CLM103", message, _one_of(field.name, known))
        return found

    def children(self, use: RunUse) -> list[PopulationRun]:
        """Return the runs of a sweep that still exist; raises ``Unresolved``."""
        parent = self.snapshot(use)
        population = self.evidence.population(parent.experiment_id)
        if not isinstance(population, Population):
            raise Unresolved("EVD105", "the population is missing", follows=True)
        return [
            run
            for run in population.runs
            if run.parent_run_id == use.run_id and run.lifecycle_stage == "active"
        ]


def _duration(snapshot: RunSnapshot, use: RunUse, field: Field) -> Fact:
    """Return how long a run took, which rests on when it was started and when it ended."""
    from expdocs.facts.duration import duration_of  # noqa: PLC0415 - few records cite it

    took = duration_of(snapshot)
    if took is None:
        raise _missing(snapshot, use, field)
    names = ("attributes.start_time", "attributes.end_time")
    known = ((name, fact(snapshot, name)) for name in names)
    return Fact(took, tuple((FactKey(use.run_id, name), value) for name, value in known if value))


def _child_value(child: PopulationRun, name: str) -> Fact:
    value = child.metrics[name]
    key = f"{_POPULATION}.metrics.{name}"
    return Fact(value, ((FactKey(child.run_id, key), value),))


def _not_comparable(name: str, change: Change) -> Unresolved:
    decision = change.rename.decision
    message = f"the run has '{change.metric}', which {decision} says is not the quantity '{name}'"
    hint = f"compare runs that have the same metric, or cite '{change.metric}' by itself"
    return Unresolved("CLM110", message, hint)


def _unknown_label(owner: Record, name: str, known: list[str], what: str) -> Unresolved:
    listed = owner.data.get("runs")
    entries = [e for e in listed if isinstance(e, dict)] if isinstance(listed, list) else []
    written = {entry.get("as" if what == "run" else "group") for entry in entries}
    written |= {entry.get("as") for entry in entries if entry.get("role") == "sweep"}
    # A label whose run cannot be read, a run without its label, or a record without runs has a
    # finding of its own.
    unlabelled = what == "run" and any("as" not in entry for entry in entries)
    follows = name in written or unlabelled or not isinstance(listed, list)
    message = f"{owner.id or owner.path} has no {what} '{name}'"
    hint = _other_sort(owner, name, what) or _one_of(name, known)
    return Unresolved("CLM102", message, hint, follows=follows)


def _other_sort(owner: Record, name: str, what: str) -> str:
    """Return what to write where a group was taken for a run, or a run for a group."""
    if what == "run" and name in owner.groups:
        return f"'{name}' is a group: write mean:{name}#NAME, sd:{name}#NAME or count:{name}"
    if what == "group" and name in owner.labels:
        return f"'{name}' is one run: write run:{name}#NAME"
    return ""


def key_of(field: Field) -> str:
    """Return the key of a field in a snapshot's facts."""
    if field.namespace != "metrics":
        return f"{field.namespace}.{field.name}"
    suffix = f"step={field.step}" if field.suffix == "step" else field.suffix
    return f"metrics.{field.name}@{suffix}"


def _missing(snapshot: RunSnapshot, use: RunUse, field: Field) -> Unresolved:
    shown = f"run '{use.label}'" if use.label else f"run {use.run_id[:12]}"
    if field.namespace == "metrics":
        metric = snapshot.metrics.get(field.name)
        if metric is not None:
            return _missing_step(shown, field, metric)
        return Unresolved(
            "CLM103",
            f"{shown} has no metric '{field.name}'",
            _one_of(field.name, sorted(snapshot.metrics)),
        )
    if field.namespace == "params":
        message = f"{shown} has no parameter '{field.name}'"
        return Unresolved("CLM103", message, _one_of(field.name, sorted(snapshot.params)))
    known = ["status", "run_name", "start_time", "end_time", "duration", "user", "experiment_name"]
    return Unresolved(
        "CLM103", f"{shown} has no attribute '{field.name}'", _one_of(field.name, known)
    )


def _missing_step(shown: str, field: Field, metric: Metric) -> Unresolved:
    message = f"the snapshot of {shown} holds no step {field.step} of '{field.name}'"
    if metric.history:
        hint = "cite a step that was logged, or @last, @min, @max"
    else:
        hint = "run: expdocs evidence pull RECORD, which brings the history of cited metrics"
    return Unresolved("CLM103", message, hint)


def _one_of(name: str, known: list[str]) -> str:
    close = closest(name, known)
    if close:
        return f"did you mean '{close}'?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")  # noqa: PLR2004
    return f"there are: {shown}" if known else "there are none"


_CITE_ITSELF = "cite the value itself: run:LABEL#NAME"


def finite(value: float | int | Decimal | str) -> Decimal:
    """Return a value as an exact decimal; raises ``Unresolved`` for text, nan and infinities."""
    if isinstance(value, Decimal):
        return value
    try:
        number = Decimal(repr(float(value))) if not isinstance(value, int) else Decimal(value)
    except ValueError:
        raise Unresolved("CLM103", f"'{value}' is not a number", _CITE_ITSELF) from None
    if not math.isfinite(number):
        message = f"the value is {value}, with which nothing can be computed"
        raise Unresolved("CLM103", message, _CITE_ITSELF)
    return number


def _quotient(second: Decimal, first: Decimal) -> Decimal:
    if not first:
        raise Unresolved("CLM103", "the ratio's first value is zero", "cite the difference: delta:")
    return EXACT.divide(second, first)


def mean(values: Iterable[Decimal]) -> Decimal:
    """Return the arithmetic mean of at least one value."""
    listed = list(values)
    return EXACT.divide(sum(listed, Decimal(0)), Decimal(len(listed)))


def standard_deviation(values: Iterable[Decimal]) -> Decimal:
    """Return the sample standard deviation (n-1) of at least two values."""
    listed = list(values)
    centre = mean(listed)
    squares = sum((EXACT.multiply(v - centre, v - centre) for v in listed), Decimal(0))
    return EXACT.sqrt(EXACT.divide(squares, Decimal(len(listed) - 1)))
