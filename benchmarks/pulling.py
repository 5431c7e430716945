"""What pulling runs costs, beside the bare batched requests for the same values: one table.

For 100, 1,000 and 10,000 runs of 5 metrics with 10 values each, from a SQLite database and from a
real server on it: `expdocs evidence pull --experiment` into an empty repository, histories and
files included, beside a program that asks MLflow for the runs and for each metric's history in
bulk, and keeps nothing. Both are whole processes, measured in turns.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, show_table, times_as_fast
from processes import Process
from turns import in_turns, log_runs, ratio

HERE = Path(__file__).parent
GOAL = 1.5
METRICS = 5
VALUES = 10
EXPERIMENT = "measured"

_FILL = f"""
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
_BARE = f"""
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", default="100,1000,10000", help="how many runs, by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-log", action="store_true", help="log nothing to MLflow")
    asked = parser.parse_args()
    figures: list[Figure] = []
    for size in (int(text) for text in asked.runs.split(",")):
        with tempfile.TemporaryDirectory() as name:
            figures += _measured(size, Path(name), asked.rounds, log=not asked.no_log)
    show_table(figures)


def _measured(size: int, folder: Path, rounds: int, *, log: bool) -> Iterator[Figure]:
    database = f"sqlite:///{folder / 'tracker.db'}"
    _python(_FILL, database, str(size), cwd=folder)
    with _serving(database, folder) as server:
        for name, uri in (("SQLite", database), ("server", server)):
            yield _compared(f"{size:,} runs, {name}", uri, folder, rounds, log=log)


def _compared(name: str, uri: str, folder: Path, rounds: int, *, log: bool) -> Figure:
    work = folder / "work"
    program = Path(sys.executable).with_name("expdocs")
    command = (program, "evidence", "pull", "--experiment", EXPERIMENT, "--tracker", uri)
    pull = Process(*command, cwd=work, before=_emptied(work))
    bare = Process(sys.executable, "-W", "ignore", "-c", _BARE, uri, cwd=folder)
    times = in_turns({"pull": pull, "bare": bare}, rounds)
    against = ratio(times, "pull", "bare")
    if log:
        parameters = {"what": name, "metrics": METRICS, "values": VALUES}
        more = {"pull": {"peak_mb": pull.peak}, "bare": {"peak_mb": bare.peak}}
        log_runs("expdocs-pulling", "milliseconds", times, "bare", params=parameters, more=more)
    medians = [statistics.median(times[one]) for one in ("pull", "bare")]
    return times_as_fast(name, medians[0], "bare requests", medians[1], against, GOAL)


def _emptied(work: Path) -> Callable[[], None]:
    def empty() -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / "expdocs.toml").write_text("")
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)

    return empty


def _python(code: str, *arguments: str, cwd: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    subprocess.run(command, cwd=cwd, check=True, stderr=subprocess.DEVNULL)


@contextmanager
def _serving(database: str, folder: Path) -> Iterator[str]:
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


if __name__ == "__main__":
    main()
