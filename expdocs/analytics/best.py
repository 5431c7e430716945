"""The best so far of what compares, and what the best of fewer tries would have been.

The expected best of ``n`` tries out of ``N`` that were made at random is the mean over all ways to
choose them: sum over i of C(i-1, n-1) / C(N, n) times the i-th worst value. It is unbiased (R. Tang
and others, "Showing Your Work Doesn't Always Work", ACL 2020, arXiv 2004.13705), which J. Dodge and
others ("Expected Validation Performance and Estimation of a Random Variable's Maximum", Findings of
EMNLP 2021, arXiv 2110.00613) found to vary more than biased ones do.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from expdocs.analytics.citing import cited_as, derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.trial import ABLATION, Series, Trial

EXPECTED = "unbiased expected maximum, Tang et al. 2020 (arXiv 2004.13705)"


class Best(NamedTuple):
    """The best of one series: ``tried`` are its trials in order, each once, ``steps`` the records.

    Every step was better than all before it; a tie is none.
    """

    series: Series
    tried: tuple[Trial, ...]
    steps: tuple[Trial, ...]

    @property
    def trial(self) -> Trial:
        """The best so far."""
        return self.steps[-1]

    @property
    def since(self) -> int:
        """How many trials came after the best one."""
        return len(self.tried) - 1 - self.tried.index(self.trial)


class Expected(NamedTuple):
    """What the best of a number of tries is expected to be."""

    tries: int
    value: float


def bests(trials: Iterable[Trial]) -> tuple[Best, ...]:
    """Return the best of every series among trials in the order of time, by project and metric.

    Ablations do not contend.
    """
    groups: dict[Series, list[Trial]] = {}
    for trial in contenders(once(trials)):
        groups.setdefault(trial.series, []).append(trial)
    return tuple(best_of(groups[series]) for series in sorted(groups))


def best_of(tried: Sequence[Trial]) -> Best:
    """Return the best of at least one trial, all of one series and in the order of time."""
    steps = [tried[0]]
    for trial in tried[1:]:
        if trial.beats(steps[-1]):
            steps.append(trial)
    return Best(tried[0].series, tuple(tried), tuple(steps))


def once(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the trials without those whose runs were all listed before as one arm, or in one.

    A run that is taken out of its group says less than the group does.
    """
    listed: dict[tuple[Series, str], list[frozenset[str]]] = {}
    found = []
    for trial in trials:
        runs = frozenset(trial.run_ids)
        first = listed.get((trial.series, trial.run_ids[0]), ())
        if not any(runs <= one for one in first):
            found.append(trial)
            for run in runs:
                listed.setdefault((trial.series, run), []).append(runs)
    return tuple(found)


def contenders(trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the trials that may be the best: an ablation leaves something out to see it missed."""
    return tuple(trial for trial in trials if trial.role != ABLATION)


def best_data(best: Best) -> Iterator[Datum]:
    """Yield the best value, the number of trials, and the value before the last improvement."""
    series, trial = best.series, best.trial
    what = "greatest" if series.goal == "maximize" else "least"
    records = [one.record_id for one in best.tried]
    yield derived(
        "best",
        series.subject,
        trial.value,
        f"best {series.metric} of {series.project}",
        formula=f"the {what} of all trials",
        operands=[cited_as(one.reference) for one in best.tried],
        records=[trial.record_id],
    )
    yield derived(
        "trials",
        series.subject,
        len(best.tried),
        f"trials at {series.metric} in {series.project}",
        formula="number of distinct arms without ablations",
        records=records,
        unit="trials",
    )
    if len(best.steps) > 1:
        yield _improvement(best)


def _improvement(best: Best) -> Datum:
    before, trial = best.steps[-2:]
    return derived(
        "improvement",
        best.series.subject,
        trial.value - before.value,
        f"change of the best {best.series.metric} of {best.series.project} at its last record",
        formula="best - best before it",
        operands=[derived_id("best", best.series.subject), cited_as(before.reference)],
        records=[before.record_id, trial.record_id],
        goal=best.series.goal,
        signed=True,
    )


# --- the best of fewer tries


def expected_best(values: Sequence[float], tries: int, goal: str) -> float:
    """Return the expected best of ``tries`` values drawn from all without putting any back."""
    if not 1 <= tries <= len(values):
        raise ValueError(f"{tries} of {len(values)} cannot be drawn")
    ordered = sorted(values, reverse=goal == "minimize")
    # The share of the ways to draw in which the i-th worst value is the best drawn.
    share, total = tries / len(ordered), 0.0
    for position in range(len(ordered), tries - 1, -1):
        total += share * ordered[position - 1]
        share *= (position - tries) / (position - 1) if position > 1 else 0
    return total


def expected_curve(trial: Trial) -> tuple[Expected, ...]:
    """Return the expected best of one, two, four … and all runs of a trial, as of a sweep."""
    sizes, number = [], 1
    while number < len(trial.values):
        sizes.append(number)
        number *= 2
    sizes.append(len(trial.values))
    return tuple(Expected(n, expected_best(trial.values, n, trial.goal)) for n in sizes)


def expected_data(trial: Trial) -> Iterator[Datum]:
    """Yield the points of a trial's expected best, the number of tries as a part of the id."""
    for point in expected_curve(trial):
        yield derived(
            "expected-best",
            f"{trial.subject}/{trial.metric}/{point.tries}",
            point.value,
            f"expected best {trial.metric} of {point.tries} of the runs of {trial.name}",
            formula="sum over i of C(i-1, n-1) / C(N, n) x i-th worst value",
            operands=[cited_as(trial.reference)],
            records=[trial.record_id],
            source=EXPECTED,
        )
