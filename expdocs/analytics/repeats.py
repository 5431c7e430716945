"""Experiments that nearly repeat earlier ones: the same parameters and data, or nearly so.

Two trials are held against each other when they share data and all parameters but at most one, so
that a long history takes no longer than it has trials; how far apart they are is Gower's distance.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from expdocs.analytics.ablation import configuration, varying
from expdocs.analytics.best import once
from expdocs.analytics.citing import derived
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.analytics.trial import BASELINE, Trial
from expdocs.facts.gower import Pair, Value, distance, ranges
from expdocs.facts.similar import NEAR

SOURCE = "Gower 1971, Biometrics 27"
# Of trials that differ in one parameter alone there may be very many, as in a search by hand.
_MOST = 50


class Repeat(NamedTuple):
    """An experiment whose nearest trial is one of an earlier experiment's; 0 apart is the same.

    ``differing`` names the parameter in which they differ, if any.
    """

    record_id: str
    earlier_id: str
    distance: float
    differing: str


class _Tried(NamedTuple):
    trial: Trial
    values: Mapping[str, Value]
    runs: frozenset[str]


def repeats(history: History, within: float = NEAR) -> tuple[Repeat, ...]:
    """Return which experiments nearly repeat which earlier ones, each pair once, by time.

    Baselines are there to be repeated.
    """
    tried = _tried(history)
    spans = _spans(tried)
    groups: dict[str, list[_Tried]] = {}
    found: dict[tuple[str, str], Repeat] = {}
    for one in tried:
        earlier = {id(two): two for key in _keys(one) for two in groups.get(key, [])[-_MOST:]}
        for two in earlier.values():
            repeat = _compared(one, two, spans)
            if repeat is not None and repeat.distance <= within:
                key = repeat.record_id, repeat.earlier_id
                found[key] = min(found.get(key, repeat), repeat, key=lambda each: each.distance)
        for name in _keys(one):
            groups.setdefault(name, []).append(one)
    return tuple(found.values())


def _tried(history: History) -> Sequence[_Tried]:
    trials = [trial for trial in once(history.trials) if not trial.sweep]
    seeds = frozenset(name for trial in trials for name in varying(trial))
    listed = [(trial, configuration(trial, seeds)) for trial in trials]
    return [_Tried(one, values, frozenset(one.run_ids)) for one, values in listed if values]


def _spans(tried: Sequence[_Tried]) -> Mapping[str, float]:
    """Return how far numbers reach, zero included: the range of a few tries says little."""
    rows = [one.values for one in tried]
    return ranges([*rows, dict.fromkeys({name for row in rows for name in row}, 0)])


def _keys(one: _Tried) -> Iterator[str]:
    """Yield what a trial shares with all that differ from it in one parameter at most."""
    data = sorted({f"{path} {value}" for run in one.trial.runs for path, value in run.data.items()})
    pairs = [repr(pair) for pair in one.values.items()]
    for number in range(len(pairs)):
        yield "\n".join([*data, *pairs[:number], *pairs[number + 1 :]])


def _compared(one: _Tried, two: _Tried, spans: Mapping[str, float]) -> Repeat | None:
    same_record = one.trial.record_id == two.trial.record_id
    if same_record or one.trial.role == BASELINE or one.runs & two.runs:
        return None
    names = sorted(one.values.keys() | two.values.keys())
    pairs = [Pair(one.values.get(n), two.values.get(n), spans.get(n, 0)) for n in names]
    apart = distance([*pairs, Pair("", "")])  # the data, which are the same
    differing = next((n for n, p in zip(names, pairs, strict=True) if p.one != p.other), "")
    return Repeat(one.trial.record_id, two.trial.record_id, apart or 0.0, differing)


def repeat_datum(repeat: Repeat) -> Datum:
    """Return how far apart the nearest trials of two experiments are."""
    return derived(
        "distance",
        f"{repeat.earlier_id}..{repeat.record_id}",
        repeat.distance,
        "distance over parameters and data between the nearest trials of two experiments",
        formula="1 - mean of the similarities of all parameters and the data",
        records=[repeat.record_id, repeat.earlier_id],
        source=SOURCE,
    )
