"""Git trees as values: what a commit's files are, and the tree of its code alone.

The code tree of a commit is its tree without the record roots and without any ``dvc.lock``: the
same thing that the run-context provider computes of the working files when a run starts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

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


class Trees:
    """Reads tree objects, each once."""

    def __init__(self, reader: ObjectStore) -> None:
        self._reader = reader
        self._entries: dict[str, tuple[TreeEntry, ...] | None] = {}
        self._without: dict[tuple[str, frozenset[str]], str | None] = {}

    def entries(self, sha: str) -> tuple[TreeEntry, ...] | None:
        """Return the entries of a tree, or None when the store lacks it."""
        if sha not in self._entries:
            found = self._reader.get(sha)
            is_tree = found is not None and found.type == "tree"
            self._entries[sha] = parse_tree(found.data) if found and is_tree else None
        return self._entries[sha]

    def walk(self, sha: str, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, TreeEntry]]:
        """Yield every file below a tree with its path; unreadable trees are left out."""
        for entry in self.entries(sha) or ():
            path = prefix + entry.name.decode("utf-8", "surrogateescape")
            if entry.folder and depth < MAX_TREE_DEPTH:
                yield from self.walk(entry.sha, f"{path}/", depth + 1)
            elif not entry.folder:
                yield path, entry

    def without(self, sha: str, left_out: frozenset[str]) -> str | None:
        """Return the id of the tree without the named paths and without any ``dvc.lock``.

        ``left_out`` holds paths relative to this tree; the name ``dvc.lock`` counts at any depth.
        None when a tree that is needed cannot be read.
        """
        key = (sha, left_out)
        if key not in self._without:
            self._without[key] = self._filtered(sha, left_out)
        return self._without[key]

    def _filtered(self, sha: str, left_out: frozenset[str]) -> str | None:
        entries = self.entries(sha)
        if entries is None:
            return None
        kept: list[TreeEntry] = []
        for entry in entries:
            name = entry.name.decode("utf-8", "surrogateescape")
            if name in left_out or (name == "dvc.lock" and not entry.folder):
                continue
            if entry.folder:
                below = frozenset(p.partition("/")[2] for p in left_out if p.startswith(f"{name}/"))
                filtered = self.without(entry.sha, below)
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
