"""Other repositories that the configuration names, read where they are folders of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from expdocs.errors import CannotRun
from expdocs.objects import ObjectStore
from expdocs.questions import Note
from expdocs.repository import Repository

# What git takes for an address, not for a folder: a scheme, or user@host:path.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[^/]+@[^/]+:")


class Neighbour(NamedTuple):
    """Another repository: its top folder, its objects, and whom to tell what is asked of it."""

    root: Path
    objects: ObjectStore
    note: Note


class Unread(NamedTuple):
    """Why another repository cannot be read here, and what to do about it."""

    reason: str
    advice: str


class Neighbours:
    """The repositories by alias, each opened once, on demand."""

    def __init__(
        self, root: Path, named: Mapping[str, str], note: Note, beside: ObjectStore
    ) -> None:
        """``beside`` is the store of this repository, with whose use theirs ends."""
        self._root = root
        self._named = named
        self._note = note
        self._beside = beside
        self._opened: dict[str, Repository | Unread] = {}

    def open(self, alias: str) -> Neighbour | Unread:
        """Return the repository of an alias, or why there is none to read."""
        if alias not in self._named:
            return Unread(f"the configuration names no repository '{alias}'", "name it there")
        if alias not in self._opened:
            self._opened[alias] = self._found(alias)
        found = self._opened[alias]
        self._note(f"disk:{self._folder(alias) / '.git'}")
        if isinstance(found, Unread):
            return found
        self._beside.join(found.objects)
        return Neighbour(found.root, found.objects, _asking(found, self._note))

    def _folder(self, alias: str) -> Path:
        return self._root / self._named[alias]

    def _found(self, alias: str) -> Repository | Unread:
        advice = f"name a folder with a clone of it under [repositories]: {alias} = '../{alias}'"
        if _ADDRESS.match(self._named[alias]):
            return Unread(f"the repository '{alias}' is named by an address", advice)
        folder = self._folder(alias)
        try:
            if not (folder / ".git").exists():
                return Unread(f"the repository '{alias}' is not cloned here", advice)
            return Repository.discover(folder)
        except (CannotRun, OSError, ValueError) as problem:
            return Unread(f"the repository '{alias}' cannot be read: {problem}", advice)


def _asking(repository: Repository, note: Note) -> Callable[[str], None]:
    """Return whom to tell of questions to a repository that keeps no memory of checks.

    Whether it holds a commit can only change when something comes into its object folders.
    """
    objects = repository.common_dir / "objects"

    def tell(question: str) -> None:
        kind, _, name = question.partition(":")
        if kind != "git":
            note(question)
            return
        note(f"disk:{objects / 'pack'}")
        note(f"disk:{objects / name[:2]}")

    return tell
