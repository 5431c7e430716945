"""A tracker to measure against: how it is filled, served, and asked by bare requests."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from figures import Figure, show_table

METRICS = 5
VALUES = 10
EXPERIMENT = "measured"

FILL = f"""
import sys
from mlflow import MlflowClient
from mlflow.entities import Metric

client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("{EXPERIMENT}")
for number in range(int(sys.argv[2])):
    run = client.create_run(experiment, run_name=f"run {{number}}").info.run_id
    values = [
        Metric(f"metric_{{m}}", number / (m + step + 1), step, step)
        for m in range({METRICS})
        for step in range({VALUES})
    ]
    client.log_batch(run, metrics=values)
    client.set_terminated(run)
"""

# The bare requests, as the pages of MLflow make them: 1,000 runs, then 100 runs of one metric.
BARE = f"""
import sys
from mlflow import MlflowClient
from mlflow.utils.rest_utils import http_request

client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("{EXPERIMENT}").experiment_id
store = client._tracking_client.store
found, token = [], None
while True:
    page = client.search_runs([experiment], "", 1, 1000, page_token=token)
    found += page
    token = page.token
    if not token:
        break
values = 0
names = sorted({{name for run in found for name in run.data.metrics}})
for start in range(0, len(found), 100):
    ids = [run.info.run_id for run in found[start : start + 100]]
    for name in names:
        if sys.argv[1].startswith("http"):
            asked = [("run_id", one) for one in ids]
            asked += [("metric_key", name), ("max_results", "25000")]
            path = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
            answer = http_request(store.get_host_creds(), path, "GET", params=asked)
            values += len(answer.json()["metrics"])
        else:
            values += len(store.get_metric_history_bulk(ids, name, 25000))
assert values == len(found) * {METRICS * VALUES}, values
"""


class Tracker(NamedTuple):
    """A filled tracker: what it is in words, its address, the folder to work in, how to measure."""

    name: str
    uri: str
    folder: Path
    rounds: int
    log: bool


def measure(about: str, measured: Callable[[Tracker], Iterator[Figure]]) -> None:
    """Show the figures over trackers of the sizes that the command line names, served or not."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--runs", default="100,1000,10000", help="how many runs, by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-log", action="store_true", help="log nothing to MLflow")
    asked = parser.parse_args()
    figures: list[Figure] = []
    for size in (int(text) for text in asked.runs.split(",")):
        with tempfile.TemporaryDirectory() as name:
            for way, uri in _filled(size, folder := Path(name)):
                about_it = f"{size:,} runs, {way}"
                figures += measured(Tracker(about_it, uri, folder, asked.rounds, not asked.no_log))
    show_table(figures)


def _filled(size: int, folder: Path) -> Iterator[tuple[str, str]]:
    database = f"sqlite:///{folder / 'tracker.db'}"
    python(FILL, database, str(size), cwd=folder)
    with serving(database, folder) as server:
        yield "SQLite", database
        yield "server", server


def python(code: str, *arguments: str, cwd: Path) -> None:
    """Run a program of Python."""
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    subprocess.run(command, cwd=cwd, check=True, stderr=subprocess.DEVNULL)


@contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """Run a server on a database while the context lasts; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", database]
    with (folder / "server.log").open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, 15)
            server.wait(20)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")
