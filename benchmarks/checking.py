"""What checking costs: one changed file, and journals of up to 10,000 records, beside the peers.

    python benchmarks/checking.py [--records N] [--sizes N,N,...] [--rounds N] [--no-log] ...

Prints one table and logs three MLflow experiments. Journals and the peers' venv are kept in the
user's cache folder. A time is never asserted: the last column says what was reached here of the
goals of DEC-2026-11-21-683.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from figures import Figure, bare, below, show_table, times_as_fast
from journals import Journal
from peers import YAMLLINT, Peers, cache, doorstop_tree, note, one_file
from processes import Process, ends, together
from turns import beyond, in_turns, log_runs, ratio

from expdocs.kinds.registry import load_registry
from expdocs.repository import Repository

HERE = Path(__file__).parent
SIZES = (500, 1000, 2000, 5000)


class Given(NamedTuple):
    """The command line."""

    records: int
    sizes: tuple[int, ...]
    rounds: int
    seconds: float
    program: Path
    doorstop: bool
    log: bool


class Measured(NamedTuple):
    """The times of a group of candidates, and the largest memory of each, in MB.

    ``peaks`` are those of the largest process of each, ``totals`` of all its processes together.
    """

    times: Mapping[str, Sequence[float]]
    peaks: Mapping[str, float]
    totals: Mapping[str, float] = MappingProxyType({})

    def median(self, name: str) -> float:
        """Return a candidate's median, in milliseconds."""
        return statistics.median(self.times[name])


def measured(candidates: Mapping[str, Process], given: Given, *, warm_up: bool) -> Measured:
    """Run the candidates in turns."""
    times = in_turns(candidates, given.rounds, seconds=given.seconds, warm_up=warm_up)
    return Measured(times, {name: process.peak for name, process in candidates.items()})


# --- one changed file


def one_changed_file(given: Given, peers: Peers, folder: Path) -> Measured:
    """Measure whole processes over one file, which is changed before each of our runs."""
    journal = Journal(1)
    note("measuring one changed file")
    candidates = {**_ours(given, journal), **_peers(journal, peers, folder)}
    found = measured(candidates, given._replace(rounds=3 * given.rounds), warm_up=True)
    journal.restore()
    return found


def _ours(given: Given, journal: Journal) -> dict[str, Process]:
    check, root = (given.program, "check"), journal.root
    changed = journal.record.relative_to(root)
    found = {
        "version": Process(given.program, "--version", cwd=root),
        "path": Process(*check, changed, cwd=root, before=journal.stage),
        "staged": Process(*check, "--staged", cwd=root, before=journal.stage),
    }
    if _has_no_cache_option(given):
        found["no-cache"] = Process(*check, "--no-cache", changed, cwd=root, before=journal.stage)
    return found


def _peers(journal: Journal, peers: Peers, folder: Path) -> dict[str, Process]:
    files = Repository.discover(journal.root).working_files()
    kind = load_registry(files, "schemas").get("experiment")
    assert kind is not None
    there = one_file(journal.record, kind, folder)
    schema = (peers.program("check-jsonschema"), "--schemafile", str(there.schema))
    lint = (peers.program("yamllint"), "-d", YAMLLINT)
    _hold_to_it(schema, "status: nonsense\n", folder)
    _hold_to_it(lint, "a: 1\na: 2\n", folder)
    return {
        "pass": Process(peers.program("python"), "-c", "pass", cwd=folder),
        "check-jsonschema": Process(*schema, there.front_matter, cwd=folder),
        "yamllint": Process(*lint, there.front_matter, cwd=folder),
    }


def _hold_to_it(command: Sequence[str], broken: str, folder: Path) -> None:
    """Make sure that a peer looks: it must refuse a file that is wrong."""
    path = folder / "broken.yaml"
    path.write_text(broken)
    if not ends(*command, path, cwd=folder)[0]:
        raise RuntimeError(f"{command[0]} accepts a broken file")


def one_file_figures(found: Measured) -> Iterator[Figure]:
    """Yield the figures of one changed file."""
    for name, command in _COMMANDS.items():
        for peer, goal in _GOALS.items():
            if name in found.times:
                yield times_as_fast(
                    f"one changed file, {command}",
                    found.median(name),
                    "python -c pass" if peer == "pass" else peer,
                    found.median(peer),
                    ratio(found.times, name, peer),
                    goal,
                )


_COMMANDS = {
    "path": "check PATH",
    "staged": "check --staged",
    "no-cache": "check --no-cache PATH",
}
_GOALS = {"pass": 13.0, "check-jsonschema": 0.5, "yamllint": None}


# --- a whole journal


def whole_journal(given: Given, peers: Peers, folder: Path) -> Measured:
    """Measure a large journal: cold, without a cache, warm, after an edit; doorstop once."""
    journal = Journal(given.records)
    _no_findings(given, journal)
    check = (given.program, "check")
    candidates = {
        "version": Process(given.program, "--version", cwd=journal.root),
        "cold": Process(*check, cwd=journal.root, before=journal.forget),
        "warm": Process(*check, cwd=journal.root),
        "edited": Process(*check, cwd=journal.root, before=journal.edit),
        # The index has a cache of its own, which the cold check removed.
        "staged-cold": Process(*check, "--staged", cwd=journal.root, before=journal.stage),
        "staged": Process(*check, "--staged", cwd=journal.root, before=journal.stage),
    }
    if _has_no_cache_option(given):
        candidates["no-cache"] = Process(*check, "--no-cache", cwd=journal.root)
    note(f"measuring {given.records:,} records")
    found = measured(candidates, given, warm_up=False)
    journal.restore()
    found = found._replace(totals={"cold": together(*check, cwd=journal.root)})
    journal.forget()
    return _with_doorstop(found, given, peers, folder) if given.doorstop else found


def _no_findings(given: Given, journal: Journal) -> None:
    code, output = ends(given.program, "check", "--strict", cwd=journal.root)
    if code:
        last = output.strip().splitlines()[-1:]
        raise RuntimeError(f"the journal {journal.root} is not free of findings: {last}")


def _has_no_cache_option(given: Given) -> bool:
    return "--no-cache" in ends(given.program, "check", "--help", cwd=HERE)[1]


def _with_doorstop(found: Measured, given: Given, peers: Peers, folder: Path) -> Measured:
    tree = folder / "doorstop"
    doorstop_tree(tree, given.records)
    # -F: it would write all items anew
    process = Process(peers.program("doorstop"), "-F", "-q", cwd=tree)
    note(f"measuring doorstop on {given.records:,} items")
    once = [process()]
    peaks = {**found.peaks, "doorstop": process.peak}
    return found._replace(times={**found.times, "doorstop": once}, peaks=peaks)


def journal_figures(found: Measured, count: int, empty: float) -> Iterator[Figure]:
    """Yield the figures of a whole journal; ``empty`` is the time of an empty process."""
    journal = f"{count:,} records"
    for name, what, goal in _WHOLE:
        ours = found.median(name)
        yield times_as_fast(f"{journal}, {what}", ours, "python -c pass", empty, ours / empty, goal)
    for name, what in _BEYOND.items():
        extra = beyond(found.times, name, "version")
        yield below(f"{journal}, {what}, beyond start-up", extra, found.median("version"), None)
    cold = found.median("cold")
    yield bare(f"{journal}, cold", cold, "ms", None)
    if "no-cache" in found.times:
        yield bare(f"{journal}, --no-cache", found.median("no-cache"), "ms", None)
    if "doorstop" in found.times:
        its = found.median("doorstop")
        yield times_as_fast(f"{journal}, cold", cold, "doorstop", its, cold / its, 0.2)
    yield from _memory(journal, found)


_WHOLE = (("warm", "warm, unchanged", 25), ("edited", "warm, after one edit", 40))
_BEYOND = {
    "warm": "warm, unchanged",
    "edited": "warm, after one edit",
    "staged-cold": "--staged, cold",
    "staged": "--staged, warm, after one edit",
}


def _memory(journal: str, found: Measured) -> Iterator[Figure]:
    yield bare(f"{journal}, cold, memory of the largest process", found.peaks["cold"], "MB", None)
    yield bare(f"{journal}, cold, memory of all processes", found.totals["cold"], "MB", 250)
    if "doorstop" in found.peaks:
        yield bare(f"{journal}, doorstop, memory", found.peaks["doorstop"], "MB", None)


# --- growth


def growth(given: Given, largest: Measured) -> dict[int, list[float]]:
    """Measure cold checks of journals of several sizes; the largest one was measured before."""
    journals = [Journal(size) for size in given.sizes if size != given.records]
    candidates = {
        str(journal.count): Process(given.program, "check", cwd=journal.root, before=journal.forget)
        for journal in journals
    }
    note("measuring smaller journals")
    times = in_turns(candidates, given.rounds, seconds=given.seconds, warm_up=False)
    return {int(name): values for name, values in times.items()} | {
        given.records: list(largest.times["cold"])
    }


def exponent(medians: Mapping[int, float]) -> float:
    """Return e of the least-squares fit of cost = a * n**e, on logarithms."""
    points = [(math.log(size), math.log(cost)) for size, cost in medians.items()]
    slope, _ = statistics.linear_regression(*zip(*points, strict=True))
    return slope


def medians_of(times: Mapping[int, Sequence[float]]) -> dict[int, float]:
    """Return the median time by size, smallest size first."""
    return {size: statistics.median(times[size]) for size in sorted(times)}


# --- all of it


def log_all(given: Given, peers: Peers, one: Measured, many: Measured, growing: Measured) -> None:
    """Log an MLflow experiment for each group."""
    versions = {f"version {name}": found for name, found in peers.versions().items()}
    more = {
        name: {
            "ratio_to_check_jsonschema": ratio(one.times, name, "check-jsonschema"),
            "ratio_to_yamllint": ratio(one.times, name, "yamllint"),
        }
        for name in one.times
    }
    log_runs(
        "expdocs-check-one-file", "milliseconds", one.times, "pass", params=versions, more=more
    )
    params = {**versions, "records": given.records}
    more = {name: dict(_extra(many, name)) for name in many.times}
    log_runs("expdocs-check-journal", "milliseconds", many.times, "cold", params=params, more=more)
    medians = {int(size): growing.median(size) for size in growing.times}
    fitted = {"exponent": exponent(medians)}
    more = {size: {**fitted, "records": float(size)} for size in growing.times}
    smallest = min(growing.times, key=int)
    log_runs("expdocs-check-growth", "milliseconds", growing.times, smallest, more=more)


def _extra(many: Measured, name: str) -> Iterator[tuple[str, float]]:
    yield "peak_megabytes", many.peaks[name]
    if name in many.totals:
        yield "total_megabytes", many.totals[name]
    if name != "doorstop":
        yield "beyond_startup_milliseconds", beyond(many.times, name, "version")


def main() -> None:
    """Measure everything, print the table, log the runs."""
    given, peers = _given(), Peers(cache() / "peers")
    with tempfile.TemporaryDirectory() as folder:
        one = one_changed_file(given, peers, Path(folder))
        many = whole_journal(given, peers, Path(folder))
    times = growth(given, many)
    growing = Measured({str(size): times[size] for size in sorted(times)}, {})
    medians = medians_of(times)
    slope = bare(_sizes_of(medians), exponent(medians), "exponent", 1.1)
    whole = journal_figures(many, given.records, one.median("pass"))
    show_table([*one_file_figures(one), *whole, slope])
    for size, median in medians.items():
        print(f"cold, {size:>6,} records: {median:>10,.0f} ms")
    if given.log:
        log_all(given, peers, one, many, growing)


def _sizes_of(medians: Mapping[int, float]) -> str:
    return f"cost of a cold check over {min(medians):,} to {max(medians):,} records"


def _given() -> Given:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add: Callable[..., object] = parser.add_argument
    add("--records", type=int, default=10_000, metavar="N", help="size of the large journal")
    add("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="smaller ones, for growth")
    add(
        "--rounds", type=int, default=7, metavar="N", help="at most so many; three times for a file"
    )
    add(
        "--seconds", type=float, default=60, metavar="S", help="no new round after so long, a group"
    )
    default = Path(sys.executable).with_name("expdocs")
    add("--program", type=Path, default=default, metavar="PATH", help="the expdocs to measure")
    add("--no-doorstop", dest="doorstop", action="store_false", help="it takes a minute alone")
    add("--no-log", dest="log", action="store_false", help="log no MLflow runs")
    return Given(**vars(parser.parse_args()))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    main()
