"""EVD106: a record that tells of fewer runs than the sweep that they came from has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.evidence.lineage import descendants
from expdocs.evidence.shapes import Population, RunSnapshot
from expdocs.evidence.store import BrokenSnapshot
from expdocs.findings import Finding
from expdocs.records.record import RunUse
from expdocs.rules.context import Subject


class _Listed(NamedTuple):
    use: RunUse
    snapshot: RunSnapshot


def check(subject: Subject) -> Iterator[Finding]:
    """Report each sweep of which the record lists some runs and does not tell of the others."""
    families: dict[tuple[str, str], list[_Listed]] = {}
    for one in _listed(subject):
        if one.snapshot.parent_run_id:
            key = (one.snapshot.experiment_id, one.snapshot.parent_run_id)
            families.setdefault(key, []).append(one)
    for (experiment_id, parent), listed in families.items():
        population = subject.context.evidence.population(experiment_id)
        if isinstance(population, BrokenSnapshot):
            yield Finding(population.path, 1, 1, "EVD102", population.message, population.hint)
        elif population is not None:
            yield from _untold(subject, parent, listed, population)


def _listed(subject: Subject) -> Iterator[_Listed]:
    """Yield the runs that the record lists as its own; a decision may cite a sweep's winner."""
    for use in subject.record.runs:
        if use.label and not use.sweep and subject.sound(use.place):
            snapshot = subject.context.evidence.run(use.run_id)
            if isinstance(snapshot, RunSnapshot):
                yield _Listed(use, snapshot)


def _untold(
    subject: Subject, parent: str, listed: list[_Listed], population: Population
) -> Iterator[Finding]:
    sweeps = {use.run_id for use in subject.record.runs if use.sweep}
    born = [(run.run_id, run.parent_run_id) for run in population.runs]
    if listed[0].use.run_id in descendants(sweeps, born) or parent in sweeps:
        return
    children = {run_id for run_id, above in born if above == parent}
    told = children & {use.run_id for use in subject.record.runs}
    if len(told) < len(children):
        sweep = f"the sweep of run {parent[:12]}"
        message = f"{len(told)} of the {len(children)} runs in {sweep} are listed, not the others"
        hint = f"tell of them all: add {{parent: {parent}, as: sweep, role: sweep}}"
        yield subject.at(listed[0].use.place, "EVD106", message, hint)
