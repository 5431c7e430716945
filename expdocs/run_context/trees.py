"""Trees without some of their entries, computed from the objects that git has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from expdocs.run_context.git import Git

_FOLDER = b"40000"


class Entry(NamedTuple):
    """One line of a tree object; the object's id is in bytes."""

    mode: bytes
    name: bytes
    sha: bytes


class LeavesOut(Protocol):
    """Tells of an entry of a tree, by its path, whether it is left out."""

    def __call__(self, path: bytes, *, folder: bool) -> bool:
        """Return whether the entry is left out."""


def without(git: Git, tree: str, hidden: Iterable[bytes], leaves_out: LeavesOut) -> str:
    """Return the id of a tree without what is left out; ``hidden`` are all the files that go.

    A folder that holds nothing else goes too, as git knows none that is empty.
    """
    folders = sorted({above for path in hidden for above in _above(path)}, reverse=True)
    made: dict[bytes, bytes] = {}
    found = dict(zip(folders, _objects(git, tree, folders), strict=True))
    for folder in folders:  # what is below comes first
        if found[folder] is not None:
            made[folder] = _filtered(folder, found[folder] or b"", tree, made, leaves_out)
    return made[b""].hex() if folders else tree


def empty_tree(digits: int) -> str:
    """Return the id of the tree that holds nothing, of so many hexadecimal digits."""
    return _id(b"", digits // 2).hex()


def _filtered(
    folder: bytes, data: bytes, tree: str, made: dict[bytes, bytes], leaves_out: LeavesOut
) -> bytes:
    kept = b""
    size = len(tree) // 2
    for mode, name, sha in parsed(data, size):
        path = folder + b"/" + name if folder else name
        if leaves_out(path, folder=mode == _FOLDER):
            continue
        new = made.get(path, sha) if mode == _FOLDER else sha
        if new:
            kept += mode + b" " + name + b"\0" + new
    # An empty id stands for a folder that goes with all that was in it.
    return _id(kept, size) if kept or not folder else b""


def parsed(data: bytes, size: int) -> Iterator[Entry]:
    """Yield the entries of a tree object whose ids have so many bytes."""
    at = 0
    while at < len(data):
        blank, nul = data.index(b" ", at), data.index(b"\0", at)
        yield Entry(data[at:blank], data[blank + 1 : nul], data[nul + 1 : nul + 1 + size])
        at = nul + 1 + size


def _id(data: bytes, size: int) -> bytes:
    whole = b"tree %d\0" % len(data) + data
    if size == hashlib.sha256().digest_size:
        return hashlib.sha256(whole).digest()
    return hashlib.sha1(whole, usedforsecurity=False).digest()


def _above(path: bytes) -> Iterator[bytes]:
    while path:
        path = path.rpartition(b"/")[0]
        yield path


def _objects(git: Git, tree: str, folders: list[bytes]) -> Iterator[bytes]:
    """Yield the tree object of each folder."""
    if any(b"\n" in folder for folder in folders):
        raise ValueError("git is asked line by line")
    asked = b"".join(tree.encode() + b":" + folder + b"\n" for folder in folders)
    answer = git.run("cat-file", "--batch", given=asked) if folders else b""
    at = 0
    for _ in folders:
        line_end = answer.index(b"\n", at)
        _, kind, length = answer[at:line_end].split(b" ")
        if kind != b"tree":
            raise ValueError("a folder is no tree")
        at = line_end + 1 + int(length)
        yield answer[line_end + 1 : at]
        at += 1
