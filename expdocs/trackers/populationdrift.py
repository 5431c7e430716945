"""The population of an experiment as it was pulled against the experiment as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from expdocs.evidence.comparison import Fact, same
from expdocs.evidence.snapshots import Population, PopulationRun, RunSnapshot
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Verdicted
from expdocs.rules.context import Context
from expdocs.trackers.doors import FAILURES, Doors
from expdocs.trackers.drift import UNFINISHED, WENT_ON, run_subject, without_snapshot
from expdocs.trackers.mlflow import Tracker
from expdocs.trackers.scope import Scope

EDGE = "population"

_ATTRIBUTES = ("parent_run_id", "status", "start_time", "user", "lifecycle_stage")
_NO_EXPERIMENT = "the tracker has no such experiment: deleted for good, or of another tracker"
_GONE = "the tracker no longer has the run, which the population counts"
_NEW = "started, or moved here, after the population was pulled"
_CHANGED = "the run is not what the population says of it any longer"


def population_verdicts(
    context: Context, doors: Doors[Tracker], scope: Scope
) -> Iterator[Verdicted]:
    """Yield verdicts on the populations in scope."""
    for kept in _populations(context, scope):
        if isinstance(kept, BrokenSnapshot):
            subject = f"mlflow:experiment/{PurePosixPath(kept.path).stem}"
            yield without_snapshot(subject, kept)
            continue
        live = _counted(context, doors, kept)
        if isinstance(live, str):
            yield population_unasked(kept, live)
        else:
            yield from population_drift(kept, live)


def _populations(context: Context, scope: Scope) -> Iterator[Population | BrokenSnapshot]:
    if scope.everything:
        yield from context.evidence.populations()
        return
    sweeps = (use.run_id for record in scope.records for use in record.runs if use.sweep)
    parents = (context.evidence.run(run_id) for run_id in sweeps)
    found = [run.experiment_id for run in parents if isinstance(run, RunSnapshot)]
    for experiment_id in dict.fromkeys(found):
        population = context.evidence.population(experiment_id)
        if population is not None:
            yield population


def _counted(
    context: Context, doors: Doors[Tracker], kept: Population
) -> list[PopulationRun] | str:
    """Return the runs of the experiment as they are now, or why they cannot be had."""
    pulled = (context.evidence.run(run.run_id) for run in kept.runs)
    alias = next((run.tracker for run in pulled if isinstance(run, RunSnapshot)), "mlflow")
    tracker = doors.tracker(alias)
    names = {name for run in kept.runs for name in run.metrics}
    try:
        if tracker is not None and tracker.experiment_name(kept.experiment_id) is not None:
            return tracker.population(kept.experiment_id, names)
    except FAILURES as problem:
        doors.fail(alias, problem)
    return (
        doors.problems.get(alias) or "the tracker has no such experiment: it was deleted for good"
    )


def population_unasked(population: Population, reason: str) -> Verdicted:
    """Return the verdict on a population about which the tracker could not be asked."""
    subject = f"mlflow:experiment/{population.experiment_id}"
    return Verdicted(subject, EDGE, "runs", Verdict.UNREACHABLE, reason, len(population.runs))


def population_drift(kept: Population, live: Iterable[PopulationRun]) -> Iterator[Verdicted]:
    """Yield a verdict on each run: one when all is as it was, else one for each changed value."""
    now = {run.run_id: run for run in live}
    known = {run.run_id for run in kept.runs}
    for run in kept.runs:
        found = now.get(run.run_id)
        if found is None:
            yield _verdicted(run, "run_id", Verdict.CONTRADICTED, _GONE, run.run_id)
        else:
            yield from _compared(run, found)
    for run_id in sorted(now.keys() - known):
        yield _verdicted(now[run_id], "run_id", Verdict.UNRECORDED, _NEW, None, run_id)


def _compared(kept: PopulationRun, live: PopulationRun) -> Iterator[Verdicted]:
    before, now = _facts(kept), _facts(live)
    changed = [key for key in before if not same(before[key], now.get(key))]
    for key in changed:
        grows = kept.status in UNFINISHED and key.startswith(("status", "metrics."))
        reason = WENT_ON if grows else _CHANGED
        yield _verdicted(kept, key, Verdict.CONTRADICTED, reason, before[key], now.get(key))
    if not changed:
        yield _verdicted(kept, "run", Verdict.VERIFIED, "")


def _facts(run: PopulationRun) -> dict[str, Fact | None]:
    facts: dict[str, Fact | None] = {name: getattr(run, name) for name in _ATTRIBUTES}
    return facts | {f"metrics.{name}": value for name, value in run.metrics.items()}


def _verdicted(
    run: PopulationRun,
    key: str,
    verdict: Verdict,
    reason: str,
    expected: Fact | None = None,
    found: Fact | None = None,
) -> Verdicted:
    field = f"population.{key}"
    return Verdicted(run_subject(run.run_id), EDGE, field, verdict, reason, expected, found)
