"""What a check remembers for the next one: a file below the repository's git folder.

It holds, for one state of the repository's files: the mark of every file, the questions that git
and the disk were asked with their answers, what was said of each record, and a line for every
record with its outline and the questions that were asked about it. What does not fit is
forgotten: another key, another form, damage.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.atomic import keep_newest, write_bytes
from expdocs.findings import Finding, Severity
from expdocs.rules.choice import Judgement, Said

_FORM = "expdocs check, form 2"
_MAX_BYTES = 256 * 1024 * 1024
MAX_FILES = 8  # of worktrees, some of which are gone


class Memory(NamedTuple):
    """One state of a repository's files and what was said of it.

    ``key`` names what everything else rests on: code, settings and kinds. ``marks`` maps paths to
    marks as ``path NUL mark NUL path NUL …``; ``git`` maps object ids to what git said of them,
    ``disk`` paths to marks; ``rows`` has a line for each record: the hashes of its questions, a
    tab, its outline as JSON.
    """

    key: str
    marks: str
    git: Mapping[str, str]
    disk: Mapping[str, str]
    said: Sequence[Said]
    rows: str


def recall(path: Path) -> Memory | None:
    """Return what was kept in a file, or None where that cannot be read."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            return None
        head, _, rest = path.read_bytes().partition(b"\n")
        return _decoded(json.loads(head), rest)
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def _decoded(head: dict[str, Any], rest: bytes) -> Memory | None:
    if head["form"] != _FORM or head["check"] != zlib.crc32(rest):
        return None
    marks, world, said, rows = rest.split(b"\n\0\n")
    git, disk = json.loads(world)
    return Memory(
        str(head["key"]),
        marks.decode("utf-8", "surrogateescape"),
        git,
        disk,
        [_said(*one) for one in json.loads(said)],
        rows.decode("ascii"),
    )


def _said(path: str, notes: list[Any], judgement: list[list[Any]]) -> Said:
    return Said(path, _findings(notes), Judgement(*(_findings(group) for group in judgement)))


def _findings(listed: list[Any]) -> tuple[Finding, ...]:
    return tuple(Finding._make((*fields, Severity(severity))) for *fields, severity in listed)


def keep(path: Path, memory: Memory) -> None:
    """Write what the next check will need; where that cannot be written, it will do without."""
    rest = b"\n\0\n".join(
        (
            memory.marks.encode("utf-8", "surrogateescape"),
            json.dumps([memory.git, memory.disk]).encode(),
            json.dumps(memory.said).encode(),
            memory.rows.encode("ascii"),
        )
    )
    head = json.dumps({"form": _FORM, "key": memory.key, "check": zlib.crc32(rest)}).encode()
    try:
        write_bytes(path, head + b"\n" + rest, durable=False)
        keep_newest(path.parent, "check-*", MAX_FILES)
    except OSError:
        return
