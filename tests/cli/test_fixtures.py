from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest


def test_the_example_has_no_findings(checked_repo: Any, run_cli: Any) -> None:
    before = checked_repo.state()
    ran = run_cli("check", "--strict", cwd=checked_repo.root)
    assert (ran.code, ran.out, ran.err) == (0, "1 record checked: no findings\n", "")
    assert checked_repo.state() == before


def test_the_example_is_checked_alike_by_a_process(checked_repo: Any, run_program: Any) -> None:
    ran = run_program("check", cwd=checked_repo.root)
    assert (ran.code, ran.out, ran.err) == (0, "1 record checked: no findings\n", "")


def test_repositories_are_made_alike_each_time(repo: Any) -> None:
    one, two = repo({"a.txt": "a"}, name="one"), repo({"a.txt": "a"}, name="two")
    assert one.git("rev-parse", "HEAD") == two.git("rev-parse", "HEAD")
    assert "user.name" not in one.git("config", "--list")


def test_tests_have_no_network() -> None:
    with socket.socket() as one, pytest.raises(RuntimeError, match="no network"):
        one.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 80)


def test_home_is_a_folder_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
