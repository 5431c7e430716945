"""The index between two questions: a file below the repository's git folder.

It begins with a line that says what it rests on and a checksum of the rest. What does not fit is
forgotten: another key, another form, damage.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from pathlib import Path

from expdocs.atomic import keep_newest, write_bytes
from expdocs.narrative.why.database import Database
from expdocs.repository import Repository

_FORM = "expdocs why, form 1"
_MAX_BYTES = 1024 * 1024 * 1024
MAX_FILES = 4  # of worktrees, some of which are gone
# Before 3.36 SQLite gave no database as bytes unless it was built to.
_BYTES = hasattr(sqlite3.Connection, "serialize")


def memory_place(repository: Repository) -> Path:
    """Return the file in which the index of a working tree is kept."""
    worktree = hashlib.sha256(str(repository.root).encode("utf-8", "surrogateescape")).hexdigest()
    return repository.common_dir / "expdocs" / f"why-{worktree[:16]}"


def recall(path: Path, key: str) -> Database | None:
    """Return the index that was kept under a key, or None where there is none to rely on."""
    try:
        if not _BYTES or path.stat().st_size > _MAX_BYTES:
            return None
        head, _, content = path.read_bytes().partition(b"\n")
        said = json.loads(head)
        known = (said["form"], said["key"], said["check"])
        if known != (_FORM, key, zlib.crc32(content)):
            return None
        return Database(content)
    except (OSError, ValueError, TypeError, KeyError, RecursionError, sqlite3.Error):
        return None


def keep(path: Path, key: str, database: Database) -> None:
    """Write the index for the next question; where that cannot be done, it is made again."""
    if not _BYTES:
        return
    content = database.content()
    head = json.dumps({"form": _FORM, "key": key, "check": zlib.crc32(content)}).encode()
    try:
        write_bytes(path, head + b"\n" + content, durable=False)
        keep_newest(path.parent, "why-*", MAX_FILES)
    except OSError:
        return
