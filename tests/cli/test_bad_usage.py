"""Command lines that ask for what cannot be: exit code 2 (or 1 where refused), one message."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ID = "EXP-2026-11-20-417"

USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown command": (("chek",), "No such command"),
    "option for a command": (("--strict",), "No such option"),
    "unknown option": (("check", "--stric"), "No such option"),
    "unknown format": (("check", "--format", "yaml"), "Invalid value"),
    "no folder": (("-C", "nowhere", "check"), "does not exist"),
    "a file for a folder": (("-C", "expdocs.toml", "check"), "is a file"),
    "select unknown": (("check", "--select", "XYZ"), "no rule has the id 'XYZ'"),
    "select in small letters": (("check", "--select", "evd"), "no rule has the id 'evd'"),
    "select half a list": (("check", "--select", "EVD,"), "no rule has the id ''"),
    "ignore unknown": (("check", "--ignore", "EVD,CLM999"), "no rule has the id 'CLM999'"),
    "cite of no record": (("cite", "EXP-2026-11-20-999"), "no record has the id or path"),
    "cite at no place": (("cite", "EXP-2026-11-20-417", "--insert", "x:y"), "is no place"),
    "cite two numbers": (("cite", "EXP-2026-11-20-417", "0.7", "0.8"), "are two numbers"),
    "explain unknown": (("explain", "XYZ1"), "no rule has the id 'XYZ1'"),
    "path outside": (("check", "/etc/passwd"), "is outside the repository"),
    "path above": (("check", "../.."), "is outside the repository"),
    "path missing": (("check", "journal/nothing.md"), "does not exist"),
    "path with a line break": (("check", "a\nb.md"), "does not exist"),
    "path not UTF-8": (("check", "a\udcff.md"), "does not exist"),
    "path long": (("check", "a" * 5000), "does not exist"),
    "path through a file": (("check", "expdocs.toml/x.md"), "does not exist"),
    "path empty": (("check", ""), "does not exist"),
    "path of no record": (("check", "expdocs.toml"), "is no record"),
    "path in .git": (("check", ".git/HEAD"), "is no record"),
    "new of no kind": (("new", "recipe", "x"), "'recipe' is no kind"),
    "new of a path": (("new", "../experiment", "x"), "is no kind of record"),
    "new without a title": (("new", "experiment"), "Missing argument"),
    "new, empty title": (("new", "experiment", " "), "title"),
    "new, title of two lines": (("new", "experiment", "a\nb"), "title"),
    "new, title that steers": (("new", "experiment", "a\x1b[31mb"), "title"),
    "new, title not UTF-8": (("new", "experiment", "a\udcffb"), "title"),
    "new, long title": (("new", "experiment", "x" * 5000), "title"),
    "new, a tag of two words": (("new", "experiment", "x", "--tag", "A B"), "tags[0]"),
    "new, verdict unknown": (("new", "experiment", "x", "--verdict", "maybe"), "verdict"),
    "new, author with a blank": (("new", "experiment", "x", "--author", "Li Na"), "authors[0]"),
    "supersede, long title": (("supersede", ID, "--title", "x" * 300), "title"),
    "new, no day": (("new", "experiment", "x", "--date", "2026-02-30"), "Invalid value"),
    "new, link of no type": (("new", "experiment", "x", "--link", f"likes:{ID}"), "no links"),
    "new, link to nothing": (
        ("new", "experiment", "x", "--link", "tests:EXP-2020-01-01-001"),
        "no record has the id",
    ),
    "new, commit unknown": (("new", "experiment", "x", "--commit=--all"), "names no commit"),
    "new, data untracked": (("new", "experiment", "x", "--data", "train.py"), "does not track"),
    "new, set nothing": (("new", "experiment", "x", "--set", "features"), "not KEY=YAML"),
    "new, set unknown": (("new", "experiment", "x", "--set", "colour=red"), "not KEY=YAML"),
    "new, set broken": (("new", "experiment", "x", "--set", "features=[a"), "--set features"),
    "new, set an alias": (("new", "experiment", "x", "--set", "features=*a"), "--set features"),
    "new, set two": (("new", "experiment", "x", "--set", "features=a\nnotes: b"), "one YAML"),
    "new, effect a text": (("new", "experiment", "x", "--effect", "much"), "Invalid value"),
    "new decision with a run": (("new", "decision", "x", "--run", "last"), "no field 'runs'"),
    "fix a missing file": (("fix", "journal/nothing.md"), "does not exist"),
    "accept nothing": (("accept", "EXP-2020-01-01-001", "--by", "li"), "no record has the id"),
    "accept a path outside": (("accept", "../../x.md", "--by", "li"), "no record has the id"),
    "supersede nothing": (("supersede", "x", "--title", "y"), "no record has the id"),
    "supersede twice": (("supersede", ID, "--title", "y", "--by", ID), "give either"),
    "kinds show": (("kinds", "show", "recipe"), "is no kind"),
    "kinds eject": (("kinds", "eject", "../../etc"), "is no shipped kind"),
    "pull nothing": (("evidence", "pull"), "name runs or records"),
    "similar to nothing": (("similar",), "say what you are about to run"),
    "similar, no value": (("similar", "--param", "c"), "not NAME=VALUE"),
    "similar, no name": (("similar", "--param", "=1"), "not NAME=VALUE"),
    "similar, twice": (("similar", "--param", "c=1", "--param", "c=2"), "given twice"),
    "similar, other data": (("similar", "--data", "train.py"), "DVC does not track train.py"),
    "similar to no record": (("similar", "EXP-2020-01-01-001"), "no record has the id"),
    "similar to a page": (("similar", "README.md"), "no record has the id or path"),
    "similar, far": (("similar", "--within", "2", "x"), "Invalid value"),
    "status of no project": (("evidence", "status", "--project", "x"), "belongs to a project 'x'"),
    "status, a text": (("evidence", "status", "--fail-over", "all"), "Invalid value"),
    "status, below zero": (("evidence", "status", "--fail-over=-1"), "Invalid value"),
    "status of a file": (("evidence", "status", "train.py"), "unexpected extra argument"),
    "doctor of a file": (("doctor", "train.py"), "unexpected extra argument"),
    "pull both": (("evidence", "pull", "last", "--all"), "name runs or records"),
    "verify nothing": (("evidence", "verify"), "name runs or records"),
    "verify both": (("evidence", "verify", "last", "--all"), "name runs or records"),
    "verify without a source": (("evidence", "verify", "--all", "--skip", "svn"), "Invalid value"),
    "verify a run without a snapshot": (("evidence", "verify", "F" * 32), "has no snapshot"),
    "link nothing": (("evidence", "link"), "name records"),
    "link both": (("evidence", "link", ID, "--all"), "name records"),
    "link a run": (("evidence", "link", "f" * 32), "no record has the id or path"),
}


@pytest.mark.parametrize(("arguments", "said"), USAGE.values(), ids=USAGE)
def test_usage(checked_repo: Any, run_cli: Any, arguments: tuple[str, ...], said: str) -> None:
    before = checked_repo.state()
    ran = run_cli(*arguments, cwd=checked_repo.root)
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert said in ran.err
    errors = [line for line in ran.err.splitlines() if line.lower().startswith("error:")]
    assert len(errors) == 1
    assert "Traceback" not in ran.err
    assert "defect" not in ran.err
    assert checked_repo.state() == before


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "accept by nobody": (("accept", ID, "--by", " "), "nobody is named"),
    "accept by a name that is no id": (("accept", ID, "--by", "Li Na"), "accepted.by"),
    "supersede itself": (("supersede", ID, "--by", ID), "cannot supersede itself"),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(
    checked_repo: Any, only_problem: Any, arguments: tuple[str, ...], said: str
) -> None:
    assert said in only_problem(checked_repo, 1, *arguments)


def test_a_name_that_steers_the_terminal_is_not_written(
    checked_repo: Any, only_problem: Any
) -> None:
    only_problem(checked_repo, 1, "accept", ID, "--by", "li\x1b[31m\nstatus: draft")


@pytest.mark.parametrize("name", ["ana", "Ana", "ANA", " ana ", "ana@example.org"])
def test_a_known_person_accepts_under_their_id(checked_repo: Any, run_cli: Any, name: str) -> None:
    assert run_cli("accept", ID, "--by", name, cwd=checked_repo.root).code == 0
    assert "{by: ana, " in checked_repo.text or "\n  by: ana\n" in checked_repo.text
    ran = run_cli("check", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (0, "1 record checked: no findings\n")


@pytest.mark.parametrize("folder", ["journal", "journal/experiments", "journal/experiments/2026"])
def test_new_does_not_follow_a_link_out_of_the_repository(
    checked_repo: Any, run_cli: Any, tmp_path: Path, folder: str
) -> None:
    target = tmp_path / "outside"
    (checked_repo.root / folder).rename(target)
    (checked_repo.root / folder).symlink_to(target)
    before, outside = checked_repo.state(), sorted(target.rglob("*"))
    ran = run_cli("new", "experiment", "x", "--date", "2026-11-21", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (3, "")
    assert "leads out of the repository" in ran.err
    assert (checked_repo.state(), sorted(target.rglob("*"))) == (before, outside)


def test_a_full_disk(checked_repo: Any) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "expdocs", "check"],
            cwd=checked_repo.root,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


def test_a_reader_that_goes_away(checked_repo: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "expdocs", "explain", "--list"],
        cwd=checked_repo.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 3
    assert said == b""


def test_interrupted(checked_repo: Any, tmp_path: Path) -> None:
    # A lock that another process holds makes `new` wait for as long as the test wants.
    holder = (
        "import fcntl, pathlib, sys, time\n"
        "lock = pathlib.Path(sys.argv[1]); lock.parent.mkdir(exist_ok=True)\n"
        "file = lock.open('w'); fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True); time.sleep(60)\n"
    )
    lock = checked_repo.root / ".git/expdocs/lock"
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(lock)], stdout=subprocess.PIPE
    ) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == b"held\n"
        before = checked_repo.state()
        with subprocess.Popen(
            [sys.executable, "-m", "expdocs", "new", "experiment", "x"],
            cwd=checked_repo.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as waiting:
            _wait_for_lock(waiting.pid)
            waiting.send_signal(signal.SIGINT)
            out, err = waiting.communicate(timeout=30)
        holding.kill()
    # The line end is for the terminal, which has shown ^C.
    assert (waiting.returncode, out, err) == (130, b"", b"\nerror: interrupted\n")
    assert checked_repo.state() == before


def _wait_for_lock(pid: int) -> None:
    for _ in range(600):
        locks = Path("/proc/locks").read_text(encoding="utf-8").splitlines()
        if any("->" in line and f" {pid} " in line for line in locks):
            return
        time.sleep(0.05)
    raise AssertionError("the program never waited for the lock")
