"""What a run's provenance costs: the first call in a process, beside a bare `git status`.

Usage: provenance.py [FILES …]. Each repository holds that many files in folders of fifty, half of
them sources, one of them edited, with records, drafts and DVC files. Every call is the first in a
process of its own, which has imported MLflow, as every process that logs runs has; the time for
loading our own code is counted. A call again in the same process stands beside it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, bare, show_table, times_as_fast
from processes import Process, environment
from turns import in_turns, log_runs, ratio

SIZES = (300, 3_000, 30_000)
ROUNDS = 9
GOAL = 100  # milliseconds
FIRST = """
import time, mlflow
start = time.perf_counter()
import expdocs
found = expdocs.tags()
print((time.perf_counter() - start) * 1000)
assert {"expdocs.code_tree", "expdocs.data", "expdocs.hypothesis"} <= found.keys()
"""
AGAIN = FIRST.replace("start =", "import expdocs; expdocs.tags(); start =")
DRAFT = """---
id: EXP-2026-11-20-{number}
kind: experiment
status: {status}
authors: [ana]
hypothesis: It helps.
---
"""


def main(sizes: list[int]) -> None:
    """Measure every size and print the table."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        for size in sizes:
            root = Path(folder) / str(size)
            make_repository(root, size)
            figures += measured(root, size)
    show_table(figures)


def measured(root: Path, size: int) -> Iterator[Figure]:
    """Measure one repository, log the runs and yield its figures."""
    status = Process("git", "--no-optional-locks", "status", "--porcelain", cwd=root)
    candidates = {
        "git status": status,
        "first call": told_by(FIRST, root),
        "again": told_by(AGAIN, root),
    }
    times = in_turns(candidates, ROUNDS)
    log_runs("expdocs-provenance", "milliseconds", times, "git status", params={"files": size})
    first, its = (statistics.median(times[name]) for name in ("first call", "git status"))
    against = ratio(times, "first call", "git status")
    yield times_as_fast(f"{size:,} files", first, "git status", its, against)
    yield bare(f"{size:,} files, at most", first, "ms", GOAL)
    yield bare(f"{size:,} files, again", statistics.median(times["again"]), "ms", GOAL)


def told_by(code: str, root: Path) -> Callable[[], float]:
    """Return a candidate: a process that measures itself."""
    program = [sys.executable, "-W", "ignore", "-c", code]
    variables = {**environment(), "GIT_AUTHOR_NAME": "ana", "GIT_AUTHOR_EMAIL": "ana@example.org"}

    def measure() -> float:
        done = subprocess.run(
            program, cwd=root, env=variables, check=True, stdout=subprocess.PIPE, text=True
        )
        return float(done.stdout)

    return measure


def make_repository(root: Path, size: int) -> None:
    """Make a committed repository with so many files of code, and edit one of them."""
    for number in range(size):
        ending = ("py", "yaml")[number % 2]
        write(root / f"src/p{number // 1000}/m{number // 50}/f{number}.{ending}", f"x = {number}\n")
    for number in range(100, 100 + min(size, 900)):
        text = DRAFT.format(number=number, status="draft" if number < 103 else "accepted")
        write(root / f"journal/experiments/2026/11/EXP-2026-11-20-{number}.md", text)
    for number in range(10):
        out = f"outs:\n- {{md5: {number:032x}, hash: md5, path: {number}.csv}}\n"
        write(root / f"data/{number}.csv.dvc", out)
    write(root / "pyproject.toml", '[tool.expdocs]\nproject = "churn"\n')
    git = ("git", "-c", "gc.auto=0", "-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all"), ("gc", "-q")):
        subprocess.run([*git, *arguments], cwd=root, check=True)
    write(root / "src/p0/m0/f0.py", "x = 1\n")
    # Git looks into files again that are as new as its index; nobody's checkout is that new.
    os.utime(root / ".git/index")
    subprocess.run(["git", "status", "-s"], cwd=root, check=True, stdout=subprocess.DEVNULL)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=int, default=list(SIZES), metavar="FILES")
    main(parser.parse_args().files)
