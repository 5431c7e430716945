"""Repairing what is mechanical in records: each repair of ``repairs/``, in order.

Source spans are replaced, so every other byte stays. Accepted records are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.edit.pending import Pending, Repair, apply_repair
from expdocs.edit.repairs import citations, encoding, quoting, tables, values
from expdocs.edit.repairs.mended import Mended, unwanted
from expdocs.edit.repairs.references import Renamed, file_edits, links_to_file
from expdocs.edit.repairs.renumber import Renumbered, Renumbering, drawing
from expdocs.edit.repairs.standing import Standing
from expdocs.edit.scaffold import record_of
from expdocs.edit.source import apply_edits
from expdocs.errors import CannotRun, Refused, UsageError
from expdocs.records.frontmatter import MAX_FILE
from expdocs.records.record import Record
from expdocs.rules.choice import covers
from expdocs.rules.context import Context
from expdocs.rules.identity import named
from expdocs.workspace import Workspace

# Values first: what is cited and shown in tables rests on them.
_STEPS = (encoding.mend, values.mend, citations.mend, tables.mend)


class Plan(NamedTuple):
    """All repairs of a run, and what it leaves to a person, each with its reason."""

    repairs: tuple[Repair, ...]
    notes: tuple[str, ...] = ()


class _Work(NamedTuple):
    """A record as it is to be, with the text that stands in its file now."""

    record: Record
    old: str
    what: tuple[str, ...] = ()

    def mended(self, done: Mended | None) -> _Work:
        """Return the work with one more repair done."""
        if done is None:
            return self
        record = record_of(self.record.kind, done.text, self.record.path)
        return _Work(record, self.old, (*self.what, *done.what))


_Works = dict[str, _Work]


def plan(workspace: Workspace, context: Context, paths: Sequence[str] = ()) -> Plan:
    """Return the repairs of the records in the files and folders named; of all when none is."""
    works = _opened(workspace, context)
    chosen = [path for path in works if covers(paths, path)]
    works |= {path: _mended(works[path], context) for path in chosen}
    renamed, notes = _renumber_newcomers(works, workspace, chosen)
    more, said = _to_be_named(works, workspace, [p for p in chosen if p not in renamed])
    return _plan(works, {**renamed, **more}, [*notes, *said])


def plan_renumbering(workspace: Workspace, context: Context, name: str) -> Plan:
    """Return what gives one record another id; raises ``Refused`` where it has to keep it."""
    corpus = workspace.corpus
    record = corpus.by_path.get(workspace.relative(name)) or workspace.record(name)
    sharing = [one for one in corpus.records if one.id == record.id and one is not record]
    if sharing and name == record.id:
        paths = " and ".join(sorted(one.path for one in (record, *sharing)))
        raise UsageError(f"{name} is shared by {paths}", "name the file of the one to renumber")
    works = _opened(workspace, context)
    done = _renumbering(works, workspace).renumber(record, sharing)
    _take(works, done)
    return _plan(
        works, {record.path: done.renamed}, [*done.notes, *_unreadable(works, workspace, done)]
    )


def fix_record(workspace: Workspace, context: Context, record: Record) -> None:
    """Repair the text of one record in place, where there is something to repair."""
    work = _mended(_Work(record, record.file.text), context)
    if work.what:
        new = work.record.file.text
        apply_repair(workspace, Repair(record.path, record.path, work.old, new, work.what))


def mended_text(record: Record, context: Context) -> str:
    """Return the text of a record, which need not be on disk, with all repairs made."""
    return _mended(_Work(record, record.file.text), context).record.file.text


def carry_out(workspace: Workspace, repairs: Sequence[Repair]) -> Iterator[Repair]:
    """Write repairs one after the other and yield each when it is done."""
    pending = Pending(workspace)
    together = any(repair.path != repair.new_path for repair in repairs)
    if together:
        pending.write(repairs)
    for repair in repairs:
        apply_repair(workspace, repair)
        yield repair
    if together:
        pending.clear()


def finish(workspace: Workspace) -> tuple[list[Repair], list[str]]:
    """Finish what an interrupted run has begun; returns that, and what stood in the way."""
    pending, done, notes = Pending(workspace), [], []
    for repair in pending.read():
        try:
            apply_repair(workspace, repair)
            done.append(repair)
        except CannotRun as problem:
            notes.append(f"left by an interrupted fix: {problem.message}")
    pending.clear()
    return done, notes


# --- the parts of a plan


def _opened(workspace: Workspace, context: Context) -> _Works:
    """Return every record by path, with those that can be read once a text is quoted."""
    works = {r.path: _Work(r, r.file.text) for r in workspace.corpus.records}
    for path in workspace.corpus.unread:
        text = _text(workspace, path)
        found = quoting.mend(path, text, context.registry) if text else None
        if found is not None:
            works[path] = _Work(found[0], text, found[1].what)
    return dict(sorted(works.items()))


def _text(workspace: Workspace, path: str) -> str:
    """Return the text of a file that is no record yet; empty where it has none."""
    try:
        if (workspace.root / path).lstat().st_size > MAX_FILE:
            return ""
        return (workspace.files.read(path) or b"").decode("utf-8")
    except (UnicodeDecodeError, OSError, CannotRun):
        return ""


def _mended(work: _Work, context: Context) -> _Work:
    if work.record.frozen:
        return work
    for mend in _STEPS:
        work = work.mended(mend(work.record, context))
    return work


def _take(works: _Works, done: Renumbered) -> None:
    for path, mended in done.texts.items():
        works[path] = works[path].mended(mended)


def _renumbering(works: _Works, workspace: Workspace) -> Renumbering:
    records = [work.record for work in works.values()]
    texts = {path: work.old for path, work in works.items()}
    return Renumbering(records, texts, Standing(workspace), drawing(workspace, texts))


def _renumber_newcomers(
    works: _Works, workspace: Workspace, chosen: Sequence[str]
) -> tuple[dict[str, Renamed], list[str]]:
    """Renumber the records that took the id of another one, as far as git tells which did."""
    renamed: dict[str, Renamed] = {}
    notes: list[str] = []
    for sharing in _clashes(works):
        if not any(path in chosen for path in sharing):
            continue
        try:
            for done in _apart(works, workspace, sharing, chosen):
                _take(works, done)
                renamed[done.renamed.path] = done.renamed
                notes += [*done.notes, *_unreadable(works, workspace, done)]
        except Refused as problem:
            notes.append(f"{problem.message}: {problem.hint}" if problem.hint else problem.message)
    return renamed, notes


def _clashes(works: _Works) -> list[list[str]]:
    by_id: dict[str, list[str]] = {}
    for path, work in works.items():
        if work.record.kind.id_pattern().match(work.record.id):
            by_id.setdefault(work.record.id, []).append(path)
    return [paths for paths in by_id.values() if len(paths) > 1]


def _apart(
    works: _Works, workspace: Workspace, sharing: Sequence[str], chosen: Sequence[str]
) -> Iterator[Renumbered]:
    records = [works[path].record for path in sharing]
    for path in [one.path for one in _renumbering(works, workspace).newcomers(records)]:
        if path in chosen:
            # What was renumbered before this one has changed the records.
            record = works[path].record
            left = [works[p].record for p in sharing if p != path]
            still = [one for one in left if one.id == record.id]
            yield _renumbering(works, workspace).renumber(record, still)


def _unreadable(works: _Works, workspace: Workspace, done: Renumbered) -> list[str]:
    old, new = done.renamed.id, done.renamed.new_id
    return [
        f"{path} cannot be read and names {old}: write {new} where that record is meant"
        for path in sorted(workspace.corpus.unread)
        if path not in works and old in _text(workspace, path)
    ]


def _to_be_named(
    works: _Works, workspace: Workspace, chosen: Sequence[str]
) -> tuple[dict[str, Renamed], list[str]]:
    """Return the files whose names are to begin with the record's id."""
    shared = {path for paths in _clashes(works) for path in paths}
    renamed: dict[str, Renamed] = {}
    notes: list[str] = []
    for path in chosen:
        record = works[path].record
        if path in shared or not _misnamed(record, workspace.settings):
            continue
        new_path = named(record)
        leading = [o.record for o in works.values() if _fixed_link(o.record, path)]
        if (workspace.root / new_path).exists() or new_path in [
            r.new_path for r in renamed.values()
        ]:
            notes.append(f"{path} was not renamed: {new_path} exists already")
        elif leading:
            notes.append(f"{path} was not renamed: {leading[0].path} was accepted and links to it")
        else:
            renamed[path] = Renamed(path, new_path, record.id, record.id)
    return renamed, notes


def _misnamed(record: Record, settings: Settings) -> bool:
    return (
        not record.frozen
        and record.kind.id_pattern().match(record.id) is not None
        and named(record) != record.path
        and not unwanted(record, "REC303", settings)
    )


def _fixed_link(record: Record, path: str) -> bool:
    return record.frozen and any(links_to_file(record, path))


def _plan(works: _Works, renamed: Mapping[str, Renamed], notes: Sequence[str]) -> Plan:
    repairs = []
    for path, one in works.items():
        work = _following(one, renamed)
        new_path = renamed[path].new_path if path in renamed else path
        what = work.what
        if new_path != path:
            what = (*what, f"renamed to {new_path.rpartition('/')[2]}")
        if what:
            repairs.append(Repair(path, new_path, work.old, work.record.file.text, what))
    return Plan(tuple(repairs), tuple(notes))


def _following(work: _Work, renamed: Mapping[str, Renamed]) -> _Work:
    """Let the links of a record follow files to their new names."""
    if not renamed or work.record.frozen:
        return work
    edits = file_edits(work.record, renamed.values())
    text = apply_edits(work.record.file.text, edits)
    return work.mended(Mended(text, ("links to renamed files corrected",)) if edits else None)
