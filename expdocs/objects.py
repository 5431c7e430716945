"""Git's object store, read by one process for many look-ups."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from expdocs.errors import CannotRun
from expdocs.gitcommand import git_environment

FULL_SHA = re.compile(r"\A[0-9a-f]{40}\Z")
_PATH = re.compile(r"[^\n\0]+")
_STOPPED = ("git stopped while its objects were read", "run: git fsck")


class GitObject(NamedTuple):
    """One object out of the store: its id, its type and its bytes."""

    sha: str
    type: str
    data: bytes


class ObjectStore:
    """The objects of a repository; entered as a context, which may be done within itself.

    One ``git cat-file --batch`` starts with the first look-up and ends with the outermost context.
    """

    def __init__(self, root: Path, common_dir: Path) -> None:
        self._root = root
        self._common_dir = common_dir
        self._depth = 0
        self._joined: list[ObjectStore] = []
        self._process: subprocess.Popen[bytes] | None = None

    def __reduce__(self) -> tuple[type[ObjectStore], tuple[Path, Path]]:
        return ObjectStore, (
            self._root,
            self._common_dir,
        )  # another process starts a git of its own

    def __enter__(self) -> ObjectStore:
        self._depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._end()
            for store in self._joined:
                store.__exit__(kind, error, traceback)
            self._joined.clear()

    def begin(self) -> None:
        """Start git now, to have it ready when the first object is asked for."""
        if self._depth:
            self._process = self._process or self._started()

    def join(self, other: ObjectStore) -> None:
        """Keep another store in use for as long as this one is."""
        if self._depth and other not in self._joined:
            self._joined.append(other.__enter__())

    def _end(self) -> None:
        if self._process is not None:
            self._process.communicate()
            self._process = None

    @cached_property
    def partial(self) -> bool:
        """Whether the clone left objects out that a fetch would bring."""
        # Each pack that a promise stands behind is marked, see gitglossary, "promisor".
        return any((self._common_dir / "objects" / "pack").glob("*.promisor"))

    def get(self, sha: str, path: str | None = None) -> GitObject | None:
        """Return the object, or the one at ``path`` in it; None when the store lacks it."""
        if not FULL_SHA.match(sha) or (path is not None and not _PATH.fullmatch(path)):
            return None
        name = sha if path is None else f"{sha}:{path}"
        with self:
            try:
                return self._answer(os.fsencode(name))
            except BrokenPipeError as error:
                raise CannotRun(*_STOPPED) from error
            except UnicodeEncodeError:
                return None

    def _answer(self, name: bytes) -> GitObject | None:
        process = self._process = self._process or self._started()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(name + b"\n")
        process.stdin.flush()
        # A missing object is answered as "<name> missing", and names may hold blanks.
        line = process.stdout.readline()
        if not line:
            if not self.partial:
                raise CannotRun(*_STOPPED)
            self._end()  # git stops at an object that was promised and that it may not fetch
            return None
        fields = line.rstrip(b"\n").rsplit(b" ", 2)
        if len(fields) != 3 or not fields[2].isdigit():  # noqa: PLR2004
            return None
        data = process.stdout.read(int(fields[2]))
        process.stdout.read(1)
        return GitObject(fields[0].decode(), fields[1].decode(), data)

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["git", "-c", "protocol.allow=never", "cat-file", "--batch"],
            cwd=self._root,
            env=git_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
