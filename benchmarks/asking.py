"""What a question costs in a large journal: the first one, later ones, and one after an edit.

    python benchmarks/asking.py [--records N] [--rounds N] [--program PATH]

Whole processes, each started anew, beside the program's own start-up. The first question finds no
index; the others find the one that it left. `list` and `show` read the same index.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from figures import Figure, below, show_table
from journals import Journal
from processes import Process
from turns import beyond, in_turns, log_runs

QUESTION = "why was smote dropped?"


def candidates(journal: Journal, program: Path) -> Mapping[str, Process]:
    """Return what is measured, in the order of a round."""
    root, named = journal.root, journal.record.name[:18]
    why = (program, "why", QUESTION)
    return {
        "version": Process(program, "--version", cwd=root),
        "first": Process(*why, cwd=root, before=journal.forget),
        "later": Process(*why, cwd=root),
        "edited": Process(*why, cwd=root, before=journal.edit),
        "list": Process(program, "list", cwd=root),
        "show": Process(program, "show", named, cwd=root),
    }


def figures(times: Mapping[str, list[float]], count: int) -> list[Figure]:
    """Return the table: each command's time beyond start-up."""
    start_up = median(times["version"])
    goals = {"first": 10_000.0, "later": 1000.0}
    return [
        below(
            f"{name}, {count:,} records", beyond(times, name, "version"), start_up, goals.get(name)
        )
        for name in times
        if name != "version"
    ]


def main() -> None:
    """Measure, print the table, log the runs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=10_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    default = Path(sys.executable).with_name("expdocs")
    parser.add_argument("--program", type=Path, default=default, metavar="PATH")
    parser.add_argument("--no-log", dest="log", action="store_false", help="log no MLflow runs")
    given = parser.parse_args()
    journal = Journal(given.records)
    times = in_turns(candidates(journal, given.program), given.rounds, warm_up=False)
    journal.restore()
    show_table(figures(times, given.records))
    if given.log:
        log_runs("asking", "ms", times, "version")


if __name__ == "__main__":
    main()
