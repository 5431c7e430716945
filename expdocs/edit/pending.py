"""Repairs that belong together, written down before the first: a crash leaves none of them half.

The list lies beside the repository's lock and is removed when all are done. The next ``fix``
finishes what it finds there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from expdocs.atomic import create_bytes, write_bytes
from expdocs.errors import CannotRun
from expdocs.workspace import Workspace


class Repair(NamedTuple):
    """What a repair makes of one record's file."""

    path: str
    new_path: str
    old: str
    new: str
    what: tuple[str, ...]


def apply_repair(workspace: Workspace, repair: Repair) -> None:
    """Write a repair, or what is left of it to do; nothing when the file is not as it was read.

    A renamed record is whole under one of its names at any time.
    """
    here, target = workspace.place(repair.path), workspace.place(repair.new_path)
    old, new = repair.old.encode("utf-8"), repair.new.encode("utf-8")
    done, unchanged = _content(target) == new, _content(here) == old
    if not done and not unchanged:
        raise CannotRun(f"{repair.path} was changed meanwhile", "run expdocs fix again")
    if here == target:
        if not done:
            write_bytes(target, new)
        return
    if not done:
        if os.path.lexists(target):
            raise CannotRun(f"{repair.new_path} exists already", f"rename {repair.path} by hand")
        create_bytes(target, new)
    if unchanged:
        here.unlink()


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


class Pending:
    """The list of repairs that one working tree has begun."""

    def __init__(self, workspace: Workspace) -> None:
        # Working trees of one repository share the folder.
        name = hashlib.sha256(os.fsencode(workspace.root)).hexdigest()[:12]
        self._path = workspace.repository.common_dir / "expdocs" / f"fix-{name}.json"

    def write(self, repairs: Sequence[Repair]) -> None:
        """Write repairs down before they begin."""
        write_bytes(self._path, json.dumps([repair._asdict() for repair in repairs]).encode())

    def read(self) -> list[Repair]:
        """Return the repairs that were begun and not finished."""
        content = _content(self._path)
        if content is None:
            return []
        try:
            return [Repair(**{**one, "what": tuple(one["what"])}) for one in json.loads(content)]
        except (ValueError, TypeError, KeyError):
            return []

    def clear(self) -> None:
        """Forget the repairs, which are done."""
        self._path.unlink(missing_ok=True)
