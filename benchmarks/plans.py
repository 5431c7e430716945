"""What a made-up journal holds before a word of it is written: ids, statuses, links."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST_DAY = date(2025, 1, 6)
A_DAY = 20
PREFIXES = {"experiment": "EXP", "decision": "DEC", "compact": "CMP"}
FOLDERS = {
    "experiment": "journal/experiments/{0:%Y}/{0:%m}",
    "decision": "decisions/{0:%Y}",
    "compact": "journal/compacts/{0:%Y}",
}
# Of 20 records in turn, so that small journals have every kind, too; one alone is an experiment.
KINDS = (
    *("experiment", "compact", *["experiment"] * 7, "decision"),
    *(*["experiment"] * 9, "decision"),
)
STATUSES = (
    *["proposed"] * 9,
    *["accepted"] * 8,
    *("draft", "draft", "superseded", "rejected", "deprecated"),
)
PEOPLE = {"ana": "Ana Lima", "li": "Li Na", "omar": "Omar Haddad", "eva": "Eva Novak"}
APPROACHES = ("smote", "class-weights", "focal-loss", "target-encoding", "calibration", "stacking")
TOPICS = (
    "Oversampling the minority class",
    "Weighting classes by their inverse frequency",
    "Encoding the tariff by its target mean",
    "Dropping the weekly aggregates",
    "A deeper tree with a lower learning rate",
    "Calibrating the scores on the last month",
    "Adding the complaints of the last quarter",
    "Stacking a linear model on the boosted trees",
)
OUTCOMES = (
    "does not help",
    "helps a little",
    "helps new customers alone",
    "costs more than it brings",
    "moves mistakes around",
)


@dataclass
class Planned:
    """One record to write; ``block`` numbers the stretch of history that it belongs to."""

    number: int
    kind: str
    id: str
    day: date
    title: str
    status: str
    block: int
    authors: tuple[str, ...]
    approach: str
    links: list[tuple[str, str]] = field(default_factory=list)
    experiments: list[Planned] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the record lies in the repository."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.title.lower())
        return f"{FOLDERS[self.kind].format(self.day)}/{self.id}-{slug}.md"

    @property
    def accepted(self) -> bool:
        """Whether somebody has accepted the record, be it superseded since."""
        return self.status in ("accepted", "superseded", "deprecated")


def plan(count: int, blocks: int, rng: random.Random) -> list[Planned]:
    """Return ``count`` records, oldest first, spread over ``blocks`` stretches of history."""
    taken: set[str] = set()
    planned = [_planned(n, n * blocks // count, taken, rng) for n in range(count)]
    _supersede(planned)
    for index, one in enumerate(planned):
        _link(one, planned[max(0, index - 200) : index], rng)
    return planned


def _planned(number: int, block: int, taken: set[str], rng: random.Random) -> Planned:
    kind = KINDS[number % len(KINDS)]
    day = FIRST_DAY + timedelta(days=number // A_DAY)
    title = f"{rng.choice(TOPICS)} {rng.choice(OUTCOMES)}"
    authors = tuple(rng.sample(list(PEOPLE), rng.choice((1, 1, 2))))
    return Planned(
        number=number,
        kind=kind,
        id=_free_id(kind, day, taken, rng),
        day=day,
        title=title if kind == "experiment" else f"{_VERBS[kind]}: {title.lower()}",
        status=rng.choice(STATUSES) if number else "proposed",
        block=block,
        authors=authors,
        approach=rng.choice(APPROACHES),
    )


_VERBS = {"decision": "Decide on it", "compact": "Before we start"}


def _free_id(kind: str, day: date, taken: set[str], rng: random.Random) -> str:
    while True:
        drawn = f"{PREFIXES[kind]}-{day:%Y-%m-%d}-{rng.randrange(1, 1000):03d}"
        if drawn not in taken:
            taken.add(drawn)
            return drawn


def _supersede(planned: Sequence[Planned]) -> None:
    """Give each superseded record an accepted successor of its kind; else it stays accepted."""
    for old in planned:
        if old.status != "superseded":
            continue
        later = planned[old.number + 1 : old.number + 100]
        successors = (new for new in later if new.kind == old.kind and new.status == "accepted")
        successor = next((new for new in successors if not new.links), None)
        if successor is None:
            old.status = "accepted"
        else:
            successor.links.append(("supersedes", old.id))


def _link(one: Planned, before: Sequence[Planned], rng: random.Random) -> None:
    experiments = [e for e in before if e.kind == "experiment" and e.status != "draft"]
    compacts = [c for c in before if c.kind == "compact"]
    if one.kind == "experiment":
        one.links += [("tests", rng.choice(compacts).id)] if compacts else []
        one.links += _some("follows", experiments, rng)
    elif one.kind == "decision":
        one.experiments = rng.sample(experiments, min(2, len(experiments)))
        one.links += [("relates", compacts[-1].id)] if compacts else []
    else:
        one.links += _some("relates", experiments, rng)


def _some(type_: str, among: Sequence[Planned], rng: random.Random) -> Iterator[tuple[str, str]]:
    if among and rng.random() < 0.6:
        yield type_, rng.choice(among).id
