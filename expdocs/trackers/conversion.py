"""From a tracker's run, whatever it holds, to a snapshot: MLflow's names, none of its code."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from expdocs.evidence.snapshots import (
    HISTORY_POINTS,
    Dataset,
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    with_digest,
)

PARENT_TAG = "mlflow.parentRunId"

_OWN_TAGS = re.compile(
    r"expdocs\.(?:code_tree|code_tree_without|dirty|commit|data(?:\.\d+)?)"
    r"|expdocs\.record(?:\.(?:title|url))?"  # which say where the story is told, no evidence
)
_DATA_TAG = re.compile(r"expdocs\.data(?:\.\d{1,2})?")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")


def without_credentials(text: str) -> str:
    """Return the text with ``user:password@`` taken out of every URL in it."""
    return _CREDENTIALS.sub("", text)


def snapshot_of(
    run: Any,
    experiment_name: str,
    tracker: str,
    metrics: Mapping[str, Metric],
) -> RunSnapshot:
    """Return a run's snapshot with its metrics by the tracker's names for them."""
    tags: Mapping[str, str] = run.data.tags
    snapshot = RunSnapshot(
        run_id=run.info.run_id,
        experiment_id=str(run.info.experiment_id),
        experiment_name=clean(experiment_name),
        run_name=_run_name(run),
        status=clean(run.info.status),
        lifecycle_stage=clean(run.info.lifecycle_stage),
        start_time=instant(run.info.start_time),
        end_time=instant(run.info.end_time),
        user=_user(run),
        source_name=_tag(tags, "mlflow.source.name"),
        source_type=_tag(tags, "mlflow.source.type"),
        commit=_object_id(tags, "mlflow.source.git.commit") or _object_id(tags, "expdocs.commit"),
        branch=_tag(tags, "mlflow.source.git.branch"),
        parent_run_id=_tag(tags, PARENT_TAG),
        tracker=tracker,
        code_tree=_object_id(tags, "expdocs.code_tree"),
        code_tree_without=_without(tags),
        dirty={"true": True, "false": False}.get(tags.get("expdocs.dirty", "")),
        data=_data(tags),
        params={clean(key): clean(value) for key, value in run.data.params.items()},
        datasets=_datasets(run),
        models=_models(run),
        metrics={clean(name): metric for name, metric in metrics.items()},
        tags=_other_tags(tags),
    )
    return with_digest(snapshot)


def population_run_of(run: Any, metric_names: Collection[str]) -> PopulationRun:
    """Return a run as one of a population, with the last value of each metric named."""
    return PopulationRun(
        run_id=run.info.run_id,
        parent_run_id=_tag(run.data.tags, PARENT_TAG),
        status=clean(run.info.status),
        start_time=instant(run.info.start_time),
        user=_user(run),
        lifecycle_stage=clean(run.info.lifecycle_stage),
        metrics={
            clean(name): real(value)
            for name, value in run.data.metrics.items()
            if name in metric_names
        },
        name=_run_name(run),
    )


def metric_of(points: Sequence[Point], *, keep_history: bool) -> Metric:
    """Return the metric of all its points, which are in the order of logging and not empty."""
    numbers = [point for point in points if not math.isnan(point.value)] or points[:1]
    return Metric(
        first=points[0],
        last=points[-1],
        minimum=min(numbers, key=lambda point: point.value),
        maximum=max(numbers, key=lambda point: point.value),
        points=len(points),
        history=thinned(points) if keep_history else (),
    )


def thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return one point a step, the one logged last; of more than 200 steps exactly 200, evenly.

    The first, the last, the smallest and the largest of them are always kept.
    """
    steps = [Point(step, value) for step, value in dict(points).items()]
    if len(steps) <= HISTORY_POINTS:
        return tuple(steps)
    final = len(steps) - 1
    numbers = [i for i, point in enumerate(steps) if not math.isnan(point.value)] or [0]
    kept = {min(numbers, key=lambda i: steps[i].value), max(numbers, key=lambda i: steps[i].value)}
    spread = HISTORY_POINTS - len(kept)
    kept.update(i * final // (spread - 1) for i in range(spread))
    unused = (i for i in range(final) if i not in kept)
    kept.update(list(islice(unused, HISTORY_POINTS - len(kept))))
    return tuple(steps[i] for i in sorted(kept))


def instant(milliseconds: int | None) -> str | None:
    """Return RFC 3339 in UTC with milliseconds; MLflow writes 0 where there is no time."""
    if not milliseconds or milliseconds < 0:
        return None
    try:
        moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def points_of(values: Iterable[Any]) -> list[Point]:
    """Return logged values in MLflow's order: the last is the one that its pages show."""
    ordered = sorted(
        values, key=lambda v: (v.step, v.timestamp, not math.isnan(v.value) and v.value)
    )
    return [Point(value.step, real(value.value)) for value in ordered]


def real(value: float) -> float:
    """Return a value as it was logged."""
    # SQLite cannot hold infinity; MLflow stores the largest float instead
    if abs(value) == sys.float_info.max:
        return math.copysign(math.inf, value)
    return float(value)


def clean(text: str) -> str:
    """Return text that UTF-8 can hold, without credentials."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return without_credentials(whole)


def _tag(tags: Mapping[str, str], name: str) -> str | None:
    return clean(tags[name]) if tags.get(name) else None


def _object_id(tags: Mapping[str, str], name: str) -> str | None:
    found = tags.get(name, "")
    return found if _OBJECT_ID.fullmatch(found) else None


def _run_name(run: Any) -> str:
    return clean(run.info.run_name or run.data.tags.get("mlflow.runName") or "")


def _user(run: Any) -> str | None:
    user = run.data.tags.get("mlflow.user") or run.info.user_id
    return clean(user) if user and user != "unknown" else None


def _without(tags: Mapping[str, str]) -> tuple[str, ...]:
    names = _json(tags.get("expdocs.code_tree_without", ""))
    if not isinstance(names, list):
        return ()
    return tuple(sorted(clean(name) for name in names if isinstance(name, str)))


def _data(tags: Mapping[str, str]) -> dict[str, str]:
    data: dict[str, str] = {}
    for name in sorted(tag for tag in tags if _DATA_TAG.fullmatch(tag)):
        part = _json(tags[name])
        if isinstance(part, dict):
            data |= {clean(k): clean(v) for k, v in part.items() if isinstance(v, str)}
    return data


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _other_tags(tags: Mapping[str, str]) -> dict[str, str]:
    ours = (name for name in tags if name.startswith("expdocs.") and not _OWN_TAGS.fullmatch(name))
    other = {clean(name): clean(tags[name]) for name in ours}
    commit = tags.get("expdocs.commit")
    if commit and commit != tags.get("mlflow.source.git.commit", commit):
        other["expdocs.commit"] = clean(commit)
    return other


def _datasets(run: Any) -> tuple[Dataset, ...]:
    inputs = run.inputs.dataset_inputs if run.inputs else []
    found = [
        Dataset(
            clean(item.dataset.name),
            clean(item.dataset.digest),
            clean(item.dataset.source_type or ""),
            next((clean(t.value) for t in item.tags if t.key == "mlflow.data.context"), ""),
        )
        for item in inputs
    ]
    return tuple(sorted(found, key=lambda d: (d.name, d.digest, d.context, d.source_type)))


def _models(run: Any) -> tuple[str, ...]:
    outputs = run.outputs.model_outputs if run.outputs else []
    return tuple(sorted({clean(item.model_id) for item in outputs}))
