"""What verifying runs costs, beside the bare batched requests for the same values: one table.

For 100, 1,000 and 10,000 runs of 5 metrics with 10 values each, from a SQLite database and from a
real server on it: `expdocs evidence verify --all` over snapshots that were pulled before, beside a
program that asks MLflow for the runs and for each metric's history in bulk, and compares nothing.
Both are whole processes, measured in turns. The table also has the memory of verifying with
`--json`, which lists every fact.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, bare, show_table, times_as_fast
from processes import Process
from trackers import BARE, EXPERIMENT, FILL, METRICS, VALUES, python, serving
from turns import in_turns, log_runs, ratio

GOAL = 1.5
PROGRAM = Path(sys.executable).with_name("expdocs")


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
    python(FILL, database, str(size), cwd=folder)
    work = _pulled(database, folder)
    with serving(database, folder) as server:
        for name, uri in (("SQLite", database), ("server", server)):
            yield from _compared(f"{size:,} runs, {name}", uri, work, rounds, log=log)


def _pulled(database: str, folder: Path) -> Path:
    work = folder / "work"
    work.mkdir()
    (work / "expdocs.toml").write_text("")
    subprocess.run(["git", "init", "-q"], cwd=work, check=True)
    pull = (PROGRAM, "evidence", "pull", "--experiment", EXPERIMENT, "--tracker", database)
    subprocess.run(pull, cwd=work, check=True, stdout=subprocess.DEVNULL)
    return work


def _compared(name: str, uri: str, work: Path, rounds: int, *, log: bool) -> Iterator[Figure]:
    command = (PROGRAM, "evidence", "verify", "--all", "--tracker", uri)
    verify = Process(*command, cwd=work)
    asked = Process(sys.executable, "-W", "ignore", "-c", BARE, uri, cwd=work)
    times = in_turns({"verify": verify, "bare": asked}, rounds)
    listing = Process(*command, "--json", cwd=work)
    listing()
    if log:
        parameters = {"what": name, "metrics": METRICS, "values": VALUES}
        peaks = {"verify": verify.peak, "bare": asked.peak}
        more = {one: {"peak_mb": peak} for one, peak in peaks.items()}
        log_runs("expdocs-verifying", "milliseconds", times, "bare", params=parameters, more=more)
    medians = [statistics.median(times[one]) for one in ("verify", "bare")]
    against = ratio(times, "verify", "bare")
    yield times_as_fast(name, medians[0], "bare requests", medians[1], against, GOAL)
    yield bare(f"{name}, --json, memory", listing.peak, "MB", None)


if __name__ == "__main__":
    main()
