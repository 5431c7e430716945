"""Single facts of a run's snapshot, and the facts in which two snapshots differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from expdocs.evidence.shapes import HISTORY_POINTS, Metric, Point, RunSnapshot

Fact = float | str


class Difference(NamedTuple):
    """A fact as two snapshots of a run hold it; ``None`` where one lacks it."""

    key: str
    old: Fact | None
    new: Fact | None


def fact(snapshot: RunSnapshot, key: str) -> Fact | None:
    """Return one fact by key: ``metrics.f1@last``, ``params.c``, ``attributes.status``, ``commit``.

    A metric without a suffix means ``@last``; ``@step=N`` needs the history, or N to be the last.
    """
    family, _, name = key.partition(".")
    if family == "metrics":
        return _metric_fact(snapshot, name)
    if family in {"params", "data", "tags"}:
        found: str | None = getattr(snapshot, family).get(name)
        return found
    if key in _SINGLE:
        single: str | None = getattr(snapshot, _SINGLE[key])
        return single
    return _other_facts(snapshot).get(key)


def differences(old: RunSnapshot, new: RunSnapshot) -> tuple[Difference, ...]:
    """Return the facts that changed, by key; a history that was only thinned is no difference."""
    return tuple(one for one in compared(old, new) if not same(one.old, one.new))


def compared(old: RunSnapshot, new: RunSnapshot) -> Iterator[Difference]:
    """Yield every fact that either of two snapshots holds with both values, by key."""
    before, after = _facts(old), _facts(new)
    for name in old.metrics.keys() & new.metrics.keys():
        _compare_steps(name, old.metrics[name].history, new.metrics[name].history, before, after)
    for key in sorted(before.keys() | after.keys()):
        yield Difference(key, before.get(key), after.get(key))


def same(a: Fact | None, b: Fact | None) -> bool:
    """Whether two values of a fact are one; NaN is, unlike in arithmetic, itself."""
    return a == b or (a != a and b != b)  # noqa: PLR0124 - NaN is the one value that is not itself


def _facts(snapshot: RunSnapshot) -> dict[str, Fact]:
    facts = _other_facts(snapshot)
    for family in ("params", "data", "tags"):
        facts |= {f"{family}.{name}": text for name, text in getattr(snapshot, family).items()}
    for name, metric in snapshot.metrics.items():
        facts |= {f"metrics.{name}@{suffix}": read(metric) for suffix, read in _SUFFIXES.items()}
    return facts


_SUFFIXES: dict[str, Callable[[Metric], float]] = {
    "first": lambda metric: metric.first.value,
    "last": lambda metric: metric.last.value,
    "min": lambda metric: metric.minimum.value,
    "max": lambda metric: metric.maximum.value,
    "count": lambda metric: float(metric.points),
}


def _metric_fact(snapshot: RunSnapshot, name: str) -> float | None:
    bare, _, suffix = name.rpartition("@")
    metric = snapshot.metrics.get(bare or name)
    if metric is None:
        return None
    if not bare:
        return metric.last.value
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix](metric)
    points = (*metric.history, metric.last)
    return next((point.value for point in points if suffix == f"step={point.step}"), None)


_ATTRIBUTES = (
    *("run_id", "experiment_id", "experiment_name", "run_name", "status", "lifecycle_stage"),
    *("start_time", "end_time", "user", "source_name", "source_type", "branch", "parent_run_id"),
)
# The facts that are one attribute of a snapshot, by key.
_SINGLE = {f"attributes.{name}": name for name in _ATTRIBUTES}
_SINGLE |= {"commit": "commit", "code_tree": "code_tree"}


def _other_facts(snapshot: RunSnapshot) -> dict[str, Fact]:
    facts: dict[str, Fact | None] = {key: getattr(snapshot, name) for key, name in _SINGLE.items()}
    facts["code_tree_without"] = ",".join(snapshot.code_tree_without) or None
    facts["dirty"] = None if snapshot.dirty is None else str(snapshot.dirty).lower()
    facts["models"] = ",".join(snapshot.models) or None
    for dataset in snapshot.datasets:
        key = f"datasets.{dataset.name}"
        known = facts.get(key)
        facts[key] = f"{known},{dataset.digest}" if known else dataset.digest
    return {key: found for key, found in facts.items() if found is not None}


def _compare_steps(
    name: str,
    old: tuple[Point, ...],
    new: tuple[Point, ...],
    before: dict[str, Fact],
    after: dict[str, Fact],
) -> None:
    # a step may be missing because that history was never asked for, or was thinned
    steps_old, steps_new = dict(old), dict(new)
    for step in steps_old.keys() | steps_new.keys():
        if (step in steps_old or _whole(old)) and (step in steps_new or _whole(new)):
            for steps, facts in ((steps_old, before), (steps_new, after)):
                if step in steps:
                    facts[f"metrics.{name}@step={step}"] = steps[step]


def _whole(history: tuple[Point, ...]) -> bool:
    return 0 < len(history) < HISTORY_POINTS
