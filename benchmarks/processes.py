"""Whole processes, timed and weighed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def nothing() -> None:
    """Prepare nothing."""


def environment() -> dict[str, str]:
    """Return an environment in which Python keeps bytecode, as every installation has it."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


class Process:
    """A candidate: one command, run as a process of its own; calling it gives milliseconds.

    ``before`` prepares each run and is not timed. ``peak`` is the largest resident size so far of
    the process or any child that it waited for, in MB.
    """

    def __init__(
        self, *command: str | Path, cwd: Path, before: Callable[[], None] = nothing
    ) -> None:
        self._command: Sequence[str] = [str(part) for part in command]
        self._cwd = cwd
        self._before = before
        self._environment = environment()
        self.peak = 0.0

    def __call__(self) -> float:
        """Run the command and return what it took; raises when it does not exit with 0."""
        self._before()
        start = time.perf_counter()
        process = subprocess.Popen(
            self._command,
            cwd=self._cwd,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        taken = (time.perf_counter() - start) * 1000
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, self._command)
        self.peak = max(self.peak, usage.ru_maxrss / 1024)
        return taken


def together(*command: str | Path, cwd: Path) -> float:
    """Run a command and return the most memory that it and its children held at once, in MB.

    Pages that they share count once. This looks into /proc every few milliseconds, which slows the
    run down, so that it is no run to time; elsewhere than on Linux the answer is 0.
    """
    most = 0
    with subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            most = max(most, _proportional(process.pid))
            time.sleep(0.02)
    return most / 1024


def _proportional(pid: int) -> int:
    """Return the proportional set size of a process and all below it, in KB."""
    folder = Path("/proc") / str(pid)
    try:
        rollup = (folder / "smaps_rollup").read_text()
        children = (folder / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) for line in rollup.splitlines() if line[:4] == "Pss:"), 0)
    return own + sum(_proportional(int(child)) for child in children)


def ends(*command: str | Path, cwd: Path) -> tuple[int, str]:
    """Run a command once; return its exit code and all that it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout
