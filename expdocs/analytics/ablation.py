"""What changed between trials: parameters, data and code, one factor at a time.

Seeds are no factor: parameters that are called so, or that differ within repeated runs. Where just
one factor changed, the difference in the metric is due to it or to chance; where several did,
nobody can tell.
"""

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import combinations, groupby
from typing import NamedTuple

from expdocs.analytics.best import best_of, contenders, once
from expdocs.analytics.trial import Series, Trial
from expdocs.evidence.leaks import WITHHELD
from expdocs.facts.citations import Evidenced
from expdocs.facts.gower import Value, value_of
from expdocs.prose.references import Delta, Field, Group, Ratio, RunRef

MOST_TRIALS = 200
_SEEDS = ("seed", "random_seed", "random_state")


class Sort(StrEnum):
    """What sort of thing changed."""

    PARAMETER = "parameter"
    DATA = "data"
    CODE = "code"


class Change(NamedTuple):
    """One factor and its levels; None where a side lacks it."""

    sort: Sort
    name: str
    old: str | None
    new: str | None


class Ablation(NamedTuple):
    """Two trials and all that changed from the first to the second.

    ``unknown`` names what cannot be compared, since a side did not record it.
    """

    before: Trial
    after: Trial
    changes: tuple[Change, ...]
    unknown: tuple[Sort, ...] = ()

    @property
    def factor(self) -> Change | None:
        """The one thing that changed; None where several did, or where that is not known."""
        return self.changes[0] if len(self.changes) == 1 and not self.unknown else None

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.before.subject}..{self.after.subject}"

    @property
    def reference(self) -> Delta | None:
        """How a record would cite the change of the metric; None for sweeps."""
        if self.before.sweep or self.after.sweep:
            return None
        before, after = (_ref(one.reference) for one in (self.before, self.after))
        return Delta(before, after, Field("metrics", self.after.metric))


def _ref(reference: Evidenced) -> RunRef:
    if isinstance(reference, Delta | Ratio):
        return reference.b
    return reference.group if isinstance(reference, Group) else reference.ref


def ablations(trials: Iterable[Trial], *, across: bool = True) -> tuple[Ablation, ...]:
    """Return what changed between any two trials of a series, the earlier one first.

    Without ``across`` only trials of one record are compared. Runs in sweeps have no recorded
    parameters. Of a series with very many trials only the latest are compared.
    """
    listed = [one for one in trials if not one.sweep]
    ordered = sorted(once(listed) if across else listed, key=lambda one: one.series)
    seeds = frozenset(name for trial in ordered for name in varying(trial))
    found: list[Ablation] = []
    for _, group in groupby(ordered, key=lambda one: one.series):
        for before, after in combinations(list(group)[-MOST_TRIALS:], 2):
            if across or before.record_id == after.record_id:
                found.append(compared(before, after, seeds))
    return tuple(found)


def compared(before: Trial, after: Trial, seeds: frozenset[str] = frozenset()) -> Ablation:
    """Return what changed from one trial to another; ``seeds`` are parameters that do not count."""
    old, new = settings(before), settings(after)
    hidden = _withheld(before) | _withheld(after)
    apart = varying(before) | varying(after) | seeds | hidden
    changes = [
        Change(Sort.PARAMETER, name, old.get(name), new.get(name))
        for name in sorted((old.keys() | new.keys()) - apart)
        if not _is_seed(name) and not _same(old.get(name), new.get(name))
    ]
    unknown = [Sort.PARAMETER] if hidden else []
    for sort, one, other in (
        (Sort.DATA, _data(before), _data(after)),
        (Sort.CODE, _codes(before), _codes(after)),
    ):
        if not one or not other:
            unknown.append(sort)
        elif one != other:
            changes.append(Change(sort, sort.value, _listed(one), _listed(other)))
    return Ablation(before, after, tuple(changes), tuple(unknown))


def settings(trial: Trial) -> Mapping[str, str]:
    """Return the parameters that all runs of a trial share, but for withheld ones."""
    apart = varying(trial) | _withheld(trial)
    return {name: value for name, value in trial.runs[0].params.items() if name not in apart}


def varying(trial: Trial) -> frozenset[str]:
    """Return the parameters in which the runs of a trial differ, as in their seeds."""
    first, *others = [run.params for run in trial.runs]
    names = {name for params in (first, *others) for name in params}
    return frozenset(
        n for n in names if not all(_same(first.get(n), params.get(n)) for params in others)
    )


def _withheld(trial: Trial) -> frozenset[str]:
    return frozenset(
        name for run in trial.runs for name, value in run.params.items() if value == WITHHELD
    )


def _is_seed(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _SEEDS


def _same(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    return one is not None and other is not None and value_of(one) == value_of(other)


def _data(trial: Trial) -> frozenset[str]:
    return frozenset(f"{path} {value}" for run in trial.runs for path, value in run.data.items())


def _codes(trial: Trial) -> frozenset[str]:
    codes = [run.code for run in trial.runs]
    return frozenset(codes) if all(codes) else frozenset()


def _listed(found: frozenset[str]) -> str:
    return ", ".join(sorted(found))


# --- levels of one factor


class Levels(NamedTuple):
    """What was tried of one numeric factor, everything else alike: levels with their trials."""

    series: Series
    name: str
    tried: tuple[tuple[float, Trial], ...]

    @property
    def best(self) -> tuple[float, Trial]:
        """The level that did best, the least of equals; ablations only where there is no other."""
        able = contenders(trial for _, trial in self.tried) or [trial for _, trial in self.tried]
        best = best_of(able).trial
        return next(one for one in self.tried if one[1] == best)

    @property
    def untested(self) -> float | None:
        """The level to try next; None where it was tried.

        It is halfway from the best level to its better neighbour, or, at the edge, as far beyond
        as the neighbour is away: by ratios where all levels are positive. Of whole numbers it is
        one, too.
        """
        values = [value for value, _ in self.tried]
        at, ratios = values.index(self.best[0]), values[0] > 0
        if at in (0, len(values) - 1):
            found = _beyond(values[at], values[1] if at == 0 else values[at - 1], ratios=ratios)
        else:
            left, right = self.tried[at - 1], self.tried[at + 1]
            neighbour = left if left[1].beats(right[1]) else right
            found = _halfway(values[at], neighbour[0], ratios=ratios)
        if not math.isfinite(found):
            return None
        whole = all(value.is_integer() for value in values)
        found = float(round(found)) if whole else float(f"{found:.2g}")
        return None if found in values else found


def _beyond(best: float, neighbour: float, *, ratios: bool) -> float:
    return best * best / neighbour if ratios else 2 * best - neighbour


def _halfway(one: float, other: float, *, ratios: bool) -> float:
    return math.sqrt(one * other) if ratios else (one + other) / 2


def levels(trials: Iterable[Trial]) -> tuple[Levels, ...]:
    """Return the numeric factors of which two levels or more were tried, everything else alike."""
    listed = [one for one in once(trials) if not one.sweep and not _unknown(one)]
    seeds = frozenset(name for trial in listed for name in varying(trial))
    groups: dict[tuple[Series, str, str], dict[float, Trial]] = {}
    for trial in listed:
        values = configuration(trial, seeds)
        for name, level in values.items():
            if isinstance(level, int | float):
                rest = repr([pair for pair in values.items() if pair[0] != name])
                key = trial.series, name, f"{rest} {sorted(_data(trial))} {sorted(_codes(trial))}"
                groups.setdefault(key, {}).setdefault(float(level), trial)
    return tuple(
        Levels(series, name, tuple(sorted(tried.items(), key=lambda pair: pair[0])))
        for (series, name, _), tried in sorted(groups.items(), key=lambda item: item[0])
        if len(tried) > 1
    )


def _unknown(trial: Trial) -> bool:
    return not _data(trial) or not _codes(trial) or bool(_withheld(trial))


def configuration(trial: Trial, seeds: frozenset[str]) -> Mapping[str, Value]:
    """Return what a trial was run with but for seeds, values as they are meant, by name."""
    found = settings(trial)
    names = sorted(name for name in found.keys() - seeds if not _is_seed(name))
    return {name: value_of(found[name]) for name in names}
