"""What evidence a record rests on: the facts that its acceptance freezes and pulls protect."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.canonical import sha256_of
from expdocs.evidence.comparison import fact
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.citations import Evidenced, FactKey, Facts, Unresolved
from expdocs.facts.gates import own_gates, values_of
from expdocs.facts.tables import metric_names
from expdocs.prose.references import ReferenceProblem, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES
from expdocs.records.record import Record, RunUse


def references_of(record: Record) -> Iterator[Evidenced]:
    """Yield the well-formed references to values in a record's prose."""
    for citation in record.prose.citations:
        if citation.scheme not in NUMBER_SCHEMES:
            continue
        try:
            reference = parse_reference(citation.scheme, citation.target)
        except ReferenceProblem:
            continue
        yield reference  # type: ignore[misc]


def cited_facts(record: Record, facts: Facts) -> dict[FactKey, float | str]:
    """Return every evidence fact that the record cites or lists, or its gates use, with its value.

    Facts that cannot be resolved are left out; each has a finding of its own. What other records
    say has no part in it: an accepted record stays as it is when they change.
    """
    found: dict[FactKey, float | str] = {}
    for reference in references_of(record):
        try:
            found.update(facts.resolve(record, reference).keys)
        except Unresolved:
            continue
    names = metric_names(record)
    for use in record.runs:
        found.update(_of_run(use, names, facts))
    found.update(values_of(own_gates(record, facts)))
    return found


def rests_on_broken(record: Record, facts: Facts) -> bool:
    """Whether a value that the record cites is lost through a fault that is reported elsewhere."""
    for reference in references_of(record):
        try:
            facts.resolve(record, reference)
        except Unresolved as problem:
            if problem.follows:
                return True
    return False


def _of_run(use: RunUse, names: list[str], facts: Facts) -> dict[FactKey, float | str]:
    snapshot = facts.evidence.run(use.run_id)
    if not isinstance(snapshot, RunSnapshot):
        return {}
    data = [f"data.{entry['path']}" for entry in use.data if isinstance(entry.get("path"), str)]
    keys = ["attributes.status", "commit", "code_tree", *data]
    keys += [f"metrics.{name}@last" for name in names]
    values = {FactKey(use.run_id, key): fact(snapshot, key) for key in keys}
    return {key: value for key, value in values.items() if value is not None}


def facts_digest(record: Record, facts: Facts) -> str:
    """Return the digest over the facts that the record rests on, ``v1:`` and 64 hex digits.

    SHA-256 of the RFC 8785 bytes of the sorted list of ``[run, key, value]``.
    """
    found = cited_facts(record, facts)
    rows = sorted([key.run_id, key.key, value] for key, value in found.items())
    return f"v1:{sha256_of(rows)}"
