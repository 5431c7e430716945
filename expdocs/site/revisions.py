"""Which commit holds a file as it stands: the proof that anybody can repeat."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from expdocs.errors import CannotRun
from expdocs.repository import Repository


@dataclass(frozen=True, slots=True)
class Revision:
    """The last commit that changed a file, and when."""

    sha: str
    time: str


@dataclass(frozen=True)
class Revisions:
    """The last commit of each file, and the files that differ from HEAD."""

    last: Mapping[str, Revision] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def of(self, path: str) -> Revision | None:
        """Return the commit that holds a file as it is on disk, or None when none does."""
        return None if path in self.changed else self.last.get(path)

    def command(self, path: str) -> str:
        """Return the command that prints the file as it was committed, or nothing."""
        found = self.of(path)
        return f"git show {shlex.quote(f'{found.sha[:12]}:{path}')}" if found else ""


def load_revisions(repository: Repository, roots: Sequence[str]) -> Revisions:
    """Ask git, with two processes, for the last commit of every file under ``roots``."""
    specs = [f":(top,literal){root}" for root in roots]
    try:
        options = ("--format=%x01%H %cI", "--name-only", "-z", "--no-renames")
        log = repository.run("log", *options, "--", *specs)
        changed = repository.run("diff", "--name-only", "-z", "HEAD", "--", *specs)
    except CannotRun:  # there is no commit yet
        return Revisions()
    return Revisions(_last(log), frozenset(_names(changed)))


def _last(log: bytes) -> dict[str, Revision]:
    last: dict[str, Revision] = {}
    for entry in log.split(b"\x01")[1:]:
        head, _, names = entry.partition(b"\0")
        sha, time = head.decode().split(" ", 1)
        for name in _names(names.lstrip(b"\n")):
            last.setdefault(name, Revision(sha, time.strip()))
    return last


def _names(listing: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]
