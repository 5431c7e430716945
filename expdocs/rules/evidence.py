"""EVD: snapshots, commits, and the triangle of every run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Population,
    RunSnapshot,
    commit_path,
    population_path,
)
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Edge, Verdict, edges_of
from expdocs.findings import Finding, Severity
from expdocs.kinds.shape import Place
from expdocs.records.record import RunUse
from expdocs.rules.context import Subject

_UNVERIFIED = {"code": "EVD204", "data": "EVD214", "parameters": "EVD224"}
_PULL = "run: expdocs evidence pull"


class RunEdge(NamedTuple):
    """An edge of the triangle and the run that it belongs to."""

    use: RunUse
    edge: Edge

    @property
    def name(self) -> str:
        """What the run is called in messages."""
        return self.use.label or self.use.run_id[:12]


def check(subject: Subject) -> Iterator[Finding]:
    """Report missing and broken snapshots, missing commits, and edges that do not hold."""
    for use in subject.record.runs:
        if subject.sound(use.place):
            yield from _run(subject, use)
    edges = triangle(subject)
    yield from _commits(subject, edges)
    yield from _triangle(subject, edges)


def _run(subject: Subject, use: RunUse) -> Iterator[Finding]:
    found = subject.context.evidence.run(use.run_id)
    if found is None:
        message = f"run {use.run_id} has no snapshot"
        hint = f"run: expdocs evidence pull {use.run_id} (or correct the id)"
        severity = subject.softened("EVD101")
        yield subject.at(use.place, "EVD101", message, hint, severity=severity)
    elif isinstance(found, BrokenSnapshot):
        yield _broken(found)
    else:
        yield from _life(subject, use, found)
        if use.sweep:
            yield from _population(subject, use, found)


def _broken(found: BrokenSnapshot) -> Finding:
    return Finding(found.path, 1, 1, "EVD102", found.message, found.hint)


def _life(subject: Subject, use: RunUse, run: RunSnapshot) -> Iterator[Finding]:
    if run.lifecycle_stage != "active":
        message = f"run {use.run_id[:12]} was deleted in the tracker"
        yield subject.at(use.place, "EVD103", message, "restore it there, or cite another run")
    elif run.status != "FINISHED":
        message = f"run {use.run_id[:12]} is {run.status}, not FINISHED"
        yield subject.at(use.place, "EVD103", message, f"when it has finished, {_PULL}")


def _population(subject: Subject, use: RunUse, run: RunSnapshot) -> Iterator[Finding]:
    found = subject.context.evidence.population(run.experiment_id)
    if isinstance(found, BrokenSnapshot):
        yield _broken(found)
    elif not isinstance(found, Population):
        path = subject.context.evidence.path_of(population_path(run.experiment_id))
        message = f"the sweep's population {path} is missing"
        yield subject.at(use.place, "EVD105", message, f"{_PULL} {use.run_id}")


def _commits(subject: Subject, edges: list[RunEdge]) -> Iterator[Finding]:
    wrong = {e.edge.place for e in edges if e.edge.verdict is Verdict.CONTRADICTED}
    for place, sha in subject.record.marked("commit"):
        if not subject.sound(place) or place in wrong:
            continue
        if "@" in sha:
            yield from _foreign(subject, place, sha.partition("@")[0])
        else:
            yield from _commit(subject, place, sha)


def _foreign(subject: Subject, place: Place, alias: str) -> Iterator[Finding]:
    known = subject.context.settings.repositories
    if alias not in known:
        message = f"the configuration names no repository '{alias}'"
        hint = f"add it under [repositories], which has: {', '.join(known) or 'none'}"
        yield subject.at(place, "EVD201", message, hint, severity=subject.softened("EVD201"))


def _commit(subject: Subject, place: Place, sha: str) -> Iterator[Finding]:
    context = subject.context
    snapshot, commit = context.evidence.commit(sha), context.commits.commit(sha)
    if isinstance(snapshot, BrokenSnapshot):
        yield _broken(snapshot)
    elif commit is None and snapshot is None:
        if not context.incomplete_clone:
            message = f"commit {sha[:12]} is not in this repository{_edges(subject, place)}"
            record = subject.record.id or "RECORD"
            hint = f"correct it; or who has it pushes it, or runs: expdocs evidence pull {record}"
            severity = subject.softened("EVD201")
            yield subject.at(place, "EVD201", message, hint, severity=severity)
    elif commit is not None and isinstance(snapshot, CommitSnapshot):
        if commit.tree != snapshot.tree:
            path = context.evidence.path_of(commit_path(sha))
            message = f"the snapshot says tree {snapshot.tree[:12]}, git says {commit.tree[:12]}"
            yield Finding(path, 1, 1, "EVD202", message, "restore the file from git")
    elif snapshot is None and not subject.record.draft:
        message = f"commit {sha[:12]} has no snapshot"
        hint = f"run: expdocs evidence pull {subject.record.id}"
        yield subject.at(place, "EVD205", message, hint)


def _edges(subject: Subject, place: Place) -> str:
    uses = [use for use in subject.record.runs if use.commit_place == place]
    if not uses:
        return ""
    edges = "code and data" if any(use.data for use in uses) else "code"
    return f", so {edges} of {_names(u.label or u.run_id[:12] for u in uses)} cannot be verified"


def triangle(subject: Subject) -> list[RunEdge]:
    """Return the edges of every run whose parts are sound."""
    found = []
    for use in subject.record.runs:
        run = subject.context.evidence.run(use.run_id)
        if isinstance(run, RunSnapshot) and not use.sweep:
            edges = edges_of(use, run, subject.context.commits)
            found += [RunEdge(use, edge) for edge in edges if _sound(subject, edge)]
    return found


def _sound(subject: Subject, edge: Edge) -> bool:
    # A data edge rests on the path beside the hash, too.
    return subject.sound(edge.place[:-1] if edge.name == "data" else edge.place)


def _triangle(subject: Subject, edges: list[RunEdge]) -> Iterator[Finding]:
    contradicted = [e for e in edges if e.edge.verdict is Verdict.CONTRADICTED]
    wrong_commits = {e.edge.place for e in contradicted if e.edge.name == "code"}
    for place in wrong_commits:
        yield _wrong_commit(subject, place, contradicted)
    for group in _by_place(e for e in contradicted if e.edge.name == "data"):
        if not _explained_by_commit(group, wrong_commits):
            yield _wrong_data(subject, group)
    yield from _unverified(subject, edges, {e.edge.place for e in contradicted})


def _wrong_commit(subject: Subject, place: Place, contradicted: list[RunEdge]) -> Finding:
    code = [e for e in contradicted if e.edge.place == place]
    data = [e for e in contradicted if e.edge.at_fault == "commit" and e.use.commit_place == place]
    broken = "code and data" if data else "code"
    message = f"{broken} of {_names(e.name for e in code)} contradicted: {code[0].edge.reason}"
    hint = (
        f"expected {code[0].edge.expected[:12]}, the run recorded {code[0].edge.found[:12]}; "
        "write the commit that holds the code as it ran"
    )
    return subject.at(place, "EVD203", message, hint)


def _explained_by_commit(group: list[RunEdge], wrong_commits: set[Place]) -> bool:
    return all(e.edge.at_fault == "commit" and e.use.commit_place in wrong_commits for e in group)


def _wrong_data(subject: Subject, group: list[RunEdge]) -> Finding:
    edge = group[0].edge
    sides = dict.fromkeys(e.edge.reason for e in group)
    names = _names(e.name for e in group)
    message = f"data {edge.subject} of {names} contradicted: {'; '.join(sides)}"
    hint = f"write {edge.found}" if edge.found else "write the path and hash of its .dvc file"
    return subject.at(edge.place, "EVD212", message, hint)


def _by_place(edges: Iterable[RunEdge]) -> Iterable[list[RunEdge]]:
    groups: dict[Place, list[RunEdge]] = {}
    for edge in edges:
        groups.setdefault(edge.edge.place, []).append(edge)
    return groups.values()


def _unverified(
    subject: Subject, edges: list[RunEdge], contradicted: set[Place]
) -> Iterator[Finding]:
    weak = (Verdict.UNRECORDED, Verdict.UNREACHABLE)
    for name, rule in _UNVERIFIED.items():
        open_edges = [
            e for e in edges if e.edge.name == name and e.edge.verdict in weak and e.edge.told
        ]
        open_edges = [e for e in open_edges if _counts(subject, e, contradicted)]
        for group in _by_reason(open_edges):
            subjects = list(dict.fromkeys(e.edge.subject for e in group if name != "code"))
            what = f"{name} {', '.join(subjects)}".strip() if subjects else name
            edge = group[0].edge
            names = _names(e.name for e in group)
            message = f"{what} of {names} {edge.verdict}: {edge.reason}"
            severity = Severity.ERROR if _required(subject, name) else None
            yield subject.at(edge.place, rule, message, _advice(edge), severity=severity)


def _advice(edge: Edge) -> str:
    if edge.advice:
        return edge.advice
    if edge.verdict is Verdict.UNREACHABLE:
        return "run: expdocs evidence pull where commit and data can be reached"
    if edge.name == "parameters":
        return "say in the text that it was given by hand, or correct the commit"
    return "start runs with expdocs[mlflow] installed, or record expdocs.tags()"


def _by_reason(edges: list[RunEdge]) -> Iterable[list[RunEdge]]:
    groups: dict[tuple[Place, str], list[RunEdge]] = {}
    for edge in edges:
        place = edge.edge.place[:-2] if edge.edge.name == "data" else edge.edge.place
        groups.setdefault((place, edge.edge.reason), []).append(edge)
    return groups.values()


def _counts(subject: Subject, edge: RunEdge, contradicted: set[Place]) -> bool:
    """Leave out what another finding already says: no commit, a missing or a wrong one."""
    if not edge.use.commit or edge.use.commit_place in contradicted:
        return False
    alias, separator, _ = edge.use.commit.partition("@")
    known = (
        alias in subject.context.settings.repositories
        if separator
        else subject.context.commits.known(edge.use.commit)
    )
    return known and subject.sound(edge.use.commit_place)


def _required(subject: Subject, edge: str) -> bool:
    if subject.record.draft:
        return False
    promoted = subject.record.text_of("verdict") == "promoted" and edge in ("code", "data")
    return promoted or edge in subject.context.settings.require


def _names(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    shown = ", ".join(unique[:5])
    return f"{shown} and {len(unique) - 5} more" if len(unique) > 5 else shown  # noqa: PLR2004
