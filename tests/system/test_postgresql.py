"""PostgreSQL under MLflow: the database itself and a real server on it give the same evidence."""

from __future__ import annotations

import math
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import Point, RunSnapshot, decode_population, decode_run

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PASSWORD = "p@ss:word/1"
QUOTED = "p%40ss%3Aword%2F1"

_FILL = """
import math, sys
from mlflow import MlflowClient
from mlflow.entities import Metric

client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("churn", artifact_location="s3://nowhere")
sweep = client.create_run(experiment, run_name="sweep").info.run_id
for number in range(120):
    tags = {"mlflow.parentRunId": sweep}
    run = client.create_run(experiment, run_name=f"trial {number}", tags=tags).info.run_id
    values = [Metric("val f1/é", number / 128, step, step) for step in range(3)]
    client.log_batch(run, metrics=values)
    client.set_terminated(run)
odd = client.create_run(experiment, run_name="odd").info.run_id
for step, value in enumerate([math.inf, math.nan, -math.inf]):
    client.log_metric(odd, "wild", value, step=step)
client.log_param(odd, "text", "ünïcode 漢\\n'quoted'")
print(sweep)
"""


def program(name: str) -> Path:
    """The newest PostgreSQL that Debian installed, which is not on the PATH."""
    found = shutil.which(name) or max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return Path(found)


def someone() -> str | None:
    """Who runs the database: it refuses to be run by root."""
    return "nobody" if os.getuid() == 0 else None


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """An empty database of its own; yields its URI."""
    folder = Path(tempfile.mkdtemp(prefix="expdocs-postgresql-"))
    user = someone()
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    options = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    port = free_port()
    try:
        subprocess.run(
            [program("initdb"), "-D", folder / "data", "-U", "mlflow", "-A", "scram-sha-256",
             "--pwfile", secret, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            check=True, **options,
        )  # fmt: skip
        command = [program("postgres"), "-D", folder / "data", "-p", str(port), "-F"]
        command += ["-c", f"unix_socket_directories={folder}"]
        command += ["-c", "listen_addresses=127.0.0.1"]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL, **options)
        try:
            uri = f"postgresql+psycopg2://mlflow:{QUOTED}@127.0.0.1:{port}/postgres"
            answers(uri, server)
            yield uri
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(uri: str, server: subprocess.Popen[bytes]) -> None:
    import psycopg2

    for _ in range(100):
        assert server.poll() is None, "PostgreSQL ended"
        try:
            psycopg2.connect(uri.replace("+psycopg2", "")).close()
        except psycopg2.OperationalError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("PostgreSQL did not start")


@contextmanager
def serving(backend: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--workers", "1"]
    command += ["--port", str(port), "--backend-store-uri", backend]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            for _ in range(600):
                assert process.poll() is None, log.read_text()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                        break
                except OSError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = str(tmp_path_factory.mktemp("home"))
    kept = {"PATH": os.environ["PATH"], "HOME": home, "MLFLOW_DISABLE_TELEMETRY": "true"}
    return {**kept, "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="module")
def filled(postgresql: str, environment: dict[str, str]) -> str:
    """The database with 122 runs; yields the id of the sweep's parent."""
    done = subprocess.run(
        [sys.executable, "-c", _FILL, postgresql],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


Pull = Callable[..., Any]


@pytest.fixture
def pull(repo: Any, run_cli: Any) -> Pull:
    def call(uri: str, *arguments: str, name: str = "work") -> tuple[Any, dict[str, bytes]]:
        root = repo({"expdocs.toml": ""}, name=name).root
        done = run_cli("evidence", "pull", *arguments, "--tracker", uri, cwd=root)
        found = (root / "journal").rglob("*.json*")
        return done, {path.name: path.read_bytes() for path in found}

    return call


def test_the_database_and_a_server_on_it_give_the_same(
    pull: Pull, postgresql: str, filled: str, environment: dict[str, str], tmp_path: Path
) -> None:
    done, direct = pull(postgresql, "--experiment", "churn", name="direct")
    assert done.code == 0, done.err
    with serving(postgresql, tmp_path, environment) as url:
        done, served = pull(url, "--experiment", "churn", name="served")
        assert done.code == 0, done.err
    assert len(direct) == 123
    assert direct == served
    (population,) = (data for name, data in direct.items() if name.endswith(".jsonl"))
    children = [run for run in decode_population(population).runs if run.parent_run_id == filled]
    assert len(children) == 120
    runs = {run.run_name: run for run in snapshots(direct)}
    metric = runs["trial 96"].metrics["val f1/é"]
    assert (metric.first, metric.last, metric.points) == (Point(0, 0.75), Point(2, 0.75), 3)
    wild = runs["odd"].metrics["wild"]
    assert (wild.first.value, wild.last.value, wild.points) == (math.inf, -math.inf, 3)
    assert runs["odd"].params == {"text": "ünïcode 漢\n'quoted'"}
    assert all(b"word" not in data and b"127.0.0.1" not in data for data in direct.values())


def snapshots(documents: Mapping[str, bytes]) -> list[RunSnapshot]:
    return [decode_run(data) for name, data in documents.items() if name.endswith(".json")]


def test_names_prefixes_and_times(pull: Pull, postgresql: str, filled: str) -> None:
    for reference in ("sweep", filled[:12], filled):
        done, found = pull(postgresql, reference, name=f"by {reference}")
        assert (done.code, [run.run_id for run in snapshots(found)]) == (0, [filled])
    done, found = pull(postgresql, "--since", "2100-01-01", name="later")
    assert (done.code, found) == (0, {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((QUOTED, "wrong"), "refuses the credentials"),
        (("/postgres", "/nowhere"), "has no such database"),
        (("/postgres", "/template1"), "is no MLflow database"),
        (("@127.0.0.1:", "@127.0.0.2:"), "cannot be reached"),
    ],
    ids=["password", "database", "not of MLflow", "port"],
)
def test_what_cannot_be_used_is_one_sentence(
    pull: Pull, postgresql: str, change: tuple[str, str], said: str
) -> None:
    uri = postgresql.replace(*change)
    done, found = pull(uri, "last")
    assert (done.code, done.out, found) == (3, "", {})
    first, hint = done.err.splitlines()
    assert said in first
    assert hint.startswith("  hint: ")
    assert QUOTED not in done.err
    assert PASSWORD not in done.err
