"""All values of runs' metrics: in bulk where the tracker can, one metric of one run where not."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from expdocs.evidence.snapshots import Metric, Point
from expdocs.trackers.connection import Address
from expdocs.trackers.conversion import metric_of, points_of, real

_BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
# A server cuts its answer at so many values and says nothing. It takes 100 runs a request, but
# their ids would not fit into the 4,094 characters that gunicorn leaves for a request line.
_MOST_VALUES = 25_000
_RUNS_A_REQUEST = 50
_RUNS_A_QUERY = 500
_REQUESTS_AT_ONCE = 8


_Points = dict[str, list[Point]]


class _Asked(NamedTuple):
    """One metric of several runs: the last value that each of them has."""

    name: str
    last: Mapping[str, float]


class _Value(NamedTuple):
    """A logged value of an answer in JSON, with MLflow's names."""

    run_id: str
    step: int
    timestamp: int
    value: float


class Histories:
    """Reads the whole history of metrics of runs that were found."""

    def __init__(self, client: Any, address: Address) -> None:
        self._client = client
        self._served = address.scheme in {"http", "https", "databricks"}
        self._store: Any = getattr(getattr(client, "_tracking_client", None), "store", None)
        reader = "get_host_creds" if self._served else "get_metric_history_bulk"
        self._in_bulk = hasattr(self._store, reader) and address.scheme != "databricks"

    def metrics(
        self, runs: Sequence[Any], keep: Mapping[str, Collection[str]]
    ) -> dict[str, dict[str, Metric]]:
        """Return the metrics of each run by its id; history is kept of the names in ``keep``."""
        found: dict[str, dict[str, Metric]] = {run.info.run_id: {} for run in runs}
        asked = list(_asked(runs, _RUNS_A_REQUEST if self._served else _RUNS_A_QUERY))
        for one, values in zip(asked, self._answers(asked), strict=True):
            for run_id, points in values.items():
                kept = one.name in keep.get(run_id, ())
                found[run_id][one.name] = metric_of(points, keep_history=kept)
        return found

    def _answers(self, asked: Sequence[_Asked]) -> Iterator[_Points]:
        if not self._served:
            yield from map(self._values, asked)
            return
        # asking for several at once hides the waiting
        with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as pool:
            try:
                yield from pool.map(self._values, asked)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _values(self, asked: _Asked) -> _Points:
        """Return all values of the metric by run; a run that has none any more is left out."""
        found: _Points = {}
        pending = dict(asked.last)
        while pending:
            rows = self._rows(asked.name, sorted(pending))
            whole = _whole(rows, pending)
            if not whole:
                cut = len(rows) >= _MOST_VALUES
                whole = {
                    one: self._alone(one, asked.name) for one in sorted(pending)[: cut or None]
                }
            found |= {run_id: points for run_id, points in whole.items() if points}
            for run_id in whole:
                del pending[run_id]
        return found

    def _alone(self, run_id: str, name: str) -> list[Point]:
        return points_of(self._client.get_metric_history(run_id, name))

    def _rows(self, name: str, run_ids: Sequence[str]) -> Sequence[Any]:
        if not self._in_bulk:
            return ()
        if self._served:
            return self._requested(name, run_ids)
        rows: Sequence[Any] = self._store.get_metric_history_bulk(run_ids, name, _MOST_VALUES)
        return rows

    def _requested(self, name: str, run_ids: Sequence[str]) -> Sequence[Any]:
        from mlflow.utils import rest_utils  # noqa: PLC0415 - 2 seconds and an extra

        rest: Any = rest_utils
        asked = [("run_id", run_id) for run_id in run_ids]
        asked += [("metric_key", name), ("max_results", str(_MOST_VALUES))]
        answer = rest.http_request(self._store.get_host_creds(), _BULK, "GET", params=asked)
        rows = _metrics_in(answer) if answer.status_code == 200 else None  # noqa: PLR2004 - OK
        if rows is None:
            # a route of MLflow's own pages, which not every server has
            self._in_bulk = False
            return ()
        return [_Value(r["run_id"], int(r["step"]), r["timestamp"], r["value"]) for r in rows]


def _asked(runs: Sequence[Any], most: int) -> Iterator[_Asked]:
    by_name: dict[str, dict[str, float]] = {}
    for run in runs:
        for name, value in run.data.metrics.items():
            by_name.setdefault(name, {})[run.info.run_id] = value
    for name in sorted(by_name):
        last = sorted(by_name[name].items())
        for start in range(0, len(last), most):
            yield _Asked(name, dict(last[start : start + most]))


def _whole(rows: Sequence[Any], last: Mapping[str, float]) -> _Points:
    """Return the values by run of those runs whose history the rows certainly hold in full.

    That is when it ends with the run's own last value, and not where the answer was cut.
    """
    by_run: dict[str, list[Any]] = {}
    for row in rows:
        by_run.setdefault(row.run_id, []).append(row)
    if len(rows) >= _MOST_VALUES:
        del by_run[rows[-1].run_id]
    found = {run_id: points_of(by_run[run_id]) for run_id in by_run.keys() & last.keys()}
    return {
        run_id: points
        for run_id, points in found.items()
        if _equal(points[-1].value, real(last[run_id]))
    }


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _metrics_in(answer: Any) -> list[Any] | None:
    try:
        document = answer.json()
    except (ValueError, RecursionError):
        return None
    rows = document.get("metrics") if isinstance(document, dict) else None
    return rows if isinstance(rows, list) else None
