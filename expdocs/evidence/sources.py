"""The source files that a run started from, against those of a commit.

A run records one digest over all source files, and by name only those that differed from its
``HEAD``. With that commit at hand its files can be told one by one, and the digest proves it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from expdocs.evidence.snapshots import RunSnapshot

SOURCES, CHANGED, HEAD = "expdocs.sources", "expdocs.changed", "expdocs.commit"
_BLOB = re.compile(r"[0-9a-f]{40}|")

Files = Mapping[str, str]


class Differences(NamedTuple):
    """Source files that differ: with other content, in one place only."""

    changed: tuple[str, ...]
    gone: tuple[str, ...]
    left: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def proven(self) -> tuple[str, ...]:
        """The files that ran and that the commit has otherwise, or no more."""
        return tuple(sorted({*self.changed, *self.gone}))


def source_digest(files: Files) -> str:
    """Return the digest over path and blob of source files, as runs record it."""
    named = sorted((path.encode("utf-8", "surrogateescape"), blob) for path, blob in files.items())
    content = b"".join(blob.encode() + b" " + path + b"\0" for path, blob in named)
    return f"v1:{hashlib.sha256(content).hexdigest()}"


def head_of(run: RunSnapshot) -> str:
    """Return the commit that was checked out when the run started, or an empty text."""
    return run.tags.get(HEAD) or run.commit or ""


def changed_files(run: RunSnapshot) -> Files | None:
    """Return the sources that differed from ``HEAD``, deleted ones empty; None where unknown."""
    try:
        found = json.loads(run.tags.get(CHANGED, ""))
    except (ValueError, RecursionError):
        return {} if run.dirty is False else None
    if not isinstance(found, dict):
        return None
    sound = all(isinstance(blob, str) and _BLOB.fullmatch(blob) for blob in found.values())
    return found if sound else None


def files_that_ran(run: RunSnapshot, head: Files) -> Files | None:
    """Return path and blob of the sources that ran, or None where they cannot be proven."""
    changed = changed_files(run)
    if changed is None:
        return None
    files = {path: blob for path, blob in {**head, **changed}.items() if blob}
    return files if source_digest(files) == run.tags.get(SOURCES) else None


def differences(ran: Files, committed: Files, head: Files) -> Differences:
    """Compare the files that ran with a commit's; ``left`` were no part of ``HEAD`` either."""
    missing = sorted(ran.keys() - committed.keys())
    return Differences(
        tuple(sorted(p for p in ran.keys() & committed.keys() if ran[p] != committed[p])),
        tuple(path for path in missing if path in head),
        tuple(path for path in missing if path not in head),
        tuple(sorted(committed.keys() - ran.keys())),
    )
