"""What pulling runs costs, beside the bare batched requests for the same values: one table.

For 100, 1,000 and 10,000 runs of 5 metrics with 10 values each, from a SQLite database and from a
real server on it: `expdocs evidence pull --experiment` into an empty repository, histories and
files included, beside a program that asks MLflow for the runs and for each metric's history in
bulk, and keeps nothing. Both are whole processes, measured in turns.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, show_table, times_as_fast
from processes import Process
from trackers import BARE, EXPERIMENT, FILL, METRICS, VALUES, python, serving
from turns import in_turns, log_runs, ratio

HERE = Path(__file__).parent
GOAL = 1.5


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
    with serving(database, folder) as server:
        for name, uri in (("SQLite", database), ("server", server)):
            yield _compared(f"{size:,} runs, {name}", uri, folder, rounds, log=log)


def _compared(name: str, uri: str, folder: Path, rounds: int, *, log: bool) -> Figure:
    work = folder / "work"
    program = Path(sys.executable).with_name("expdocs")
    command = (program, "evidence", "pull", "--experiment", EXPERIMENT, "--tracker", uri)
    pull = Process(*command, cwd=work, before=_emptied(work))
    bare = Process(sys.executable, "-W", "ignore", "-c", BARE, uri, cwd=folder)
    times = in_turns({"pull": pull, "bare": bare}, rounds)
    against = ratio(times, "pull", "bare")
    if log:
        parameters = {"what": name, "metrics": METRICS, "values": VALUES}
        more = {"pull": {"peak_mb": pull.peak}, "bare": {"peak_mb": bare.peak}}
        log_runs("expdocs-pulling", "milliseconds", times, "bare", params=parameters, more=more)
    medians = [statistics.median(times[one]) for one in ("pull", "bare")]
    return times_as_fast(name, medians[0], "bare requests", medians[1], against, GOAL)


def _emptied(work: Path) -> Callable[[], None]:
    def empty() -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / "expdocs.toml").write_text("")
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)

    return empty


if __name__ == "__main__":
    main()
