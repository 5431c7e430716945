"""Git trees as values: what a commit's files are, and the tree of its code alone.

The code tree of a commit is its tree without the record roots and without what runs write: the
same thing that the run-context provider computes of the working files when a run starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from expdocs.evidence.leftout import LOCKS, Names, is_source
from expdocs.objects import ObjectStore

_TREE_MODE = b"40000"
MAX_TREE_DEPTH = 64


class TreeEntry(NamedTuple):
    """One line of a git tree object."""

    mode: bytes
    name: bytes
    sha: str

    @property
    def folder(self) -> bool:
        """Whether the entry is a tree."""
        return self.mode == _TREE_MODE


Wanted = Callable[[bytes], bool]
_WithoutKey = tuple[str, frozenset[str], Names]
_FilesKey = tuple[str, str, Wanted, frozenset[str]]


class Trees:
    """Reads tree objects, each once."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._files: dict[_FilesKey, tuple[tuple[str, str], ...]] = {}
        self._entries: dict[str, tuple[TreeEntry, ...] | None] = {}
        self._without: dict[_WithoutKey, str | None] = {}
        self._hiding: set[_WithoutKey] = set()

    def entries(self, sha: str) -> tuple[TreeEntry, ...] | None:
        """Return the entries of a tree, or None when the store lacks it."""
        if sha not in self._entries:
            self._entries[sha] = self._read(sha)
        return self._entries[sha]

    def _read(self, sha: str) -> tuple[TreeEntry, ...] | None:
        if sha in self._entries:
            return self._entries[sha]
        found = self._store.get(sha)
        return parse_tree(found.data) if found and found.type == "tree" else None

    def whole(self, sha: str, depth: int = 0) -> bool:
        """Whether the store has a tree and every tree below it."""
        entries = self.entries(sha) if depth < MAX_TREE_DEPTH else None
        return entries is not None and all(
            self.whole(entry.sha, depth + 1) for entry in entries if entry.folder
        )

    def files(
        self, sha: str, wanted: Wanted, left_out: frozenset[str] = frozenset(), prefix: str = ""
    ) -> tuple[tuple[str, str], ...]:
        """Return path and blob of the files below a tree that are ``wanted`` by their names.

        Folders in ``left_out`` are not looked into; trees that cannot be read hold nothing.
        """
        below = frozenset(path for path in left_out if path.startswith(prefix))
        key = (sha, prefix, wanted, below)
        if key not in self._files:
            self._files[key] = tuple(self._found(sha, wanted, below, prefix))
        return self._files[key]

    def _found(
        self, sha: str, wanted: Wanted, left_out: frozenset[str], prefix: str
    ) -> Iterator[tuple[str, str]]:
        for entry in self._read(sha) or ():
            if not entry.folder:
                if wanted(entry.name):
                    yield prefix + entry.name.decode("utf-8", "surrogateescape"), entry.sha
                continue
            path = prefix + entry.name.decode("utf-8", "surrogateescape")
            if path not in left_out and prefix.count("/") < MAX_TREE_DEPTH:
                yield from self.files(entry.sha, wanted, left_out, f"{path}/")

    def without(self, sha: str, left_out: frozenset[str], names: Names = LOCKS) -> str | None:
        """Return the id of the tree without the named paths, and without ``names`` at any depth.

        ``left_out`` holds paths relative to this tree. None when a tree that is needed cannot be
        read.
        """
        key = (sha, left_out, names)
        if key not in self._without:
            self._without[key] = self._filtered(sha, left_out, names)
        return self._without[key]

    def hides_sources(self, sha: str, left_out: frozenset[str], names: Names) -> bool:
        """Whether a folder that is left out for its name, such as ``mlruns``, holds sources."""
        self.without(sha, left_out, names)
        return (sha, left_out, names) in self._hiding

    def _filtered(self, sha: str, left_out: frozenset[str], names: Names) -> str | None:
        entries = self.entries(sha)
        if entries is None:
            return None
        kept: list[TreeEntry] = []
        for entry in entries:
            name = entry.name.decode("utf-8", "surrogateescape")
            if name in left_out:
                continue
            if names.hold(name, folder=entry.folder):
                if entry.folder and self.files(entry.sha, is_source):
                    self._hiding.add((sha, left_out, names))
                continue
            if entry.folder:
                below = frozenset(p.partition("/")[2] for p in left_out if p.startswith(f"{name}/"))
                filtered = self.without(entry.sha, below, names)
                if (entry.sha, below, names) in self._hiding:
                    self._hiding.add((sha, left_out, names))
                if filtered is None:
                    return None
                if filtered == EMPTY_TREE:
                    continue
                entry = TreeEntry(entry.mode, entry.name, filtered)  # noqa: PLW2901
            kept.append(entry)
        return tree_id(kept)


EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def parse_tree(data: bytes) -> tuple[TreeEntry, ...] | None:
    """Parse a tree object's bytes (mode, blank, name, NUL, 20 bytes of id, and so on)."""
    entries, at = [], 0
    while at < len(data):
        blank, nul = data.find(b" ", at), data.find(b"\0", at)
        if not at < blank < nul or nul + 21 > len(data):
            return None
        sha = data[nul + 1 : nul + 21].hex()
        entries.append(TreeEntry(data[at:blank], data[blank + 1 : nul], sha))
        at = nul + 21
    return tuple(entries)


def tree_id(entries: list[TreeEntry]) -> str:
    """Return the id that git gives to a tree with these entries, which are in git's order."""
    body = b"".join(e.mode + b" " + e.name + b"\0" + bytes.fromhex(e.sha) for e in entries)
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
