"""The code edge of a run: whether the record's commit holds the code that ran."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from expdocs.evidence.commits import Commits
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.leftout import parse_left_out
from expdocs.evidence.neighbours import Unread
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.evidence.sources import SOURCES, Files, differences, files_that_ran, head_of
from expdocs.findings import brief
from expdocs.records.record import RunUse

OTHER_CODE = "the run started from other code than this commit holds"
_KERNEL = "expdocs.kernel"
_SHOWN = 5
_IGNORE = "ignore what runs write in .gitignore, or declare it as an out in dvc.yaml"
_APART = "keep code apart from the outs of stages and from folders such as mlruns"
_SCRIPT = "run it as a script to have the code verified"


class _Question(NamedTuple):
    """A run, the commit that the record names for it, and what both are compared without."""

    use: RunUse
    run: RunSnapshot
    commits: Commits
    sha: str
    without: frozenset[str]

    def edge(
        self, verdict: Verdict, reason: str, expected: str = "", found: str = "", advice: str = ""
    ) -> Edge:
        """Return the edge with a verdict."""
        return _edge(self.use, verdict, reason, expected, found, advice)

    def by_the_tag(self) -> Edge:
        """Judge by the commit that the tracker noted, which tells of no uncommitted changes."""
        tagged = self.run.commit
        if not tagged:
            return self.edge(Verdict.UNRECORDED, "the run recorded no code")
        if tagged == self.sha:
            reason = "the commit tag matches; cleanliness was not recorded"
            return self.edge(Verdict.UNRECORDED, reason)
        if self.commits.same_code(self.sha, tagged):  # as before an amend or a rebase
            reason = "the commit tag names a commit with the same code; cleanliness was not"
            return self.edge(Verdict.UNRECORDED, f"{reason} recorded")
        reason = "the run's commit tag names another commit"
        return self.edge(Verdict.CONTRADICTED, reason, self.sha, tagged)

    def compared(self) -> Edge:
        """Judge by the tree of the code that the run recorded."""
        tree = self.commits.code_tree(self.sha, self.without)
        if tree is None:
            return self.edge(Verdict.UNREACHABLE, "the commit's files are not in this clone")
        if tree == self.run.code_tree:
            return self._same()
        if SOURCES not in self.run.tags:
            return self._contradicted(OTHER_CODE, tree)
        return self._other(tree)

    def _same(self) -> Edge:
        hidden = self.commits.may_hide_sources(self.sha, self.without)
        if hidden and self._committed_digest() != self.run.tags.get(SOURCES):
            reason = "sources lie among what is left out of the code, and may have changed"
            return self.edge(Verdict.UNRECORDED, reason, advice=_APART)
        if _in_kernel(self.run):
            reason = "the files beside the notebook are as they were; what its cells ran is not"
            return self.edge(Verdict.UNRECORDED, f"{reason} recorded", advice=_SCRIPT)
        return self.edge(Verdict.VERIFIED, "the commit holds exactly the code that ran")

    def _committed_digest(self) -> str | None:
        return self.commits.source_digest(self.sha, parse_left_out(self.without).roots)

    def _other(self, tree: str) -> Edge:
        digest = self._committed_digest()
        if digest is None:
            return self.edge(Verdict.UNREACHABLE, "the commit's files are not in this clone")
        if digest == self.run.tags[SOURCES]:
            reason = "the sources are as they ran; other files changed, perhaps by the run itself"
            return self.edge(Verdict.UNRECORDED, reason, advice=_IGNORE)
        roots = parse_left_out(self.without).roots
        head = self.commits.source_files(head_of(self.run), roots)
        committed = self.commits.source_files(self.sha, roots)
        if head is None or committed is None:
            reason = "the sources differ, and the commit that the run started from is not in this"
            advice = "look at it where that commit is, or write the commit as it ran"
            return self.edge(Verdict.UNREACHABLE, f"{reason} clone", advice=advice)
        return self._file_by_file(tree, head, committed)

    def _file_by_file(self, tree: str, head: Files, committed: Files) -> Edge:
        ran = files_that_ran(self.run, head)
        if ran is None:
            reason = "the sources differ, and which of them were changed was not recorded"
            advice = "commit before a run that changes many files"
            return self.edge(Verdict.UNRECORDED, reason, advice=advice)
        found = differences(ran, committed, head)
        if found.proven:
            return self._contradicted(f"{OTHER_CODE}: {_named(found.proven)}", tree)
        beside = [f"the commit lacks {_named(found.left)}"] if found.left else []
        beside += [f"the commit adds {_named(found.added)}"] if found.added else []
        reason = f"the sources in both are as they ran; {' and '.join(beside)}"
        return self.edge(Verdict.UNRECORDED, reason, advice="commit these files by themselves")

    def _contradicted(self, reason: str, tree: str) -> Edge:
        return self.edge(Verdict.CONTRADICTED, reason, tree, self.run.code_tree or "")


def code_edge(use: RunUse, run: RunSnapshot, commits: Commits) -> Edge:
    """Return what git says of the commit that a record names for a run."""
    there, sha = commits.of(use.commit)
    if isinstance(there, Unread):
        return _edge(use, Verdict.UNREACHABLE, there.reason, advice=there.advice)
    if not use.commit:
        return _edge(use, Verdict.UNRECORDED, "the record names no commit")
    if not there.known(sha):
        return _edge(use, Verdict.UNREACHABLE, "the commit is not in this clone")
    question = _Question(use, run, there, sha, frozenset(run.code_tree_without))
    return question.compared() if run.code_tree else question.by_the_tag()


def _edge(
    use: RunUse,
    verdict: Verdict,
    reason: str,
    expected: str = "",
    found: str = "",
    advice: str = "",
) -> Edge:
    subject = use.commit.rpartition("@")[2][:12]
    return Edge("code", verdict, reason, use.commit_place, subject, expected, found, advice=advice)


def _in_kernel(run: RunSnapshot) -> bool:
    source = run.source_name or ""
    return (
        run.tags.get(_KERNEL) == "true"
        or run.source_type == "NOTEBOOK"
        or source.endswith(("ipykernel_launcher.py", ".ipynb"))
    )


def _named(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(brief(" ".join(path.split())) for path in paths[:_SHOWN]) + more
