"""Making the snapshot of a commit: what must outlive it when it is squashed away."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from expdocs.evidence.commits import Commits
from expdocs.evidence.leftout import parse_left_out
from expdocs.evidence.shapes import CommitSnapshot, RunSnapshot, names_key


def snapshot_of_commit(
    commits: Commits,
    sha: str,
    paths: Iterable[str],
    left_out: Collection[str],
    runs: Iterable[RunSnapshot],
) -> CommitSnapshot | None:
    """Return a snapshot of a commit from git; None when git lacks the commit.

    ``paths`` is the data that records cite, ``left_out`` what the configuration leaves out of the
    code, ``runs`` those that are told to have run from the commit: each may have left out more.
    """
    commit = commits.commit(sha)
    if commit is None:
        return None
    existing = commits.snapshot(sha)
    # git here may lack what told a hash before, as in a partial clone
    known = existing.data if existing else {}
    hashes = {path: commits.data_hash(sha, path) or known.get(path) for path in {*paths, *known}}
    snapshot = CommitSnapshot(
        sha=sha,
        tree=commit.tree,
        code_tree=commits.code_tree(sha, frozenset(left_out)),
        code_tree_without=tuple(sorted(left_out)),
        time=commit.time,
        data={path: value for path, value in sorted(hashes.items()) if value},
    )
    return _for_runs(commits, snapshot, existing, runs)


def _for_runs(
    commits: Commits,
    snapshot: CommitSnapshot,
    existing: CommitSnapshot | None,
    runs: Iterable[RunSnapshot],
) -> CommitSnapshot:
    trees = dict(existing.code_trees) if existing else {}
    sources = dict(existing.sources) if existing else {}
    for left_out in {frozenset(run.code_tree_without) for run in runs if run.code_tree}:
        roots = parse_left_out(left_out).roots
        tree = commits.code_tree(snapshot.sha, left_out)
        digest = commits.source_digest(snapshot.sha, roots)
        # An older document's one tree is enough for runs that left out the same.
        if snapshot.code_tree_of(left_out) is None and tree and digest:
            trees[names_key(left_out)] = tree
            sources[names_key(roots)] = digest
    return snapshot._replace(
        code_trees=dict(sorted(trees.items())), sources=dict(sorted(sources.items()))
    )
