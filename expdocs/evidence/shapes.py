"""What evidence documents say, as values: runs, commits, the population of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

HISTORY_POINTS = 200


class Point(NamedTuple):
    """One logged value of a metric; a tuple because a snapshot may hold thousands."""

    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric over a whole run; ``history`` has one point a step, and only where it was asked."""

    first: Point
    last: Point
    minimum: Point
    maximum: Point
    count: int
    history: tuple[Point, ...] = ()


class Dataset(NamedTuple):
    """A dataset that a run logged as its input."""

    name: str
    digest: str
    source_type: str
    context: str


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """A run as the tracker held it; times are RFC 3339 in UTC with milliseconds."""

    run_id: str
    experiment_id: str
    experiment_name: str
    run_name: str
    status: str
    lifecycle_stage: str
    start_time: str | None = None
    end_time: str | None = None
    user: str | None = None
    source_name: str | None = None
    source_type: str | None = None
    commit: str | None = None
    branch: str | None = None
    parent_run_id: str | None = None
    tracker: str = "mlflow"
    code_tree: str | None = None
    code_tree_without: tuple[str, ...] = ()
    dirty: bool | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[Dataset, ...] = ()
    models: tuple[str, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True, slots=True)
class CommitSnapshot:
    """A commit as git held it: its trees, its time, the DVC hashes of cited paths."""

    sha: str
    tree: str
    code_tree: str | None
    time: str
    data: Mapping[str, str] = field(default_factory=dict)
    code_tree_without: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PopulationRun:
    """One run of an experiment, with the last value of the metrics that were asked for."""

    run_id: str
    parent_run_id: str | None
    status: str
    start_time: str | None
    user: str | None
    lifecycle_stage: str
    metrics: Mapping[str, float] = field(default_factory=dict)


class Population(NamedTuple):
    """Every run of one experiment."""

    experiment_id: str
    runs: tuple[PopulationRun, ...]
    digest: str = ""
