"""The data edges of a run: what the record says, what the commit tracks, what the run recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.evidence.commits import Commits
from expdocs.evidence.dvclock import Stage
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.neighbours import Unread
from expdocs.evidence.parameteredges import stage_of
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.findings import brief
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

    @property
    def name(self) -> str:
        """The path in its own repository."""
        return self.path.rpartition("@")[2]

    @property
    def at_home(self) -> bool:
        """Whether the data is tracked in the repository that the run started in."""
        return self.path.rpartition("@")[0] == self.use.commit.rpartition("@")[0]

    def running(self) -> tuple[Stage, ...]:
        """Return the stage of DVC that the run was started by; a name may be there twice."""
        name = stage_of(self.run)
        there, sha = self.commits.of(self.use.commit)
        stages = there.stages(sha) if name and not isinstance(there, Unread) else ()
        return tuple(stage for stage in stages if stage.name == name and stage.placed)

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
            yield _declared(entry, use, run, commits)._replace(place=(*place, "name"))


def _declared(entry: Mapping[str, Any], use: RunUse, run: RunSnapshot, commits: Commits) -> Edge:
    """Return the edge of data that DVC does not track, such as a table of a warehouse."""
    name, digest = entry["name"], str(entry.get("digest") or "")
    there, sha = commits.of(use.commit)
    said = ["declared, not checked"]
    if digest and any(dataset.digest == digest for dataset in run.datasets):
        said.append("the run logged a dataset with this digest")
    if digest and not isinstance(there, Unread) and there.locks_dataset(sha, name, digest):
        said.append("dvc.lock keeps it at this version")
    found = digest if len(said) > 1 else ""
    reason = "; ".join(said)
    return Edge("data", Verdict.UNRECORDED, reason, (), name, digest, found, told=False)


def _tracked(question: _Question) -> Edge:
    said, edge = question.said, question.edge
    recorded = _recorded(question)
    if recorded and _comparable(recorded, said) and recorded != said:
        return edge(Verdict.CONTRADICTED, "the run read other data", recorded, "run")
    if not question.at_home:
        reason = "the record names no commit of the repository that tracks the data"
        return edge(Verdict.UNREACHABLE, reason)
    there, sha = question.commits.of(question.use.commit)
    if isinstance(there, Unread):
        return edge(Verdict.UNREACHABLE, there.reason)._replace(advice=there.advice)
    if not sha or not there.known(sha):
        return edge(Verdict.UNREACHABLE, "the commit that would tell is not in this clone")
    committed = there.data_hash(sha, question.name)
    if committed is None:
        return _untracked(question, there, sha)
    return _held_against(question, recorded, committed)


def _held_against(question: _Question, recorded: str, committed: str) -> Edge:
    said, edge = question.said, question.edge
    if not _comparable(committed, said):
        return edge(Verdict.UNRECORDED, "the hashes have different forms", committed)
    if committed != said:
        return edge(Verdict.CONTRADICTED, "the commit tracks other data", committed, "commit")
    if recorded and _comparable(recorded, said):
        return edge(
            Verdict.VERIFIED, f"record, commit and run agree{_imported(question)}", committed
        )
    reason = "the commit agrees; the run recorded no data"
    if any(_touch(path, question.name) for stage in question.running() for path in stage.outs):
        reason = "the commit agrees; the stage that ran writes it, so the run did not read it"
    return edge(Verdict.UNRECORDED, reason, committed)


def _imported(question: _Question) -> str:
    there, sha = question.commits.of(question.use.commit)
    origin = "" if isinstance(there, Unread) else there.origin(sha, question.name)
    return f"; imported from {origin}" if origin else ""


def _untracked(question: _Question, commits: Commits, sha: str) -> Edge:
    edge = question.edge
    if folder := commits.tracking_directory(sha, question.name):
        return edge(Verdict.UNREACHABLE, f"the listing of {folder} is not in the DVC cache")
    if commits.commit(sha) is None:
        return edge(Verdict.UNREACHABLE, "the commit's snapshot does not hold this path")
    if not commits.whole(sha):
        return edge(Verdict.UNREACHABLE, "some of the commit's files are not in this clone")
    if unclear := [stage.name for stage in commits.stages(sha) if not stage.placed]:
        reason = (
            f"dvc.yaml computes the folder of stage {brief(unclear[0])}, which DVC alone can tell"
        )
        return edge(Verdict.UNREACHABLE, reason)
    reason = "DVC does not track this path at the commit"
    return edge(Verdict.CONTRADICTED, reason, at_fault="commit")


def _recorded(question: _Question) -> str:
    """Return the hash that the run recorded for what it read, or an empty text.

    Every tracked path is recorded at the start; in a stage, only its inputs are what it read.
    """
    run, said = question.run, question.said
    found = run.data.get(question.name, "") if question.at_home else ""
    running = question.running() if found else ()
    inputs = [path for stage in running for path in stage.deps]
    if running and not any(_touch(path, question.name) for path in inputs):
        found = ""
    value = said.partition(":")[2]
    return found or (said if any(dataset.digest == value for dataset in run.datasets) else "")


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _comparable(one: str, other: str) -> bool:
    form, other_form = one.partition(":")[0], other.partition(":")[0]
    return form == other_form and form in _LOCAL_FORMS
