"""Leading from a run in the tracker to the records that tell of it: the one thing written there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.evidence.snapshots import RunSnapshot
from expdocs.evidence.store import Evidence
from expdocs.trackers.connection import Address, address_of, guard, open_client
from expdocs.trackers.doors import FAILURES, Doors
from expdocs.trackers.mlflow import Tracker
from expdocs.trackers.notes import NOTE_TAG, NoteProblem, Story, note_with, tags_of
from expdocs.trackers.searching import IDS_A_SEARCH, Search, batches

Stories = Mapping[str, Sequence[Story]]

_DEFAULT = "mlflow"


class Current(NamedTuple):
    """The tags that a run has now, and whether it was deleted."""

    tags: Mapping[str, str]
    deleted: bool


class Labeller(Tracker):
    """A tracker on whose runs tags are written; nothing else is changed there."""

    def __init__(self, client: Any, address: Address) -> None:
        super().__init__(client, address)
        self._labels = client
        self._finder = Search(client, address)

    def current(self, run_ids: Sequence[str]) -> dict[str, Current]:
        """Return the tags of the runs that there are."""
        with guard(self.shown):
            found = self._finder.by_id(run_ids)
            return {
                run_id: Current(dict(run.data.tags), run.info.lifecycle_stage != "active")
                for run_id, run in found.items()
            }

    def write(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Set tags of a run, in one request."""
        from mlflow.entities import RunTag  # noqa: PLC0415 - loaded with the client

        with guard(self.shown):
            self._labels.log_batch(run_id, tags=[RunTag(key, tags[key]) for key in sorted(tags)])


def connect_to_label(uri: str | None, root: Path, aliases: Mapping[str, str]) -> Labeller:
    """Return the tracker as ``mlflow.connect`` does, to write tags on its runs."""
    address = address_of(uri, root, aliases)
    return Labeller(open_client(address), address)


class Linked(NamedTuple):
    """What became of one run: the tags that were (or would be) written, or why none was.

    ``failed`` tells that the tracker gave no answer.
    """

    run_id: str
    tags: Mapping[str, str] = {}
    problem: str = ""
    failed: bool = False


class How(NamedTuple):
    """Whether notes are written beside tags, and whether anything is written at all."""

    note: bool = False
    dry_run: bool = False


def link(
    doors: Doors[Labeller], evidence: Evidence, stories: Stories, how: How
) -> Iterator[Linked]:
    """Write on each run which records tell of it; a run that says so already is left alone."""
    by_tracker: dict[str, list[str]] = defaultdict(list)
    for run_id in stories:
        known = evidence.run(run_id)
        by_tracker[known.tracker if isinstance(known, RunSnapshot) else _DEFAULT].append(run_id)
    for alias, run_ids in by_tracker.items():
        for chunk in batches(run_ids, IDS_A_SEARCH):
            yield from _together(doors, alias, {one: stories[one] for one in chunk}, how)


def _together(doors: Doors[Labeller], alias: str, stories: Stories, how: How) -> Iterator[Linked]:
    pending = dict(stories)
    tracker = doors.tracker(alias)
    if tracker is not None:
        try:
            found = tracker.current(list(stories))
            for run_id, told in stories.items():
                one = _wanted(run_id, found.get(run_id), told, note=how.note)
                if one.tags and not how.dry_run:
                    tracker.write(run_id, one.tags)
                del pending[run_id]
                yield one
        except FAILURES as problem:
            doors.fail(alias, problem)
    for run_id in pending:
        yield Linked(run_id, problem=doors.problems[alias], failed=True)


def _wanted(run_id: str, now: Current | None, told: Sequence[Story], *, note: bool) -> Linked:
    if now is None:
        return Linked(run_id, problem="the tracker has no such run")
    if now.deleted:
        return Linked(run_id, problem="the run was deleted in the tracker; restore it there first")
    tags, problem = tags_of(told), ""
    if note:
        try:
            tags[NOTE_TAG] = note_with(now.tags.get(NOTE_TAG, ""), told)
        except NoteProblem as found:
            problem = str(found)
    changed = {name: value for name, value in tags.items() if now.tags.get(name) != value}
    return Linked(run_id, changed, problem)
