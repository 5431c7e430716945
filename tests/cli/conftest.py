"""How the tests of bad input look at a run: one message, the right exit code, nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OnlyFinding = Callable[..., tuple[str, str, int, int]]
OnlyProblem = Callable[..., str]


@pytest.fixture
def only_finding(run_cli: Any) -> OnlyFinding:
    """Check a repository that has exactly one finding: ``(rule, path, line, column)``.

    The exit code fits the severity, the finding has a message and a hint, and the repository is
    byte for byte as before.
    """

    def call(repo: Any, *arguments: str) -> tuple[str, str, int, int]:
        before = repo.state()
        ran = run_cli("check", "--format", "json", *arguments, cwd=repo.root)
        assert ran.err == ""
        found = ran.findings()
        assert [(f["rule"], f["message"]) for f in found][1:] == []
        (one,) = found
        assert ran.code == {"error": 1, "warning": 0}[one["severity"]]
        assert one["message"]
        assert one["hint"]
        assert one["line"] >= 1 <= one["column"]
        assert repo.state() == before
        return one["rule"], one["path"], one["line"], one["column"]

    return call


@pytest.fixture
def only_problem(run_cli: Any) -> OnlyProblem:
    """Run a command that cannot go on: returns its one message, without ``error:``.

    ``only_problem(repo, 2, "check", "--base=x")``: exit code 2, nothing on stdout, one message
    and at most one hint on stderr, no traceback, nothing changed.
    """

    def call(repo: Any, code: int, *arguments: str, cwd: Any = None) -> str:
        before = repo.state()
        ran = run_cli(*arguments, cwd=cwd or repo.root)
        assert_one_problem(ran, code)
        assert repo.state() == before
        return str(ran.err)

    return call


def assert_one_problem(ran: Any, code: int) -> None:
    """One message on stderr and nothing else."""
    assert (ran.code, ran.out) == (code, ""), ran.err
    lines = ran.err.splitlines()
    assert lines[0].lower().startswith("error: "), ran.err
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("  hint: ")), ran.err
    assert "Traceback" not in ran.err
    assert "a defect of expdocs" not in ran.err
