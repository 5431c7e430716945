"""One record with everything that is known about it: what it says, and what evidence says of it."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Iterator
from typing import NamedTuple

from expdocs.config import EDGES
from expdocs.evidence.commits import Commits
from expdocs.evidence.shapes import RunSnapshot
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Edge, edges_of
from expdocs.facts.gates import GateResult, own_gates
from expdocs.facts.outcome import Outcome, outcome_of
from expdocs.facts.timing import Timing, timing_of
from expdocs.narrative.why.answer import Source
from expdocs.narrative.why.composing import source_of
from expdocs.narrative.why.finding import Option, options_in
from expdocs.narrative.why.passages import TITLE, Piece, pieces_of
from expdocs.narrative.why.quoting import Figure, Quoting
from expdocs.narrative.why.shelf import Shelf
from expdocs.records.links import links_of
from expdocs.records.record import Declared, Record, RunUse

_SHOWN_APART = re.compile(rf"{TITLE}\Z|options\.")


class Relation(NamedTuple):
    """Another record, and how this one is joined to it; without a status it is not there."""

    types: tuple[str, ...]
    id: str
    title: str = ""
    status: str = ""


class Listed(NamedTuple):
    """A run of the record with the verdicts on its edges; ``missing`` says why there are none."""

    use: RunUse
    line: int
    edges: tuple[Edge, ...] = ()
    missing: str = ""


class Portrait(NamedTuple):
    """A record and what is known about it; ``accepted`` is by whom and when.

    ``measured`` is what its runs reached, ``cited`` are the numbers in its text, ``unknown`` the
    fields that wait for somebody who knows.
    """

    record: Record
    source: Source
    accepted: tuple[str, str] | None
    relations: tuple[Relation, ...]
    runs: tuple[Listed, ...]
    outcome: Outcome | None
    timing: Timing | None
    gates: tuple[GateResult, ...]
    measured: tuple[Figure, ...]
    cited: tuple[Figure, ...]
    unknown: tuple[Declared, ...]
    options: tuple[Option, ...]
    pieces: tuple[Piece, ...]


def draw(record: Record, shelf: Shelf, commits: Commits) -> Portrait:
    """Gather what is known about a record; git answers for its commits."""
    quoting = Quoting(shelf.facts, shelf.units)
    return Portrait(
        record=record,
        source=source_of(record, shelf),
        accepted=_accepted(record),
        relations=tuple(_relations(record, shelf)),
        runs=tuple(_listed(record, use, shelf, commits) for use in record.runs if _own(use)),
        outcome=outcome_of(record, shelf.facts),
        timing=timing_of(record, shelf.evidence),
        gates=tuple(own_gates(record, shelf.facts)),
        measured=tuple(quoting.measured(record)),
        cited=tuple(quoting.cited(record, 0, len(record.file.body))),
        unknown=tuple(one for one in record.declared.values() if one.form == "unknown"),
        options=tuple(options_in(record)),
        pieces=tuple(one for one in pieces_of(record) if not _SHOWN_APART.match(one.key)),
    )


def _accepted(record: Record) -> tuple[str, str] | None:
    accepted = record.data.get("accepted")
    if not isinstance(accepted, dict):
        return None
    return str(accepted.get("by") or ""), str(accepted.get("date") or "")


def _relations(record: Record, shelf: Shelf) -> Iterator[Relation]:
    joined: dict[str, dict[str, None]] = {}
    for name, type_ in _ends(record, shelf):
        joined.setdefault(name, {})[type_] = None
    for name, types in joined.items():
        other = shelf.index.record(name) or shelf.record_at(name)
        known = (other.title, other.status) if other else ()
        yield Relation(tuple(types), name, *known)


def _ends(record: Record, shelf: Shelf) -> Iterator[tuple[str, str]]:
    """Yield the other record and the type of each link, the record's own first."""
    for link in links_of(record):
        other = shelf.index.record(link.target)
        yield other.id if other else link.target, link.type
    for other in shelf.linking(record):
        for link in links_of(other):
            if shelf.index.record(link.target) is record:
                yield other.id or other.path, link.reverse


def _own(use: RunUse) -> bool:
    """Whether a run is the record's own, not one that a gate or an option names."""
    return bool(use.label or use.role)


def _listed(record: Record, use: RunUse, shelf: Shelf, commits: Commits) -> Listed:
    line, run = record.locate(use.place)[0], shelf.evidence.run(use.run_id)
    if isinstance(run, RunSnapshot):
        edges = () if use.sweep else edges_of(use, run, commits)
        return Listed(use, line, tuple(edge for edge in edges if edge.name in EDGES))
    if isinstance(run, BrokenSnapshot):
        return Listed(use, line, missing=f"its snapshot cannot be relied on: {run.message}")
    return Listed(use, line, missing="no snapshot: run: expdocs evidence pull")
