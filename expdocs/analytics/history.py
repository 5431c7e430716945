"""What was tried in a repository, in the order of time, and what cannot be told of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Datum
from expdocs.analytics.trial import GOALS, Series, Trial, Unmeasured, Wanted, arms_of, trial_of
from expdocs.facts.citations import Evidenced, Facts, Unresolved
from expdocs.facts.renames import other_names
from expdocs.facts.tables import goal_of, metric_names
from expdocs.kinds.registry import Kind
from expdocs.kinds.shape import Shape
from expdocs.records.record import Record

# What was withdrawn counts for cost and as something that was tried, never as a result; a draft
# has been read by nobody else.
STANDING = ("proposed", "accepted")

_Asked = Callable[[Record], tuple[str, str] | None]


class History:
    """The experiments among some records, with what they measured.

    ``trials`` are at each experiment's primary metric, in the order of dates, first starts, ids
    and as they are listed; the arms of which no value can be had are ``unmeasured``.
    """

    def __init__(self, records: Iterable[Record], facts: Facts) -> None:
        self.records = tuple(sorted(records, key=lambda one: (one.text_of("date"), one.id)))
        self.facts = facts
        self.experiments = tuple(one for one in self.records if is_experiment(one))
        found = list(self._measured(_primary))
        self.trials = _in_order(found)
        self.unmeasured = tuple(one for one in found if isinstance(one, Unmeasured))

    @cached_property
    def standing(self) -> tuple[Trial, ...]:
        """The trials that count as results."""
        return tuple(trial for trial in self.trials if trial.status in STANDING)

    @cached_property
    def projects(self) -> tuple[str, ...]:
        """The projects of the experiments, by name."""
        return tuple(sorted({one.text_of("project") for one in self.experiments}))

    def at(self, series: Series) -> tuple[Trial, ...]:
        """Return what a project's experiments reached at any metric that their runs have."""

        def asked(record: Record) -> tuple[str, str] | None:
            own = record.text_of("project") == series.project
            return (series.metric, series.goal) if own else None

        return _in_order(self._measured(asked))

    def quantity(self, project: str, metric: str) -> str:
        """Return what a metric is called now, after the renames that kept the quantity."""
        renames = self.facts.index.renames(project)
        names = {metric, *other_names(metric, renames)}
        return min(names - {one.old for one in renames if one.same}, default=min(names))

    def measured(self, record: Record, reference: Evidenced, meaning: str = "") -> Datum:
        """Return the datum of what a record cites or could cite; raises ``Unresolved``.

        Its id is the citation as any other record would write it.
        """
        return datum_of(record, reference, self.facts, meaning)

    def datum(self, trial: Trial, meaning: str = "") -> Datum:
        """Return the datum of what a trial reached."""
        return self.measured(self._by_id[trial.record_id], trial.reference, meaning)

    @cached_property
    def _by_id(self) -> Mapping[str, Record]:
        return {one.id: one for one in reversed(self.experiments)}

    def _measured(self, asked: _Asked) -> Iterator[Trial | Unmeasured]:
        for record in self.experiments:
            wanted = asked(record)
            if wanted is not None:
                yield from self._arms(record, *wanted)

    def _arms(self, record: Record, metric: str, goal: str) -> Iterator[Trial | Unmeasured]:
        project = record.text_of("project")
        told = Unmeasured(record.id, project, record.text_of("approach"), "", metric, "")
        arms = arms_of(record)
        if goal not in GOALS or not arms:
            why = "it lists no runs" if metric and not arms else "it names no metric with a goal"
            yield told._replace(reason=why)
            return
        wanted = Wanted(metric, self.quantity(project, metric), goal)
        for name, uses in arms.items():
            try:
                yield trial_of(record, name, uses, wanted, self.facts)
            except Unresolved as problem:
                yield told._replace(name=name, reason=problem.message)


def _in_order(found: Iterable[Trial | Unmeasured]) -> tuple[Trial, ...]:
    trials = [one for one in found if isinstance(one, Trial)]
    return tuple(sorted(trials, key=lambda one: (one.date, one.start, one.record_id)))


def _primary(record: Record) -> tuple[str, str]:
    metric = next(iter(metric_names(record)), "")
    return metric, goal_of(record, metric)


def is_experiment(record: Record) -> bool:
    """Whether the record's kind has runs that play a role, whatever it is called."""
    return _has_roles(record.kind)


@lru_cache(maxsize=64)
def _has_roles(kind: Kind) -> bool:
    return _plays_roles(kind.shape)


def _plays_roles(shape: Shape) -> bool:
    below = shape.properties.values()
    if "role" in shape.properties and any(one.mark == "run" for one in below):
        return True
    return any(_plays_roles(one) for one in (*below, *([shape.items] if shape.items else [])))
