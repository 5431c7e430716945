"""Moving a record through its life: accepted, superseded; every refusal says why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from expdocs.atomic import write_bytes
from expdocs.edit.scaffold import record_of
from expdocs.edit.source import set_fields
from expdocs.errors import Refused
from expdocs.facts.cited import facts_digest
from expdocs.findings import Finding, Severity
from expdocs.records.digest import record_digest
from expdocs.records.links import SUPERSEDES
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.rules.context import Context
from expdocs.rules.engine import check_record
from expdocs.rules.lifecycle import is_author, person_id
from expdocs.workspace import Workspace


def accept(workspace: Workspace, name: str, by: str, now: datetime) -> list[str]:
    """Accept a proposed record and return the paths written; raises ``Refused`` with the reason.

    Records that it supersedes become ``superseded`` in the same step.
    """
    record, by = workspace.record(name), person_id(by, workspace.settings)
    with workspace.context() as context:
        _may_be_accepted(record, by, context)
        block = {
            "by": by,
            "date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "digest": record_digest(record),
            "schema": record.kind.version,
            "facts": facts_digest(record, context.facts),
        }
        changes = [(record, {"status": "accepted", "accepted": block})]
        changes += [(old, {"status": "superseded"}) for old in superseded_by(record, context)]
    return _write(workspace, changes)


def _may_be_accepted(record: Record, by: str, context: Context) -> None:
    if not by:
        raise Refused("nobody is named", "say who accepts: --by NAME")
    if record.status != "proposed":
        hint = "set the status to proposed when it is complete"
        raise Refused(f"{record.id} is {record.status}, not proposed", hint)
    if "accepted" not in record.kind.statuses:
        raise Refused(f"records of the kind '{record.kind.name}' are not accepted")
    if record.kind.four_eyes and is_author(by, record.texts_of("authors"), context.settings):
        hint = "four eyes: let somebody who is no author accept it"
        raise Refused(f"{by} is an author of {record.id}", hint)
    unknown = [d.field for d in record.declared.values() if d.form == "unknown"]
    if record.kind.unknowns_refused and unknown:
        raise Refused(f"{record.id} has unknowns: {', '.join(unknown)}", "find them out first")
    errors = [f for f in check_record(record, context) if f.severity is Severity.ERROR]
    if errors:
        raise Refused(f"{record.id} has {_errors(errors)}", "see: expdocs check")


def _errors(errors: list[Finding]) -> str:
    first = errors[0]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{first.rule} at line {first.line} ({first.message}){more}"


def superseded_by(record: Record, context: Context) -> list[Record]:
    """Return the records that a record supersedes and that are not marked so yet."""
    links = context.corpus.links_from.get(record.id, ())
    found = [context.corpus.find(link.target) for link in links if link.type == SUPERSEDES]
    return [old for old in found if old and old.status != "superseded"]


def supersede(workspace: Workspace, old_name: str, new_name: str) -> list[str]:
    """Mark a record as superseded by an accepted one; returns the paths written."""
    old, new = workspace.record(old_name), workspace.record(new_name)
    links = workspace.corpus.links_from.get(new.id, ())
    linked = any(link.type == SUPERSEDES and link.target == old.id for link in links)
    if old.id == new.id:
        raise Refused(f"{old.id} cannot supersede itself")
    if old.status == "superseded" and linked:
        raise Refused(f"{old.id} is superseded already")
    if new.status == "accepted" and not linked:
        hint = f"write a successor instead: expdocs supersede {old.id} --title TITLE"
        raise Refused(f"{new.id} is accepted and says nothing of {old.id}", hint)
    changes: list[tuple[Record, dict[str, Any]]] = []
    if not linked:
        entries = new.data.get("links")
        known = list(entries) if isinstance(entries, list) else []
        changes.append((new, {"links": [*known, {"type": SUPERSEDES, "target": old.id}]}))
    if new.status == "accepted":
        changes.append((old, {"status": "superseded"}))
    return _write(workspace, changes)


def _write(workspace: Workspace, changes: list[tuple[Record, dict[str, Any]]]) -> list[str]:
    # All texts are made, and verified, before the first is written.
    texts = [(record.path, set_fields(record.file, fields)) for record, fields in changes]
    for (record, _), (_, text) in zip(changes, texts, strict=True):
        _refuse_broken(record, text)
    places = [workspace.place(path) for path, _ in texts]
    for place, (_, text) in zip(places, texts, strict=True):
        write_bytes(place, text.encode("utf-8"))
    return [path for path, _ in texts]


def _refuse_broken(record: Record, text: str) -> None:
    errors = schema_errors(record_of(record.kind, text, record.path))
    if errors:
        raise Refused(errors[0].message, errors[0].hint)
