"""What checking costs: one changed file, and journals of up to 10,000 records, beside the peers.

    python benchmarks/checking.py [--records N] [--sizes N,N,...] [--rounds N] [--no-log] ...

Prints one table and logs three MLflow experiments. Journals and the peers' venv are kept in the
user's cache folder. A time is never asserted: the last column says what was reached here.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from figures import Figure, bare, below, show_table, times_as_fast
from peers import YAMLLINT, Peers, cache, doorstop_tree, one_file
from processes import Process, ends
from turns import beyond, in_turns, log_runs, ratio

from expdocs.kinds.registry import load_registry
from expdocs.repository import Repository

HERE = Path(__file__).parent
GENERATOR = ("corpora.py", "history.py", "plans.py", "texts.py")
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
    """The times of a group of candidates, and the largest memory of each, in MB."""

    times: Mapping[str, Sequence[float]]
    peaks: Mapping[str, float]

    def median(self, name: str) -> float:
        """Return a candidate's median, in milliseconds."""
        return statistics.median(self.times[name])


class Journal:
    """A made-up journal, and the record in it that is edited."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.root = cache() / f"journal-{count}-{_generator()}"
        if not (self.root / "README.md").exists():
            for old in cache().glob(f"journal-{count}-*"):
                shutil.rmtree(old)
            note(f"making a journal of {count:,} records")
            subprocess.run([sys.executable, HERE / "corpora.py", self.root, str(count)], check=True)
        self.restore()
        records = sorted(self.root.glob("journal/experiments/**/*.md"))
        self.record = next(path for path in records if "\nstatus: proposed\n" in path.read_text())
        self._text = self.record.read_text()
        self._edits = 0

    def restore(self) -> None:
        """Undo all edits and forget all caches."""
        self.git("reset", "-q", "--hard")
        self.forget()

    def forget(self) -> None:
        """Remove expdocs' cache."""
        shutil.rmtree(self.root / ".git/expdocs", ignore_errors=True)

    def edit(self) -> None:
        """Give the record a text that it never had."""
        self._edits += 1
        self.record.write_text(f"{self._text}\nRead again, {self._edits} times by now.\n")

    def stage(self) -> None:
        """Edit the record and add it to the index."""
        self.edit()
        self.git("add", str(self.record))

    def git(self, *arguments: str) -> None:
        """Run git in the journal."""
        subprocess.run(["git", *arguments], cwd=self.root, check=True)


def note(doing: str) -> None:
    """Say on stderr what takes the time."""
    print(f"{doing} ...", file=sys.stderr, flush=True)


def _generator() -> str:
    sources = b"".join((HERE / name).read_bytes() for name in GENERATOR)
    return hashlib.sha256(sources).hexdigest()[:12]


def measured(candidates: Mapping[str, Process], given: Given, *, warm_up: bool) -> Measured:
    """Run the candidates in turns."""
    times = in_turns(candidates, given.rounds, seconds=given.seconds, warm_up=warm_up)
    return Measured(times, {name: process.peak for name, process in candidates.items()})


# --- one changed file


def one_changed_file(given: Given, peers: Peers, folder: Path) -> Measured:
    """Measure whole processes over one file, which is changed before each of our runs."""
    journal = Journal(1)
    kind = load_registry(Repository.discover(journal.root).working_files(), "schemas").get(
        "experiment"
    )
    assert kind is not None
    there = one_file(journal.record, kind, folder)
    schema = (peers.program("check-jsonschema"), "--schemafile", str(there.schema))
    lint = (peers.program("yamllint"), "-d", YAMLLINT)
    _hold_to_it(schema, "status: nonsense\n", folder)
    _hold_to_it(lint, "a: 1\na: 2\n", folder)
    check = (given.program, "check")
    changed = journal.record.relative_to(journal.root)
    note("measuring one changed file")
    found = measured(
        {
            "pass": Process(peers.program("python"), "-c", "pass", cwd=folder),
            "version": Process(given.program, "--version", cwd=journal.root),
            "path": Process(*check, changed, cwd=journal.root, before=journal.stage),
            "staged": Process(*check, "--staged", cwd=journal.root, before=journal.stage),
            "check-jsonschema": Process(*schema, there.front_matter, cwd=folder),
            "yamllint": Process(*lint, there.front_matter, cwd=folder),
        },
        given._replace(rounds=3 * given.rounds),
        warm_up=True,
    )
    journal.restore()
    return found


def _hold_to_it(command: Sequence[str], broken: str, folder: Path) -> None:
    """Make sure that a peer looks: it must refuse a file that is wrong."""
    path = folder / "broken.yaml"
    path.write_text(broken)
    if not ends(*command, path, cwd=folder)[0]:
        raise RuntimeError(f"{command[0]} accepts a broken file")


def one_file_figures(found: Measured) -> Iterator[Figure]:
    """Yield the figures of one changed file."""
    goals = {"pass": 10.0, "check-jsonschema": 0.5, "yamllint": None}
    names = {"pass": "python -c pass"}
    for name, command in (("path", "check PATH"), ("staged", "check --staged")):
        for peer, goal in goals.items():
            yield times_as_fast(
                f"one changed file, {command}",
                found.median(name),
                names.get(peer, peer),
                found.median(peer),
                ratio(found.times, name, peer),
                goal,
            )


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
        "staged": Process(*check, "--staged", cwd=journal.root, before=journal.stage),
    }
    if _has_no_cache_option(given):
        candidates["no-cache"] = Process(*check, "--no-cache", cwd=journal.root)
    note(f"measuring {given.records:,} records")
    found = measured(candidates, given, warm_up=False)
    journal.restore()
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
    return Measured({**found.times, "doorstop": once}, peaks)


def journal_figures(found: Measured, count: int) -> Iterator[Figure]:
    """Yield the figures of a whole journal."""
    journal = f"{count:,} records"
    yield bare(f"{journal}, cold", found.median("cold"), "ms", 2000)
    if "no-cache" in found.times:
        yield bare(f"{journal}, --no-cache", found.median("no-cache"), "ms", 2000)
    for name, what in (("warm", "warm, unchanged"), ("edited", "warm, after one edit")):
        extra = beyond(found.times, name, "version")
        yield below(f"{journal}, {what}, beyond start-up", extra, found.median("version"), 150)
    extra = beyond(found.times, "staged", "version")
    yield below(f"{journal}, --staged, beyond start-up", extra, found.median("version"), None)
    if "doorstop" in found.times:
        pair = found.median("cold"), found.median("doorstop")
        yield times_as_fast(f"{journal}, cold", pair[0], "doorstop", pair[1], pair[0] / pair[1])
    yield bare(f"{journal}, cold, peak memory", found.peaks["cold"], "MB", None)
    if "doorstop" in found.times:
        yield bare(f"{journal}, doorstop, peak memory", found.peaks["doorstop"], "MB", None)


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
    show_table([*one_file_figures(one), *journal_figures(many, given.records), slope])
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
