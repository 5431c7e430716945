"""How far the best so far is from what a compact asks for."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from expdocs.analytics.best import Best, best_of, contenders, once
from expdocs.analytics.citing import cited_as, derived, derived_id, shown
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import STANDING, History
from expdocs.analytics.trial import GOALS, Series
from expdocs.facts.citations import EXACT, finite
from expdocs.facts.gates import owner_of
from expdocs.records.record import Record


class Target(NamedTuple):
    """The value at which a record says that its iteration has succeeded."""

    record_id: str
    project: str
    metric: str
    goal: str
    value: float

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.record_id}/{self.metric}"


class Gap(NamedTuple):
    """A target and the best result that stands at its metric; None where there is none."""

    target: Target
    best: Best | None

    @property
    def missing(self) -> Decimal | None:
        """How much is missing, zero or less when the target is met; None without a result."""
        if self.best is None:
            return None
        target, best = finite(self.target.value), self.best.trial.value
        more = self.target.goal == "maximize"
        return EXACT.subtract(target, best) if more else EXACT.subtract(best, target)

    @property
    def met(self) -> bool:
        """Whether the best so far reaches the target."""
        return self.missing is not None and self.missing <= 0


def targets_of(record: Record) -> Iterator[Target]:
    """Yield the targets that a record states: a metric with a goal and a number to reach."""
    for place, metric in record.marked("metric"):
        entry = owner_of(record, place)
        goal, value = entry.get("goal"), entry.get("target")
        if goal in GOALS and isinstance(value, int | float) and not isinstance(value, bool):
            yield Target(record.id, record.text_of("project"), metric, str(goal), float(value))


def gaps(history: History) -> tuple[Gap, ...]:
    """Return the gap to every target that stands, in the order of time."""
    standing = [record for record in history.records if record.status in STANDING]
    return tuple(gap_to(target, history) for record in standing for target in targets_of(record))


def gap_to(target: Target, history: History) -> Gap:
    """Return the gap to one target."""
    metric = history.quantity(target.project, target.metric)
    found = contenders(once(history.at(Series(target.project, metric, target.goal))))
    tried = [trial for trial in found if trial.status in STANDING]
    return Gap(target, best_of(tried) if tried else None)


def gap_data(gap: Gap) -> Iterator[Datum]:
    """Yield the target, the best so far, and what is missing."""
    target = gap.target
    yield Datum(
        id=derived_id("target", target.subject),
        meaning=f"target for {target.metric}",
        value=target.value,
        shown=shown(target.value),
        records=(target.record_id,),
    )
    if gap.best is None or gap.missing is None:
        return
    best = gap.best.trial
    yield derived(
        "best-for",
        target.subject,
        best.value,
        f"best {target.metric} so far",
        formula=f"the {'greatest' if target.goal == 'maximize' else 'least'} of all trials",
        operands=[cited_as(trial.reference) for trial in gap.best.tried],
        records=[best.record_id],
    )
    yield derived(
        "gap",
        target.subject,
        gap.missing,
        f"what is missing to the target for {target.metric}",
        formula="target - best" if target.goal == "maximize" else "best - target",
        operands=[derived_id(method, target.subject) for method in ("target", "best-for")],
        records=[target.record_id, best.record_id],
        goal="minimize",
    )
