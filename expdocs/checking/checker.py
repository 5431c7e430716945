"""Reading and judging the record files of one state of a repository, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from expdocs.files import Entry
from expdocs.findings import Finding
from expdocs.records.corpus import load_record
from expdocs.records.index import Index, PresumedIndex, Unsettled
from expdocs.records.outline import Outline, id_of_file, outline_of
from expdocs.records.record import Record
from expdocs.rules.choice import Judgement
from expdocs.rules.context import Context
from expdocs.rules.engine import judge
from expdocs.workspace import Workspace

# Records often cite the same others as the ones beside them.
MAX_HELD = 256


class Checked(NamedTuple):
    """What came of one file: its outline, what reading it and the rules say, what they asked.

    ``complete`` is false where the rules need the other records.
    """

    outline: Outline
    notes: tuple[Finding, ...] = ()
    judgement: Judgement = Judgement()
    asked: frozenset[str] = frozenset()
    complete: bool = True


class Checker:
    """Judges record files one at a time; holds a few of those that they cite."""

    def __init__(self, workspace: Workspace, entries: Mapping[str, Entry]) -> None:
        """``entries`` are all record files by path."""
        self._workspace = workspace
        self._entries = entries
        self._whole = lru_cache(maxsize=MAX_HELD)(self._read_whole)
        self._asked: set[str] = set()
        self._evidence = workspace.passing_evidence(self._asked.add)
        self._commits = workspace.read_commits(self._evidence, self._asked.add)

    def presume(self, entry: Entry) -> Checked:
        """Judge a file before the others have been read."""
        record, notes = self._read(entry)
        if record is None:
            return Checked(Outline(entry.path), tuple(notes))
        outline = outline_of(record)
        index = PresumedIndex(outline, self._named.get, self._whole, self._asked.add)
        try:
            return self._judged(record, outline, notes, index)
        except Unsettled:
            return Checked(outline, complete=False)

    def settle(self, entry: Entry, index: Index) -> Checked:
        """Judge a file against the outlines of all."""
        record, notes = self._read(entry)
        if record is None:
            return Checked(Outline(entry.path), tuple(notes))
        return self._judged(record, outline_of(record), notes, index)

    def index(self, outlines: list[Outline]) -> Index:
        """Return the index of all records, which notes what is asked of it."""
        return Index(outlines, self._whole, self._asked.add)

    @cached_property
    def _named(self) -> dict[str, str]:
        return {id_of_file(path): path for path in sorted(self._entries, reverse=True)}

    def _read_whole(self, path: str) -> Record | None:
        return self._read(self._entries[path])[0]

    def _read(self, entry: Entry) -> tuple[Record | None, list[Finding]]:
        return load_record(entry, self._workspace.files, self._workspace.registry)

    def _judged(
        self, record: Record, outline: Outline, notes: list[Finding], index: Index
    ) -> Checked:
        self._asked.clear()
        context = Context(
            self._workspace.settings,
            self._workspace.registry,
            index,
            self._evidence,
            self._commits,
            self._workspace.repository.incomplete,
            lambda: self._workspace.corpus,
        )
        judgement = judge(record, context)
        return Checked(outline, tuple(notes), judgement, frozenset(self._asked))
