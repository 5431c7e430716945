"""Experiments that nearly repeat earlier ones: the same parameters and data, or nearly so."""

from collections.abc import Iterable
from typing import NamedTuple

from expdocs.analytics.citing import derived
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.facts.similar import NEAR, Similar, Why, asked_by, look, similar
from expdocs.records.record import Record

SOURCE = "Gower 1971, Biometrics 27"


class Repeat(NamedTuple):
    """An experiment whose nearest run is one of an earlier experiment's; 0 apart is the same."""

    record_id: str
    earlier_id: str
    why: Why
    distance: float
    run_id: str
    differing: tuple[str, ...]


def repeats(history: History, within: float = NEAR) -> tuple[Repeat, ...]:
    """Return which experiments nearly repeat which earlier ones, each pair once, by time."""
    tried = look(history.facts.evidence, history.experiments).tried
    found: list[Repeat] = []
    for number, record in enumerate(history.experiments):
        earlier = {one.id for one in history.experiments[:number]}
        # A record without runs that ask for parameters would repeat all that read its data.
        asked = [one for one in asked_by(record, history.facts.evidence) if one.params]
        found += _nearest(record, similar(asked, tried, (), within), earlier)
    return tuple(found)


def _nearest(record: Record, found: Iterable[Similar], earlier: set[str]) -> list[Repeat]:
    """Return the nearest run of each earlier experiment; what was found comes nearest first."""
    nearest: dict[str, Repeat] = {}
    for one in found:
        for other in one.records:
            if other.id in earlier and one.tried is not None:
                names = tuple(differing.name for differing in one.differing)
                run = one.tried.run_id
                repeat = Repeat(record.id, other.id, one.why, one.score, run, names)
                nearest.setdefault(other.id, repeat)
    return list(nearest.values())


def repeat_datum(repeat: Repeat) -> Datum:
    """Return how far apart the nearest runs of two experiments are."""
    return derived(
        "distance",
        f"{repeat.earlier_id}..{repeat.record_id}",
        repeat.distance,
        "distance over parameters and data between the nearest runs of two experiments",
        formula="1 - mean of the similarities of all parameters and data",
        records=[repeat.record_id, repeat.earlier_id],
        source=SOURCE,
    )
