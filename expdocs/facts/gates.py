"""Whether what was agreed on is met: thresholds on the metrics of snapshots, failing closed.

A threshold is a metric's name beside ``op`` and ``value``; with a run beside it, it is a gate that
names who meets it. Values are compared as recorded: nothing is rounded.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.evidence.comparison import fact
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.citations import FactKey, Facts
from expdocs.kinds.shape import Place
from expdocs.records.links import declared_links
from expdocs.records.record import Record, RunUse

_HOLDS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
_DECIDES, _TESTS = "decides", "tests"
# What was rejected promotes nothing, often because of the very gate.
REJECTED = "rejected"


class Threshold(NamedTuple):
    """A bound that a metric has to keep; ``owner`` is the record that says so, at ``place``."""

    metric: str
    op: str
    bound: float
    owner: str
    place: Place
    run_id: str = ""

    def on(self, run_id: str) -> tuple[str, str, float, str]:
        """Return what the threshold asks of a run, whoever states it."""
        return self.metric, self.op, self.bound, run_id

    def __str__(self) -> str:
        return f"{self.metric} {self.op} {self.bound!r}"


class Reading(NamedTuple):
    """The value of a metric in a run's snapshot; without one ``reason`` says why."""

    run_id: str
    name: str
    value: float | None
    reason: str = ""
    key: FactKey | None = None


class GateResult(NamedTuple):
    """What a threshold finds in a run: met, not met, or not to be evaluated, which fails too."""

    threshold: Threshold
    reading: Reading

    @property
    def evaluated(self) -> bool:
        """Whether there is a value to compare."""
        return self.reading.value is not None

    @property
    def passed(self) -> bool:
        """Whether the value keeps the bound."""
        value = self.reading.value
        return value is not None and _HOLDS[self.threshold.op](value, self.threshold.bound)


def thresholds(record: Record) -> Iterator[Threshold]:
    """Yield the bounds that a record states, in order; those of an unreadable form are left out."""
    runs = dict(record.marked("run"))
    for place, metric in record.marked("metric"):
        entry = owner_of(record, place)
        op, bound = entry.get("op"), entry.get("value")
        if op in _HOLDS and isinstance(bound, int | float) and not isinstance(bound, bool):
            run_id = runs.get((*place[:-1], "run"), "")
            yield Threshold(metric, str(op), bound, record.id, place, run_id)


def own_gates(record: Record, facts: Facts) -> list[GateResult]:
    """Return what the gates of a record find, each in the run that it names."""
    if record.status == REJECTED:
        return []
    named = [one for one in thresholds(record) if one.run_id]
    return [GateResult(one, reading(record, one.run_id, one.metric, facts)) for one in named]


def values_of(results: Iterable[GateResult]) -> dict[FactKey, float]:
    """Return the values that gates read."""
    readings = [result.reading for result in results]
    return {one.key: one.value for one in readings if one.key and one.value is not None}


def reading(record: Record, run_id: str, metric: str, facts: Facts, name: str = "") -> Reading:
    """Read the last value of a metric that a record names, also where it was renamed.

    A missing one, nan and infinities are no value.
    """
    shown = name or run_id[:12]
    run = facts.evidence.run(run_id)
    if not isinstance(run, RunSnapshot):
        return Reading(run_id, shown, None, "has no snapshot to rely on")
    key = f"metrics.{facts.recorded_name(record, metric, run.metrics) or metric}@last"
    value = fact(run, key)
    if not isinstance(value, int | float):
        return Reading(run_id, shown, None, f"has no metric '{metric}'")
    if not math.isfinite(value):
        return Reading(run_id, shown, None, f"has {value} as '{metric}'", FactKey(run_id, key))
    return Reading(run_id, shown, value, "", FactKey(run_id, key))


class Promotion:
    """A record that puts a model to use, as its kind says: which runs, and what they have to meet.

    The runs are those that its gates name; else those of the chosen option; else the final runs of
    the chosen option's experiments; else their candidates.
    """

    def __init__(self, record: Record, facts: Facts) -> None:
        self.record = record
        self._facts = facts
        self.experiments = list(self._chosen_records())
        self.runs = self._runs()

    def agreed(self) -> list[GateResult]:
        """Return what the thresholds find that the experiments' compacts state.

        Each is read in the runs that the record's own gates name for the same metric, else in the
        promoted runs. What a gate of its own or another compact asks as well is left out.
        """
        own = [one for one in thresholds(self.record) if one.run_id]
        known = {one.on(one.run_id) for one in own}
        found = []
        for threshold in self._agreed_on():
            named = [one.run_id for one in own if one.metric == threshold.metric]
            runs = {run_id: run_id[:12] for run_id in named} or self.runs
            for run_id, name in runs.items():
                if threshold.on(run_id) in known:
                    continue
                known.add(threshold.on(run_id))
                seen = reading(self.record, run_id, threshold.metric, self._facts, name)
                found.append(GateResult(threshold, seen))
        return found

    def _agreed_on(self) -> Iterator[Threshold]:
        for one in self.compacts():
            yield from (threshold for threshold in thresholds(one) if not threshold.run_id)

    def compacts(self) -> list[Record]:
        """Return the records that are decided or that the experiments test, those included."""
        links = [link for link in declared_links(self.record) if link.type == _DECIDES]
        others = [*self.experiments, *self._found(link.target for link in links)]
        tests = (link for one in others for link in declared_links(one) if link.type == _TESTS)
        agreed = {one.id: one for one in (*others, *self._found(link.target for link in tests))}
        return [one for one in agreed.values() if one.status != REJECTED]

    def _found(self, targets: Iterable[str]) -> list[Record]:
        found = (self._facts.index.record(target) for target in dict.fromkeys(targets))
        return [one for one in found if one is not None]

    def _chosen_records(self) -> Iterator[Record]:
        yield from self._found(target for _, target in chosen(self.record, "record"))

    def _runs(self) -> dict[str, str]:
        """Return the promoted runs by id, with the names that people know them by."""
        uses = {use.run_id: use for one in self.experiments for use in one.runs}
        gated = [one.run_id for one in thresholds(self.record) if one.run_id]
        named = [run_id for _, run_id in chosen(self.record, "run")]
        tested = [run_id for run_id in named if not _has_role(uses.get(run_id), "baseline")]
        final = [run_id for run_id, use in uses.items() if use.role == "final"]
        candidates = [run_id for run_id, use in uses.items() if use.role == "candidate"]
        ids = gated or tested or named or final or candidates
        return {run_id: _name(run_id, uses.get(run_id)) for run_id in ids}


def _has_role(use: RunUse | None, role: str) -> bool:
    return use is not None and use.role == role


def _name(run_id: str, use: RunUse | None) -> str:
    return use.label if use is not None and use.label else run_id[:12]


def promotion_of(record: Record, facts: Facts) -> Promotion | None:
    """Return the promotion that a record is, or None where its kind does not say that it is one."""
    gating = record.kind.gating
    if gating is None or record.status == REJECTED:
        return None
    fits = all(record.text_of(key) in values for key, values in gating.when.items())
    return Promotion(record, facts) if fits else None


def chosen(record: Record, mark: str) -> list[tuple[Place, str]]:
    """Return the marked values inside of options that say ``outcome: chosen``."""
    return [
        (place, text)
        for place, text in record.marked(mark)
        if len(place) > 2  # noqa: PLR2004 - a list, an option of it, a field of the option
        and owner_of(record, place[:3]).get("outcome") == "chosen"
    ]


def owner_of(record: Record, place: Place) -> Mapping[str, Any]:
    """Return the mapping that a field stands in."""
    found: Any = record.data
    for part in place[:-1]:
        found = found[part]
    return found if isinstance(found, dict) else {}
