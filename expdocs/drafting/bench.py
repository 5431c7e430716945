"""Where a draft is made: beside the working tree, which stays as it is until all is done."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from expdocs.atomic import create_bytes
from expdocs.config import Settings
from expdocs.edit.fix import mended_text
from expdocs.edit.scaffold import only_one, record_of
from expdocs.errors import CannotRun, Refused, UsageError
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.files import Entry, Files
from expdocs.kinds.registry import Registry
from expdocs.records.corpus import Corpus
from expdocs.records.frontmatter import MAX_FILE
from expdocs.records.outline import id_of_file
from expdocs.records.record import Record
from expdocs.trackers.keeping import keeping
from expdocs.trackers.mlflow import Tracker, connect
from expdocs.trackers.pull import Wanted, pull
from expdocs.workspace import Workspace


class _Overlay:
    """The files of a state, with some of them other than they are there."""

    def __init__(self, files: Files, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self._changed = changed

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        """Return the files under ``roots``, sorted by path."""
        under = tuple(f"{root}/" if root else "" for root in roots)
        known = {entry.path: entry for entry in self._files.list(roots)}
        added = {
            path: Entry(path, regular=True, size=len(content))
            for path, content in self._changed.items()
            if path.startswith(under)
        }
        return sorted({**known, **added}.values())

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no regular file."""
        return self._changed[path] if path in self._changed else self._files.read(path)


@dataclass(frozen=True, eq=False, repr=False)
class _Drafting(Workspace):
    """A workspace with drafts and evidence that are not on disk; its records are read once."""

    on_disk: Workspace
    drafts: tuple[Record, ...] = ()

    @cached_property
    def settings(self) -> Settings:
        return self.on_disk.settings

    @cached_property
    def registry(self) -> Registry:
        return self.on_disk.registry

    @cached_property
    def corpus(self) -> Corpus:
        known = self.on_disk.corpus
        return replace(known, records=(*known.records, *self.drafts))


class Bench:
    """Pulls what a draft needs and mends it; nothing is written before ``write``.

    ``workspace`` is the repository as it will be then.
    """

    def __init__(self, workspace: Workspace, uri: str | None = None) -> None:
        self.workspace = workspace
        self._on_disk = workspace
        self._uri = uri
        self._evidence: dict[str, bytes] = {}
        self._drafts: dict[str, Record] = {}

    def tracker(self) -> Tracker:
        """Return the tracker that was asked for, or the one that this repository uses."""
        return connect(self._uri, self._on_disk.root, self._on_disk.settings.trackers)

    def run_ids(self, names: Sequence[str], metrics: Sequence[str] = ()) -> list[str]:
        """Return the ids of runs in order, with a snapshot of each pulled where it was missing."""
        known = self.workspace.evidence
        missing = [name for name in names if not isinstance(known.run(name), RunSnapshot)]
        if not missing:
            return list(names)
        with self.tracker() as tracker:
            ids = {name: tracker.resolve(name) for name in missing}
            lacking = [one for one in ids.values() if known.run(one) is None]
            wanted = Wanted(lacking, metrics=metrics, together=True)
            done = pull(self.workspace, lambda: tracker, wanted, hold=True)
        self._take(done.held)
        return [ids.get(name, name) for name in names]

    def snapshot(self, run_id: str) -> RunSnapshot:
        """Return a run's snapshot; raises ``UsageError`` where none can be read."""
        found = self.workspace.evidence.run(run_id)
        if not isinstance(found, RunSnapshot):
            raise UsageError(f"run {run_id[:64]} has no snapshot that can be read")
        return found

    def add(self, draft: Record, *, again: bool = False) -> None:
        """Take a draft, and pull what it names and has no evidence of yet.

        Runs that were pulled before anybody knew which metric it names are asked ``again``, for
        the history of that metric.
        """
        self._put(draft)
        wanted = Wanted([draft.path], missing=not (again and self._evidence), together=True)
        self._take(pull(self.workspace, self.tracker, wanted, hold=True).held)

    def put(self, draft: Record, text: str) -> Record:
        """Take another text of a draft, and return the draft with it."""
        if len(text.encode("utf-8")) > MAX_FILE:
            size = len(text.encode("utf-8")) / 1024 / 1024
            message = f"the draft would have {size:.1f} MiB; a record has at most 1 MiB"
            raise Refused(message, "keep records short: put data and logs elsewhere")
        found = record_of(draft.kind, text, draft.path)
        self._put(found)
        return found

    def mend(self, draft: Record) -> Record:
        """Take and return a draft with its run table and with sources for its numbers."""
        with self.workspace.context() as context:
            return self.put(draft, mended_text(draft, context))

    def write(self) -> None:
        """Write evidence and drafts, and tag the commits that they cite."""
        with only_one(self._on_disk):
            self._refuse_taken()
            with keeping(self._on_disk, together=True) as keeper:
                for path, document in self._evidence.items():
                    keeper.put(path, document)
                keeper.finish()
            for path, draft in self._drafts.items():
                create_bytes(self._on_disk.place(path), draft.file.text.encode("utf-8"))
        wanted = Wanted(list(self._drafts), missing=True, together=True)
        pull(self.workspace, self.tracker, wanted)

    def _refuse_taken(self) -> None:
        """Make sure that nobody has taken a draft's id since it was drawn."""
        files = self._on_disk.repository.working_files()
        taken = {id_of_file(entry.path) for entry in files.list(self._on_disk.settings.records)}
        for draft in self._drafts.values():
            if draft.id in taken:
                raise CannotRun(f"{draft.id} was taken meanwhile", "run it again")

    def _put(self, draft: Record) -> None:
        self._drafts[draft.path] = draft
        self._refresh()

    def _take(self, documents: Mapping[str, bytes]) -> None:
        self._evidence |= documents
        self._refresh()

    def _refresh(self) -> None:
        folder = self._on_disk.settings.evidence
        documents = {f"{folder}/{path}": content for path, content in self._evidence.items()}
        texts = {path: one.file.text.encode("utf-8") for path, one in self._drafts.items()}
        files = _Overlay(self._on_disk.files, documents | texts)
        drafts = tuple(self._drafts.values())
        self.workspace = _Drafting(self._on_disk.repository, files, self._on_disk, drafts)


def git_add(*paths: str) -> str:
    """Return the line that stages new files, to be copied into a shell."""
    return f"git add {' '.join(map(shlex.quote, paths))}"
