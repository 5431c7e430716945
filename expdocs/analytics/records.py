"""Whether it says anything that the last tries brought no new best.

Were all tries alike, whatever their distribution, each order of them would be as likely, so that
the best of ``n`` is among the last ``k`` with chance k/n: P(no new best in the last k) = (n-k)/n
(K. N. Chandler, "The Distribution and Frequency of Record Values", J. R. Stat. Soc. B 14, 1952).
3 of 10 is 70 %: no evidence. Ties make a new best rarer still, so that the chance is then a lower
bound. A trend test on the running best would find one in nearly every history.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from expdocs.analytics.best import contenders, once
from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.trial import Series, Trial, is_better
from expdocs.facts.citations import finite

EVIDENCE = 0.05
SOURCE = "records of exchangeable tries, Chandler 1952"
_PERCENT = 100


class Streak(NamedTuple):
    """Tries without a new best: ``since`` of ``tries``, of a project's or one approach's trials.

    Every run of a sweep is a try, and so is a group of repeated runs by its mean.
    """

    series: Series
    approach: str
    tries: int
    since: int
    record_ids: tuple[str, ...]

    @property
    def chance(self) -> float:
        """How likely at least as many tries without a new best are when nothing is exhausted."""
        return (self.tries - self.since) / self.tries

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        names = (self.series.project, self.approach, self.series.wanted)
        return "/".join(name for name in names if name)

    def is_evidence(self, chance: float = EVIDENCE) -> bool:
        """Whether chance alone would so seldom bring so long a streak."""
        return self.chance <= chance


def streaks(trials: Iterable[Trial]) -> tuple[Streak, ...]:
    """Return the streak of every series among trials in the order of time, then by approach."""
    groups: dict[tuple[Series, str], list[Trial]] = {}
    for trial in contenders(once(trials)):
        groups.setdefault((trial.series, ""), []).append(trial)
        if trial.approach:
            groups.setdefault((trial.series, trial.approach), []).append(trial)
    return tuple(_streak(*key, groups[key]) for key in sorted(groups))


def _streak(series: Series, approach: str, trials: list[Trial]) -> Streak:
    tries = [value for trial in trials for value in _tries(trial)]
    best, at = tries[0], 0
    for number, value in enumerate(tries):
        if is_better(finite(value), finite(best), series.goal):
            best, at = value, number
    records = tuple(dict.fromkeys(trial.record_id for trial in trials))
    return Streak(series, approach, len(tries), len(tries) - 1 - at, records)


def _tries(trial: Trial) -> list[float]:
    if not trial.sweep:
        return [float(trial.value)]
    return [run.value for run in sorted(trial.runs, key=lambda run: (run.start, run.run_id))]


def streak_data(streak: Streak) -> Iterator[Datum]:
    """Yield how many tries there were, how many without a new best, and how likely that is."""
    of = f"{streak.approach or streak.series.project} at {streak.series.metric}"
    for method, value, meaning, formula in (
        ("tries", streak.tries, f"tries of {of}", "number of trials and of runs in sweeps"),
        ("records-since", streak.since, f"tries of {of} since the best", "tries after the best"),
    ):
        yield derived(
            method,
            streak.subject,
            value,
            meaning,
            formula=formula,
            records=streak.record_ids,
            unit="tries",
        )
    yield derived(
        "chance-of-none",
        streak.subject,
        _PERCENT * streak.chance,
        f"chance that so many tries of {of} bring no new best though nothing is exhausted",
        formula="100 x (n - k) / n",
        operands=[derived_id(name, streak.subject) for name in ("tries", "records-since")],
        records=streak.record_ids,
        unit="%",
        source=SOURCE,
    )
