"""Reading and judging the record files of one state of a repository, one after the other."""

from __future__ import annotations

from typing import NamedTuple

from expdocs.files import Entry
from expdocs.findings import Finding
from expdocs.records.corpus import load_record
from expdocs.records.index import Index, PresumedIndex, Unsettled
from expdocs.records.outline import Outline, outline_of
from expdocs.records.record import Record
from expdocs.rules.choice import Judgement
from expdocs.rules.context import Context
from expdocs.rules.engine import judge
from expdocs.workspace import Workspace


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
    """Judges record files; holds no more than one of them at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._asked: set[str] = set()
        self._evidence = workspace.read_evidence(self._asked.add)
        self._commits = workspace.read_commits(self._evidence, self._asked.add)

    def presume(self, entry: Entry) -> Checked:
        """Judge a file before the others have been read."""
        record, notes = self._read(entry)
        if record is None:
            return Checked(Outline(entry.path), tuple(notes))
        outline = outline_of(record)
        index = PresumedIndex(outline, self._asked.add)
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

    def index(self, outlines: list[Outline], entries: dict[str, Entry]) -> Index:
        """Return the index of all records, which notes what is asked of it."""
        return Index(outlines, lambda path: self._read(entries[path])[0], self._asked.add)

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
