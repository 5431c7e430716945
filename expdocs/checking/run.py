"""A check of one state of a repository, which judges anew only what may have another verdict.

A judgement is kept with the questions that it asked (see ``expdocs.questions``) and stands as long
as the record's file, and every file, commit and outline that it asked about, are what they were.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from expdocs.checking.changes import NO_CHANGES, Changes, changes_since, marks_of, marks_on_disk
from expdocs.checking.memory import Memory, keep, recall
from expdocs.config import Settings
from expdocs.files import Entry, Files
from expdocs.packaged import code_mark
from expdocs.repository import Repository
from expdocs.rules.choice import Judgement, Said

if TYPE_CHECKING:
    from expdocs.checking.anew import Anew


class Outcome(NamedTuple):
    """What a check found: how many records there are, and what there is to say of them."""

    records: int
    said: Sequence[Said]


def check(
    repository: Repository,
    files: Files,
    settings: Settings,
    place: Path | None,
    *,
    passing: bool = False,
) -> Outcome:
    """Check every record; what was found is kept in the file ``place`` for the next time.

    A ``passing`` state, such as the commit that another one is held against, replaces nothing.
    """
    started = time.time_ns()
    # In an incomplete clone nobody can tell what is missing from what a fetch would bring.
    keeps = place if place is not None and not repository.incomplete else None
    recalling = _Recalling(keeps)
    entries = files.list(settings.roots)
    records = [entry for entry in entries if settings.is_record(entry.path)]
    odd = _said_of_folders([e.path for e in entries if e.path in settings.records])
    if keeps is None:
        pages = _pages(settings, entries)
        return Outcome(len(records), [*odd, *_anew(repository, files, records, pages).said])
    key = _key(settings, entries)
    before = recalling.result(key)
    changes = changes_since(before, repository, entries) if before else NO_CHANGES
    if before is not None and not any(changes):
        return Outcome(len(records), [*odd, *before.said])
    found = _anew(repository, files, records, _pages(settings, entries), before, changes)
    if before is None or not passing:
        disk = marks_on_disk(found.disk, started)
        keep(keeps, Memory(key, marks_of(entries), found.git, disk, found.said, found.rows))
    return Outcome(len(records), [*odd, *found.said])


class _Recalling:
    """Reads what was kept while git lists the files."""

    def __init__(self, place: Path | None) -> None:
        self._found: Memory | None = None
        self._reading = Thread(target=self._read, args=[place]) if place else None
        if self._reading:
            self._reading.start()

    def _read(self, place: Path) -> None:
        self._found = recall(place)

    def result(self, key: str) -> Memory | None:
        """Return what was kept under this key, or None."""
        if self._reading:
            self._reading.join()
        return self._found if self._found and self._found.key == key else None


def _said_of_folders(roots: Sequence[str]) -> list[Said]:
    """Return what there is to say of record folders that are none."""
    if not roots:
        return []
    from expdocs.records.corpus import no_folder  # noqa: PLC0415 - of use for a broken tree only

    return [Said(root, (no_folder(root),), Judgement()) for root in roots]


def _pages(settings: Settings, entries: Sequence[Entry]) -> list[str]:
    """Return the paths of synthesis pages."""
    folder = f"{settings.synthesis}/"
    inside = [entry.path for entry in entries if entry.path.startswith(folder)]
    return [path for path in inside if settings.is_synthesis(path)]


def _anew(
    repository: Repository,
    files: Files,
    records: Sequence[Entry],
    pages: Sequence[str],
    before: Memory | None = None,
    changes: Changes = NO_CHANGES,
) -> Anew:
    # What reads and judges records takes longer to load than all the rest of an unchanged check.
    from expdocs.checking.anew import judge_anew  # noqa: PLC0415
    from expdocs.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace(repository, files)
    found = judge_anew(workspace, records, before, changes)
    if not pages:
        return found
    from expdocs.checking.pages import with_pages  # noqa: PLC0415 - many repositories have none

    return with_pages(workspace, pages, found)


def memory_place(repository: Repository, state: str) -> Path:
    """Return the file in which checks of the ``disk``, the ``index`` or a ``commit`` are kept.

    The index and a commit share theirs, for one mostly becomes the other.
    """
    worktree = hashlib.sha256(str(repository.root).encode("utf-8", "surrogateescape")).hexdigest()
    kept = "disk" if state == "disk" else "stored"
    return repository.common_dir / "expdocs" / f"check-{kept}-{worktree[:16]}"


def _key(settings: Settings, entries: Sequence[Entry]) -> str:
    """Return what every judgement rests on: our code, the settings and the repository's kinds."""
    schemas = f"{settings.schemas}/"
    kinds = marks_of([entry for entry in entries if entry.path.startswith(schemas)])
    whole = "\0".join((code_mark(), repr(settings), kinds))
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()
