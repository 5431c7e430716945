"""What became of each approach: its best, its gain over the baseline, its spread, its cost."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from expdocs.analytics.best import best_of, contenders, once
from expdocs.analytics.budget import NOTHING, Cost, by_approach, spent
from expdocs.analytics.citing import cited_as, derived, shown
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.analytics.trial import BASELINE, Series, Trial
from expdocs.facts.citations import EXACT, finite, standard_deviation
from expdocs.prose.references import Field, Group, RunRef, ValueOf

_TWICE = 2


class Approach(NamedTuple):
    """One line of investigation at one metric.

    ``trials`` are what it tried itself: a record's baselines are none, unless it has nothing else.
    ``baseline`` is the hardest one of the record that holds the best; ``verdicts`` are those of all
    records, in the order of time, withdrawn ones too.
    """

    series: Series
    name: str
    record_ids: tuple[str, ...]
    trials: tuple[Trial, ...]
    best: Trial
    baseline: Trial | None
    first: str
    last: str
    verdicts: tuple[tuple[str, str], ...] = ()
    cost: Cost = NOTHING

    @property
    def runs(self) -> int:
        """How many distinct runs it tried, those of sweeps among them."""
        return len({run for trial in self.trials for run in trial.run_ids})

    @property
    def gain(self) -> Decimal | None:
        """The best minus the baseline; None without a baseline."""
        return self.best.value - self.baseline.value if self.baseline else None

    @property
    def spread(self) -> Decimal | None:
        """The standard deviation (n-1) over the best's repeated runs; None where it ran once."""
        if self.best.sweep or len(self.best.runs) < _TWICE:
            return None
        return standard_deviation(finite(value) for value in self.best.values)

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.series.project}/{self.name}/{self.series.wanted}"


def approaches(history: History) -> tuple[Approach, ...]:
    """Return the approaches that have a result that stands, by project, metric and name."""
    groups: dict[tuple[Series, str], list[Trial]] = {}
    for trial in history.standing:
        groups.setdefault((trial.series, trial.approach), []).append(trial)
    costs, verdicts = by_approach(spent(history)), _verdicts(history)
    return tuple(
        _approach(series, name, groups[series, name])._replace(
            verdicts=tuple(verdicts.get((series.project, name), ())),
            cost=costs.get((series.project, name), NOTHING),
        )
        for series, name in sorted(groups)
    )


def _approach(series: Series, name: str, listed: Sequence[Trial]) -> Approach:
    tried = once(own_trials(listed))
    best = best_of(contenders(tried) or tried).trial
    baselines = [t for t in listed if t.role == BASELINE and t.record_id == best.record_id]
    rivals = [trial for trial in baselines if trial.name != best.name]
    return Approach(
        series=series,
        name=name,
        record_ids=tuple(dict.fromkeys(trial.record_id for trial in listed)),
        trials=tried,
        best=best,
        baseline=best_of(rivals).trial if rivals else None,
        first=min(trial.date for trial in listed),
        last=max(trial.date for trial in listed),
    )


def _verdicts(history: History) -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for record in history.experiments:
        if verdict := record.text_of("verdict"):
            line = record.text_of("project"), record.text_of("approach")
            found.setdefault(line, []).append((record.id, verdict))
    return found


def own_trials(listed: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return what records tried themselves: no baselines, unless a record has nothing else."""
    trials = tuple(listed)
    beyond = {trial.record_id for trial in trials if trial.role != BASELINE}
    return tuple(t for t in trials if t.role != BASELINE or t.record_id not in beyond)


def approach_data(approach: Approach) -> Iterator[Datum]:
    """Yield the best of an approach, its runs, its gain and its spread."""
    best, metric = approach.best, approach.series.metric
    what = "greatest" if best.goal == "maximize" else "least"
    yield derived(
        "approach-best",
        approach.subject,
        best.value,
        f"best {metric} of {approach.name}",
        formula=f"the {what} of the approach's trials",
        operands=[cited_as(trial.reference) for trial in approach.trials],
        records=[best.record_id],
    )
    yield derived(
        "approach-runs",
        approach.subject,
        approach.runs,
        f"runs of {approach.name} at {metric}",
        formula="number of distinct runs without baselines",
        records=approach.record_ids,
        unit="runs",
    )
    yield from _compared(approach)


def _compared(approach: Approach) -> Iterator[Datum]:
    best, baseline = approach.best, approach.baseline
    if baseline is not None:
        yield gain_datum(best, baseline)
    if approach.spread is not None:
        yield _spread_datum(best, approach.spread)


def _spread_datum(trial: Trial, spread: Decimal) -> Datum:
    field = Field("metrics", trial.metric)
    runs = (RunRef(label=run.label, record=trial.record_id) for run in trial.runs)
    return Datum(
        id=cited_as(Group("sd", RunRef(label=trial.name, record=trial.record_id), field)),
        meaning=f"standard deviation of {trial.metric} over {trial.name}",
        value=spread,
        shown=shown(spread),
        records=(trial.record_id,),
        formula="sd over runs",
        operands=tuple(cited_as(ValueOf(run, field)) for run in runs),
    )


def gain_datum(trial: Trial, baseline: Trial) -> Datum:
    """Return by how much a trial differs from its record's baseline."""
    return derived(
        "gain",
        f"{trial.subject}#{trial.metric}",
        EXACT.subtract(trial.value, baseline.value),
        f"{trial.metric} of {trial.name} minus that of the baseline {baseline.name}",
        formula="value - baseline",
        operands=[cited_as(trial.reference), cited_as(baseline.reference)],
        records=[trial.record_id, baseline.record_id],
        goal=trial.goal,
        signed=True,
    )
