"""How urgent a candidate is: probability x confidence x severity x importance x impact / cost.

Every factor lies between 0 and 1 and says what it was computed from; the priority is a percentage
of what a candidate could have that is certain, grave, to the point, enough, and free.

- Probability, of a new best: the rule of succession over the tries of the line (P.-S. Laplace,
  1774); a baseline or more seeds always tell what was asked.
- Confidence, in what is known of the line: more runs behind its best give more.
- Severity, of leaving it: without a baseline nothing of the line can be judged; without repeated
  seeds nobody can tell its gain from luck.
- Importance: whether it works at the metric that the target names, or the one in its place.
- Impact: which share of the gap the last improvement at the metric would close.
- Cost: the hours that it takes at the line's pace, against those that are left, or else against
  what an experiment of the project has taken so far.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from expdocs.analytics.best import Best
from expdocs.analytics.budget import Cost
from expdocs.analytics.candidates import Candidate, Sort
from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.gap import Gap
from expdocs.analytics.trial import Series

SEVERITY: Mapping[Sort, float] = {
    Sort.BASELINE: 1.0,
    Sort.SEEDS: 0.75,
    Sort.STEP: 0.5,
    Sort.LEVEL: 0.5,
    Sort.OPTION: 0.25,
}
UNKNOWN = 0.5
FACTORS = ("probability", "confidence", "severity", "importance", "impact", "affordability")
_PERCENT = 100
_METHODS = {"probability": "rule of succession, Laplace 1774"}


class Factor(NamedTuple):
    """One factor, how it came about, and the ids of what it was computed from."""

    name: str
    value: float
    formula: str
    operands: tuple[str, ...] = ()


class Scored(NamedTuple):
    """A candidate with its factors; ``hours`` is what it takes, None where nobody knows."""

    candidate: Candidate
    factors: tuple[Factor, ...]
    hours: float | None

    @property
    def priority(self) -> float:
        """The product of all factors, as a percentage."""
        product = float(_PERCENT)
        for factor in self.factors:
            product *= factor.value
        return product


class Known(NamedTuple):
    """What candidates are scored by: by line, by series and by project.

    ``tries`` are those of a line at its metric with how many of them were a new best; ``runs`` how
    many runs are behind a line's best.
    """

    tries: Mapping[tuple[str, str], tuple[int, int, str]]
    runs: Mapping[tuple[str, str], int]
    bests: Mapping[Series, Best]
    gaps: Mapping[str, Gap]
    metrics: Mapping[str, frozenset[str]]
    costs: Mapping[tuple[str, str], Cost]
    spent: Mapping[str, Cost]
    experiments: Mapping[str, int]
    budget: Mapping[str, float]


def scored(found: Iterable[Candidate], known: Known) -> tuple[Scored, ...]:
    """Return candidates with their factors, the most urgent first; ties by what they are called."""
    listed = [_scored(one, known) for one in found]
    return tuple(sorted(listed, key=lambda one: (-one.priority, one.candidate.subject)))


def _scored(one: Candidate, known: Known) -> Scored:
    hours = _hours(one, known)
    factors = (
        _probability(one, known),
        _confidence(one, known),
        Factor("severity", SEVERITY[one.sort], f"of a candidate of the sort {one.sort}"),
        _importance(one, known),
        _impact(one, known),
        _affordability(one, hours, known),
    )
    return Scored(one, factors, hours)


def _probability(one: Candidate, known: Known) -> Factor:
    if one.sort in (Sort.BASELINE, Sort.SEEDS):
        return Factor("probability", 1.0, "it always tells what was asked")
    tries, records, subject = known.tries.get((one.project, one.approach), (0, 0, ""))
    operands = (derived_id("tries", subject), derived_id("records", subject)) if subject else ()
    formula = "(new bests + 1) / (tries + 2)"
    return Factor("probability", (records + 1) / (tries + 2), formula, operands)


def _confidence(one: Candidate, known: Known) -> Factor:
    runs = known.runs.get((one.project, one.approach), 0)
    return Factor("confidence", (runs + 1) / (runs + 2), "(runs behind the best + 1) / (those + 2)")


def _importance(one: Candidate, known: Known) -> Factor:
    wanted = known.metrics.get(one.project, frozenset())
    gap = known.gaps.get(one.project)
    operands = (derived_id("target", gap.target.subject),) if gap else ()
    if not wanted:
        return Factor("importance", UNKNOWN, "no target is stated")
    if one.series is None or one.series.metric in wanted:
        return Factor("importance", 1.0, "it is at the target's metric", operands)
    return Factor("importance", UNKNOWN, "it is at another metric than the target", operands)


def _impact(one: Candidate, known: Known) -> Factor:
    gap = known.gaps.get(one.project)
    best = known.bests.get(one.series) if one.series else None
    if gap is None or gap.missing is None or gap.met or best is None or len(best.steps) == 1:
        return Factor("impact", UNKNOWN, "no open gap and improvement to compare")
    if best.series.metric not in known.metrics.get(one.project, ()):
        return Factor("impact", UNKNOWN, "the gap is at another metric")
    step = abs(best.steps[-1].value - best.steps[-2].value)
    operands = derived_id("improvement", best.series.subject), derived_id("gap", gap.target.subject)
    return Factor("impact", min(1.0, float(step / gap.missing)), "improvement / gap", operands)


def _hours(one: Candidate, known: Known) -> float | None:
    for cost in (known.costs.get((one.project, one.approach)), known.spent.get(one.project)):
        if cost is not None and cost.runs > cost.untimed:
            return one.runs * cost.hours / (cost.runs - cost.untimed)
    return None


def _affordability(one: Candidate, hours: float | None, known: Known) -> Factor:
    if hours is None:
        return Factor("affordability", UNKNOWN, "no run of the project has a recorded time")
    own = derived_id("takes", one.subject)
    if one.project in known.budget:
        left = max(0.0, known.budget[one.project])
        operands = own, derived_id("hours-left", one.project)
        share = left / (left + hours) if left + hours else 0.0
        return Factor(
            "affordability", share, "hours left / (hours left + hours it takes)", operands
        )
    typical = known.spent[one.project].hours / max(1, known.experiments.get(one.project, 1))
    share = typical / (typical + hours) if typical + hours else UNKNOWN
    operands = own, derived_id("hours", one.project)
    formula = "hours of an experiment so far / (those + hours it takes)"
    return Factor("affordability", share, formula, operands)


def priority_data(one: Scored) -> Iterator[Datum]:
    """Yield what a candidate takes, its factors, and its priority."""
    subject, record = one.candidate.subject, one.candidate.record_id
    if one.hours is not None:
        yield derived(
            "takes",
            subject,
            one.hours,
            "hours that it takes at the pace of its line",
            formula="runs x hours / run",
            records=[record],
            unit="h",
        )
    for factor in one.factors:
        yield derived(
            factor.name,
            subject,
            factor.value,
            factor.name,
            formula=factor.formula,
            operands=factor.operands,
            records=[record],
            source=_METHODS.get(factor.name, ""),
        )
    yield derived(
        "priority",
        subject,
        one.priority,
        "priority",
        formula=" x ".join(("100", *FACTORS)),
        operands=[derived_id(name, subject) for name in FACTORS],
        records=[record],
    )


def fitting(listed: Sequence[Scored], hours: float | None, number: int | None) -> list[bool]:
    """Return of each candidate, in order, whether it still fits into the hours and the number.

    One that does not fit leaves room for later ones that take less; unknown hours count as none.
    """
    left, places, found = hours, number, []
    for one in listed:
        takes = one.hours or 0.0
        fits = (left is None or takes <= left) and (places is None or places > 0)
        found.append(fits)
        if fits:
            left = None if left is None else left - takes
            places = None if places is None else places - 1
    return found
