"""Holding the evidence against its sources: trackers, git and DVC, and records against both.

Nothing is changed here, and whatever cannot be asked is a verdict, so that one server that is down
hides nothing of the others. Memory does not grow with the number of runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath

from expdocs.evidence.commits import Commits
from expdocs.evidence.leaks import without
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    RunSnapshot,
)
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.verdicts import Verdicted, newest_reports
from expdocs.questions import unnoted
from expdocs.records.validity import schema_errors
from expdocs.rules.context import Context, Subject
from expdocs.rules.evidence import RunEdge, triangle
from expdocs.trackers.datadrift import data_drift, data_subject
from expdocs.trackers.doors import FAILURES, Doors
from expdocs.trackers.drift import drift, gone, run_subject, unasked, without_snapshot
from expdocs.trackers.gitdrift import commit_drift, commit_subject, references_of
from expdocs.trackers.mlflow import Tracker
from expdocs.trackers.modeldrift import model_verdicts
from expdocs.trackers.populationdrift import population_verdicts
from expdocs.trackers.scope import Scope
from expdocs.workspace import Workspace

SOURCES = ("tracker", "git", "dvc")
Progress = Callable[[int, int], None]

_RUNS_AT_ONCE = 500
_REPORTS = 100
_STRANGE = (
    "the tracker knows neither the run nor its experiment: is it the one that the run was pulled"
    " from? set MLFLOW_TRACKING_URI"
)


def verify(
    workspace: Workspace,
    doors: Doors[Tracker],
    scope: Scope,
    *,
    skip: Collection[str] = (),
    progress: Progress = lambda _done, _all: None,
) -> Iterator[Verdicted]:
    """Yield a verdict on every fact in scope; ``skip`` names sources that are not asked."""
    with workspace.context() as whole:
        evidence = workspace.passing_evidence(unnoted)
        context = replace(whole, evidence=evidence, commits=workspace.read_commits(evidence))
        if "tracker" not in skip:
            yield from _citing(scope, _of_runs(context, doors, scope.runs, progress))
            yield from _citing(scope, population_verdicts(context, doors, scope))
            yield from model_verdicts(context, doors) if scope.everything else ()
        if "git" not in skip:
            yield from _citing(scope, _of_commits(workspace, context, scope.commits))
        if "dvc" not in skip:
            yield from _of_data(workspace, context, scope)
        yield from _of_reports(workspace) if scope.everything else ()
        for record in scope.records:
            subject = Subject(record, context, schema_errors(record))
            yield from (_of_edge(edge, record.id) for edge in triangle(subject))


def _citing(scope: Scope, verdicts: Iterable[Verdicted]) -> Iterator[Verdicted]:
    for one in verdicts:
        yield one._replace(records=scope.citing.get(one.subject.partition(":")[2], ()))


# --- runs


def _of_runs(
    context: Context, doors: Doors[Tracker], run_ids: Sequence[str], progress: Progress
) -> Iterator[Verdicted]:
    missing: dict[str, list[RunSnapshot]] = defaultdict(list)
    done = 0
    for chunk in _chunks(run_ids, _RUNS_AT_ONCE):
        by_tracker: dict[str, dict[str, RunSnapshot]] = defaultdict(dict)
        for run_id in chunk:
            found = context.evidence.run(run_id)
            if isinstance(found, RunSnapshot):
                by_tracker[found.tracker][run_id] = found
            else:
                yield without_snapshot(run_subject(run_id), found)
        for alias, kept in by_tracker.items():
            for run, live in _answers(doors, alias, kept):
                done += 1
                progress(done, len(run_ids))
                if live is None:
                    missing[alias].append(_remembered(run))
                elif isinstance(live, str):
                    yield unasked(run, live)
                else:
                    doors.answering.add(alias)
                    yield from drift(run, without(live, context.settings.withhold))
    yield from _of_missing(doors, missing)


def _answers(
    doors: Doors[Tracker], alias: str, kept: dict[str, RunSnapshot]
) -> Iterator[tuple[RunSnapshot, RunSnapshot | str | None]]:
    """Yield each run with the tracker's: None when it has no such run, a text when it failed."""
    pending = dict(kept)
    tracker = doors.tracker(alias)
    if tracker is not None:
        histories = {
            run_id: {name for name, metric in run.metrics.items() if metric.history}
            for run_id, run in kept.items()
        }
        try:
            for run_id, live in tracker.look_up(kept, histories):
                yield pending.pop(run_id), live
        except FAILURES as problem:
            doors.fail(alias, problem)
    for run in pending.values():
        yield run, doors.problems[alias]


def _remembered(run: RunSnapshot) -> RunSnapshot:
    """Return of a run only what a verdict on its absence needs."""
    return RunSnapshot(
        run.run_id, run.experiment_id, run.experiment_name, "", "", "", tracker=run.tracker
    )


def _of_missing(
    doors: Doors[Tracker], missing: dict[str, list[RunSnapshot]]
) -> Iterator[Verdicted]:
    """Yield verdicts on runs that a tracker does not know: gone, or never of this tracker."""
    for alias, runs in missing.items():
        for run in runs:
            if alias in doors.answering or _has_experiment(doors, alias, run):
                yield gone(run)
            else:
                yield unasked(run, doors.problems.get(alias) or _STRANGE)


def _has_experiment(doors: Doors[Tracker], alias: str, run: RunSnapshot) -> bool:
    """Whether the tracker has the run's experiment; if it has not, it may be one of others."""
    tracker = doors.tracker(alias)
    try:
        name = tracker.experiment_name(run.experiment_id) if tracker is not None else None
    except FAILURES as problem:
        doors.fail(alias, problem)
        return False
    return name == run.experiment_name


# --- commits and data


def _of_commits(workspace: Workspace, context: Context, shas: Sequence[str]) -> Iterator[Verdicted]:
    roots = frozenset(context.settings.records)
    from_git = Commits(workspace.repository.objects, workspace.root, records=roots)
    references = references_of(workspace.repository, shas)
    incomplete = context.incomplete_clone
    for sha in shas:
        kept = context.evidence.commit(sha)
        if isinstance(kept, CommitSnapshot):
            yield from commit_drift(kept, from_git, references, incomplete=incomplete)
        else:
            yield without_snapshot(commit_subject(sha), kept)


def _of_data(workspace: Workspace, context: Context, scope: Scope) -> Iterator[Verdicted]:
    hashes: dict[str, str] = {}
    citing: dict[str, dict[str, None]] = defaultdict(dict)
    for record in scope.records:
        for use in record.runs:
            for entry in use.data:
                path, value = entry.get("path"), entry.get("hash")
                if isinstance(path, str) and isinstance(value, str) and "@" not in path:
                    subject = data_subject(path, use.commit)
                    hashes.setdefault(subject, value)
                    citing[subject][record.id] = None
    for sha in scope.commits:
        kept = context.evidence.commit(sha)
        data = kept.data if isinstance(kept, CommitSnapshot) else {}
        hashes |= {data_subject(path, sha): value for path, value in data.items()}
    for one in data_drift(workspace.root, hashes):
        sha = one.subject.rpartition("@")[2]
        ids = tuple(citing.get(one.subject, ())) or scope.citing.get(sha, ())
        yield one._replace(records=ids)


# --- snapshots and edges


def _of_reports(workspace: Workspace) -> Iterator[Verdicted]:
    """Yield verdicts on the reports of earlier verifications that cannot be relied on."""
    for one in newest_reports(workspace.files, workspace.settings.evidence, _REPORTS):
        if isinstance(one, BrokenSnapshot):
            yield without_snapshot(f"report:{PurePosixPath(one.path).stem}", one)


def _of_edge(one: RunEdge, record: str) -> Verdicted:
    edge = one.edge
    field = {"data": f"data.{edge.subject}", "parameters": f"params.{edge.subject}"}
    return Verdicted(
        run_subject(one.use.run_id),
        edge.name,
        field.get(edge.name, "code_tree" if edge.name == "code" else edge.name),
        edge.verdict,
        edge.reason,
        edge.expected or None,
        edge.found or None,
        (record,),
    )


def _chunks(names: Sequence[str], size: int) -> Iterator[list[str]]:
    iterator = iter(names)
    while chunk := list(islice(iterator, size)):
        yield chunk
