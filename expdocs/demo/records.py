"""Writing the demo's records, with the same functions that the commands use."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expdocs.atomic import write_bytes
from expdocs.demo.numbers import with_numbers
from expdocs.edit.evidenced import Chosen, fields_of
from expdocs.edit.fix import fix_record
from expdocs.edit.lifecycle import accept
from expdocs.edit.scaffold import create
from expdocs.edit.source import set_fields
from expdocs.errors import ExpdocsError
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.kinds.shape import typed
from expdocs.records.frontmatter import RecordFile, read_record
from expdocs.records.record import Record
from expdocs.trackers.mlflow import Tracker, connect
from expdocs.trackers.pull import Wanted, pull
from expdocs.workspace import Workspace

STORIES = Path(__file__).with_name("records")
_NAME = re.compile(r"\{\{(id|commit|hash|run) ([^{}]+)\}\}")
_NOT_A_FIELD = ("kind", "title", "date", "runs")


class Writer:
    """Writes records out of the texts in ``records/``, which name each other by short keys."""

    def __init__(self, root: Path, seed: int) -> None:
        self._root = root
        self._seed = seed
        self._ids: dict[str, str] = {}
        self.commits: dict[str, str] = {}

    @property
    def workspace(self) -> Workspace:
        """The repository as it is on disk now."""
        return Workspace.open(self._root)

    def write(self, key: str, status: str) -> str:
        """Write one record with everything that evidence gives, and return its id."""
        source = (STORIES / f"{key}.md").read_text(encoding="utf-8")
        story = read_record(_NAME.sub(self._named, source).encode("utf-8"))
        workspace = self.workspace
        kind = workspace.registry.get(typed(story.root, None)["kind"])
        if kind is None:
            raise ExpdocsError(f"the kind of the demo's {key} is not there")
        data = typed(story.root, kind.shape)
        values = {k: v for k, v in data.items() if k not in _NOT_A_FIELD}
        if "runs" in data:
            values = self._evidenced(data["runs"], values)
        day = date.fromisoformat(data["date"])
        draw = random.Random(f"{self._seed} {key}").choice  # noqa: S311 - the same ids each time
        path = create(workspace.refreshed(), kind, data["title"], day, values, draw)
        self._finish(path, story, status)
        self._ids[key] = self._record(path).id
        return self._ids[key]

    def accept(self, key: str, by: str, at: str) -> None:
        """Accept a record as somebody, at a time in UTC."""
        accept(self.workspace, self._ids[key], by, datetime.fromisoformat(at))

    def set_status(self, key: str, status: str) -> None:
        """Give a record another status, as an author does by hand."""
        record = self.workspace.record(self._ids[key])
        self._write(record.path, set_fields(record.file, {"status": status}))

    def _named(self, match: re.Match[str]) -> str:
        what, name = match.groups()
        if what == "id":
            return self._ids[name]
        if what == "commit":
            return self.commits[name]
        if what == "run":
            with self._tracker() as tracker:
                return tracker.resolve(name)
        with self.workspace.context() as context:
            head = self.workspace.repository.resolve("HEAD") or ""
            return context.commits.data_hash(head, name) or ""

    def _evidenced(
        self, runs: Sequence[Mapping[str, str]], given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Add what the runs tell: their ids, commits and data."""
        with self._tracker() as tracker:
            ids = [tracker.resolve(run["run"]) for run in runs]
        pull(self.workspace, self._tracker, Wanted(ids))
        workspace = self.workspace
        chosen = [
            Chosen(_snapshot(workspace, run_id), run["role"], run["as"])
            for run, run_id in zip(runs, ids, strict=True)
        ]
        with workspace.context() as context:
            metric = given["metric"]["name"]
            found = fields_of(chosen, metric, context.commits, workspace.repository)
        entries = [
            entry | {key: run[key] for key in ("group", "note") if key in run}
            for entry, run in zip(found["runs"], runs, strict=True)
        ]
        return {**found, **given, "runs": entries}

    def _finish(self, path: str, story: RecordFile, status: str) -> None:
        """Write the text, bring what it cites, then its numbers, its run table and its status."""
        file = self._record(path).file
        self._write(path, file.text[: file.body_start] + story.body)
        pull(self.workspace, self._tracker, Wanted([self._record(path).id]))
        with self.workspace.context() as context:
            self._write(path, with_numbers(self._record(path), context.facts))
        workspace = self.workspace
        with workspace.context() as context:
            fix_record(workspace, context, workspace.corpus.by_path[path])
        self._write(path, set_fields(self._record(path).file, {"status": status}))

    def _record(self, path: str) -> Record:
        return self.workspace.corpus.by_path[path]

    def _write(self, path: str, text: str) -> None:
        write_bytes(self.workspace.place(path), text.encode("utf-8"))

    def _tracker(self) -> Tracker:
        return connect(f"sqlite:///{self._root / 'mlflow.db'}", self._root)


def _snapshot(workspace: Workspace, run_id: str) -> RunSnapshot:
    found = workspace.evidence.run(run_id)
    if not isinstance(found, RunSnapshot):
        raise ExpdocsError(f"run {run_id} was not pulled")
    return found
