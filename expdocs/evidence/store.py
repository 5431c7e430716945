"""The committed evidence of a repository: snapshots read once each, broken ones kept as values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Generic, NamedTuple, TypeVar

from expdocs.evidence.models import Model, decode_model, model_path
from expdocs.evidence.replaced import Replaced, ReplacedEvidence
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Population,
    RunSnapshot,
    SnapshotProblem,
    commit_path,
    decode_commit,
    decode_population,
    decode_run,
    population_path,
    run_path,
)
from expdocs.files import Files, Unreadable
from expdocs.questions import Note, unnoted

_Snapshot = TypeVar("_Snapshot")


class BrokenSnapshot(NamedTuple):
    """A snapshot file that cannot be relied on."""

    path: str
    message: str
    hint: str


class _Shelf(Generic[_Snapshot]):
    """The snapshots of one kind, each read once and held by the name of what it is about."""

    def __init__(
        self,
        files: Files,
        folder: str,
        place: Callable[[str], PurePosixPath],
        decode: Callable[[bytes], _Snapshot],
        name_of: Callable[[_Snapshot], str],
        note: Note,
        room: int,
    ) -> None:
        self._files = files
        self._folder = folder
        self._place = place
        self._decode = decode
        self._name_of = name_of
        self._note = note
        self._room = room
        self._held: dict[str, tuple[str, _Snapshot | BrokenSnapshot | None]] = {}

    def get(self, name: str) -> _Snapshot | BrokenSnapshot | None:
        if name not in self._held:
            if len(self._held) >= self._room:
                del self._held[next(iter(self._held))]
            self._held[name] = self._found(name)
        path, found = self._held[name]
        if path:
            self._note(f"path:{path}")
        return found

    def _found(self, name: str) -> tuple[str, _Snapshot | BrokenSnapshot | None]:
        try:
            path = f"{self._folder}/{self._place(name)}"
        except ValueError:
            return "", None
        return path, self._read(path, name)

    def _read(self, path: str, name: str = "") -> _Snapshot | BrokenSnapshot | None:
        try:
            content = self._files.read(path)
            found = None if content is None else self._decode(content)
        except (SnapshotProblem, Unreadable) as problem:
            return BrokenSnapshot(path, problem.message, problem.hint)
        if found is None or self._name_of(found) == name or self._belongs(found, path):
            return found
        message = f"the file is about {self._name_of(found)}, which its name does not say"
        return BrokenSnapshot(path, message, "restore the file from git")

    def _belongs(self, found: _Snapshot, path: str) -> bool:
        try:
            return f"{self._folder}/{self._place(self._name_of(found))}" == path
        except ValueError:
            return False

    def all(self, subfolder: str) -> Iterator[_Snapshot | BrokenSnapshot]:
        """Yield every document without holding it; what is asked is not noted."""
        for path in self._paths(subfolder):
            unread = BrokenSnapshot(path, "this is no regular file", "restore the file from git")
            yield self._read(path) or unread

    def _paths(self, subfolder: str) -> list[str]:
        entries = self._files.list([f"{self._folder}/{subfolder}"])
        return [entry.path for entry in entries if entry.path.endswith((".json", ".jsonl"))]


class Evidence:
    """Reads snapshots out of one state of the repository's files; notes which were asked for.

    Of each kind the last ``room`` are held.
    """

    def __init__(
        self, files: Files, folder: str, note: Note = unnoted, room: int = 100_000
    ) -> None:
        self._files = files
        self._folder = folder
        self._replaced = ReplacedEvidence(files, folder)
        self._runs = _Shelf[RunSnapshot](
            files, folder, run_path, decode_run, lambda one: one.run_id, note, room
        )
        self._commits = _Shelf[CommitSnapshot](
            files, folder, commit_path, decode_commit, lambda one: one.sha, note, room
        )
        self._populations = _Shelf[Population](
            files,
            folder,
            population_path,
            decode_population,
            lambda one: one.experiment_id,
            note,
            room,
        )

        self._models = _Shelf[Model](
            files, folder, model_path, decode_model, lambda one: one.name, note, room
        )

    def run(self, run_id: str) -> RunSnapshot | BrokenSnapshot | None:
        """Return a run's snapshot; None when there is none (or the id is no run id)."""
        return self._runs.get(run_id)

    def commit(self, sha: str) -> CommitSnapshot | BrokenSnapshot | None:
        """Return a commit's snapshot; None when there is none."""
        return self._commits.get(sha)

    def population(self, experiment_id: str) -> Population | BrokenSnapshot | None:
        """Return the population of an experiment; None when there is none."""
        return self._populations.get(experiment_id)

    def model(self, name: str) -> Model | BrokenSnapshot | None:
        """Return a registered model by name; None when there is none."""
        return self._models.get(name)

    def run_ids(self) -> Iterator[str]:
        """Yield the ids of all runs that have a snapshot, readable or not."""
        for entry in self._files.list([self.path_of("mlflow")]):
            run_id = PurePosixPath(entry.path).stem
            try:
                if entry.path == self.path_of(run_path(run_id)):
                    yield run_id
            except ValueError:
                continue

    def populations(self) -> Iterator[Population | BrokenSnapshot]:
        """Yield the populations of all experiments."""
        return self._populations.all("population")

    def models(self) -> Iterator[Model | BrokenSnapshot]:
        """Yield all registered models."""
        return self._models.all("models")

    def replaced(self, name: str) -> tuple[Replaced, ...]:
        """Return the earlier documents of a run, or of an experiment's population, and why.

        No check rests on them, so that they are not noted.
        """
        return self._replaced.of(name)

    def path_of(self, path: object) -> str:
        """Return the path in the repository of a path in the evidence folder."""
        return f"{self._folder}/{path}"
