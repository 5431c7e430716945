"""A real tracker for the tests: ``mlflow server`` on a database made by MLflow itself."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_FILL = """
import json, math, sys
from mlflow import MlflowClient
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.entities import DatasetInput, InputTag, LoggedModelOutput, Metric, RunTag

client = MlflowClient(tracking_uri=sys.argv[1])
place = sys.argv[2]
churn = client.create_experiment("churn", artifact_location=place)
other = client.create_experiment("other", artifact_location=place)
T0 = 1795168800125  # 2026-11-20T10:00:00.125Z


def run(experiment, name, at, tags=None, end="FINISHED"):
    tags = {"mlflow.user": "ana", **(tags or {})}
    made = client.create_run(experiment, start_time=T0 + at * 1000, run_name=name, tags=tags)
    ids[name] = made.info.run_id
    return made.info.run_id


ids = {"churn": churn, "other": other}
weights = run(churn, "weights", 0, {
    "mlflow.source.name": "https://ana:secret@git.example/repo#train.py",
    "mlflow.source.type": "LOCAL",
    "mlflow.source.git.commit": "a" * 40,
    "mlflow.source.git.branch": "main",
    "expdocs.commit": "a" * 40,
    "expdocs.code_tree": "b" * 40,
    "expdocs.code_tree_without": '["journal","decisions"]',
    "expdocs.dirty": "true",
    "expdocs.data": '{"data/churn.csv":"md5:1"}',
    "expdocs.data.1": '{"data/raw":"md5:2.dir"}',
    "expdocs.note": "kept",
    "other.tag": "left out",
})
client.log_param(weights, "c", "0.1")
client.log_param(weights, "url", "postgresql://me:p@ss@host/db")
for step, value in enumerate([0.5, 0.8125, 0.75]):
    client.log_metric(weights, "val_f1", value, timestamp=T0 + step, step=step)
for step, value in enumerate([math.inf, math.nan, -math.inf]):
    client.log_metric(weights, "wild", value, timestamp=T0 + step, step=step)
losses = [Metric("loss", (i - 333) ** 2 / 1024, T0 + i, i) for i in range(500)]
client.log_batch(weights, metrics=losses)
again = [Metric("again", v, T0 + i, 7) for i, v in enumerate([3.0, 1.0, 2.0])]
client.log_batch(weights, metrics=again)
dataset = MetaDataset(HTTPDatasetSource("http://u:p@h/x"), name="churn", digest="5afc23b9.dir")
context = [InputTag("mlflow.data.context", "training")]
client.log_inputs(weights, [DatasetInput(dataset._to_mlflow_entity(), context)])
model = client.create_logged_model(churn, name="m", source_run_id=weights)
client.log_outputs(weights, [LoggedModelOutput(model.model_id, 0)])
ids["model"] = model.model_id
client.set_terminated(weights, "FINISHED", end_time=T0 + 60_000)
run(churn, "it's", 1)
run(churn, "seed", 2)
run(churn, "seed", 3)
ids["seed 2"] = ids["seed"]
gone = run(churn, "gone", 4)
client.log_metric(gone, "val_f1", 0.25, timestamp=T0, step=0)
client.delete_run(gone)
sweep = run(other, "sweep", 5)
for i in range(3):
    child = run(other, f"trial {i}", 10 - i, {"mlflow.parentRunId": sweep})
    client.log_metric(child, "val_f1", i / 4, timestamp=T0, step=0)
    client.log_metric(child, "secret", 1, timestamp=T0, step=0)
print(json.dumps(ids))
"""


@dataclass(frozen=True)
class Filled:
    """A database, and the ids of what is in it by name."""

    database: Path
    ids: dict[str, str]


@pytest.fixture(scope="session")
def mlflow_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("home")
    kept = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONWARNINGS": "ignore",
    }


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, mlflow_environment: dict[str, str]) -> Filled:
    folder = tmp_path_factory.mktemp("tracker")
    database = folder / "mlflow.db"
    done = subprocess.run(
        [sys.executable, "-c", _FILL, f"sqlite:///{database}", str(folder / "artifacts")],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=mlflow_environment,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Filled(database, json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def database(filled: Filled, tmp_path: Path) -> Path:
    """A copy of the filled database that a test may break."""
    return Path(shutil.copy(filled.database, tmp_path / "mlflow.db"))


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)
    # what connecting sets as defaults is taken back after the test
    for name in ("TIMEOUT", "MAX_RETRIES", "BACKOFF_FACTOR", "BACKOFF_JITTER"):
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", "10" if name == "TIMEOUT" else "0")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("HOME", str(tmp_path))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def server(filled: Filled, mlflow_environment: dict[str, str]) -> Iterator[str]:
    """The URL of a real server on the filled database."""
    with _running(f"sqlite:///{filled.database}", (), mlflow_environment) as url:
        yield url


Serving = Callable[..., str]


@pytest.fixture
def serving(mlflow_environment: dict[str, str]) -> Iterator[Serving]:
    """Start a real server on a database, with options and environment: returns its URL."""
    with ExitStack() as stack:

        def start(backend: str, *options: str, **environment: str) -> str:
            changed = {**mlflow_environment, **environment}
            return stack.enter_context(_running(backend, options, changed))

        yield start


@contextmanager
def _running(backend: str, options: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1", "--backend-store-uri", backend]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command += ["--default-artifact-root", str(folder / "artifacts"), *options]
        log = folder / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
            try:
                _wait(f"http://127.0.0.1:{port}/health", process, log)
                yield f"http://127.0.0.1:{port}"
            finally:
                os.killpg(process.pid, 15)
                process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text()}")


Answer = tuple[int, str, bytes]
Asked = Callable[[str, str, bytes, Mapping[str, str]], Answer]


@pytest.fixture
def proxied() -> Iterator[Callable[[Asked], str]]:
    """Start a server that answers path, method, body and headers as told: returns its URL."""
    started: list[ThreadingHTTPServer] = []

    def start(answer: Asked) -> str:
        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, said = answer(self.path, self.command, body, dict(self.headers))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = _reply  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        made.daemon_threads = True
        made.handle_error = lambda *args: None  # type: ignore[method-assign]
        threading.Thread(target=made.serve_forever, daemon=True).start()
        started.append(made)
        return f"http://127.0.0.1:{made.server_address[1]}"

    yield start
    for made in started:
        made.shutdown()
        made.server_close()


@pytest.fixture
def scripted(proxied: Callable[[Asked], str]) -> Callable[[Callable[[str], Answer]], str]:
    """Start a server that answers each path as told: status, content type, body."""
    return lambda answer: proxied(lambda path, *_: answer(path))
