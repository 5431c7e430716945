"""What records beyond drafts rest on, and the pulled values that contradict it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from expdocs.evidence.comparison import Difference, differences, same
from expdocs.evidence.snapshots import Population, PopulationRun, RunSnapshot
from expdocs.facts.rivals import relied_on
from expdocs.rules.context import Context

_POPULATION = "population"
_METRIC = f"{_POPULATION}.metrics."


class Contradiction(NamedTuple):
    """A value that a record rests on and that the tracker now gives differently."""

    record: str
    run_id: str
    difference: Difference


class Reliance:
    """Holds what was pulled against the facts that records rest on."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of_run(self, kept: RunSnapshot, pulled: RunSnapshot) -> Iterator[Contradiction]:
        """Yield the facts of a run that changed under a record."""
        for difference in differences(kept, pulled):
            record = self._facts.get((kept.run_id, difference.key))
            if record is not None:
                yield Contradiction(record, kept.run_id, difference)

    def of_population(
        self, kept: Population, pulled: Mapping[str, PopulationRun]
    ) -> Iterator[Contradiction]:
        """Yield what changed in the sweeps that a record rests on.

        A run that is new in such a sweep, or no longer there, changes its mean, best and count.
        """
        relied_on = self._sweeps(kept)
        before = {run.run_id: run for run in kept.runs}
        for run_id in sorted(before.keys() | pulled.keys()):
            old, new = before.get(run_id), pulled.get(run_id)
            parents = [run.parent_run_id for run in (old, new) if run is not None]
            found = {key: r for parent in parents for key, r in relied_on.get(parent, {}).items()}
            for key, record in found.items():
                one, other = _fact(old, key), _fact(new, key)
                if not same(one, other):
                    yield Contradiction(record, run_id, Difference(key, one, other))

    def _sweeps(self, kept: Population) -> dict[str | None, dict[str, str]]:
        """Return, for each parent run, the keys that records rest on and one of the records."""
        found: dict[str | None, dict[str, str]] = defaultdict(dict)
        for run in kept.runs:
            for key, record in self._of_children.get(run.run_id, {}).items():
                found[run.parent_run_id].setdefault(key, record)
        return found

    @cached_property
    def _facts(self) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for record in self._context.corpus.records:
            if not record.draft:
                for key in relied_on(record, self._context.facts):
                    found.setdefault((key.run_id, key.key), record.id)
        return found

    @cached_property
    def _of_children(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for (run_id, key), record in self._facts.items():
            if key == _POPULATION or key.startswith(_METRIC):
                found[run_id][key] = record
        return found


def _fact(run: PopulationRun | None, key: str) -> float | str | None:
    """Return a fact of a child run; one that was deleted is not of its sweep any more."""
    if run is None or run.lifecycle_stage != "active":
        return None
    return run.run_id if key == _POPULATION else run.metrics.get(key.removeprefix(_METRIC))
