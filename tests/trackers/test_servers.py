"""Real servers of all sorts: with accounts, tokens and workspaces; runs that are gone or killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import decode_run
from tests.trackers.test_histories import BULK, Between

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def pull(repo: Any, run_cli: Any) -> Any:
    work = repo({"expdocs.toml": ""})

    def call(uri: str, *arguments: str) -> Any:
        return run_cli("evidence", "pull", *arguments, "--tracker", uri, cwd=work.root)

    call.root = work.root  # type: ignore[attr-defined]
    return call


def documents(root: Path) -> dict[str, bytes]:
    found = (root / "journal").rglob("*.json*")
    return {path.name: path.read_bytes() for path in found}


@pytest.fixture
def expected(repo: Any, run_cli: Any, filled: Any) -> dict[str, bytes]:
    """What a pull of the experiment from the database itself writes."""
    work = repo({"expdocs.toml": ""}, name="expected")
    uri = f"sqlite:///{filled.database}"
    done = run_cli("evidence", "pull", "--experiment", "churn", "--tracker", uri, cwd=work.root)
    assert done.code == 0, done.err
    return documents(work.root)


def test_accounts(pull, expected, database, serving, monkeypatch) -> None:
    url = serving(
        f"sqlite:///{database}",
        *("--app-name", "basic-auth"),
        MLFLOW_AUTH_ADMIN_PASSWORD="a long password",
        MLFLOW_FLASK_SERVER_SECRET_KEY="secret",
    )
    for name, password in (("", ""), ("admin", "wrong password"), ("nobody", "a long password")):
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", name)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", password)
        done = pull(url, "--experiment", "churn")
        assert (done.code, done.out) == (3, "")
        assert "refuses the credentials" in done.err
        assert "MLFLOW_TRACKING_USERNAME" in done.err
        assert "password" not in done.err.replace("MLFLOW_TRACKING_PASSWORD", "")
        assert documents(pull.root) == {}
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "admin")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "a long password")
    done = pull(url, "--experiment", "churn")
    assert done.code == 0, done.err
    assert documents(pull.root) == expected


def test_a_token(pull, expected, server, proxied, monkeypatch) -> None:
    real = Between(server)

    def checked(path: str, method: str, body: bytes, headers: Any) -> tuple[int, str, bytes]:
        if headers.get("Authorization") != "Bearer s3same":
            return 401, "text/plain", b"no"
        return real(path, method, body, headers)

    url = proxied(checked)
    for token in (None, "other"):
        if token:
            monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", token)
        done = pull(url, "--experiment", "churn")
        assert (done.code, done.out, documents(pull.root)) == (3, "", {})
        assert "refuses the credentials" in done.err
        assert "other" not in done.err
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3same")
    assert pull(url, "--experiment", "churn").code == 0
    assert documents(pull.root) == expected
    assert BULK in real.asked
    assert "get-history" not in real.asked


_IN_A_WORKSPACE = """
import sys
import mlflow
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
client.create_workspace("team")
mlflow.set_workspace("team")
experiment = client.create_experiment("theirs")
run = client.create_run(experiment, run_name="hidden").info.run_id
for step, value in enumerate((0.5, 0.25)):
    client.log_metric(run, "val f1/é", value, step=step)
print(run)
"""


def test_workspaces(pull, database, serving, proxied, mlflow_environment, monkeypatch) -> None:
    url = serving(f"sqlite:///{database}", "--enable-workspaces")
    made = subprocess.run(
        [sys.executable, "-c", _IN_A_WORKSPACE, url],
        capture_output=True,
        text=True,
        check=False,
        env=mlflow_environment,
    )
    assert made.returncode == 0, made.stderr
    run_id = made.stdout.split()[-1]
    done = pull(url, run_id)
    assert (done.code, documents(pull.root)) == (1, {})
    headers = []
    real = Between(url)

    def listening(path: str, method: str, body: bytes, sent: Any) -> tuple[int, str, bytes]:
        headers.append((path.partition("?")[0], sent.get("X-MLFLOW-WORKSPACE")))
        real.headers = {"X-MLFLOW-WORKSPACE": sent.get("X-MLFLOW-WORKSPACE")}
        return real(path, method, body, sent)

    monkeypatch.setenv("MLFLOW_WORKSPACE", "team")
    done = pull(proxied(listening), "hidden")
    assert done.code == 0, done.err
    (document,) = documents(pull.root).values()
    assert [p.value for p in decode_run(document).metrics["val f1/é"][:2]] == [0.5, 0.25]
    assert {name for _, name in headers} == {"team"}
    assert any(path.endswith(BULK) for path, _ in headers)
    monkeypatch.setenv("MLFLOW_WORKSPACE", "elsewhere")
    done = pull(url, "--missing", "hidden")
    assert (done.code, done.out) in {(1, ""), (3, "")}
    assert len(done.err.splitlines()) <= 2


def gc(database: Path, environment: dict[str, str], *options: str) -> None:
    command = [sys.executable, "-m", "mlflow", "gc", "--backend-store-uri"]
    done = subprocess.run(
        [*command, f"sqlite:///{database}", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "MLFLOW_TRACKING_URI": f"sqlite:///{database}"},
        cwd=database.parent,
    )
    assert done.returncode == 0, done.stderr


def test_a_run_deleted_for_good_keeps_its_snapshot(
    pull, filled, database, mlflow_environment
) -> None:
    uri = f"sqlite:///{database}"
    gone = filled.ids["gone"]
    assert pull(uri, gone, filled.ids["seed"]).code == 0
    before = documents(pull.root)
    gc(database, mlflow_environment, "--run-ids", gone)
    done = pull(uri, gone, filled.ids["seed"])
    assert done.code == 1
    assert f"does not know the run {gone}" in done.err
    assert documents(pull.root) == before
    assert pull(uri, "--missing", gone).code == 0


def test_an_experiment_deleted_and_then_gone_for_good(
    pull, filled, database, mlflow_environment
) -> None:
    from mlflow import MlflowClient

    uri = f"sqlite:///{database}"
    client = MlflowClient(uri)
    client.delete_experiment(filled.ids["other"])
    client._tracking_client.store.engine.dispose()
    done = pull(uri, "--experiment", "other")
    assert done.code == 0, done.err
    found = documents(pull.root)
    runs = [decode_run(data) for name, data in found.items() if name.endswith(".json")]
    assert {run.lifecycle_stage for run in runs} == {"deleted"}
    assert len(runs) == 4
    gc(database, mlflow_environment)
    done = pull(uri, "--experiment", "other")
    assert (done.code, done.out) == (1, "")
    assert "no experiment named 'other'" in done.err
    assert documents(pull.root) == found


_KILLED = """
import os, signal, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="killed") as run:
    mlflow.log_metric("val_f1", 0.5, step=0)
    print(run.info.run_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_whose_process_was_killed(pull, database, mlflow_environment) -> None:
    uri = f"sqlite:///{database}"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, uri],
        capture_output=True,
        text=True,
        check=False,
        env=mlflow_environment,
        cwd=database.parent,
    )
    assert done.returncode == -9, done.stderr
    assert pull(uri, "killed").code == 0
    (document,) = documents(pull.root).values()
    run = decode_run(document)
    assert (run.run_id, run.status, run.end_time) == (done.stdout.split()[-1], "RUNNING", None)
    assert run.metrics["val_f1"].last.value == 0.5


def test_a_metric_renamed_half_way(pull, database) -> None:
    """Two metrics then, each with its own steps: nothing joins what has two names."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{database}")
    run_id = client.create_run("1").info.run_id
    for step in range(4):
        name = "f1" if step < 2 else "val/f1 (macro)".replace("(", "").replace(")", "")
        client.log_metric(run_id, name, step / 4, step=step)
    client._tracking_client.store.engine.dispose()
    assert pull(f"sqlite:///{database}", run_id).code == 0
    (document,) = documents(pull.root).values()
    metrics = decode_run(document).metrics
    assert {name: (m.first.step, m.last.step) for name, m in metrics.items()} == {
        "f1": (0, 1),
        "val/f1 macro": (2, 3),
    }


def test_a_database_whose_driver_is_missing(pull) -> None:
    done = pull("mysql://user:hunter2@127.0.0.1/mlflow", "last")
    assert (done.code, done.out) == (3, "")
    assert "needs the Python module MySQLdb" in done.err
    assert "hunter2" not in done.err
