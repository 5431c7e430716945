"""Pulls that are killed, interrupted, cut off or made twice at once leave whole files only."""

from __future__ import annotations

import os
import pty
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import decode_population, decode_run
from tests.trackers.test_histories import Between

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

RUNS = 200
_MANY = f"""
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("many")
for number in range({RUNS}):
    run = client.create_run(experiment, run_name=f"run {{number}}").info.run_id
    client.log_metric(run, "val_f1", number / 256, step=0)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: Any, mlflow_environment: dict[str, str]) -> str:
    """A database with 200 runs in the experiment `many`."""
    folder = tmp_path_factory.mktemp("many")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", _MANY, uri],
        capture_output=True,
        text=True,
        check=False,
        env=mlflow_environment,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return uri


def start(root: Path, uri: str, *options: str, **given: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "expdocs", "evidence", "pull", "--experiment", "many"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given}
    return subprocess.Popen([*command, "--tracker", uri, *options], cwd=root, **pipes)


def documents(root: Path) -> dict[str, bytes]:
    """All that lies in the evidence folder, each of it read as what it must be."""
    found = {}
    for path in (root / "journal").rglob("*"):
        if path.is_file() and not path.name.endswith("~"):
            found[path.name] = path.read_bytes()
            (decode_run if path.suffix == ".json" else decode_population)(found[path.name])
    return found


def unfinished(root: Path) -> list[str]:
    return [path.name for path in (root / "journal").rglob(".*")]


def first_document(root: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None and not next((root / "journal").rglob("*.json"), None):
        time.sleep(0.005)


@pytest.fixture
def whole(repo: Any, run_cli: Any, many: str) -> dict[str, bytes]:
    root = repo({"expdocs.toml": ""}, name="whole").root
    done = run_cli("evidence", "pull", "--experiment", "many", "--tracker", many, cwd=root)
    assert done.code == 0, done.err
    found = documents(root)
    assert len(found) == RUNS + 1
    return found


def test_killed_at_any_moment_two_at_once(repo: Any, many: str, whole: dict[str, bytes]) -> None:
    root = repo({"expdocs.toml": ""}).root
    draw = random.Random(7)
    for _ in range(4):
        pulls = [start(root, many), start(root, many, "--missing")]
        first_document(root, pulls[0])
        time.sleep(draw.random() * 0.2)
        for process in pulls:
            process.kill()
        for process in pulls:
            process.communicate()
        kept = documents(root)
        assert kept.items() <= whole.items()
    pulls = [start(root, many), start(root, many, "--missing")]
    ends = [process.communicate() for process in pulls]
    assert [process.returncode for process in pulls] == [0, 0], ends
    assert documents(root) == whole
    assert unfinished(root) == []


def test_interrupted_from_the_keyboard(repo: Any, many: str, whole: dict[str, bytes]) -> None:
    root = repo({"expdocs.toml": ""}).root
    process = start(root, many)
    first_document(root, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err) == (130, b"\nerror: interrupted\n")
    kept = documents(root)
    assert 0 < len(kept) < len(whole)
    assert kept.items() <= whole.items()
    assert unfinished(root) == []
    out, err = start(root, many, "--missing").communicate()
    assert f"{len(whole) - len(kept)} written, 0 unchanged".encode() in out, err
    assert documents(root) == whole


def test_cut_off_and_gone_on(
    repo: Any, run_cli: Any, server: str, proxied: Any, filled: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("expdocs.trackers.mlflow.IDS_A_SEARCH", 2)
    root = repo({"expdocs.toml": ""}).root
    names = ("weights", "gone", "trial 0", "trial 1", "trial 2", "seed")
    ids = [filled.ids[name] for name in names]
    real = Between(server)
    url = proxied(real)

    def cut(path: str) -> tuple[int, str, bytes]:
        if ids[4] in path:
            return 500, "text/plain", b"out of memory"
        return real.passed(path)

    real.bulk = cut
    done = run_cli("evidence", "pull", *ids, "--tracker", url, cwd=root)
    assert (done.code, done.out) == (3, "")
    assert "fails with HTTP 500" in done.err
    assert {name.removesuffix(".json") for name in documents(root)} == set(ids[:4])
    real.bulk = real.passed
    asked: list[str] = []
    passed = real.bulk

    def listening(path: str) -> tuple[int, str, bytes]:
        asked.append(path)
        return passed(path)

    real.bulk = listening
    done = run_cli("evidence", "pull", "--missing", *ids, "--tracker", url, cwd=root)
    assert (done.code, "2 written, 0 unchanged" in done.out) == (0, True)
    assert {name.removesuffix(".json") for name in documents(root)} == set(ids)
    assert not any(run_id in path for path in asked for run_id in ids[:4])


def test_what_a_killed_pull_left_is_removed_and_nothing_else(
    repo: Any, run_cli: Any, many: str
) -> None:
    folder = "journal/evidence/mlflow/ab"
    left = f"{folder}/.abc.json.0123456789abcdef~"
    others = (f"{folder}/notes.json~", f"{folder}/.swp~", "journal/.x.0123456789abcdef~")
    made = repo({"expdocs.toml": "", **dict.fromkeys((left, *others), "x")})
    run_cli("evidence", "pull", "0" * 32, "--tracker", many, cwd=made.root)
    assert not (made.root / left).exists()
    assert all((made.root / path).exists() for path in others)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def test_how_far_it_is_shows_on_a_terminal_only(
    repo: Any, many: str, terminal: tuple[int, int]
) -> None:
    root = repo({"expdocs.toml": ""}).root
    process = start(root, many, stderr=terminal[1])
    out, _ = process.communicate()
    os.close(terminal[1])
    assert f"1 of {RUNS} runs".encode() in os.read(terminal[0], 65536)
    assert b" of " not in out
    _, err = start(root, many).communicate()
    assert err == b""
