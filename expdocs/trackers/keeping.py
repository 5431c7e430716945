"""Writing evidence: what is new at once, what has changed when nothing contradicts it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from expdocs.atomic import write_bytes
from expdocs.canonical import canonical_bytes, sha256_of
from expdocs.edit.scaffold import only_one
from expdocs.workspace import Workspace

_FOLDERS = ("mlflow", "git", "population", "models", "replaced")
_UNFINISHED = re.compile(r"\..*\.[0-9a-f]{16}~")


class Keeper:
    """Writes documents into the evidence folder, each of them whole.

    A document that takes no other's place contradicts nothing and is written at once, so that an
    interrupted pull loses nothing; with ``together`` it waits, too, until ``finish``.
    """

    def __init__(self, workspace: Workspace, *, together: bool) -> None:
        self._workspace = workspace
        self._together = together
        self._waiting: dict[str, bytes] = {}
        self.written: list[str] = []
        self.unchanged = 0

    def put(self, path: PurePosixPath | str, content: bytes) -> None:
        """Write a document, or hold it back when it changes one."""
        target = self._target(path)
        old = target.read_bytes() if target.is_file() else None
        if old == content:
            self.unchanged += 1
        elif old is None and not self._together:
            # A machine that stops loses whole files at most, and those can be pulled again.
            self._write(str(path), target, content, durable=False)
        else:
            self._waiting[str(path)] = content

    def current(self, path: PurePosixPath | str) -> bytes | None:
        """Return a document as it will be when the pull is finished; None when there is none."""
        if str(path) in self._waiting:
            return self._waiting[str(path)]
        return self._workspace.files.read(self._path(path))

    @property
    def held(self) -> Mapping[str, bytes]:
        """The documents that wait to be written, by path in the evidence folder."""
        return self._waiting

    def archive(self, path: PurePosixPath | str, about: dict[str, str]) -> None:
        """Keep a document that is going to be replaced, and beside it the reason."""
        source = PurePosixPath(path)
        kept = f"replaced/{about['digest']}"
        self.put(f"{kept}{source.suffix}", self._target(path).read_bytes())
        note = canonical_bytes(about) + b"\n"
        reason = f"{kept}.reason.json"
        earlier = self._target(reason)
        if earlier.is_file() and earlier.read_bytes() != note:
            # the value came back and is replaced once more, for another reason
            reason = f"{kept}.{sha256_of(about)[:8]}.reason.json"
        self.put(reason, note)

    def finish(self) -> None:
        """Write what was held back."""
        for path, content in self._waiting.items():
            self._write(path, self._target(path), content, durable=True)
        self._waiting.clear()

    def _write(self, path: str, target: Path, content: bytes, *, durable: bool) -> None:
        write_bytes(target, content, durable=durable)
        self.written.append(self._path(path))

    def _target(self, path: PurePosixPath | str) -> Path:
        return self._workspace.place(self._path(path))

    def _path(self, path: PurePosixPath | str) -> str:
        return f"{self._workspace.settings.evidence}/{path}"


@contextmanager
def keeping(workspace: Workspace, *, together: bool) -> Iterator[Keeper]:
    """Let one process at a time write; files that a killed one left unfinished are removed."""
    with only_one(workspace, "pull"):
        for folder in _FOLDERS:
            place = workspace.place(f"{workspace.settings.evidence}/{folder}")
            for path in place.rglob(".*~"):
                if _UNFINISHED.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        yield Keeper(workspace, together=together)
