"""Evidence documents: what a run, a commit or a whole experiment held when it was pulled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from expdocs.evidence.comparison import Difference, Fact, differences, fact
from expdocs.evidence.documents import (
    SnapshotProblem,
    as_flag,
    as_float,
    as_list,
    as_matching,
    as_optional,
    as_text,
    as_text_map,
    as_texts,
    canonical,
    digest_of,
    seal,
    seal_lines,
    shaped,
    unseal,
    unseal_lines,
)
from expdocs.evidence.shapes import (
    HISTORY_POINTS,
    CommitSnapshot,
    Dataset,
    Metric,
    Point,
    Population,
    PopulationRun,
    RunSnapshot,
)

__all__ = [
    "HISTORY_POINTS",
    "CommitSnapshot",
    "Dataset",
    "Difference",
    "Fact",
    "Metric",
    "Point",
    "Population",
    "PopulationRun",
    "RunSnapshot",
    "SnapshotProblem",
    "commit_path",
    "decode_commit",
    "decode_population",
    "decode_run",
    "differences",
    "encode_commit",
    "encode_population",
    "encode_run",
    "fact",
    "population_path",
    "run_path",
    "with_digest",
]

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EXPERIMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


# --- where a document lies, relative to the evidence folder


def run_path(run_id: str) -> PurePosixPath:
    """Return the place of a run's document; raises ``ValueError`` for what is no run id."""
    _checked(_RUN_ID, run_id, "a run id")
    return PurePosixPath("mlflow", run_id[:2], f"{run_id}.json")


def commit_path(sha: str) -> PurePosixPath:
    """Return the place of a commit's document; raises ``ValueError`` for what is no full sha."""
    _checked(_SHA, sha, "a full commit sha")
    return PurePosixPath("git", f"{sha}.json")


def population_path(experiment_id: str) -> PurePosixPath:
    """Return the place of an experiment's population; raises ``ValueError`` for unsafe ids."""
    _checked(_EXPERIMENT_ID, experiment_id, "an experiment id")
    return PurePosixPath("population", f"{experiment_id}.jsonl")


def _checked(pattern: re.Pattern[str], text: str, what: str) -> None:
    if not pattern.fullmatch(text):
        raise SnapshotProblem(f"{text[:80]!r} is not {what}", "")


# --- writing


def encode_run(snapshot: RunSnapshot) -> bytes:
    """Return a run's document; its digest is computed, ``snapshot.digest`` is not looked at."""
    return seal(_run_body(snapshot))


def encode_commit(snapshot: CommitSnapshot) -> bytes:
    """Return a commit's document; its digest is computed."""
    names = ("sha", "tree", "code_tree", "time", "data", "code_tree_without")
    document = {name: getattr(snapshot, name) for name in names}
    later = {name: getattr(snapshot, name) for name in ("code_trees", "sources")}
    return seal(document | {name: value for name, value in later.items() if value})


def encode_population(
    experiment_id: str, runs: Iterable[PopulationRun], experiment_name: str = ""
) -> bytes:
    """Return a header line with the digest of the rest, then one line for every run, by id."""
    ordered = sorted(runs, key=lambda run: run.run_id)
    lines = b"".join(canonical(_population_body(run)) + b"\n" for run in ordered)
    header: dict[str, Any] = {"experiment_id": experiment_id, "runs": len(ordered)}
    if experiment_name:
        header["experiment_name"] = experiment_name
    return seal_lines(header, lines)


def with_digest(snapshot: RunSnapshot) -> RunSnapshot:
    """Return the snapshot with the digest that its document has."""
    return snapshot._replace(digest=digest_of(_run_body(snapshot)))


_RUN_PLAIN = (
    *("run_id", "experiment_id", "experiment_name", "run_name", "status", "lifecycle_stage"),
    *("start_time", "end_time", "user", "source_name", "source_type", "commit", "branch"),
    *("parent_run_id", "tracker", "code_tree", "code_tree_without", "dirty", "data", "params"),
    *("models", "tags"),
)


def _run_body(snapshot: RunSnapshot) -> dict[str, Any]:
    body = {name: getattr(snapshot, name) for name in _RUN_PLAIN}
    body["metrics"] = {name: _metric_body(metric) for name, metric in snapshot.metrics.items()}
    body["datasets"] = [
        {"name": d.name, "digest": d.digest, "source_type": d.source_type, "context": d.context}
        for d in snapshot.datasets
    ]
    return body


def _metric_body(metric: Metric) -> dict[str, Any]:
    body: dict[str, Any] = {
        "first": metric.first,
        "last": metric.last,
        "min": metric.minimum,
        "max": metric.maximum,
        "count": metric.points,
    }
    if metric.history:
        body["history"] = metric.history
    return body


def _population_body(run: PopulationRun) -> dict[str, Any]:
    names = ("run_id", "parent_run_id", "status", "start_time", "user", "lifecycle_stage")
    body = {**{name: getattr(run, name) for name in names}, "metrics": run.metrics}
    return {**body, "name": run.name} if run.name else body


# --- reading


def decode_run(data: bytes) -> RunSnapshot:
    """Read a run's document; raises ``SnapshotProblem``. Keys that are not known are skipped."""
    return shaped(_run_of, unseal(data))


def decode_commit(data: bytes) -> CommitSnapshot:
    """Read a commit's document; raises ``SnapshotProblem``."""
    return shaped(_commit_of, unseal(data))


def decode_population(data: bytes) -> Population:
    """Read the population of an experiment; raises ``SnapshotProblem``."""
    header, lines = unseal_lines(data)
    runs = tuple([shaped(_population_run_of, line) for line in lines])
    experiment_id, name = shaped(_experiment_of, header)
    return Population(experiment_id, runs, header["sha256"], name)


# --- from JSON values to ours


def _run_of(document: dict[str, Any]) -> RunSnapshot:
    get = document.__getitem__
    return RunSnapshot(
        run_id=as_matching(_RUN_ID, get("run_id")),
        experiment_id=as_matching(_EXPERIMENT_ID, get("experiment_id")),
        experiment_name=as_text(get("experiment_name")),
        run_name=as_text(get("run_name")),
        status=as_text(get("status")),
        lifecycle_stage=as_text(get("lifecycle_stage")),
        dirty=as_flag(get("dirty")),
        code_tree_without=as_texts(get("code_tree_without")),
        models=as_texts(get("models")),
        data=as_text_map(get("data")),
        params=as_text_map(get("params")),
        tags=as_text_map(get("tags")),
        datasets=tuple([_dataset(item) for item in as_list(get("datasets"))]),
        metrics={name: _metric(item) for name, item in get("metrics").items()},
        tracker=as_text(get("tracker")),
        digest=get("sha256"),
        **{name: as_optional(get(name)) for name in _RUN_OPTIONAL},
    )


_RUN_OPTIONAL = (
    *("start_time", "end_time", "user", "source_name", "source_type", "commit", "branch"),
    *("parent_run_id", "code_tree"),
)


def _commit_of(document: dict[str, Any]) -> CommitSnapshot:
    return CommitSnapshot(
        sha=as_matching(_SHA, document["sha"]),
        tree=as_matching(_SHA, document["tree"]),
        code_tree=as_optional(document["code_tree"]),
        time=as_text(document["time"]),
        data=as_text_map(document["data"]),
        code_tree_without=as_texts(document["code_tree_without"]),
        digest=document["sha256"],
        code_trees=as_text_map(document.get("code_trees", {})),
        sources=as_text_map(document.get("sources", {})),
    )


def _population_run_of(document: dict[str, Any]) -> PopulationRun:
    return PopulationRun(
        run_id=as_matching(_RUN_ID, document["run_id"]),
        parent_run_id=as_optional(document["parent_run_id"]),
        status=as_text(document["status"]),
        start_time=as_optional(document["start_time"]),
        user=as_optional(document["user"]),
        lifecycle_stage=as_text(document["lifecycle_stage"]),
        metrics={name: as_float(item) for name, item in document["metrics"].items()},
        name=as_text(document.get("name", "")),
    )


def _experiment_of(header: dict[str, Any]) -> tuple[str, str]:
    name = as_text(header.get("experiment_name", ""))
    return as_matching(_EXPERIMENT_ID, header["experiment_id"]), name


def _metric(item: dict[str, Any]) -> Metric:
    count = item["count"]
    if type(count) is not int:
        raise TypeError("a metric's count must be a whole number")
    history = item.get("history")
    return Metric(
        _point(item["first"]),
        _point(item["last"]),
        _point(item["min"]),
        _point(item["max"]),
        count,
        tuple([_point(pair) for pair in as_list(history)]) if history is not None else (),
    )


def _point(pair: list[Any]) -> Point:
    step, value = pair
    if type(step) is not int:
        step = _long_step(step)
    return Point(step, value if type(value) is float else as_float(value))


def _long_step(step: Any) -> int:
    # canonical JSON writes integers beyond 2^53 as strings
    if type(step) is str and step.lstrip("-").isdecimal():
        return int(step)
    raise TypeError("a metric's step must be a whole number")


def _dataset(item: dict[str, Any]) -> Dataset:
    return Dataset(*(as_text(item[name]) for name in ("name", "digest", "source_type", "context")))
