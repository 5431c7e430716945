"""All runs that the committed evidence knows of, each once, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any, NamedTuple

from expdocs.evidence.models import Model
from expdocs.evidence.shapes import Population, PopulationRun, RunSnapshot
from expdocs.evidence.store import BrokenSnapshot, Evidence


class State(StrEnum):
    """What became of a run."""

    FINISHED = "finished"
    RUNNING = "running"
    FAILED = "failed"
    DELETED = "deleted"


_STATES = {"RUNNING": State.RUNNING, "SCHEDULED": State.RUNNING, "FINISHED": State.FINISHED}


class ExperimentKey(NamedTuple):
    """An experiment: trackers count from 1, so that two of them share ids but hardly names."""

    experiment_id: str
    name: str

    @property
    def shown(self) -> str:
        """The name, or the id where no evidence tells it."""
        return self.name or self.experiment_id


class KnownRun(NamedTuple):
    """A run as a population or else its snapshot tells it."""

    run_id: str
    parent: str | None
    experiment: ExperimentKey
    state: State


class Census(NamedTuple):
    """The runs by id, the experiments of which all runs are known, models, and broken files."""

    runs: dict[str, KnownRun]
    whole: set[ExperimentKey]
    models: list[Model]
    unreadable: list[BrokenSnapshot]


def census_of(evidence: Evidence) -> Census:
    """Find every run: in populations, and in snapshots that no population holds.

    Other snapshots are not read, of which there may be thousands.
    """
    census = Census({}, set(), [], [])
    pulled = frozenset(evidence.run_ids())
    for population in evidence.populations():
        if isinstance(population, BrokenSnapshot):
            census.unreadable.append(population)
        else:
            _add_population(census, population, pulled, evidence)
    for run_id in sorted(pulled.difference(census.runs)):
        found = evidence.run(run_id)
        if isinstance(found, RunSnapshot):
            key = ExperimentKey(found.experiment_id, found.experiment_name)
            census.runs[run_id] = _known(found, key)
        elif found is not None:
            census.unreadable.append(found)
    for model in evidence.models():
        kept: list[Any] = census.unreadable if isinstance(model, BrokenSnapshot) else census.models
        kept.append(model)
    return census


def _add_population(
    census: Census, population: Population, pulled: Collection[str], evidence: Evidence
) -> None:
    key = ExperimentKey(population.experiment_id, _name_of(population, pulled, evidence))
    census.whole.add(key)
    census.runs.update((run.run_id, _known(run, key)) for run in population.runs)


def _known(run: PopulationRun | RunSnapshot, key: ExperimentKey) -> KnownRun:
    gone = run.lifecycle_stage != "active"
    state = State.DELETED if gone else _STATES.get(run.status, State.FAILED)
    return KnownRun(run.run_id, run.parent_run_id, key, state)


def _name_of(population: Population, pulled: Collection[str], evidence: Evidence) -> str:
    """Return an experiment's name; a population of an older version does not tell it."""
    if population.experiment_name:
        return population.experiment_name
    snapshots = (evidence.run(run.run_id) for run in population.runs if run.run_id in pulled)
    names = (one.experiment_name for one in snapshots if isinstance(one, RunSnapshot))
    return next(names, "")
