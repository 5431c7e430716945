"""The runs of an MLflow experiment that were started since its author last wrote about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from expdocs.drafting.bench import Bench
from expdocs.errors import Refused
from expdocs.evidence.snapshots import PopulationRun, RunSnapshot
from expdocs.records.record import Record
from expdocs.workspace import Workspace

MOST_RUNS = 100


class Since(NamedTuple):
    """Runs, and the parents of those that were started together as a sweep."""

    runs: tuple[str, ...]
    sweeps: tuple[str, ...]


def runs_since(bench: Bench, experiment: str, author: str) -> Since:
    """Return the runs that are newer than all that the author's entries list of an experiment.

    Without an entry these are all of its runs. A run with children stands for them.
    """
    with bench.tracker() as tracker:
        population = tracker.population(tracker.experiment_id(experiment), [])
    known = _listed(bench.workspace)
    last = max(_started(bench.workspace, experiment, author), default="")
    new = [
        run
        for run in population
        if run.lifecycle_stage == "active"
        and (run.start_time or "") > last
        and known.isdisjoint((run.run_id, run.parent_run_id))
    ]
    if not new:
        since = f"since {last}" if last else "at all"
        raise Refused(f"no run of {experiment!r} was started {since}", "name runs with --run")
    return _together(new, experiment)


def _together(new: Sequence[PopulationRun], experiment: str) -> Since:
    ids = {run.run_id for run in new}
    sweeps = dict.fromkeys(run.parent_run_id for run in new if run.parent_run_id in ids)
    single = [r.run_id for r in new if r.run_id not in sweeps and r.parent_run_id not in ids]
    if len(single) > MOST_RUNS:
        message = f"{len(single)} runs of {experiment!r} are new; an entry lists up to {MOST_RUNS}"
        raise Refused(message, "name the runs that the entry is about with --run")
    return Since(tuple(single), tuple(one for one in sweeps if one))


def _listed(workspace: Workspace) -> set[str]:
    return {use.run_id for record in workspace.corpus.records for use in record.runs}


def _started(workspace: Workspace, experiment: str, author: str) -> Iterator[str]:
    for record in workspace.corpus.records:
        if author in record.texts_of("authors"):
            yield from _starts(record, workspace, experiment)


def _starts(record: Record, workspace: Workspace, experiment: str) -> Iterator[str]:
    for use in record.runs:
        run = workspace.evidence.run(use.run_id)
        if isinstance(run, RunSnapshot) and run.experiment_name == experiment:
            yield run.start_time or ""
