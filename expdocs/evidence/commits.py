"""What commits prove: their code tree, and the DVC hash of each path, from git objects.

Where the commit itself is gone (squashed away, or a shallow clone), the committed snapshot
``git/<sha>.json`` answers instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from expdocs.evidence.declarations import Declarations
from expdocs.evidence.dvclock import Stage
from expdocs.evidence.leftout import is_source, parse_left_out
from expdocs.evidence.neighbours import Neighbours, Unread
from expdocs.evidence.parameters import Declared
from expdocs.evidence.shapes import names_key
from expdocs.evidence.snapshots import CommitSnapshot
from expdocs.evidence.sources import Files, source_digest
from expdocs.evidence.tracked import Tracked, directory_above
from expdocs.evidence.trees import Trees
from expdocs.objects import GitObject, ObjectStore
from expdocs.questions import Note, unnoted


class Commit(NamedTuple):
    """A commit that git holds."""

    sha: str
    tree: str
    time: str


SnapshotOf = Callable[[str], CommitSnapshot | None]

_ELSEWHERE = ("it is of another repository", "look at it there")
_SECONDS = 11  # digits of a time before the year 5138; git takes later ones, people mean none


class Commits:
    """Answers about commits, each looked up once."""

    def __init__(
        self,
        store: ObjectStore,
        root: Path,
        snapshot_of: SnapshotOf = lambda _: None,
        records: frozenset[str] = frozenset(),
        note: Note = unnoted,
        others: Neighbours | None = None,
    ) -> None:
        """``records`` are the folders of records, in which data is looked for last."""
        self._store = store
        self._records = records
        self._note = note
        self._others = others
        self._digests: dict[tuple[str, frozenset[str]], str] = {}
        self._elsewhere: dict[str, Commits] = {}
        self._trees = Trees(store)
        self._data = Tracked(store, self._trees, root, records, note)
        self._declarations = Declarations(store, self._trees, self._data, records)
        self._snapshot_of = snapshot_of
        self._commits: dict[str, Commit | None] = {}
        self._present: dict[tuple[str, str], bool] = {}

    def of(self, reference: str) -> tuple[Commits | Unread, str]:
        """Return who tells of ``sha`` or ``alias@sha`` (or a path of data), and the bare name."""
        alias, separator, name = reference.partition("@")
        if not separator:
            return self, reference
        found = self._others.open(alias) if self._others else Unread(*_ELSEWHERE)
        if isinstance(found, Unread):
            return found, name
        if alias not in self._elsewhere:
            self._elsewhere[alias] = Commits(found.objects, found.root, note=found.note)
        return self._elsewhere[alias], name

    def commit(self, sha: str) -> Commit | None:
        """Return a commit out of the object store, or None when it is not there."""
        if sha not in self._commits:
            self._commits[sha] = parse_commit(self._read(sha))
        found = self._commits[sha]
        self._note(f"git:{sha}" if found else f"git:{sha} missing")
        return found

    def _read(self, sha: str) -> GitObject | None:
        found = self._store.get(sha)
        if found is None:
            # A damaged commit is missing, too, says git, and stops when it has to look into it.
            self._store.get(sha, "dvc.lock")
        return found

    def snapshot(self, sha: str) -> CommitSnapshot | None:
        """Return the committed snapshot of a commit, or None."""
        return self._snapshot_of(sha)

    def known(self, sha: str) -> bool:
        """Whether git or a committed snapshot can tell about the commit."""
        return self.commit(sha) is not None or self.snapshot(sha) is not None

    def code_tree(self, sha: str, left_out: frozenset[str]) -> str | None:
        """Return the commit's tree without what a run recorded as left out; None: nothing tells."""
        commit = self.commit(sha)
        if commit is not None:
            roots, outs, names = parse_left_out(left_out)
            found = self._trees.without(commit.tree, roots | outs, names)
            if found is not None:
                return found
        snapshot = self.snapshot(sha)
        return snapshot.code_tree_of(left_out) if snapshot else None

    def same_code(self, one: str, other: str) -> bool:
        """Whether two commits are known to have the same files, records aside."""
        found = self.code_tree(one, self._records)
        return found is not None and found == self.code_tree(other, self._records)

    def may_hide_sources(self, sha: str, left_out: frozenset[str]) -> bool:
        """Whether source files may lie in what a run left out, beside the record roots."""
        commit = self.commit(sha)
        roots, outs, names = parse_left_out(left_out)
        if outs or commit is None:
            return bool(outs or names.folders)
        return self._trees.hides_sources(commit.tree, roots, names)

    def source_files(self, sha: str, roots: frozenset[str]) -> Files | None:
        """Return path and blob of the commit's source files; None where git lacks some of it."""
        commit = self.commit(sha) if sha else None
        if commit is None or (self._store.partial and not self._trees.whole(commit.tree)):
            return None
        return dict(self._trees.files(commit.tree, is_source, roots))

    def source_digest(self, sha: str, roots: frozenset[str]) -> str | None:
        """Return the digest over the commit's source files, of git or of its snapshot."""
        files = self.source_files(sha, roots)
        if files is not None:
            if (sha, roots) not in self._digests:
                self._digests[sha, roots] = source_digest(files)
            return self._digests[sha, roots]
        snapshot = self.snapshot(sha)
        return snapshot.sources.get(names_key(roots)) if snapshot else None

    def data_hash(self, sha: str, path: str) -> str | None:
        """Return the DVC hash of a path at the commit, or None where it is not tracked."""
        commit = self.commit(sha)
        # Data is rarely tracked among the records, whose folders are large and change every time.
        for left_out in (self._records, frozenset[str]()) if commit else ():
            hashes = self._data.hashes(commit.tree, left_out) if commit else {}
            if found := hashes.get(path) or self._data.inside_directory(hashes, path):
                return found
        snapshot = self.snapshot(sha)
        return snapshot.data.get(path) if snapshot else None

    def data_hashes(self, sha: str) -> dict[str, str] | None:
        """Return all paths that DVC tracks at the commit; None when git lacks the commit."""
        commit = self.commit(sha)
        return self._data.hashes(commit.tree) if commit else None

    def stages(self, sha: str) -> tuple[Stage, ...]:
        """Return every stage of every ``dvc.lock`` at the commit; none where git lacks it."""
        commit = self.commit(sha)
        return tuple(self._data.stages(commit.tree)) if commit else ()

    def origin(self, sha: str, path: str) -> str:
        """Return where the data at a path was imported from, or an empty text."""
        commit = self.commit(sha)
        return self._data.origin(commit.tree, path) if commit else ""

    def locks_dataset(self, sha: str, name: str, version: str) -> bool:
        """Whether a ``dvc.lock`` at the commit keeps a dataset of this name at this version."""
        commit = self.commit(sha)
        return commit is not None and (name, version) in self._data.datasets(commit.tree)

    def whole(self, sha: str) -> bool:
        """Whether git has a commit with all its trees and DVC files: a partial clone may not."""
        commit = self.commit(sha)
        if commit is None or not self._store.partial:
            return commit is not None
        return self._trees.whole(commit.tree) and self._data.whole(commit.tree)

    def tracking_directory(self, sha: str, path: str) -> str | None:
        """Return the tracked directory that holds ``path`` at the commit, or None."""
        return directory_above(self.data_hashes(sha) or {}, path)

    def file(self, sha: str, path: str) -> bytes | None:
        """Return a file's bytes at the commit, or None."""
        self.commit(sha)
        found = self._store.get(sha, path)  # for a damaged commit this fails, as it should
        return found.data if found and found.type == "blob" else None

    def has_path(self, sha: str, path: str) -> bool:
        """Whether a file or a folder stands at ``path`` in the commit."""
        if self.commit(sha) is None:
            return False
        if (sha, path) not in self._present:
            self._present[sha, path] = self._store.get(sha, path) is not None
        return self._present[sha, path]

    def parameters(self, sha: str, tier: int) -> tuple[Declared, ...]:
        """Return what the commit declares of parameters; see ``declarations`` for the tiers."""
        commit = self.commit(sha)
        return self._declarations.tier(commit.tree, tier) if commit else ()


def parse_commit(found: GitObject | None) -> Commit | None:
    """Read a commit object: its tree and its committer time as RFC 3339 in UTC."""
    if found is None or found.type != "commit":
        return None
    tree = time = ""
    for line in found.data.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"tree "):
            tree = line[5:].decode("ascii", "replace")
        elif line.startswith(b"committer "):
            time = _time(line)
    return Commit(found.sha, tree, time)


def _time(line: bytes) -> str:
    fields = line.rsplit(b" ", 2)
    seconds = int(fields[-2]) if fields[-2].isdigit() and len(fields[-2]) <= _SECONDS else 0
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
