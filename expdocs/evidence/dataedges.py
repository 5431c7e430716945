"""The data edges of a run: what the record says, what the commit tracks, what the run recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.evidence.commits import Commits
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.parameteredges import stage_of
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.kinds.shape import Place
from expdocs.records.record import RunUse

_LOCAL_FORMS = frozenset({"md5"})


class _Question(NamedTuple):
    """One entry of a run's data: its path, and the hash that the record says."""

    use: RunUse
    run: RunSnapshot
    commits: Commits
    place: Place
    path: str
    said: str

    def edge(self, verdict: Verdict, reason: str, found: str = "", at_fault: str = "") -> Edge:
        return Edge("data", verdict, reason, self.place, self.path, self.said, found, at_fault)


def data_edges(use: RunUse, run: RunSnapshot, commits: Commits) -> Iterator[Edge]:
    """Yield an edge for each entry of the data that a record names for a run."""
    for index, entry in enumerate(use.data):
        path, said = entry.get("path"), entry.get("hash")
        place = (*use.data_place, index)
        if isinstance(path, str) and isinstance(said, str):
            yield _tracked(_Question(use, run, commits, (*place, "hash"), path, said))
        elif isinstance(entry.get("name"), str):
            yield _declared(entry, run, (*place, "name"))


def _declared(entry: Mapping[str, Any], run: RunSnapshot, place: Place) -> Edge:
    """Return the edge of data that DVC does not track, such as a table of a warehouse."""
    digest = str(entry.get("digest") or "")
    logged = digest and any(dataset.digest == digest for dataset in run.datasets)
    reason = "declared, not checked"
    reason += "; the run logged a dataset with this digest" if logged else ""
    found = digest if logged else ""
    return Edge("data", Verdict.UNRECORDED, reason, place, entry["name"], digest, found, told=False)


def _tracked(question: _Question) -> Edge:
    use, commits, said, edge = question.use, question.commits, question.said, question.edge
    recorded = _recorded(question)
    if recorded and _comparable(recorded, said) and recorded != said:
        return edge(Verdict.CONTRADICTED, "the run read other data", recorded, "run")
    sha = commits.commit_of_data(use.commit, question.path)
    if use.commit and not sha:
        return edge(Verdict.UNREACHABLE, "the data is tracked in another repository")
    if not sha or not commits.known(sha):
        return edge(Verdict.UNREACHABLE, "the commit that would tell is not in this clone")
    committed = commits.data_hash(sha, question.path.rpartition("@")[2])
    if committed is None:
        return _untracked(question, sha)
    if _comparable(committed, said) and committed != said:
        return edge(Verdict.CONTRADICTED, "the commit tracks other data", committed, "commit")
    if not _comparable(committed, said):
        return edge(Verdict.UNRECORDED, "the hashes have different forms", committed)
    if recorded and _comparable(recorded, said):
        return edge(Verdict.VERIFIED, "record, commit and run agree", committed)
    reason = "the commit agrees; the run recorded no data"
    if _written(question, sha):
        reason = "the commit agrees; the stage that ran writes it, so the run did not read it"
    return edge(Verdict.UNRECORDED, reason, committed)


def _untracked(question: _Question, sha: str) -> Edge:
    commits, edge = question.commits, question.edge
    path = question.path.rpartition("@")[2]
    if folder := commits.tracking_directory(sha, path):
        reason = f"the listing of {folder} is not in the DVC cache"
        return edge(Verdict.UNREACHABLE, reason)
    if commits.commit(sha) is None:
        return edge(Verdict.UNREACHABLE, "the commit's snapshot does not hold this path")
    if not commits.whole(sha):
        return edge(Verdict.UNREACHABLE, "some of the commit's files are not in this clone")
    if unclear := [stage.name for stage in commits.stages(sha) if not stage.placed]:
        reason = f"dvc.yaml computes the folder of stage {unclear[0]}, which DVC alone can tell"
        return edge(Verdict.UNREACHABLE, reason)
    reason = "DVC does not track this path at the commit"
    return edge(Verdict.CONTRADICTED, reason, at_fault="commit")


def _recorded(question: _Question) -> str:
    """Return the hash that the run recorded for what it read, or an empty text.

    Every tracked path is recorded at the start; in a stage, only its inputs are what it read.
    """
    run, said = question.run, question.said
    found = run.data.get(question.path, "")
    if found and not _read(question):
        found = ""
    value = said.partition(":")[2]
    return found or (said if any(dataset.digest == value for dataset in run.datasets) else "")


def _read(question: _Question) -> bool:
    name = stage_of(question.run)
    stages = question.commits.stages(question.use.commit) if name else ()
    running = [stage for stage in stages if stage.name == name and stage.placed]
    paths = [path for stage in running for path in stage.deps]
    return not running or any(_touch(path, question.path) for path in paths)


def _written(question: _Question, sha: str) -> bool:
    name = stage_of(question.run)
    stages = question.commits.stages(sha) if name else ()
    paths = [path for stage in stages if stage.name == name for path in stage.outs]
    return any(_touch(path, question.path) for path in paths)


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _comparable(one: str, other: str) -> bool:
    form, other_form = one.partition(":")[0], other.partition(":")[0]
    return form == other_form and form in _LOCAL_FORMS
