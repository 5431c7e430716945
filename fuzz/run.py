"""Runs the fuzz targets: ``python -m fuzz.run [TARGET …] [--inputs N] [--seconds N] [--seed N]``.

Without arguments a million inputs over all targets. With atheris (``make fuzz`` installs it) they
are grown by coverage, without it they are plain mutations of the kept corpus. An input that breaks
a target is written to ``fuzz/found`` and the exit code is 1: put the file into
``fuzz/corpus/TARGET`` when you mend what it found. ``--keep`` adds what reached new code.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import NamedTuple

from fuzz.mutator import TOKENS, inputs

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
FOUND = FOLDER / "found"
WORK = FOLDER / "scratch"
LONGEST = 4096
NAMES = (
    *("record", "reader", "prose", "snapshot", "reference", "number", "tracked", "gitobject"),
    *("settings", "kind"),
)
_EXECUTED = re.compile(r"stat::number_of_executed_units: ([0-9]+)")
_LAST = re.compile(r"^#([0-9]+)\t", re.MULTILINE)


class Report(NamedTuple):
    """How one target fared."""

    target: str
    inputs: int
    seconds: float
    failed: str = ""

    def line(self) -> str:
        """Return the report as one line."""
        rate = self.inputs / self.seconds if self.seconds else 0
        said = f"{self.target:10} {self.inputs:>9,} inputs {self.seconds:7.1f} s {rate:8,.0f}/s"
        return f"{said}  {self.failed or 'no crash'}"


def main() -> int:
    """Run the targets that the arguments name, one after the other."""
    options = _options()
    guided = bool(importlib.util.find_spec("atheris")) and not options.plain
    _say(f"inputs are {'grown by coverage' if guided else 'plain mutations of the corpus'}")
    reports = []
    for target in options.targets or NAMES:
        run = run_guided if guided else run_plain
        reports.append(run(target, options.inputs, options.seconds, options.seed))
        _say(reports[-1].line())
        if guided and options.keep:
            _keep(target)
    total = Report("all", sum(r.inputs for r in reports), sum(r.seconds for r in reports))
    broken = [report for report in reports if report.failed]
    _say(total._replace(failed=f"{len(broken)} broken" if broken else "").line())
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--inputs", type=int, default=100_000, help="at most, for each target")
    parser.add_argument("--seconds", type=int, default=86_400, help="at most, for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--keep", action="store_true", help="add what reached new code")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(NAMES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    return options


def seeds(target: str) -> list[bytes]:
    """Return the kept inputs of a target, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]


def run_plain(target: str, count: int, seconds: float, seed: int) -> Report:
    """Try mutations of the corpus until the count or the time is reached, or one fails."""
    from fuzz.targets import TARGETS

    begun, tried = time.monotonic(), 0
    for data in inputs(seeds(target), count, seed):
        tried += 1
        try:
            TARGETS[target](data)
        except Exception:
            where = _written(target, data)
            _say(traceback.format_exc())
            return Report(target, tried, time.monotonic() - begun, f"broken by {where}")
        if time.monotonic() - begun > seconds:
            break
    return Report(target, tried, time.monotonic() - begun)


def _written(target: str, data: bytes) -> Path:
    FOUND.mkdir(exist_ok=True)
    path = FOUND / f"{target}-{hashlib.sha256(data).hexdigest()[:16]}"
    path.write_bytes(data)
    return path


# --- grown by coverage: libFuzzer ends its process, so each target has one of its own


def run_guided(target: str, count: int, seconds: float, seed: int) -> Report:
    """Let atheris grow inputs from the corpus until the count or the time is reached."""
    for folder in (FOUND, WORK / target):
        folder.mkdir(parents=True, exist_ok=True)
    begun, before = time.monotonic(), set(FOUND.iterdir())
    done = _libfuzzer(
        target,
        *(f"-runs={count}", f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={LONGEST}"),
        *(f"-dict={_dictionary()}", f"-artifact_prefix={FOUND}/{target}-", "-timeout=20"),
        *("-rss_limit_mb=2000", "-print_final_stats=1", str(WORK / target), str(CORPUS / target)),
    )
    found = _EXECUTED.search(done.stderr)
    tried = int(found[1]) if found else max(map(int, _LAST.findall(done.stderr)), default=0)
    failed = ""
    if done.returncode:
        new = sorted(set(FOUND.iterdir()) - before)
        failed = f"broken by {new[0]}" if new else "could not run: see above"
        _say(done.stdout[-4000:] + done.stderr[-4000:])
    return Report(target, tried, time.monotonic() - begun, failed)


def _keep(target: str) -> None:
    _libfuzzer(target, "-merge=1", f"-max_len={LONGEST}", str(CORPUS / target), str(WORK / target))


def _libfuzzer(target: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fuzz.guided", target, *arguments]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def _dictionary() -> Path:
    path = WORK / "tokens.dict"
    quoted = ("".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS)
    path.write_text("".join(f'"{token}"\n' for token in quoted))
    return path


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
