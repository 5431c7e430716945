"""What git knows of records: which are on the protected branch, and what an id meant in a file."""

from __future__ import annotations

import os
from collections.abc import Collection
from functools import cached_property

from expdocs.errors import CannotRun
from expdocs.files import Files
from expdocs.history import History
from expdocs.records.frontmatter import ReadProblem, read_record
from expdocs.records.outline import id_of_file
from expdocs.records.record import Record
from expdocs.workspace import Workspace
from expdocs.yamlnodes import Scalar


class Standing:
    """Compares the working tree with the protected branch, or with HEAD where none is known."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._repository = workspace.repository

    @cached_property
    def _protected(self) -> str | None:
        return History(self._workspace.root).protected(self._workspace.settings)

    @cached_property
    def _base(self) -> Files | None:
        commit = self._protected or self._repository.resolve("HEAD")
        return self._repository.commit_files(commit) if commit else None

    @cached_property
    def _head(self) -> Files | None:
        commit = self._repository.resolve("HEAD")
        return self._repository.commit_files(commit) if commit else None

    @property
    def name(self) -> str:
        """What the records are compared with, in messages."""
        if self._protected is None:
            return "HEAD (no protected branch is known)"
        return self._workspace.settings.protected_branch or "origin/HEAD"

    def has(self, record: Record) -> bool:
        """Whether the protected branch has a record of this id at this path."""
        content = self._base.read(record.path) if self._base else None
        if content is None:
            return False
        try:
            node = read_record(content).root.entries.get("id")
        except ReadProblem:
            return id_of_file(record.path) == record.id
        return isinstance(node, Scalar) and node.value == record.id

    def has_text(self, path: str, text: str) -> bool:
        """Whether the protected branch has exactly this file."""
        return self._base is not None and self._base.read(path) == text.encode("utf-8")

    def told_of_one(self, path: str, text: str, owners: Collection[str], record_id: str) -> str:
        """Return the one record that an id in a file can mean, by its path, or an empty text.

        Only one is meant when the file is as it was committed last, and that commit had one record
        of this id. ``owners`` are the paths of those that share it now.
        """
        commit = self._written_by(path)
        if not commit or self._head is None or self._head.read(path) != text.encode("utf-8"):
            return ""
        listing = os.fsdecode(self._repository.run("ls-tree", "-r", "-z", "--name-only", commit))
        known = [n for n in listing.split("\0") if id_of_file(n) == record_id or n in owners]
        return known[0] if len(known) == 1 and known[0] in owners else ""

    def _written_by(self, path: str) -> str:
        """Return the last commit that changed a file, or an empty text."""
        arguments = ("log", "-1", "--format=%H", "HEAD", "--", f":(top,literal){path}")
        try:
            return self._repository.run(*arguments).decode().strip()
        except CannotRun:
            return ""
