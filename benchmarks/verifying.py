"""What verifying runs costs, beside the bare batched requests for the same values: one table.

For 100, 1,000 and 10,000 runs of 5 metrics with 10 values each, from a SQLite database and from a
real server on it: `expdocs evidence verify --all` over snapshots that were pulled before, beside a
program that asks MLflow for the runs and for each metric's history in bulk, and compares nothing.
Both are whole processes, measured in turns. The table also has the memory of verifying with
`--json`, which lists every fact.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, bare, times_as_fast
from processes import Process
from trackers import BARE, EXPERIMENT, METRICS, VALUES, Tracker, measure
from turns import in_turns, log_runs, ratio

GOAL = 1.5
PROGRAM = Path(sys.executable).with_name("expdocs")


def verified(tracker: Tracker) -> Iterator[Figure]:
    work = _pulled(tracker)
    command = (PROGRAM, "evidence", "verify", "--all", "--tracker", tracker.uri)
    verify = Process(*command, cwd=work)
    asked = Process(sys.executable, "-W", "ignore", "-c", BARE, tracker.uri, cwd=work)
    times = in_turns({"verify": verify, "bare": asked}, tracker.rounds)
    listing = Process(*command, "--json", cwd=work)
    listing()
    if tracker.log:
        parameters = {"what": tracker.name, "metrics": METRICS, "values": VALUES}
        peaks = {"verify": verify.peak, "bare": asked.peak}
        more = {one: {"peak_mb": peak} for one, peak in peaks.items()}
        log_runs("expdocs-verifying", "milliseconds", times, "bare", params=parameters, more=more)
    medians = [statistics.median(times[one]) for one in ("verify", "bare")]
    against = ratio(times, "verify", "bare")
    yield times_as_fast(tracker.name, medians[0], "bare requests", medians[1], against, GOAL)
    yield bare(f"{tracker.name}, --json, memory", listing.peak, "MB", None)


def _pulled(tracker: Tracker) -> Path:
    work = tracker.folder / "work"
    if not work.exists():
        work.mkdir()
        (work / "expdocs.toml").write_text("")
        subprocess.run(["git", "init", "-q"], cwd=work, check=True)
        pull = (PROGRAM, "evidence", "pull", "--experiment", EXPERIMENT, "--tracker", tracker.uri)
        subprocess.run(pull, cwd=work, check=True, stdout=subprocess.DEVNULL)
    return work


if __name__ == "__main__":
    measure(__doc__.splitlines()[0], verified)
