"""Whether a promoted run beats what it replaces: its experiments' baselines, the model in use."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import operator
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from expdocs.evidence.models import Model
from expdocs.facts.citations import FactKey, Facts, finite, mean
from expdocs.facts.cited import cited_facts
from expdocs.facts.gates import Promotion, Reading, owner_of, promotion_of, reading, values_of
from expdocs.facts.tables import goal_of, metric_names
from expdocs.records.record import Record, RunUse

_BETTER = {"maximize": operator.gt, "minimize": operator.lt}


class Rival(NamedTuple):
    """What has to be beaten: its name, its value or why it has none, and what that rests on."""

    name: str
    value: float | None
    reason: str = ""
    readings: tuple[Reading, ...] = ()


class Contest(NamedTuple):
    """A promoted run held against a rival by one metric, in the direction of its goal."""

    metric: str
    goal: str
    run: Reading
    rival: Rival

    @property
    def evaluated(self) -> bool:
        """Whether there are values to compare."""
        return self.run.value is not None and self.rival.value is not None

    @property
    def beaten(self) -> bool:
        """Whether the run is better; without a value on either side it is not."""
        if self.run.value is None or self.rival.value is None:
            return False
        return bool(_BETTER[self.goal](self.run.value, self.rival.value))


def against_baselines(promotion: Promotion, facts: Facts) -> list[Contest]:
    """Hold the promoted runs against the baselines of the chosen option's experiments.

    Seeds of a group count by their mean. A promoted run that is a baseline itself has none to beat.
    Where no experiment has a baseline, the value counts that the compact states as today's.
    """
    found: list[Contest] = []
    for experiment in promotion.experiments:
        baselines = [use for use in experiment.runs if use.role == "baseline"]
        ids = {use.run_id for use in baselines}
        metric = next(iter(metric_names(experiment)), "")
        goal = goal_of(experiment, metric)
        for run_id, name in promotion.runs.items():
            if goal in _BETTER and run_id not in ids:
                run = reading(experiment, run_id, metric, facts, name)
                rivals = _rivals(experiment, baselines, metric, facts)
                found += [Contest(metric, goal, run, rival) for rival in rivals]
    has_baseline = any(use.role == "baseline" for one in promotion.experiments for use in one.runs)
    return found if has_baseline else list(_against_stated(promotion, facts))


def _against_stated(promotion: Promotion, facts: Facts) -> Iterator[Contest]:
    for compact in promotion.compacts():
        for place, metric in compact.marked("metric"):
            entry = owner_of(compact, place)
            goal, value = entry.get("goal"), entry.get("baseline")
            stated = isinstance(value, int | float) and not isinstance(value, bool)
            if not stated or goal not in _BETTER:
                continue
            rival = Rival(f"the baseline that {compact.id} states", value)
            for run_id, name in promotion.runs.items():
                run = reading(promotion.record, run_id, metric, facts, name)
                yield Contest(metric, str(goal), run, rival)


def _rivals(
    experiment: Record, baselines: Sequence[RunUse], metric: str, facts: Facts
) -> Iterator[Rival]:
    samples: dict[str, list[RunUse]] = {}
    for use in baselines:
        samples.setdefault(use.group or use.label or use.run_id, []).append(use)
    for name, uses in samples.items():
        readings = [reading(experiment, use.run_id, metric, facts, use.label) for use in uses]
        yield _rival(f"the baseline {name} of {experiment.id}", readings)


def _rival(name: str, readings: Sequence[Reading]) -> Rival:
    broken = next((one for one in readings if one.value is None), None)
    if broken is not None:
        return Rival(name, None, f"{broken.name} {broken.reason}")
    values = [finite(one.value) for one in readings if one.value is not None]
    return Rival(name, float(mean(values)), "", tuple(readings))


def against_production(
    promotion: Promotion, facts: Facts, model: Model | None, alias: str
) -> list[Contest]:
    """Hold the promoted runs against the run that a registered model's alias leads to.

    A run that is in use already has nothing to beat.
    """
    version = model.resolved(alias) if model else None
    in_use = version.run_id if version else None
    name = f"the model in use ({model.name}@{alias})" if model else "the model in use"
    found = []
    for experiment in promotion.experiments:
        metric = next(iter(metric_names(experiment)), "")
        goal = goal_of(experiment, metric)
        rival = _in_use(experiment, name, in_use, metric, facts)
        for run_id, label in promotion.runs.items():
            if goal in _BETTER and run_id != in_use:
                run = reading(experiment, run_id, metric, facts, label)
                found.append(Contest(metric, goal, run, rival))
    return found


def _in_use(experiment: Record, name: str, run_id: str | None, metric: str, facts: Facts) -> Rival:
    if run_id is None:
        return Rival(name, None, "no document says which run it came from")
    return _rival(name, [reading(experiment, run_id, metric, facts)])


def relied_on(record: Record, facts: Facts) -> dict[FactKey, float | str]:
    """Return what a record rests on, by what other records say, too: compacts, and baselines."""
    promotion = promotion_of(record, facts)
    more = _of_promotion(promotion, facts) if promotion is not None else {}
    return cited_facts(record, facts) | more


def _of_promotion(promotion: Promotion, facts: Facts) -> dict[FactKey, float]:
    """Return the values that a promotion's agreed gates and its baselines rest on.

    The model in use is none of them: it is another one as soon as the promotion is carried out.
    """
    readings: list[Reading] = []
    for contest in against_baselines(promotion, facts):
        readings += [contest.run, *contest.rival.readings]
    values = {one.key: one.value for one in readings if one.key and one.value is not None}
    return values_of(promotion.agreed()) | values
