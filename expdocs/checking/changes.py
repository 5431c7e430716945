"""What is no longer as a check remembers it: files, commits, and files outside of the tree."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from expdocs.checking.memory import Memory
from expdocs.files import Entry, mark_of
from expdocs.repository import Repository

COMMIT, NONE = "commit", "missing"
# So many are read as whole objects by a process that will be asked for more anyway.
_FEW = 50


class Changes(NamedTuple):
    """Paths of files that came, went or changed, and questions that now have another answer."""

    files: frozenset[str]
    questions: frozenset[str]


NO_CHANGES = Changes(frozenset(), frozenset())


def changes_since(memory: Memory, repository: Repository, entries: Sequence[Entry]) -> Changes:
    """Return what changed since a check that is remembered."""
    files = _changed(memory.marks, marks_of(entries))
    commits = _other_answers(memory.git, commits_in(repository, memory.git))
    disk = _other_answers(memory.disk, marks_on_disk(memory.disk, time.time_ns()))
    questions = {f"path:{path}" for path in files}
    questions |= {f"git:{sha}" for sha in commits} | {f"disk:{path}" for path in disk}
    return Changes(frozenset(files), frozenset(questions))


def marks_of(entries: Sequence[Entry]) -> str:
    """Return the paths and marks of files as one text, which is quick to compare."""
    return "\0".join([part for entry in entries for part in (entry.path, entry.mark)])


def _changed(before: str, now: str) -> set[str]:
    if before == now:
        return set()
    old, new = before.split("\0"), now.split("\0")
    # Mostly one file among thousands is another one: what the two have alike at both ends is left.
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    one, other = _marks(old[head : len(old) - tail]), _marks(new[head : len(new) - tail])
    gone = one.keys() - other.keys()
    return gone | {path for path, mark in other.items() if one.get(path) != mark}


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many paths and marks two lists begin with that are the same, by halving."""
    low, high = 0, min(len(one), len(other)) // 2
    while low < high:
        middle = (low + high + 1) // 2
        if one[2 * low : 2 * middle] == other[2 * low : 2 * middle]:
            low = middle
        else:
            high = middle - 1
    return 2 * low


def _marks(parts: Sequence[str]) -> dict[str, str]:
    return dict(zip(parts[::2], parts[1::2], strict=False))


def commits_in(repository: Repository, shas: Iterable[str]) -> dict[str, str]:
    """Ask git once which objects are commits that it holds."""
    wanted = list(shas)
    if len(wanted) <= _FEW:
        found = {sha: repository.objects.get(sha) for sha in wanted}
        return {sha: COMMIT if one and one.type == COMMIT else NONE for sha, one in found.items()}
    asked = "\n".join(wanted).encode()
    form = "--batch-check=%(objecttype)"
    answers = repository.run("cat-file", form, stdin=asked).decode().splitlines()
    return {
        sha: COMMIT if answer == COMMIT else NONE
        for sha, answer in zip(wanted, answers, strict=True)
    }


def marks_on_disk(paths: Iterable[str], now: int) -> dict[str, str]:
    """Return the marks of files outside of the tree, of none for what is not there."""
    return {path: _mark_on_disk(path, now) for path in paths}


def _mark_on_disk(path: str, now: int) -> str:
    try:
        return mark_of(os.stat(path), now)  # noqa: PTH116 - the path is text that was kept
    except (OSError, ValueError):
        return NONE


def _other_answers(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    return {name for name, answer in before.items() if now[name] != answer}
