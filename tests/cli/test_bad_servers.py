"""Trackers that are down, slow, broken or no trackers at all: one message, nothing written."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

RUN = "9e20a4f780104459a8c141c87a951182"
OTHER = "f" * 32
COMMANDS: dict[str, tuple[str, ...]] = {
    "pull a run": ("evidence", "pull", OTHER),
    "pull a record": ("evidence", "pull", "EXP-2026-11-20-417"),
    "pull all": ("evidence", "pull", "--all"),
    "pull the last": ("evidence", "pull", "last"),
    "new": ("new", "experiment", "A title", "--run", OTHER),
}
Answer = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, body: bytes, content: str = "application/json", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", content)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def slow(request: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def trickle(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b'{"run": ')
    request.wfile.flush()
    time.sleep(3)


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x16\x03\x01 not HTTP\r\n\r\n")


RUN_OF_STRANGERS = json.dumps({"run": {"info": {"run_id": "0" * 32}, "data": {}}}).encode()
ANSWERS: dict[str, Answer] = {
    "500": says(500, b"oops"),
    "500 with a traceback": says(500, b"Traceback (most recent call last):\n  secret", "text/html"),
    "502": says(502, b"<html>bad gateway</html>", "text/html"),
    "503": says(503, b""),
    "429": says(429, b"", Retry_After="0"),
    "401": says(401, b"no"),
    "403": says(403, b"<html>login</html>", "text/html"),
    "404": says(404, b"<html>not here</html>", "text/html"),
    "a page": says(200, b"<!doctype html><html>Welcome</html>", "text/html"),
    "a login page": says(302, b"", Location="http://127.0.0.1:9/login"),
    "to itself": says(302, b"", Location="/"),
    "nothing": says(200, b""),
    "wrong JSON": says(200, b'{"hello": "world"}'),
    "a list": says(200, b"[]"),
    "null": says(200, b"null"),
    "half of it": says(200, b'{"run": {"info": '),
    "numbers for texts": says(200, b'{"run": {"info": {"run_id": 7}}, "runs": 7}'),
    "another run": says(200, RUN_OF_STRANGERS),
    "not UTF-8": says(200, b'{"run": "\xff"}'),
    "nested": says(200, b"[" * 100_000),
    "slow": slow,
    "trickle": trickle,
    "hang up": hang_up,
    "no HTTP": no_http,
}
FAST = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "1",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "0",
}


@pytest.fixture
def server() -> Iterator[Any]:
    """A server whose every answer is ``server.answer``; its address is ``server.uri``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            self.rfile.read(size)
            self.server.answer(self)  # type: ignore[attr-defined]

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *arguments: object) -> None:
            """The client hung up, which is what some of these tests are about."""

    with Server(("127.0.0.1", 0), Handler) as made:
        made.uri = f"http://127.0.0.1:{made.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FAST.items():
        monkeypatch.setenv(name, value)


def refused(repo: Any, only_problem: Any, uri: str, *command: str) -> str:
    said = only_problem(repo, 3, *command, "--tracker", uri)
    lines = said.splitlines()
    assert lines[0].startswith("error: the MLflow tracker ")
    assert lines[1].startswith("  hint: ")
    assert "Welcome" not in said
    assert "secret" not in said
    return str(said)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_bad_answer(checked_repo: Any, only_problem: Any, server: Any, answer: Answer) -> None:
    server.answer = answer
    refused(checked_repo, only_problem, server.uri, *COMMANDS["pull a run"])


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("answer", ["500", "a page", "half of it"])
def test_every_command(
    checked_repo: Any, only_problem: Any, server: Any, answer: str, command: tuple[str, ...]
) -> None:
    server.answer = ANSWERS[answer]
    refused(checked_repo, only_problem, server.uri, *command)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_bad_answer_contradicts_nothing(
    checked_repo: Any, run_cli: Any, server: Any, answer: Answer
) -> None:
    server.answer = answer
    before = checked_repo.state()
    ran = run_cli(
        "evidence", "verify", "--all", "--json", "--skip", "dvc", "--tracker", server.uri,
        cwd=checked_repo.root,
    )  # fmt: skip
    assert (ran.code, ran.err) == (3, "")
    found = [v for v in json.loads(ran.out)["verdicts"] if v["edge"] == "tracker"]
    assert [v["verdict"] for v in found] == ["unreachable"] * 3
    assert "Welcome" not in ran.out
    assert "secret" not in ran.out
    assert checked_repo.state() == before


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_nothing_is_linked_through_a_bad_answer(
    checked_repo: Any, run_cli: Any, server: Any, answer: Answer
) -> None:
    server.answer = answer
    ran = run_cli("evidence", "link", "--all", "--tracker", server.uri, cwd=checked_repo.root)
    assert ran.code == 3
    assert ran.out == "0 linked, 0 linked before, 3 not linked\n"
    assert "Traceback (" not in ran.err


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_server_that_is_down(
    checked_repo: Any, only_problem: Any, command: tuple[str, ...]
) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    said = refused(checked_repo, only_problem, f"http://127.0.0.1:{port}", *command)
    assert "cannot be reached" in said


ADDRESSES: dict[str, str] = {
    "no such host": "http://nowhere.invalid:5000",
    "no host": "http://",
    "no scheme": "tracker.example:5000",
    "strange scheme": "gopher://x",
    "a port that is none": "http://127.0.0.1:99999",
    "a missing database": "sqlite:///nowhere.db",
    "a missing folder": "file:///nowhere",
    "a line break": "http://a\nb",
    "blank": " ",
}


@pytest.mark.parametrize("uri", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_is_none(checked_repo: Any, only_problem: Any, uri: str) -> None:
    only_problem(checked_repo, 3, "evidence", "pull", RUN, "--tracker", uri)


def test_credentials_are_never_shown(checked_repo: Any, only_problem: Any, server: Any) -> None:
    server.answer = ANSWERS["500"]
    uri = server.uri.replace("http://", "http://ana:hunter2@")
    assert "hunter2" not in refused(checked_repo, only_problem, uri, "evidence", "pull", OTHER)


def test_no_tracker_is_known(checked_repo: Any, only_problem: Any) -> None:
    said = only_problem(checked_repo, 3, "evidence", "pull", "--all")
    assert "no MLflow tracker is known here" in said


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_database_that_is_none(checked_repo: Any, only_problem: Any, content: bytes) -> None:
    checked_repo.write({"mlflow.db": content})
    only_problem(checked_repo, 3, "evidence", "pull", "--all")


def test_interrupted_while_a_server_is_slow(checked_repo: Any, server: Any) -> None:
    asked = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        time.sleep(2)

    server.answer = answer
    before = checked_repo.state()
    with subprocess.Popen(
        [sys.executable, "-m", "expdocs", "evidence", "pull", OTHER, "--tracker", server.uri],
        cwd=checked_repo.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"\nerror: interrupted\n")
    assert checked_repo.state() == before


def test_a_check_asks_no_server(
    checked_repo: Any, run_cli: Any, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        raise AssertionError("a check asked the tracker")

    server.answer = answer
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.uri)
    assert run_cli("check", cwd=checked_repo.root).code == 0
    assert not (Path(checked_repo.root) / "mlruns").exists()
