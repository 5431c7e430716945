"""Run hours: what was spent, by project and by approach.

A run counts once, for the record that listed it first; that of a sweep's parent holds the time of
its children. Whose runs they were plays no part.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from expdocs.analytics.citing import derived
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.analytics.trial import seconds_of
from expdocs.evidence.shapes import RunSnapshot
from expdocs.facts.citations import Facts, Unresolved
from expdocs.records.record import Record, RunUse

HOUR = 3600
_Key = TypeVar("_Key", str, tuple[str, str])


class Spent(NamedTuple):
    """What one run, or one sweep, took; ``seconds`` is None where its end is not recorded."""

    run_id: str
    record_id: str
    project: str
    approach: str
    date: str
    seconds: float | None
    runs: int = 1

    @property
    def line(self) -> tuple[str, str]:
        """The project and the approach that it is counted for."""
        return self.project, self.approach


class Cost(NamedTuple):
    """Run time in hours, the number of runs, and how many of them have no recorded time."""

    hours: float
    runs: int
    untimed: int
    record_ids: tuple[str, ...]


NOTHING = Cost(0.0, 0, 0, ())


def spent(history: History) -> tuple[Spent, ...]:
    """Return what every run of the experiments took, drafts and withdrawn ones too, each once."""
    sweeps = {use.run_id for one in history.experiments for use in one.runs if use.sweep}
    found: dict[str, Spent] = {}
    for record in history.experiments:
        for use in record.runs:
            if use.run_id not in found and _parent(use, history.facts) not in sweeps:
                found[use.run_id] = _spent(record, use, history.facts)
    return tuple(found.values())


def _parent(use: RunUse, facts: Facts) -> str | None:
    run = facts.evidence.run(use.run_id)
    return run.parent_run_id if isinstance(run, RunSnapshot) else None


def _spent(record: Record, use: RunUse, facts: Facts) -> Spent:
    run = facts.evidence.run(use.run_id)
    return Spent(
        run_id=use.run_id,
        record_id=record.id,
        project=record.text_of("project"),
        approach=record.text_of("approach"),
        date=record.text_of("date"),
        seconds=seconds_of(run) if isinstance(run, RunSnapshot) else None,
        runs=_children(use, facts) if use.sweep else 1,
    )


def _children(use: RunUse, facts: Facts) -> int:
    try:
        return len(facts.children(use))
    except Unresolved:
        return 1


def cost_of(items: Iterable[Spent]) -> Cost:
    """Return the cost of all items together."""
    listed = list(items)
    seconds = math.fsum(one.seconds for one in listed if one.seconds is not None)
    untimed = sum(one.runs for one in listed if one.seconds is None)
    records = tuple(dict.fromkeys(one.record_id for one in listed))
    return Cost(seconds / HOUR, sum(one.runs for one in listed), untimed, records)


def by_project(items: Iterable[Spent]) -> Mapping[str, Cost]:
    """Return the cost of every project, by name."""
    return _costs((one.project, one) for one in items)


def by_approach(items: Iterable[Spent]) -> Mapping[tuple[str, str], Cost]:
    """Return the cost of every approach of every project, by name; they add up to the projects'."""
    return _costs((one.line, one) for one in items)


def _costs(pairs: Iterable[tuple[_Key, Spent]]) -> dict[_Key, Cost]:
    groups: dict[_Key, list[Spent]] = {}
    for key, one in pairs:
        groups.setdefault(key, []).append(one)
    return {key: cost_of(groups[key]) for key in sorted(groups)}


def cost_data(subject: str, cost: Cost) -> Iterator[Datum]:
    """Yield the hours of a ``PROJECT`` or ``PROJECT/APPROACH``, and its runs without a time."""
    yield derived(
        "hours",
        subject,
        cost.hours,
        f"run hours of {subject}",
        formula="sum of (end - start) over distinct runs / 3600",
        records=cost.record_ids,
        unit="h",
    )
    yield derived(
        "untimed",
        subject,
        cost.untimed,
        f"runs of {subject} whose time is not recorded",
        formula="number of distinct runs without start or end",
        records=cost.record_ids,
        unit="runs",
    )
