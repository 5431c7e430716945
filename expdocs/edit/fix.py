"""Mechanical repairs: line ends, byte order marks, generated tables, file names.

Source spans are replaced, so every other byte stays. Accepted records are never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from expdocs.atomic import create_bytes, write_bytes
from expdocs.edit.blocks import with_run_table
from expdocs.records.corpus import id_of_file
from expdocs.records.frontmatter import read_record
from expdocs.records.record import Record
from expdocs.rules.context import Context
from expdocs.rules.schema import schema_errors
from expdocs.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair makes of one record's file."""

    path: str
    new_path: str
    old: str
    new: str
    what: tuple[str, ...]


def repairs(context: Context) -> Iterator[Repair]:
    """Yield the repairs that records need, in the order of paths."""
    for record in context.corpus.records:
        repair = repair_of(record, context)
        if repair is not None:
            yield repair


def repair_of(record: Record, context: Context) -> Repair | None:
    """Return what there is to repair in one record, or None."""
    if "accepted" in record.data:
        return None
    done = []
    text = record.file.text
    if record.file.bom:
        done.append("byte order mark removed")
        text = text.removeprefix("\ufeff")
    if record.file.crlf_at is not None:
        done.append("line ends made LF")
        text = text.replace("\r\n", "\n")
    text, renewed = _with_table(record, text, context)
    done += ["run table written"] if renewed else []
    new_path = _named(record, context)
    done += [f"renamed to {PurePosixPath(new_path).name}"] if new_path != record.path else []
    if not done:
        return None
    return Repair(record.path, new_path, record.file.text, text, tuple(done))


def _with_table(record: Record, text: str, context: Context) -> tuple[str, bool]:
    if not any(section.generated == "runs" for section in record.kind.sections):
        return text, False
    current = Record(record.path, record.kind, read_record(text.encode("utf-8")))
    # Where fields are wrong the table would be, too.
    if schema_errors(current):
        return text, False
    renewed = with_run_table(current, context.facts)
    return renewed, renewed != text


def _named(record: Record, context: Context) -> str:
    corpus = context.corpus
    if not record.kind.id_pattern().match(record.id) or corpus.by_id[record.id] is not record:
        return record.path
    found = id_of_file(record.path)
    if found == record.id:
        return record.path
    path = PurePosixPath(record.path)
    rest = path.name.removeprefix(found).lstrip("-") if found else path.name
    new = str(path.with_name(record.id + ("" if rest == ".md" else "-") + rest))
    return record.path if new in corpus.by_path else new


def apply_repair(workspace: Workspace, repair: Repair) -> None:
    """Write a repair; a renamed record is whole under one of its names at any time."""
    target = workspace.place(repair.new_path)
    content = repair.new.encode("utf-8")
    if repair.new_path == repair.path:
        write_bytes(target, content)
    else:
        create_bytes(target, content)
        workspace.place(repair.path).unlink()


def fix_record(workspace: Workspace, context: Context, record: Record) -> None:
    """Repair one record in place, where there is something to repair."""
    repair = repair_of(record, context)
    if repair is not None:
        apply_repair(workspace, repair)
