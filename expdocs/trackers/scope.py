"""What a verification is about: records, runs, commits, registered models."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from expdocs.errors import UsageError
from expdocs.facts.commits import cited_commits
from expdocs.objects import FULL_SHA
from expdocs.records.record import Record
from expdocs.workspace import Workspace

Resolve = Callable[[str], str]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_START_OF_ID = re.compile(r"[0-9a-f]{4,32}")


class Scope(NamedTuple):
    """The records whose edges are looked at, and the evidence that is held against its source.

    ``everything`` adds what no record names: registered models and populations. ``citing`` maps
    runs and commits to the ids of all records that name them.
    """

    records: tuple[Record, ...]
    runs: tuple[str, ...]
    commits: tuple[str, ...]
    everything: bool
    citing: Mapping[str, tuple[str, ...]]


def scope_of(
    workspace: Workspace, references: Sequence[str], resolve: Resolve, *, everything: bool
) -> Scope:
    """Return what records and runs name, or all that there is.

    A run that has a snapshot is found by its id or the start of it; ``resolve`` asks the tracker
    for the rest. Raises ``UsageError`` for a run without a snapshot.
    """
    citing = _citing(workspace.corpus.records)
    if everything:
        records = tuple(workspace.corpus.records)
        runs = [*_runs_of(records), *workspace.evidence.run_ids()]
        commits = _unique([*cited_commits(records), *_pulled_commits(workspace)])
        return Scope(records, _unique(runs), commits, everything=True, citing=citing)
    pulled = set(workspace.evidence.run_ids())
    records, named = _split(workspace, references)
    chosen = [_pulled(one, pulled, resolve) for one in named]
    named_runs = _unique([*_runs_of(records), *chosen])
    return Scope(
        records, named_runs, _unique(cited_commits(records)), everything=False, citing=citing
    )


def _runs_of(records: Iterable[Record]) -> Iterator[str]:
    return (use.run_id for record in records for use in record.runs)


def _split(workspace: Workspace, references: Sequence[str]) -> tuple[tuple[Record, ...], list[str]]:
    records: list[Record] = []
    others: list[str] = []
    for reference in references:
        path = workspace.relative(reference)
        record = workspace.corpus.find(reference) or workspace.corpus.by_path.get(path)
        if record is not None:
            records.append(record)
        else:
            others.append(reference)
    return tuple(records), others


def _pulled(reference: str, pulled: set[str], resolve: Resolve) -> str:
    wanted = reference.strip().lower()
    starting = [one for one in pulled if one.startswith(wanted)]
    if _START_OF_ID.fullmatch(wanted) and len(starting) == 1:
        return starting[0]
    run_id = wanted if _RUN_ID.fullmatch(wanted) else resolve(reference)
    if run_id not in pulled:
        message = f"run {run_id} has no snapshot, so there is nothing to verify"
        raise UsageError(message, f"run: expdocs evidence pull {run_id}")
    return run_id


def _citing(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for record in records:
        for name in (*(use.run_id for use in record.runs), *cited_commits([record])):
            found[name][record.id or record.path] = None
    return {name: tuple(ids) for name, ids in found.items()}


def _pulled_commits(workspace: Workspace) -> Iterator[str]:
    """Yield the commits that have a snapshot, readable or not."""
    folder = f"{workspace.settings.evidence}/git"
    for entry in workspace.files.list([folder]):
        name = PurePosixPath(entry.path)
        if name.suffix == ".json" and FULL_SHA.match(name.stem):
            yield name.stem


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
