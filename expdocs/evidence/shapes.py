"""What evidence documents say, as values: runs, commits, the population of an experiment."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

HISTORY_POINTS = 200
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_OLD_LOCK = frozenset({"dvc.lock"})  # left out at any depth, also where it is not named


class Point(NamedTuple):
    """One logged value of a metric; a tuple because a snapshot may hold thousands."""

    step: int
    value: float


class Metric(NamedTuple):
    """A metric over a whole run, of so many points.

    ``history`` has one point a step, and only where it was asked for.
    """

    first: Point
    last: Point
    minimum: Point
    maximum: Point
    points: int
    history: tuple[Point, ...] = ()


class Dataset(NamedTuple):
    """A dataset that a run logged as its input."""

    name: str
    digest: str
    source_type: str
    context: str


class RunSnapshot(NamedTuple):
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
    data: Mapping[str, str] = _NOTHING
    params: Mapping[str, str] = _NOTHING
    datasets: tuple[Dataset, ...] = ()
    models: tuple[str, ...] = ()
    metrics: Mapping[str, Metric] = _NOTHING
    tags: Mapping[str, str] = _NOTHING
    digest: str = ""


class CommitSnapshot(NamedTuple):
    """A commit as git held it: its trees, its time, the DVC hashes of cited paths.

    ``code_trees`` has the tree for what each citing run left out, ``sources`` the digest of the
    source files for its record roots; documents of older versions have neither.
    """

    sha: str
    tree: str
    code_tree: str | None
    time: str
    data: Mapping[str, str] = _NOTHING
    code_tree_without: tuple[str, ...] = ()
    digest: str = ""
    code_trees: Mapping[str, str] = _NOTHING
    sources: Mapping[str, str] = _NOTHING

    def code_tree_of(self, left_out: frozenset[str]) -> str | None:
        """Return the tree without what a run left out, where it was looked up."""
        if _OLD_LOCK | set(self.code_tree_without) == _OLD_LOCK | left_out:
            return self.code_tree
        return self.code_trees.get(names_key(left_out))


def names_key(names: Collection[str]) -> str:
    """Return the key under which a commit's snapshot keeps what belongs to a set of names."""
    return "\n".join(sorted(names))


class PopulationRun(NamedTuple):
    """One run of an experiment, with the last value of the metrics that were asked for."""

    run_id: str
    parent_run_id: str | None
    status: str
    start_time: str | None
    user: str | None
    lifecycle_stage: str
    metrics: Mapping[str, float] = _NOTHING
    name: str = ""


class Population(NamedTuple):
    """Every run of one experiment; ``experiment_name`` is empty in documents of older versions."""

    experiment_id: str
    runs: tuple[PopulationRun, ...]
    digest: str = ""
    experiment_name: str = ""
