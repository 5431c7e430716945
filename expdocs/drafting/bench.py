"""Where a draft is made: beside the working tree, which stays as it is until all is done."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from expdocs.atomic import create_bytes
from expdocs.edit.fix import mended_text
from expdocs.edit.scaffold import only_one
from expdocs.errors import CannotRun, Refused, UsageError
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.files import Entry, Files
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


class Bench:
    """Pulls what a draft needs and mends it; nothing is written before ``write``.

    ``workspace`` is the repository as it will be then.
    """

    def __init__(self, workspace: Workspace, uri: str | None = None) -> None:
        self.workspace = workspace
        self._on_disk = workspace
        self._uri = uri
        self._evidence: dict[str, bytes] = {}
        self._records: dict[str, bytes] = {}

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

    def add(self, path: str, text: str, *, again: bool = False) -> None:
        """Take a draft, and pull what it names and has no evidence of yet.

        Runs that were pulled before anybody knew which metric it names are asked ``again``, for
        the history of that metric.
        """
        self.put(path, text)
        wanted = Wanted([path], missing=not (again and self._evidence), together=True)
        self._take(pull(self.workspace, self.tracker, wanted, hold=True).held)

    def put(self, path: str, text: str) -> None:
        """Take the text of a draft, in place of what it was before."""
        content = text.encode("utf-8")
        if len(content) > MAX_FILE:
            size = len(content) / 1024 / 1024
            message = f"the draft would have {size:.1f} MiB; a record has at most 1 MiB"
            raise Refused(message, "keep records short: put data and logs elsewhere")
        self._records[path] = content
        self._refresh()

    def mend(self, path: str) -> str:
        """Return the draft with its run table and with sources for its numbers, and take it."""
        with self.workspace.context() as context:
            self.put(path, mended_text(self.record(path), context))
        return self.text(path)

    def record(self, path: str) -> Record:
        """Return a draft as a record."""
        found = self.workspace.corpus.by_path.get(path)
        if found is None:
            problem = next(one for one in self.workspace.corpus.findings if one.path == path)
            raise CannotRun(f"the draft cannot be read: {problem.message}", problem.hint)
        return found

    def text(self, path: str) -> str:
        """Return the text of a draft as it is now."""
        return self._records[path].decode("utf-8")

    def write(self) -> None:
        """Write evidence and drafts, and tag the commits that they cite."""
        workspace = self._on_disk
        with keeping(workspace, together=True) as keeper:
            for path, document in self._evidence.items():
                keeper.put(path, document)
            keeper.finish()
        with only_one(workspace):
            taken = workspace.refreshed().corpus.by_id
            for path, content in self._records.items():
                if id_of_file(path) in taken:
                    raise CannotRun(f"{id_of_file(path)} was taken meanwhile", "run it again")
                create_bytes(workspace.place(path), content)
        wanted = Wanted(list(self._records), missing=True, together=True)
        pull(workspace.refreshed(), self.tracker, wanted)

    def _take(self, documents: Mapping[str, bytes]) -> None:
        self._evidence |= documents
        self._refresh()

    def _path(self, path: str) -> str:
        return f"{self._on_disk.settings.evidence}/{path}"

    def _refresh(self) -> None:
        documents = {self._path(path): content for path, content in self._evidence.items()}
        files = _Overlay(self._on_disk.repository.working_files(), documents | self._records)
        self.workspace = Workspace(self._on_disk.repository, files)


def git_add(*paths: str) -> str:
    """Return the line that stages new files, to be copied into a shell."""
    return f"git add {' '.join(map(shlex.quote, paths))}"
