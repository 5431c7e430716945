"""What pulling runs costs, beside the bare batched requests for the same values: one table.

For 100, 1,000 and 10,000 runs of 5 metrics with 10 values each, from a SQLite database and from a
real server on it: `expdocs evidence pull --experiment` into an empty repository, histories and
files included, beside a program that asks MLflow for the runs and for each metric's history in
bulk, and keeps nothing. Both are whole processes, measured in turns.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, times_as_fast
from processes import Process
from trackers import BARE, EXPERIMENT, METRICS, VALUES, Tracker, measure
from turns import in_turns, log_runs, ratio

GOAL = 1.5


def pulled(tracker: Tracker) -> Iterator[Figure]:
    work = tracker.folder / "work"
    program = Path(sys.executable).with_name("expdocs")
    command = (program, "evidence", "pull", "--experiment", EXPERIMENT, "--tracker", tracker.uri)
    pull = Process(*command, cwd=work, before=_emptied(work))
    bare = Process(sys.executable, "-W", "ignore", "-c", BARE, tracker.uri, cwd=tracker.folder)
    times = in_turns({"pull": pull, "bare": bare}, tracker.rounds)
    if tracker.log:
        parameters = {"what": tracker.name, "metrics": METRICS, "values": VALUES}
        more = {"pull": {"peak_mb": pull.peak}, "bare": {"peak_mb": bare.peak}}
        log_runs("expdocs-pulling", "milliseconds", times, "bare", params=parameters, more=more)
    medians = [statistics.median(times[one]) for one in ("pull", "bare")]
    against = ratio(times, "pull", "bare")
    yield times_as_fast(tracker.name, medians[0], "bare requests", medians[1], against, GOAL)


def _emptied(work: Path) -> Callable[[], None]:
    def empty() -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        (work / "expdocs.toml").write_text("")
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)

    return empty


if __name__ == "__main__":
    measure(__doc__.splitlines()[0], pulled)
