"""The triangle of a run: its code, its data and its parameters, each with one of four verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.commits import Commits
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.records.record import RunUse

__all__ = ["Edge", "Verdict", "edges_of"]


_LOCAL_FORMS = frozenset({"md5"})


def edges_of(use: RunUse, run: RunSnapshot, commits: Commits) -> tuple[Edge, ...]:
    """Return every edge of one run as a record uses it."""
    code = code_edge(use, run, commits)
    data = tuple(
        _data_edge(use, index, entry, run, commits)
        for index, entry in enumerate(use.data)
        if isinstance(entry.get("path"), str) and isinstance(entry.get("hash"), str)
    )
    return (code, *data, *_parameter_edges(use, run, commits))


def _data_edge(
    use: RunUse, index: int, entry: Mapping[str, Any], run: RunSnapshot, commits: Commits
) -> Edge:
    path, said = entry["path"], entry["hash"]
    place = (*use.data_place, index, "hash")

    def edge(verdict: Verdict, reason: str, found: str = "", at_fault: str = "") -> Edge:
        return Edge("data", verdict, reason, place, path, said, found, at_fault)

    if "@" in path:
        return edge(Verdict.UNREACHABLE, "the data is tracked in another repository")
    recorded = run.data.get(path) or _dataset_hash(run, said)
    if recorded and _comparable(recorded, said) and recorded != said:
        return edge(Verdict.CONTRADICTED, "the run read other data", recorded, "run")
    if not use.commit or not commits.known(use.commit):
        return edge(Verdict.UNREACHABLE, "the commit that would tell is not in this clone")
    committed = commits.data_hash(use.commit, path)
    if committed is None:
        return _untracked(edge, use.commit, path, commits)
    if _comparable(committed, said) and committed != said:
        return edge(Verdict.CONTRADICTED, "the commit tracks other data", committed, "commit")
    if not _comparable(committed, said):
        return edge(Verdict.UNRECORDED, "the hashes have different forms", committed)
    if recorded and _comparable(recorded, said):
        return edge(Verdict.VERIFIED, "record, commit and run agree", committed)
    return edge(Verdict.UNRECORDED, "the commit agrees; the run recorded no data", committed)


def _untracked(edge: Any, sha: str, path: str, commits: Commits) -> Edge:
    folder = commits.tracking_directory(sha, path)
    verdict = Verdict.UNREACHABLE if folder else Verdict.CONTRADICTED
    reason = f"the listing of {folder} is not in the DVC cache"
    if folder is None and commits.commit(sha) is None:
        verdict, reason = Verdict.UNREACHABLE, "the commit's snapshot does not hold this path"
    elif folder is None and not commits.whole(sha):
        verdict, reason = Verdict.UNREACHABLE, "some of the commit's files are not in this clone"
    elif folder is None:
        reason = "DVC does not track this path at the commit"
    found: Edge = edge(verdict, reason, "", "commit" if folder is None else "")
    return found


def _dataset_hash(run: RunSnapshot, said: str) -> str:
    """Return the DVC hash that the run logged as a dataset's digest, where it is this one."""
    value = said.partition(":")[2]
    return said if any(dataset.digest == value for dataset in run.datasets) else ""


def _comparable(one: str, other: str) -> bool:
    form, other_form = one.partition(":")[0], other.partition(":")[0]
    return form == other_form and form in _LOCAL_FORMS


def _parameter_edges(use: RunUse, run: RunSnapshot, commits: Commits) -> Iterator[Edge]:
    declared_there = commits.parameters(use.commit) if use.commit else {}
    for name, declared in sorted(declared_there.items()):
        logged = run.params.get(name)
        if logged is None:
            continue
        same = _same_value(declared, logged)
        # A value given on the command line is honest work, so a difference contradicts nothing.
        verdict = Verdict.VERIFIED if same else Verdict.UNRECORDED
        reason = "params.yaml and the run agree" if same else "params.yaml has another value"
        yield Edge(
            "parameters", verdict, reason, use.commit_place, name, str(declared), logged, "commit"
        )


def _same_value(declared: Any, logged: str) -> bool:
    if str(declared) == logged:
        return True
    try:
        return float(declared) == float(logged)
    except (TypeError, ValueError):
        return str(declared).lower() == logged.lower()
