"""A record with what is known about it, as one JSON document of version 1."""

from __future__ import annotations

from typing import Any

from expdocs.cli.whyjson import source_document
from expdocs.facts.gates import GateResult
from expdocs.narrative.portrait import Listed, Portrait

VERSION = 1


def document(portrait: Portrait) -> dict[str, Any]:
    """Return a record for programs."""
    record, outcome, timing = portrait.record, portrait.outcome, portrait.timing
    by, when = portrait.accepted or (None, None)
    return {
        "version": VERSION,
        "record": source_document(portrait.source),
        "authors": list(record.texts_of("authors")),
        "project": record.text_of("project"),
        "approach": record.text_of("approach"),
        "tags": list(record.texts_of("tags")),
        "accepted": {"by": by, "date": when, "reviewed": False} if portrait.accepted else None,
        "links": [one._asdict() for one in portrait.relations],
        "runs": [_run(one) for one in portrait.runs],
        "outcome": {"name": outcome.name, "reason": outcome.reason} if outcome else None,
        "hypothesis": timing._asdict() if timing else None,
        "gates": [_gate(one) for one in portrait.gates],
        "measured": [one._asdict() for one in portrait.measured],
        "cited": [one._asdict() for one in portrait.cited],
        "unknown": [{"field": one.field, "reason": one.reason} for one in portrait.unknown],
        "options": [dict(one.data) for one in portrait.options],
        "text": [{"key": p.key, "line": p.line, "text": p.text} for p in portrait.pieces],
    }


def _run(one: Listed) -> dict[str, Any]:
    use = one.use
    return {
        "run_id": use.run_id,
        "label": use.label,
        "role": use.role,
        "group": use.group,
        "sweep": use.sweep,
        "line": one.line,
        "missing": one.missing,
        "edges": [
            {
                "edge": edge.name,
                "subject": edge.subject,
                "verdict": edge.verdict,
                "reason": edge.reason,
            }
            for edge in one.edges
        ],
    }


def _gate(result: GateResult) -> dict[str, Any]:
    return {
        "gate": str(result.threshold),
        "run_id": result.reading.run_id,
        "value": result.reading.value,
        "passed": result.passed,
        "reason": result.reading.reason,
    }
