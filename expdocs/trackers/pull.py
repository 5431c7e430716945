"""Pulling evidence: runs, populations and commits into committed snapshots.

A pull reads everything first and writes last, whole files only. It never replaces a value that a
record from ``proposed`` on rests on, unless a reason is given; then the old file is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from expdocs.atomic import write_bytes
from expdocs.canonical import canonical_bytes
from expdocs.config import Settings
from expdocs.errors import Refused
from expdocs.evidence.commitsnapshots import snapshot_of_commit
from expdocs.evidence.comparison import Difference, differences
from expdocs.evidence.leaks import Leak, leaks, without
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
from expdocs.facts.cited import cited_facts, references_of
from expdocs.facts.commits import cited_commits
from expdocs.facts.tables import metric_names
from expdocs.history import History
from expdocs.prose.references import Delta, Group, Ratio, ValueOf
from expdocs.records.record import Record
from expdocs.rules.context import Context
from expdocs.trackers.mlflow import Tracker
from expdocs.workspace import Workspace

Connect = Callable[[], Tracker]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A value that a record rests on and that the tracker now gives differently."""

    record: str
    run_id: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did: paths written (relative to the repository), tags made, what was wrong."""

    run_ids: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    unchanged: int = 0
    missing_commits: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()


@dataclass
class _Plan:
    """Documents to write by path under the evidence folder, and what they need."""

    documents: dict[str, bytes] = field(default_factory=dict)
    missing_commits: list[str] = field(default_factory=list)


def pull(
    workspace: Workspace,
    connect: Connect,
    references: Sequence[str],
    *,
    everything: bool = False,
    replace: str = "",
    metrics: Sequence[str] = (),
    refresh: bool = True,
) -> Pulled:
    """Pull runs (by any reference), the runs and commits of records, or of all records.

    ``metrics`` names metrics whose history is wanted beside those that records name; without
    ``refresh`` runs that have a snapshot are not asked for again. Raises ``Refused`` when the
    tracker lacks a run, ``TrackerError`` when it does not answer.
    """
    records, others = _targets(workspace, references, everything=everything)
    run_ids = list(dict.fromkeys(use.run_id for record in records for use in record.runs))
    if not refresh:
        run_ids = [run_id for run_id in run_ids if workspace.evidence.run(run_id) is None]
    plan = _Plan()
    contradictions: list[Contradiction] = []
    with workspace.context() as context:
        if run_ids or others or any(use.sweep for record in records for use in record.runs):
            with connect() as tracker:
                run_ids += [tracker.resolve(reference) for reference in others]
                run_ids = list(dict.fromkeys(run_ids))
                contradictions = _pull_runs(context, tracker, run_ids, metrics, plan, replace)
                _pull_populations(context, tracker, records, plan)
        _pull_commits(context, records, plan)
    if contradictions and not replace:
        return Pulled(run_ids=tuple(run_ids), contradictions=tuple(contradictions))
    written, unchanged = _write(workspace, plan)
    tags = _keep(workspace, plan)
    missing = tuple(plan.missing_commits)
    return Pulled(tuple(run_ids), written, tags, unchanged, missing, tuple(contradictions))


def _targets(
    workspace: Workspace, references: Sequence[str], *, everything: bool
) -> tuple[list[Record], list[str]]:
    corpus = workspace.corpus
    if everything:
        return list(corpus.records), []
    records: list[Record] = []
    others: list[str] = []
    for reference in references:
        record = corpus.find(reference) or corpus.by_path.get(workspace.relative(reference))
        if record is None:
            others.append(reference)
        else:
            records.append(record)
    return records, others


# --- runs


def _pull_runs(
    context: Context,
    tracker: Tracker,
    run_ids: Sequence[str],
    metrics: Sequence[str],
    plan: _Plan,
    replace: str,
) -> list[Contradiction]:
    relied_on = _relied_on(context)
    contradictions: list[Contradiction] = []
    for fetched in tracker.fetch(run_ids, _histories(context, run_ids, metrics)):
        snapshot = without(fetched, context.settings.withhold)
        _refuse_secrets(snapshot, context.settings)
        existing = context.evidence.run(snapshot.run_id)
        if isinstance(existing, RunSnapshot):
            found = list(_contradicted(existing, snapshot, relied_on))
            contradictions += found
            if found:
                plan.documents.update(_archived(existing, replace))
        plan.documents[str(run_path(snapshot.run_id))] = encode_run(snapshot)
    return contradictions


def _refuse_secrets(snapshot: RunSnapshot, settings: Settings) -> None:
    leak = next(leaks(snapshot, settings.not_secret), None)
    if leak is not None:
        run = snapshot.run_id[:12]
        message = f"run {run}: {leak.name} looks like a secret ({leak.hit.what})"
        raise Refused(f"{message}: {leak.hit.masked}; nothing was written", _way_out(leak))


def _way_out(leak: Leak) -> str:
    passes = f'if it is none: not_secret = ["{leak.hit.digest}"]'
    if leak.name.startswith(("params.", "tags.")):
        withhold = f'withhold = ["{leak.name}"] in the configuration leaves its value out'
        return f"make it invalid; {withhold}; {passes}"
    return f"make it invalid, and correct it in the tracker; {passes}"


def _histories(
    context: Context, run_ids: Sequence[str], metrics: Sequence[str]
) -> Mapping[str, set[str]]:
    """Return the metrics whose history belongs in each run's snapshot: those that records name."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for record in context.corpus.records:
        names = {*metric_names(record), *_cited_metrics(record)}
        for use in record.runs:
            wanted[use.run_id] |= names
    for run_id in run_ids:
        wanted[run_id] |= set(metrics)
        existing = context.evidence.run(run_id)
        if isinstance(existing, RunSnapshot):
            wanted[run_id] |= {n for n, metric in existing.metrics.items() if metric.history}
    return wanted


def _cited_metrics(record: Record) -> Iterator[str]:
    for reference in references_of(record):
        found = reference.field if isinstance(reference, ValueOf | Delta | Ratio | Group) else None
        if found is not None and found.namespace == "metrics":
            yield found.name


def _relied_on(context: Context) -> dict[tuple[str, str], str]:
    """Return, for each fact that a record beyond a draft rests on, the record's id."""
    found: dict[tuple[str, str], str] = {}
    for record in context.corpus.records:
        if not record.draft:
            for key in cited_facts(record, context.facts):
                found.setdefault((key.run_id, key.key), record.id)
    return found


def _contradicted(
    existing: RunSnapshot, pulled: RunSnapshot, relied_on: Mapping[tuple[str, str], str]
) -> Iterator[Contradiction]:
    for difference in differences(existing, pulled):
        record = relied_on.get((existing.run_id, difference.key))
        if record is not None:
            yield Contradiction(record, existing.run_id, difference)


def _archived(existing: RunSnapshot, reason: str) -> dict[str, bytes]:
    note = {"digest": existing.digest, "reason": reason, "run_id": existing.run_id}
    return {
        f"replaced/{existing.digest}.json": encode_run(existing),
        f"replaced/{existing.digest}.reason.json": canonical_bytes(note) + b"\n",
    }


# --- populations


def _pull_populations(
    context: Context, tracker: Tracker, records: Iterable[Record], plan: _Plan
) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for use in record.runs:
            if use.sweep:
                snapshot = next(tracker.fetch([use.run_id]))
                wanted[snapshot.experiment_id] |= {*metric_names(record), *_cited_metrics(record)}
    for experiment_id, names in wanted.items():
        existing = context.evidence.population(experiment_id)
        if isinstance(existing, Population):
            names |= {name for run in existing.runs for name in run.metrics}
        runs = tracker.population(experiment_id, names)
        path = str(population_path(experiment_id))
        name = tracker.experiment_name(experiment_id) or ""
        plan.documents[path] = encode_population(experiment_id, runs, name)


# --- commits


def _pull_commits(context: Context, records: Sequence[Record], plan: _Plan) -> None:
    left_out = {*context.settings.records, "dvc.lock"}
    for sha, paths in cited_commits(records).items():
        runs = _runs_from(sha, context, records, plan)
        found = snapshot_of_commit(context.commits, sha, paths, left_out, runs)
        if found is not None:
            plan.documents[str(commit_path(sha))] = encode_commit(found)
        elif not isinstance(context.evidence.commit(sha), CommitSnapshot):
            plan.missing_commits.append(sha)


def _runs_from(
    sha: str, context: Context, records: Iterable[Record], plan: _Plan
) -> Iterator[RunSnapshot]:
    """Yield the runs that records tell to have run from a commit, as they are pulled or known."""
    uses = (use for record in records for use in record.runs if use.commit == sha)
    for run_id in dict.fromkeys(use.run_id for use in uses):
        content = plan.documents.get(str(run_path(run_id)))
        found = decode_run(content) if content else context.evidence.run(run_id)
        if isinstance(found, RunSnapshot):
            yield found


# --- writing


def _write(workspace: Workspace, plan: _Plan) -> tuple[tuple[str, ...], int]:
    folder = workspace.settings.evidence
    written = []
    for name, content in plan.documents.items():
        path = f"{folder}/{name}"
        target = workspace.place(path)
        if not (target.is_file() and target.read_bytes() == content):
            write_bytes(target, content)
            written.append(path)
    return tuple(written), len(plan.documents) - len(written)


def _keep(workspace: Workspace, plan: _Plan) -> tuple[str, ...]:
    commits = [Path(name).stem for name in plan.documents if name.startswith("git/")]
    if not commits:
        return ()
    return tuple(History(workspace.root).keep(commits, workspace.settings))
