"""All that a record could cite: every value of its runs, groups and sweeps, and of linked records'.

Each is a reference as it would be written, with the words that somebody may look for it by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from expdocs.evidence.snapshots import Metric, RunSnapshot
from expdocs.facts.citations import Evidenced, Facts, Unresolved
from expdocs.facts.tables import metric_names
from expdocs.prose.references import (
    Delta,
    Field,
    Group,
    Namespace,
    Ratio,
    RunRef,
    Statistic,
    Suffix,
    ValueOf,
)
from expdocs.records.links import links_of
from expdocs.records.record import Record, RunUse

MOST_SIDES = 60  # of comparisons, whose number grows with the square
_OTHERS: tuple[Suffix, ...] = ("max", "min")
_STATISTICS: tuple[Statistic, ...] = ("mean", "sd")
_IN_WORDS = {"max": "greatest", "min": "least", "last": "last"}


class Citable(NamedTuple):
    """A reference; ``sort`` says how it comes about, ``words`` what it may be looked for by."""

    reference: Evidenced
    sort: str
    description: str
    words: tuple[str, ...]
    name: str = ""
    elsewhere: bool = False


class Citables:
    """Lists what one record could cite; ``missing`` names the runs without evidence, once listed.

    Comparisons are listed for the metrics that the record names, where they are asked for.
    """

    def __init__(self, record: Record, facts: Facts) -> None:
        self._record = record
        self._facts = facts
        self.missing: dict[str, None] = {}

    def listed(self, *, comparisons: bool) -> Iterator[Citable]:
        """Yield what can be cited, the record's own first."""
        yield from self._of(self._record)
        if comparisons:
            for name in metric_names(self._record):
                yield from self._compared(name)
        for owner in self._linked():
            yield from self._of(owner)

    def _linked(self) -> Iterator[Record]:
        targets = dict.fromkeys(link.target for link in links_of(self._record))
        for target in targets:
            owner = self._facts.index.record(target)
            if owner is not None and owner.id != self._record.id:
                yield owner

    def _of(self, owner: Record) -> Iterator[Citable]:
        for use in owner.labels.values():
            try:
                snapshot = self._facts.snapshot(use)
                yield from (
                    self._of_sweep(owner, use) if use.sweep else self._of_run(owner, use, snapshot)
                )
            except Unresolved:
                before = "" if owner is self._record else f"{owner.id}/"
                self.missing[f"{before}{use.label}"] = None
        for group, uses in owner.groups.items():
            yield from self._of_group(owner, group, uses)

    def _of_run(self, owner: Record, use: RunUse, run: RunSnapshot) -> Iterator[Citable]:
        for name, metric in run.metrics.items():
            for suffix in ("last", *(s for s in _OTHERS if _differs(metric, s))):
                yield self._value(owner, use, "metrics", name, suffix)
        for name in run.params:
            yield self._value(owner, use, "params", name)

    def _value(
        self,
        owner: Record,
        use: RunUse,
        namespace: Namespace,
        name: str,
        suffix: Suffix = "last",
    ) -> Citable:
        reference = ValueOf(self._ref(owner, use.label), Field(namespace, name, suffix))
        parameter = namespace == "params"
        sort = "parameter" if parameter else suffix
        kept = "parameter" if parameter else f"{_IN_WORDS[suffix]} value"
        about = f"{name} of {use.label}, {kept}"
        words = (name, use.label, use.group, use.role, *_words(sort, suffix))
        return self._made(owner, Citable(reference, sort, about, words, name))

    def _of_sweep(self, owner: Record, use: RunUse) -> Iterator[Citable]:
        children = self._facts.children(use)
        ref = self._ref(owner, use.label)
        for name in sorted({name for child in children for name in child.metrics}):
            for suffix in _OTHERS:
                reference = ValueOf(ref, Field("metrics", name, suffix))
                about = f"{name}, {_IN_WORDS[suffix]} of the sweep {use.label}"
                words = (name, use.label, "sweep", *_words("best", suffix))
                yield self._made(owner, Citable(reference, suffix, about, words, name))
            yield from self._statistics(owner, use.label, name, "sweep")
        yield self._counted(owner, use.label, "sweep")

    def _of_group(self, owner: Record, group: str, uses: Sequence[RunUse]) -> Iterator[Citable]:
        snapshots = [self._facts.evidence.run(use.run_id) for use in uses]
        runs = [run for run in snapshots if isinstance(run, RunSnapshot)]
        if len(runs) < len(uses):
            return
        for name in [name for name in runs[0].metrics if all(name in r.metrics for r in runs)]:
            yield from self._statistics(owner, group, name, "group")
            for suffix in _OTHERS:
                if any(_differs(run.metrics[name], suffix) for run in runs):
                    yield from self._statistics(owner, group, name, "group", suffix)
        yield self._counted(owner, group, "group")

    def _statistics(
        self, owner: Record, group: str, name: str, what: str, suffix: Suffix = "last"
    ) -> Iterator[Citable]:
        for statistic in _STATISTICS:
            reference = Group(statistic, self._ref(owner, group), Field("metrics", name, suffix))
            of = f" of the {_IN_WORDS[suffix]} {name}" if suffix != "last" else f" of {name}"
            about = f"{_words(statistic)[0]}{of} over the {what} {group}"
            words = (name, group, what, *_words(statistic, suffix))
            yield self._made(owner, Citable(reference, statistic, about, words, name))

    def _counted(self, owner: Record, group: str, what: str) -> Citable:
        reference = Group("count", self._ref(owner, group), None)
        about = f"number of runs in the {what} {group}"
        return self._made(owner, Citable(reference, "count", about, (group, what, "count", "runs")))

    def _compared(self, name: str) -> Iterator[Citable]:
        groups, labels = self._record.groups, self._record.labels
        sides = [*groups, *(label for label, use in labels.items() if not use.sweep)]
        field = Field("metrics", name)
        for a, b in permutations(dict.fromkeys(sides[:MOST_SIDES]), 2):
            roles = [use.role for use in groups.get(a, [])] or [labels[a].role]
            sort = "gain" if "baseline" in roles else "delta"
            words = (name, a, b, *_words("delta", sort))
            about = f"{name} of {b} minus that of {a}"
            first, second = RunRef(label=a), RunRef(label=b)
            yield Citable(Delta(first, second, field), sort, about, words, name)
            about, words = f"{name} of {b} over that of {a}", (name, a, b, *_words("ratio"))
            yield Citable(Ratio(first, second, field), "ratio", about, words, name)

    def _ref(self, owner: Record, label: str) -> RunRef:
        return RunRef(label=label, record=None if owner is self._record else owner.id)

    def _made(self, owner: Record, one: Citable) -> Citable:
        if owner is self._record:
            return one
        about = f"{one.description} ({owner.id})"
        return one._replace(description=about, words=(*one.words, owner.id), elsewhere=True)


def _differs(metric: Metric, suffix: str) -> bool:
    found = metric.maximum if suffix == "max" else metric.minimum
    return found.value != metric.last.value


_SYNONYMS = {
    "mean": ("mean", "average"),
    "sd": ("standard deviation", "sd", "spread"),
    "delta": ("difference", "delta"),
    "gain": ("gain",),
    "ratio": ("ratio", "factor"),
    "max": ("max", "maximum", "greatest"),
    "min": ("min", "minimum", "least"),
    "last": ("last",),
    "best": ("best",),
    "parameter": ("parameter", "params"),
}


def _words(*sorts: str) -> tuple[str, ...]:
    return tuple(word for sort in dict.fromkeys(sorts) for word in _SYNONYMS.get(sort, ()))
