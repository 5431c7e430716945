"""What is chosen among: runs, alone or with the seeds that repeat them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from expdocs.drafting.bench import Bench
from expdocs.errors import UsageError
from expdocs.prose.references import RunRef
from expdocs.records.outline import RECORD_ID
from expdocs.records.record import Record, RunUse

_LOST = ("rejected", "superseded", "deprecated")


class Candidate(NamedTuple):
    """A run, or several that differ in their seed alone; ``owner`` is the record that lists them.

    A decision cites it by ``ref``, which names a group where ``grouped``.
    """

    name: str
    uses: tuple[RunUse, ...]
    ref: RunRef
    owner: Record | None = None
    grouped: bool = False

    @property
    def run_ids(self) -> list[str]:
        """The ids of its runs."""
        return [use.run_id for use in self.uses]


def candidates_of(bench: Bench, names: Sequence[str]) -> list[Candidate]:
    """Return what records, ``RECORD/LABEL`` and runs name, in order, each once."""
    runs = [name for name in names if not RECORD_ID.match(name)]
    ids = dict(zip(runs, bench.run_ids(runs), strict=True))
    found = [one for name in names for one in _named(bench, name, ids)]
    return _distinct(found)


def finals_of(records: Iterable[Record], *, approach: str, project: str) -> list[Candidate]:
    """Return the finals of the experiments on an approach or in a project.

    Experiments without a final give their candidates where none of them has any.
    """
    fitting = [
        record
        for record in records
        if record.runs
        and "hypothesis" in record.kind.properties
        and record.status not in _LOST
        and approach in ("", record.text_of("approach"))
        and project in ("", record.text_of("project"))
    ]
    for role in ("final", "candidate"):
        if found := [one for record in fitting for one in _of_role(record, role)]:
            return _distinct(found)
    where = " and ".join(
        f"{what} '{name}'" for what, name in (("approach", approach), ("project", project)) if name
    )
    hint = "name them: --candidate RECORD/LABEL"
    raise UsageError(f"no experiment of the {where} lists a final or a candidate run", hint)


def _named(bench: Bench, name: str, ids: dict[str, str]) -> Iterator[Candidate]:
    if name in ids:
        yield _of_run(bench, ids[name])
        return
    record_id, slash, label = name.partition("/")
    record = bench.workspace.record(record_id)
    if not slash:
        found = [*_of_role(record, "final")] or [*_of_role(record, "candidate")]
        if not found:
            hint = f"name one of its runs: --candidate {record_id}/LABEL"
            raise UsageError(f"{record_id} lists no final and no candidate run", hint)
        yield from found
    elif label in record.labels:
        yield _of_label(record, record.labels[label])
    elif label in record.groups:
        yield _of_group(record, label)
    else:
        known = ", ".join([*record.labels, *record.groups][:12]) or "none"
        raise UsageError(f"{record_id} has no run or group '{label[:60]}'", f"there are: {known}")


def _of_run(bench: Bench, run_id: str) -> Candidate:
    bench.snapshot(run_id)
    owner = bench.workspace.corpus.index.lister(run_id)
    uses = [use for use in owner.runs if use.run_id == run_id] if owner else []
    if owner and uses and uses[0].label:
        return _of_label(owner, uses[0])
    name = bench.snapshot(run_id).run_name or run_id[:12]
    use = RunUse(run_id, ())
    return Candidate(name, (use,), RunRef(run_id=run_id))


def _of_role(record: Record, role: str) -> Iterator[Candidate]:
    groups: set[str] = set()
    for use in record.runs:
        if use.role != role or use.group in groups:
            continue
        if use.group:
            groups.add(use.group)
            yield _of_group(record, use.group)
        else:
            yield _of_label(record, use)


def _of_label(record: Record, use: RunUse) -> Candidate:
    if use.sweep:
        hint = "name the run that is to be used: --candidate RUN"
        raise UsageError(f"'{use.label}' of {record.id} is a sweep, which is no model", hint)
    return Candidate(use.label, (use,), RunRef(use.label, record=record.id), record)


def _of_group(record: Record, group: str) -> Candidate:
    uses = tuple(record.groups[group])
    if len(uses) == 1:
        return _of_label(record, uses[0])
    return Candidate(group, uses, RunRef(group, record=record.id), record, grouped=True)


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates once each, with the record before names that several have."""
    once = list({frozenset(one.run_ids): one for one in reversed(found)}.values())[::-1]
    counts = Counter(one.name for one in once)
    return [one if counts[one.name] == 1 else one._replace(name=_whole_name(one)) for one in once]


def _whole_name(one: Candidate) -> str:
    return f"{one.owner.id}/{one.name}" if one.owner else f"{one.name} {one.run_ids[0][:12]}"
