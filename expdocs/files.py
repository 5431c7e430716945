"""The files of a repository in one state: the working tree, the index, or a commit."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from expdocs.errors import CannotRun
from expdocs.objects import ObjectStore

_SECOND = 1_000_000_000
_TICK = _SECOND // 10
_COARSE_TICK = 2 * _SECOND + _TICK  # of file systems that count in seconds
_WINDOWS = os.name == "nt"  # where the ctime is the time of creation
_REGULAR = {"100644", "100755"}
_AT_ONCE = 1024 * 1024
_NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.ENXIO}
# A link is not followed, and opening a pipe does not wait for somebody to write into it.
_CAREFULLY = os.O_RDONLY | sum(
    getattr(os, f"O_{name}", 0) for name in ("NOFOLLOW", "NONBLOCK", "BINARY")
)


class Unreadable(CannotRun):
    """A file is there, but the system does not let it be read."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path} cannot be read: {error.strerror}", "check its permissions")


class Entry(NamedTuple):
    """A file of a tree of files: ``regular`` is false for symbolic links and submodules.

    ``mark`` is another one whenever the content may be another one: the blob's id, or what the
    file system says of the file.
    """

    path: str
    regular: bool
    size: int | None = None
    mark: str = ""


def mark_of(found: os.stat_result, now: int) -> str:
    """Return what tells a file's content from an earlier or a later one; ``now`` in nanoseconds.

    A file that was written just now could be written again within the same tick of the file
    system's clock; its mark fits no other one (git calls such an index entry racily clean).
    """
    written = found.st_mtime_ns if _WINDOWS else found.st_ctime_ns
    if written > now - _COARSE_TICK and (written > now - _TICK or not written % _SECOND):
        return f"written at {now}"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


class Files(Protocol):
    """A state of the repository's files."""

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        """Return the files under ``roots`` (folders or files), sorted by path.

        An empty text is the top folder.
        """

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no regular file."""


class WorkingTree:
    """The tracked and the unignored files as they are on disk."""

    def __init__(self, root: Path, run: Callable[..., bytes]) -> None:
        self._root = root
        self._top = f"{root}/"
        self._run = run
        self._folders = {"": True}
        self._now = time.time_ns()
        self._listed: dict[tuple[str, ...], Sequence[Entry]] = {}

    def __reduce__(self) -> tuple[type[WorkingTree], tuple[Path, Callable[..., bytes]]]:
        return WorkingTree, (self._root, self._run)

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        """Return the files under ``roots``, sorted by path; asked of git once."""
        wanted = tuple(roots)
        for known, entries in self._listed.items():
            if set(wanted) <= set(known):
                return _under(entries, wanted)
        self._listed[wanted] = self._asked(wanted)
        return self._listed[wanted]

    def _asked(self, roots: Sequence[str]) -> Sequence[Entry]:
        options = ("--cached", "--others", "--exclude-standard", "--deduplicate")
        specs = [f":(top,literal){root}" for root in roots]
        listing = os.fsdecode(self._run("ls-files", "-z", *options, "--", *specs))
        entries: list[Entry] = []
        for path in sorted(filter(None, listing.split("\0"))):
            try:
                if not self._own(path.rpartition("/")[0]):
                    continue
                found = os.lstat(self._top + path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise Unreadable(path, error) from error
            regular = stat.S_ISREG(found.st_mode)
            entries.append(Entry(path, regular, found.st_size, mark_of(found, self._now)))
        return entries

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no regular file."""
        try:
            if not self._own(path.rpartition("/")[0]):
                return None
            return _read(f"{self._top}{path}")
        except OSError as error:
            if error.errno in _NO_FILE:
                return None
            raise Unreadable(path, error) from error

    def _own(self, folder: str) -> bool:
        """Whether a folder is the repository's own: no symbolic link leads to it."""
        if folder not in self._folders:
            mode = os.lstat(f"{self._root}/{folder}").st_mode
            self._folders[folder] = stat.S_ISDIR(mode) and self._own(folder.rpartition("/")[0])
        return self._folders[folder]


def _read(path: str) -> bytes | None:
    # A check reads files by the ten thousands, and every further call of the system is felt.
    file = os.open(path, _CAREFULLY)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            return None
        content = os.read(file, found.st_size + 1)
        while len(content) != found.st_size and (more := os.read(file, _AT_ONCE)):
            content += more
        return content
    finally:
        os.close(file)


class StoredTree:
    """The files of the index or of a commit, out of git's object store."""

    def __init__(self, store: ObjectStore, entries: Mapping[str, Entry]) -> None:
        self._store = store
        self._entries = entries

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        """Return the files under ``roots``, sorted by path."""
        return sorted(_under(list(self._entries.values()), roots))

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no regular file."""
        entry = self._entries.get(path)
        if entry is None or not entry.regular:
            return None
        found = self._store.get(entry.mark)
        return found.data if found else None


def _under(entries: Sequence[Entry], roots: Sequence[str]) -> Sequence[Entry]:
    under = tuple(f"{root}/" if root else "" for root in roots)
    return [e for e in entries if e.path.startswith(under) or e.path in roots]


def stored_entries(listing: bytes, blob_field: int) -> dict[str, Entry]:
    """Read `ls-files --stage -z` (blob in field 1) or `ls-tree -r -z` (blob in field 2)."""
    entries: dict[str, Entry] = {}
    for line in os.fsdecode(listing).split("\0"):
        if line:
            meta, path = line.split("\t", 1)
            fields = meta.split(" ")
            entries[path] = Entry(path, fields[0] in _REGULAR, mark=fields[blob_field])
    return entries
