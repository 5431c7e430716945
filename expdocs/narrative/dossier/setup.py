"""The most likely set-up of runs: what evidence tells of it, from where, and how sure that is."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator
from posixpath import basename, isabs
from typing import NamedTuple

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.dataedges import data_edges
from expdocs.evidence.parameteredges import parameter_edges, stage_of
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.narrative.dossier.case import Case, Subject
from expdocs.narrative.dossier.experiment import hardware_of
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.method import changes, environment
from expdocs.narrative.dossier.recorded import (
    command_of,
    image_of,
    lock_of,
    python_of,
    seeds_of,
)

RECORDED, DECLARED, MISSING = "recorded", "declared", "unrecorded"
_TAGS, _RECORD = "tags of the run", "the record"
_TRACKER = "the tracker, by snapshot"


class Item(NamedTuple):
    """One part of a set-up; ``verdict`` is that of its edge, or says how it is known.

    ``runs`` are the labels of the runs that have it so; empty where all of a dossier have.
    """

    what: str
    value: str
    source: str
    verdict: str
    runs: tuple[str, ...] = ()


def setup_of(subject: Subject, ground: Ground) -> tuple[Item, ...]:
    """Return the set-up of all runs, equal parts once, in the order of the first run."""
    found: dict[Item, list[str]] = {}
    for case in subject.cases:
        for item in dict.fromkeys(_items(case, ground)):
            found.setdefault(item, []).append(case.label)
    every = len(subject.cases)
    order = {what: at for at, what in enumerate(dict.fromkeys(item.what for item in found))}
    items = [
        item if len(labels) == every else item._replace(runs=tuple(labels))
        for item, labels in found.items()
    ]
    return tuple(sorted(items, key=lambda item: order[item.what]))


def _items(case: Case, ground: Ground) -> Iterator[Item]:
    yield from _commit(case)
    if case.run is None:
        yield Item("run", case.use.run_id, case.problem, MISSING)
        return
    yield from _code(case, case.run, ground)
    yield from _data(case, case.run, ground)
    yield from _environment(case, case.run, ground)
    yield from _start(case.run)
    yield from _parameters(case, case.run, ground)
    yield from _machine(case.run)
    yield from _origin(case.run, ground)


def _commit(case: Case) -> Iterator[Item]:
    source = _RECORD if case.record else _TAGS
    yield _known("commit", case.use.commit, source)


def _code(case: Case, run: RunSnapshot, ground: Ground) -> Iterator[Item]:
    edge = code_edge(case.use, run, ground.commits)
    states = {None: "unknown", True: "uncommitted changes", False: "clean"}
    yield Item("code", states[run.dirty], edge.reason, edge.verdict.value)
    for path, blob in sorted((changes(case, ground) or {}).items()):
        yield Item("changed source", f"{path} {blob or 'deleted'}", _TAGS, RECORDED)
    if run.code_tree:
        yield Item("code tree", run.code_tree, _TAGS, RECORDED)


def _data(case: Case, run: RunSnapshot, ground: Ground) -> Iterator[Item]:
    if case.reads_none:
        yield Item("data", "none", _RECORD, DECLARED)
    elif not case.use.data:
        yield Item("data", "unknown", "neither the record nor the run names any", MISSING)
    for edge in data_edges(case.use, run, ground.commits):
        yield Item("data", f"{edge.subject} {edge.expected}", edge.reason, edge.verdict.value)


def _environment(case: Case, run: RunSnapshot, ground: Ground) -> Iterator[Item]:
    lock, answer = lock_of(run), environment(case, ground)
    named = f"{lock.path} sha256:{lock.digest}" if lock else image_of(run)
    yield Item("environment", named or "unknown", answer.reason, answer.verdict.value)
    if digest := run.tags.get("expdocs.environment", ""):
        yield Item("installed packages", digest, _TAGS, RECORDED)
    yield _known("Python", python_of(run), _TAGS)


def _start(run: RunSnapshot) -> Iterator[Item]:
    command = command_of(run)
    shown = run.tags.get("expdocs.command", "")
    yield Item("command", shown or "unknown", command.problem or _TAGS, _how(not command.problem))
    if run.source_name:
        # Whose home folder it lay in is nobody's business.
        name = basename(run.source_name) if isabs(run.source_name) else run.source_name
        yield Item("entry point", name, _TRACKER, RECORDED)
    if stage := stage_of(run):
        yield Item("stage of DVC", stage, _TAGS, RECORDED)


def _parameters(case: Case, run: RunSnapshot, ground: Ground) -> Iterator[Item]:
    edges = {edge.subject: edge for edge in parameter_edges(case.use, run, ground.commits)}
    for name, value in sorted(run.params.items()):
        edge = edges.get(name)
        source, verdict = (edge.reason, edge.verdict.value) if edge else (_TRACKER, RECORDED)
        yield Item(f"parameter {name}", value, source, verdict)


def _machine(run: RunSnapshot) -> Iterator[Item]:
    for name, value in seeds_of(run).items():
        yield Item("seed in the environment", f"{name}={value}", _TAGS, RECORDED)
    if tag := hardware_of(run).get("expdocs.hardware"):
        yield Item("hardware", tag, _TAGS, RECORDED)


def _origin(run: RunSnapshot, ground: Ground) -> Iterator[Item]:
    yield Item("tracker's experiment", run.experiment_name, _TRACKER, RECORDED)
    yield Item("run", f"{run.run_id} {run.run_name}".strip(), _TRACKER, RECORDED)
    if run.start_time:
        yield Item("started", run.start_time, _TRACKER, RECORDED)
    if run.user in ground.settings.people:
        yield Item("started by", str(run.user), _TRACKER, RECORDED)


def _known(what: str, value: str, source: str) -> Item:
    return Item(what, value, source, RECORDED) if value else Item(what, "unknown", "", MISSING)


def _how(known: bool) -> str:
    return RECORDED if known else MISSING
