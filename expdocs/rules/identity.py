"""REC3: ids, file names, labels, and what stands in the way of acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from expdocs.findings import Finding
from expdocs.records.outline import id_of_file
from expdocs.records.record import ACCEPTED, Record
from expdocs.rules.context import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Report a taken id, a file name that tells another id, labels used twice, open unknowns."""
    yield from _identity(subject)
    yield from _labels(subject)
    yield from _unknowns(subject)


def _identity(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    known = bool(record.id) and subject.sound(("id",))
    first = subject.context.index.owner(record.id) if known else None
    if first and first != record.path:
        message = f"the id {record.id} belongs to {first}"
        hint = "run: expdocs fix, which renumbers the one that the protected branch lacks"
        yield subject.at(("id",), "REC301", message, hint)
    elif twin := subject.context.index.twin(record.path):
        message = f"on some systems this file and {twin} have one name"
        yield subject.at(("id",), "REC302", message, "rename one of the two")
    elif known and id_of_file(record.path) != record.id:
        message = f"the file's name does not begin with {record.id}"
        by_hand = f"run: git mv {record.path} {named(record)}"
        hint = by_hand if record.frozen else "run: expdocs fix"
        yield subject.at(("id",), "REC303", message, hint)


def named(record: Record) -> str:
    """Return the path of a record whose file's name begins with its id."""
    path = PurePosixPath(record.path)
    if id_of_file(record.path) == record.id:
        return record.path
    # An id in small letters is one that somebody mistyped.
    rest = path.stem[len(id_of_file(f"{path.stem.upper()}.md")) :].lstrip("-")
    return str(path.with_name(f"{record.id}{f'-{rest}' if rest else ''}.md"))


def _labels(subject: Subject) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, label in subject.record.marked("label"):
        owner = str(place[0])
        if owner != "runs" or place[-1] != "as":
            continue
        if label in seen:
            message = f"the label '{label}' stands twice"
            yield subject.at(place, "REC305", message, "give each run a label of its own")
        seen[label] = owner


def _unknowns(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    if not record.kind.unknowns_refused or record.status not in ACCEPTED:
        return
    for field, declared in record.declared.items():
        if declared.form == "unknown":
            message = f"'{field}' is unknown, and a {record.kind.name} is accepted without unknowns"
            yield subject.at((field,), "REC209", message, "find it out, or set the status back")
