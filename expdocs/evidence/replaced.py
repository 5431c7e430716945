"""Evidence that a later pull took the place of: kept, with the reason, and never relied on."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from expdocs.evidence.documents import SnapshotProblem, as_matching, as_text, parse, shaped
from expdocs.evidence.snapshots import RunSnapshot, decode_run
from expdocs.files import Files, Unreadable

FOLDER = "replaced"
_REASON = ".reason.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Replaced(NamedTuple):
    """A document that was replaced: its digest, why, and where it is kept.

    ``run`` is what it said of the run; None for a population, and where it cannot be read.
    """

    digest: str
    reason: str
    path: str
    run: RunSnapshot | None


class _Note(NamedTuple):
    about: str
    digest: str
    reason: str
    suffix: str


class ReplacedEvidence:
    """Finds replaced documents by the run or the experiment that they were about."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = f"{folder}/{FOLDER}"
        self._notes: dict[str, list[_Note]] | None = None

    def of(self, name: str) -> tuple[Replaced, ...]:
        """Return what was replaced of a run or of an experiment's population, by digest."""
        if self._notes is None:
            self._notes = self._read()
        found = [self._replaced(note) for note in self._notes.get(name, ())]
        return tuple(sorted(found, key=lambda one: (one.digest, one.reason)))

    def _read(self) -> dict[str, list[_Note]]:
        notes: dict[str, list[_Note]] = {}
        for entry in self._files.list([self._folder]):
            if entry.regular and entry.path.endswith(_REASON):
                note = self._note(entry.path)
                if note is not None:
                    notes.setdefault(note.about, []).append(note)
        return notes

    def _note(self, path: str) -> _Note | None:
        try:
            return shaped(_note_of, parse(self._files.read(path) or b""))
        except (SnapshotProblem, Unreadable):
            return None

    def _replaced(self, note: _Note) -> Replaced:
        path = f"{self._folder}/{note.digest}{note.suffix}"
        return Replaced(note.digest, note.reason, path, self._run(path, note))

    def _run(self, path: str, note: _Note) -> RunSnapshot | None:
        if PurePosixPath(path).suffix != ".json":
            return None
        try:
            run = decode_run(self._files.read(path) or b"")
        except (SnapshotProblem, Unreadable):
            return None
        return run if (run.run_id, run.digest) == (note.about, note.digest) else None


def _note_of(document: dict[str, Any]) -> _Note:
    of_run = "run_id" in document
    return _Note(
        about=as_text(document["run_id" if of_run else "experiment_id"]),
        digest=as_matching(_DIGEST, document["digest"]),
        reason=as_text(document["reason"]),
        suffix=".json" if of_run else ".jsonl",
    )
