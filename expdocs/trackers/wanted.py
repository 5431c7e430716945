"""What a pull is asked for, and what records need of it: runs, histories, sweeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.cited import references_of
from expdocs.facts.renames import other_names
from expdocs.facts.tables import metric_names
from expdocs.prose.references import Delta, Group, Ratio, ValueOf
from expdocs.records.index import Index
from expdocs.records.record import Record
from expdocs.rules.context import Context
from expdocs.workspace import Workspace


class Wanted(NamedTuple):
    """What to pull: runs and records by any reference, whole experiments, registered models.

    ``metrics`` names metrics whose history is wanted beside those that records name. With
    ``missing`` what has a snapshot is not asked for again. With ``together`` nothing is written
    unless all of it can be had.
    """

    references: Sequence[str] = ()
    everything: bool = False
    experiments: Sequence[str] = ()
    models: Sequence[str] = ()
    since: datetime | None = None
    metrics: Sequence[str] = ()
    missing: bool = False
    together: bool = False


def targets(workspace: Workspace, wanted: Wanted) -> tuple[list[Record], list[str]]:
    """Return the records that are meant, and the references that must be runs."""
    corpus = workspace.corpus
    if wanted.everything:
        return list(corpus.records), []
    records: list[Record] = []
    others: list[str] = []
    for reference in wanted.references:
        record = corpus.find(reference) or corpus.by_path.get(workspace.relative(reference))
        if record is None:
            others.append(reference)
        else:
            records.append(record)
    return records, others


def histories(
    context: Context, run_ids: Iterable[str], metrics: Sequence[str]
) -> Mapping[str, set[str]]:
    """Return the metrics whose history belongs in each run's snapshot: those that records name."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for record in context.corpus.records:
        names = named_metrics(record, context.index)
        for use in record.runs:
            wanted[use.run_id] |= names
    for run_id in run_ids:
        wanted[run_id] |= set(metrics)
        existing = context.evidence.run(run_id)
        if isinstance(existing, RunSnapshot):
            wanted[run_id] |= {n for n, metric in existing.metrics.items() if metric.history}
    return wanted


def named_metrics(record: Record, index: Index) -> set[str]:
    """Return the metrics that a record names or cites, under every name of the same quantity."""
    named = {*metric_names(record), *_cited_metrics(record)}
    renames = index.renames(record.text_of("project"))
    return named | {other for name in named for other in other_names(name, renames)}


def _cited_metrics(record: Record) -> Iterator[str]:
    for reference in references_of(record):
        found = reference.field if isinstance(reference, ValueOf | Delta | Ratio | Group) else None
        if found is not None and found.namespace == "metrics":
            yield found.name
