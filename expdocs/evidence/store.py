"""The committed evidence of a repository: snapshots read once each, broken ones kept as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

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
from expdocs.repository import Files, Unreadable

_Snapshot = TypeVar("_Snapshot", RunSnapshot, CommitSnapshot, Population)


@dataclass(frozen=True, slots=True)
class BrokenSnapshot:
    """A snapshot file that cannot be relied on."""

    path: str
    message: str
    hint: str


class Evidence:
    """Reads snapshots out of one state of the repository's files."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder
        self._read: dict[str, object] = {}

    def run(self, run_id: str) -> RunSnapshot | BrokenSnapshot | None:
        """Return a run's snapshot; None when there is none (or the id is no run id)."""
        try:
            path = run_path(run_id)
        except ValueError:
            return None
        found = self._load(str(path), decode_run)
        return self._named(found, str(path), run_id, lambda snapshot: snapshot.run_id)

    def commit(self, sha: str) -> CommitSnapshot | BrokenSnapshot | None:
        """Return a commit's snapshot; None when there is none."""
        try:
            path = commit_path(sha)
        except ValueError:
            return None
        found = self._load(str(path), decode_commit)
        return self._named(found, str(path), sha, lambda snapshot: snapshot.sha)

    def population(self, experiment_id: str) -> Population | BrokenSnapshot | None:
        """Return the population of an experiment; None when there is none."""
        try:
            path = population_path(experiment_id)
        except ValueError:
            return None
        found = self._load(str(path), decode_population)
        return self._named(found, str(path), experiment_id, lambda one: one.experiment_id)

    def path_of(self, path: object) -> str:
        """Return the path in the repository of a path in the evidence folder."""
        return f"{self._folder}/{path}"

    def _load(
        self, path: str, decode: Callable[[bytes], _Snapshot]
    ) -> _Snapshot | BrokenSnapshot | None:
        if path not in self._read:
            self._read[path] = self._decoded(path, decode)
        return self._read[path]  # type: ignore[return-value]

    def _decoded(
        self, path: str, decode: Callable[[bytes], _Snapshot]
    ) -> _Snapshot | BrokenSnapshot | None:
        try:
            content = self._files.read(self.path_of(path))
            return None if content is None else decode(content)
        except (SnapshotProblem, Unreadable) as problem:
            return BrokenSnapshot(self.path_of(path), problem.message, problem.hint)

    def _named(
        self,
        found: _Snapshot | BrokenSnapshot | None,
        path: str,
        name: str,
        name_of: Callable[[_Snapshot], str],
    ) -> _Snapshot | BrokenSnapshot | None:
        if found is None or isinstance(found, BrokenSnapshot) or name_of(found) == name:
            return found
        message = f"the file is about {name_of(found)}, which its name does not say"
        return BrokenSnapshot(self.path_of(path), message, "restore the file from git")
