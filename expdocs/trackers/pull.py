"""Pulling evidence: runs, populations, models and commits into committed snapshots.

What is new is written as it arrives, whole files only. A value that a record from ``proposed`` on
rests on is never replaced, unless a reason is given; then the old file is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from expdocs.errors import Refused
from expdocs.evidence.commitsnapshots import snapshot_of_commit
from expdocs.evidence.documents import SnapshotProblem
from expdocs.evidence.leaks import Leak, leaks, nameless, without
from expdocs.evidence.models import encode_model, model_path
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Population,
    RunSnapshot,
    commit_path,
    decode_run,
    encode_commit,
    encode_population,
    encode_run,
    population_path,
    run_path,
)
from expdocs.facts.commits import cited_commits
from expdocs.history import History
from expdocs.records.record import Record
from expdocs.rules.context import Context
from expdocs.trackers.keeping import Keeper, keeping
from expdocs.trackers.mlflow import Tracker
from expdocs.trackers.reliance import Contradiction, Reliance
from expdocs.trackers.searching import unknown
from expdocs.trackers.wanted import Wanted, histories, named_metrics, targets
from expdocs.workspace import Workspace

__all__ = ["Contradiction", "Pulled", "Wanted", "pull"]

Connect = Callable[[], Tracker]
Progress = Callable[[int, int], None]


class Pulled(NamedTuple):
    """What a pull did: paths written (relative to the repository), tags made, what was wrong.

    With ``contradictions`` and no reason to replace, no document that changed was written.
    ``problems`` are runs that could not be pulled; they did not stop the others. ``held`` are the
    documents, by path in the evidence folder, that a pull found and was told not to write.
    """

    run_ids: tuple[str, ...]
    written: tuple[str, ...]
    tags: tuple[str, ...]
    unchanged: int
    missing_commits: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    problems: tuple[Refused, ...]
    held: Mapping[str, bytes]


def pull(
    workspace: Workspace,
    connect: Connect,
    wanted: Wanted,
    *,
    replace: str = "",
    progress: Progress | None = None,
    hold: bool = False,
) -> Pulled:
    """Pull what is wanted; ``progress`` is told how many runs are done of how many.

    With ``hold`` nothing is written and nothing tagged.

    Raises ``Refused`` when a name fits no run, experiment or model, ``TrackerError`` when the
    tracker does not answer.
    """
    records, others = targets(workspace, wanted)
    together = wanted.together or hold
    with keeping(workspace, together=together) as keeper, workspace.context() as context:
        job = _Job(context, keeper, Reliance(context), wanted, replace)
        if _asks_a_tracker(job, records, others):
            with connect() as tracker:
                _pull_from(tracker, job, records, others, progress)
        commits = _pull_commits(job, records)
        refused = bool(job.contradictions) and not replace
        if not (refused or hold):
            keeper.finish()
    kept = commits and not hold
    tags = History(workspace.root).keep(commits, workspace.settings) if kept else []
    return Pulled(
        run_ids=tuple(job.run_ids),
        written=tuple(keeper.written),
        tags=() if refused else tuple(tags),
        unchanged=keeper.unchanged,
        missing_commits=tuple(job.missing_commits),
        contradictions=tuple(job.contradictions),
        problems=tuple(job.problems),
        held=dict(keeper.held) if hold and not refused else {},
    )


@dataclass
class _Job:
    """One pull under way: what it works with, and what it has found so far."""

    context: Context
    keeper: Keeper
    reliance: Reliance
    wanted: Wanted
    replace: str
    run_ids: list[str] = field(default_factory=list)
    experiments: dict[str, None] = field(default_factory=dict)
    missing_commits: list[str] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    problems: list[Refused] = field(default_factory=list)

    def fail(self, problem: Refused) -> None:
        """Remember what could not be pulled; end the pull where it is all or nothing."""
        if self.wanted.together:
            raise problem
        self.problems.append(problem)

    def supersede(self, path: str, about: dict[str, str], found: list[Contradiction]) -> None:
        """Remember contradictions, and keep the old document where there is a reason."""
        self.contradictions += found
        if found and self.replace:
            self.keeper.archive(path, {**about, "reason": self.replace})


def _asks_a_tracker(job: _Job, records: Sequence[Record], others: Sequence[str]) -> bool:
    named = job.wanted.experiments or job.wanted.models or job.wanted.since or others
    return bool(named or _lacking(job, _listed(records)) or _sweeps(job, records))


def _pull_from(
    tracker: Tracker,
    job: _Job,
    records: Sequence[Record],
    others: Sequence[str],
    progress: Progress | None,
) -> None:
    asked = [tracker.resolve(reference) for reference in others]
    named = [tracker.experiment_id(name) for name in job.wanted.experiments]
    if named or job.wanted.since:
        asked += tracker.run_ids(named or None, job.wanted.since)
    asked += _pull_models(tracker, job)
    asked = [*_listed(records), *asked]
    job.run_ids = list(dict.fromkeys(asked))
    _pull_runs(tracker, job, _lacking(job, job.run_ids), progress)
    job.experiments |= dict.fromkeys([*named, *_sweeps(job, records)])
    for experiment_id in job.experiments:
        _pull_population(tracker, job, experiment_id)


def _listed(records: Iterable[Record]) -> list[str]:
    return list(dict.fromkeys(use.run_id for record in records for use in record.runs))


def _lacking(job: _Job, run_ids: Sequence[str]) -> Sequence[str]:
    if not job.wanted.missing:
        return run_ids
    known = job.context.evidence.run
    return [run_id for run_id in run_ids if not isinstance(known(run_id), RunSnapshot)]


# --- runs


def _pull_runs(
    tracker: Tracker, job: _Job, run_ids: Sequence[str], progress: Progress | None
) -> None:
    gone: list[str] = []
    wanted = histories(job.context, run_ids, job.wanted.metrics)
    for done, (run_id, fetched) in enumerate(tracker.look_up(run_ids, wanted), 1):
        if fetched is None:
            gone.append(run_id)
        else:
            _pull_run(job, without(fetched, job.context.settings.withhold))
        if progress:
            progress(done, len(run_ids))
    if gone:
        job.fail(unknown(gone, tracker.shown))


def _pull_run(job: _Job, snapshot: RunSnapshot) -> None:
    leak = next(leaks(snapshot, job.context.settings.not_secret), None)
    if leak is not None:
        job.fail(_secret(snapshot, leak))
        return
    path = str(run_path(snapshot.run_id))
    try:
        document = encode_run(snapshot)
    except SnapshotProblem as problem:
        job.fail(Refused(f"run {snapshot.run_id[:12]}: {problem.message}", _LARGE))
        return
    existing = job.context.evidence.run(snapshot.run_id)
    if isinstance(existing, RunSnapshot) and existing.digest != snapshot.digest:
        about = {"digest": existing.digest, "run_id": existing.run_id}
        job.supersede(path, about, list(job.reliance.of_run(existing, snapshot)))
    job.keeper.put(path, document)


_LARGE = "a document holds at most 16 MB; name fewer metrics in records, or log fewer"


def _secret(snapshot: RunSnapshot, leak: Leak) -> Refused:
    run = snapshot.run_id[:12]
    message = f"run {run}: {leak.name} looks like a secret ({leak.hit.what}): {leak.hit.masked}"
    return Refused(f"{message}; the run was not written", _way_out(leak))


def _way_out(leak: Leak) -> str:
    passes = f'if it is none: not_secret = ["{leak.hit.digest}"]'
    if leak.name.startswith(("params.", "tags.")):
        withhold = f'withhold = ["{leak.name}"] in the configuration leaves its value out'
        return f"make it invalid; {withhold}; {passes}"
    return f"make it invalid, and correct it in the tracker; {passes}"


# --- models


def _pull_models(tracker: Tracker, job: _Job) -> Iterator[str]:
    """Keep the registered models that are named, and yield the runs of the versions meant."""
    for reference in job.wanted.models:
        model, version = tracker.model_version(reference)
        job.keeper.put(model_path(model.name), encode_model(model))
        if version.run_id is not None:
            yield version.run_id


# --- populations


def _sweeps(job: _Job, records: Iterable[Record]) -> list[str]:
    """Return the experiments of the sweeps that records list, which snapshots of them tell."""
    found: dict[str, None] = {}
    for record in records:
        for use in record.runs:
            run = _current(job, use.run_id) if use.sweep else None
            if run is not None and not (job.wanted.missing and _is_in_population(job, run)):
                found[run.experiment_id] = None
    return list(found)


def _is_in_population(job: _Job, run: RunSnapshot) -> bool:
    known = job.context.evidence.population(run.experiment_id)
    return isinstance(known, Population) and any(one.run_id == run.run_id for one in known.runs)


def _pull_population(tracker: Tracker, job: _Job, experiment_id: str) -> None:
    existing = job.context.evidence.population(experiment_id)
    names = _metrics_of_sweeps(job, experiment_id) | set(job.wanted.metrics)
    if isinstance(existing, Population):
        names |= {name for run in existing.runs for name in run.metrics}
    runs = nameless(tracker.population(experiment_id, names), job.context.settings.not_secret)
    path = str(population_path(experiment_id))
    try:
        name = tracker.experiment_name(experiment_id) or ""
        document = encode_population(experiment_id, runs, name)
    except SnapshotProblem as problem:
        job.fail(Refused(f"the population of experiment {experiment_id}: {problem.message}"))
        return
    if isinstance(existing, Population):
        about = {"digest": existing.digest, "experiment_id": experiment_id}
        pulled = {run.run_id: run for run in runs}
        job.supersede(path, about, list(job.reliance.of_population(existing, pulled)))
    job.keeper.put(path, document)


def _metrics_of_sweeps(job: _Job, experiment_id: str) -> set[str]:
    """Return the metrics named by the records that list a sweep of an experiment."""
    names: set[str] = set()
    for record in job.context.corpus.records:
        parents = [use.run_id for use in record.runs if use.sweep]
        if any(run and run.experiment_id == experiment_id for run in _all(job, parents)):
            names |= named_metrics(record, job.context.index)
    return names


def _all(job: _Job, run_ids: Iterable[str]) -> Iterator[RunSnapshot | None]:
    return (_current(job, run_id) for run_id in run_ids)


def _current(job: _Job, run_id: str) -> RunSnapshot | None:
    """Return a run as this pull will leave it."""
    try:
        content = job.keeper.current(run_path(run_id))
        return decode_run(content) if content else None
    except SnapshotProblem:
        return None


# --- commits


def _pull_commits(job: _Job, records: Sequence[Record]) -> list[str]:
    """Keep the commits that records cite; return those that git has."""
    context = job.context
    left_out = {*context.settings.records, "dvc.lock"}
    running: dict[str, dict[str, None]] = {}
    for use in (use for record in records for use in record.runs):
        running.setdefault(use.commit, {})[use.run_id] = None
    there = []
    for sha, paths in cited_commits(records).items():
        runs = [run for run in _all(job, running.get(sha, ())) if run]
        found = snapshot_of_commit(context.commits, sha, paths, left_out, runs)
        if found is not None:
            job.keeper.put(commit_path(sha), encode_commit(found))
            there.append(sha)
        elif not isinstance(context.evidence.commit(sha), CommitSnapshot):
            job.missing_commits.append(sha)
    return there
