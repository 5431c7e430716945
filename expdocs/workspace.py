"""A repository opened for work: settings, kinds, records and evidence of one state of its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from expdocs.config import Settings, load_settings
from expdocs.errors import CannotRun, UsageError
from expdocs.evidence.commits import Commits
from expdocs.evidence.neighbours import Neighbours
from expdocs.evidence.snapshots import CommitSnapshot
from expdocs.evidence.store import Evidence
from expdocs.files import Files
from expdocs.kinds.registry import Registry, load_registry
from expdocs.questions import Note, unnoted
from expdocs.records.corpus import Corpus, load_corpus
from expdocs.records.record import Record
from expdocs.repository import Repository
from expdocs.rules.context import Context


@dataclass(frozen=True, eq=False, repr=False)
class Workspace:
    """One state of a repository's files, read as records on demand."""

    repository: Repository
    files: Files

    @classmethod
    def open(cls, start: Path) -> Workspace:
        """Open the working tree of the repository that holds ``start``."""
        repository = Repository.discover(start)
        return cls(repository, repository.working_files())

    @property
    def root(self) -> Path:
        """The top folder of the working tree."""
        return self.repository.root

    @cached_property
    def settings(self) -> Settings:
        """The configuration."""
        return load_settings(self.files.read, self.root)

    @cached_property
    def registry(self) -> Registry:
        """The kinds."""
        return load_registry(self.files, self.settings.schemas)

    @cached_property
    def corpus(self) -> Corpus:
        """The records."""
        return load_corpus(self.files, self.settings, self.registry)

    @cached_property
    def evidence(self) -> Evidence:
        """The committed evidence."""
        return Evidence(self.files, self.settings.evidence)

    def passing_evidence(self, note: Note) -> Evidence:
        """Return the committed evidence for who goes from record to record and asks no more.

        ``note`` is told what is asked.
        """
        return Evidence(self.files, self.settings.evidence, note, room=256)

    def read_commits(self, evidence: Evidence, note: Note = unnoted) -> Commits:
        """Return the repository's commits, of which snapshots tell where git lacks them."""

        def snapshot_of(sha: str) -> CommitSnapshot | None:
            found = evidence.commit(sha)
            return found if isinstance(found, CommitSnapshot) else None

        roots = frozenset(self.settings.records)
        objects = self.repository.objects
        others = Neighbours(self.root, self.settings.repositories, note, objects)
        return Commits(objects, self.root, snapshot_of, roots, note, others)

    def refreshed(self) -> Workspace:
        """Return the workspace as it is on disk now."""
        return Workspace(self.repository, self.repository.working_files())

    @contextmanager
    def context(self) -> Iterator[Context]:
        """Open the object store and yield what rules look at."""
        with self.repository.objects:
            yield Context(
                self.settings,
                self.registry,
                self.corpus.index,
                self.evidence,
                self.read_commits(self.evidence),
                self.repository.incomplete,
                lambda: self.corpus,
            )

    def record(self, name: str) -> Record:
        """Return the record with this id or path; raises ``UsageError`` when there is none."""
        path = self.relative(name)
        found = self.corpus.find(name) or self.corpus.by_path.get(path)
        if found is None:
            broken = next((f for f in self.corpus.findings if path == f.path), None)
            if broken:
                where = f"{broken.path}:{broken.line}:{broken.column}"
                raise UsageError(f"{where}: {broken.message}", broken.hint)
            raise UsageError(
                f"no record has the id or path '{name}'", "ids look like EXP-2026-11-20-417"
            )
        return found

    def place(self, path: str) -> Path:
        """Return where a file of the repository is written; raises where a link leads out of it."""
        target = self.root / path
        top = self.root.resolve()
        existing = next(parent for parent in target.parents if parent.exists())
        if not existing.resolve().is_relative_to(top) or target.is_symlink():
            raise CannotRun(f"{path} leads out of the repository through a symbolic link")
        return target

    def relative(self, path: str) -> str:
        """Return a path as the repository names it: relative to its top, forward slashes."""
        return self.repository.relative(path)
