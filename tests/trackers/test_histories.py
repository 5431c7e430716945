"""Histories in bulk are those of single requests, whatever a server cuts, lacks or changes."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import Point, encode_run
from expdocs.trackers import histories
from expdocs.trackers.mlflow import TrackerError, connect

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Answer = tuple[int, str, bytes]
NAMES = ("weights", "gone", "trial 0", "trial 1", "trial 2", "seed")
BULK = "get-history-bulk"


class Between:
    """Passes requests on to a real server and counts them by the last part of their path."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.bulk: Callable[[str], Answer] = self.passed

    def __call__(self, path: str, method: str, body: bytes, headers: Any) -> Answer:
        name = urllib.parse.urlsplit(path).path.rpartition("/")[2]
        self.asked.append(name)
        return self.bulk(path) if name == BULK else self.passed(path, method, body)

    def passed(self, path: str, method: str = "GET", body: bytes = b"") -> Answer:
        request = urllib.request.Request(self.server + path, data=body or None, method=method)
        for header in {"Content-Type": "application/json", **self.headers}.items():
            request.add_header(*header)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()


@pytest.fixture
def between(server: str, proxied: Callable[[Any], str]) -> tuple[Between, str]:
    made = Between(server)
    return made, proxied(made)


@pytest.fixture
def expected(filled: Any, tmp_path: Path) -> dict[str, bytes]:
    """What single requests to the database say."""
    with connect(f"sqlite:///{filled.database}", tmp_path) as tracker:
        tracker._histories._in_bulk = False
        ids = [filled.ids[name] for name in NAMES]
        return {run.run_id: encode_run(run) for run in tracker.fetch(ids)}


def pulled(uri: str, expected: dict[str, bytes], tmp_path: Path) -> dict[str, bytes]:
    with connect(uri, tmp_path) as tracker:
        return {run.run_id: encode_run(run) for run in tracker.fetch(expected)}


def test_one_request_brings_a_metric_of_all_runs(between, expected, tmp_path) -> None:
    proxy, uri = between
    assert pulled(uri, expected, tmp_path) == expected
    # val_f1, secret, wild, loss, again: five metrics of six runs
    assert proxy.asked.count(BULK) == 5
    assert proxy.asked.count("get-history") == 0


def test_the_database_is_asked_in_bulk_too(filled, expected, tmp_path) -> None:
    uri = f"sqlite:///{filled.database}"
    with connect(uri, tmp_path) as tracker:
        single = []
        tracker._client.get_metric_history = lambda *asked: single.append(asked)
        found = {run.run_id: encode_run(run) for run in tracker.fetch(expected)}
    assert found == expected
    assert single == []


@pytest.mark.parametrize(
    "answer",
    [
        (404, "application/json", b'{"error_code": "ENDPOINT_NOT_FOUND", "message": "no"}'),
        (404, "text/html", b"<html>not here</html>"),
        (405, "text/plain", b""),
        (403, "text/plain", b"not for you"),
        (200, "text/html", b"<!doctype html><html>the pages of MLflow</html>"),
        (200, "application/json", b"[]"),
        (200, "application/json", b'{"metrics": "none"}'),
        (200, "application/json", b"[" * 100_000),
    ],
)
def test_a_server_without_it_is_asked_one_by_one(answer, between, expected, tmp_path) -> None:
    proxy, uri = between
    proxy.bulk = lambda path: answer
    assert pulled(uri, expected, tmp_path) == expected
    # weights has four metrics, gone one, each trial two
    assert proxy.asked.count("get-history") == 4 + 1 + 3 * 2


def cut_at(most: int, proxy: Between) -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        status, kind, body = proxy.passed(path)
        rows = json.loads(body)["metrics"][:most]
        return status, kind, json.dumps({"metrics": rows}).encode()

    return answer


@pytest.mark.parametrize("most", [1, 2, 3, 400])
def test_what_a_server_cuts_without_saying_so_is_asked_again(
    most, between, expected, tmp_path
) -> None:
    proxy, uri = between
    proxy.bulk = cut_at(most, proxy)
    assert pulled(uri, expected, tmp_path) == expected


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 400])
def test_an_answer_that_is_full_may_be_cut(
    most, between, expected, tmp_path, monkeypatch, filled
) -> None:
    monkeypatch.setattr(histories, "_MOST_VALUES", most)
    assert pulled(between[1], expected, tmp_path) == expected
    assert pulled(f"sqlite:///{filled.database}", expected, tmp_path) == expected


def test_rows_of_other_runs_are_not_believed(between, expected, tmp_path, filled) -> None:
    proxy, uri = between
    strange = [
        {"run_id": "0" * 32, "key": "val_f1", "step": 0, "timestamp": 0, "value": 1.0},
        {"run_id": filled.ids["gone"], "key": "x", "step": 0, "timestamp": 0, "value": 0.5},
    ]
    body = json.dumps({"metrics": strange}).encode()
    proxy.bulk = lambda path: (200, "application/json", body)
    assert pulled(uri, expected, tmp_path) == expected


@pytest.mark.parametrize(
    "row",
    ["{}", "7", '{"run_id": [], "step": 1, "timestamp": 1, "value": 1}',
     '{"run_id": "a", "step": "x", "timestamp": 1, "value": 1}'],
)  # fmt: skip
def test_rows_that_are_none_are_one_sentence(row, between, expected, tmp_path) -> None:
    proxy, uri = between
    proxy.bulk = lambda path: (200, "application/json", f'{{"metrics": [{row}]}}'.encode())
    with pytest.raises(TrackerError) as caught:
        pulled(uri, expected, tmp_path)
    assert "\n" not in caught.value.message
    assert caught.value.hint


ODD = ("a b", "a/b c", "é ü 漢", "x.y-z_1:2", "%41", "a&b=c", "\u202e")


@pytest.fixture
def odd(database: Path, mlflow_environment: dict[str, str]) -> Iterator[str]:
    """A run in the database whose metrics have names of all sorts, a thousand of them."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    client = MlflowClient(f"sqlite:///{database}")
    run_id = client.create_run("1").info.run_id
    allowed = []
    for number, name in enumerate(ODD):
        try:
            client.log_batch(run_id, [Metric(name, number, 1, step) for step in (0, -1, 2**53)])
        except Exception:
            continue
        allowed.append(name)
    assert {"a b", "a/b c", "é ü 漢"} <= set(allowed)
    client.log_batch(run_id, [Metric(f"layer {i}/grad", i, 1, 0) for i in range(1000)])
    client.log_batch(run_id, [Metric("never", math.nan, 1, step) for step in range(3)])
    yield run_id
    client._tracking_client.store.engine.dispose()


def test_thousands_of_metrics_with_odd_names(odd, database, tmp_path, serving) -> None:
    with connect(f"sqlite:///{database}", tmp_path) as tracker:
        (direct,) = tracker.fetch([odd])
    assert len(direct.metrics) >= 1000 + 1 + 3
    assert direct.metrics["layer 999/grad"].last == Point(0, 999.0)
    assert [direct.metrics["a b"].first.step, direct.metrics["a b"].last.step] == [-1, 2**53]
    assert math.isnan(direct.metrics["never"].last.value)
    assert direct.metrics["never"].points == 3
    with connect(serving(f"sqlite:///{database}"), tmp_path) as tracker:
        (served,) = tracker.fetch([odd])
    assert encode_run(served) == encode_run(direct)
