"""The two passes of a check: every file alone, then those that have to do with others."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from expdocs.checking.checker import Checked, Checker
from expdocs.files import Entry
from expdocs.records.index import Index
from expdocs.workspace import Workspace

# Below this many files a second process takes longer to start than it saves.
FILES_A_PROCESS = 300
MAX_PROCESSES = 8


def first_pass(
    workspace: Workspace,
    checker: Checker,
    entries: Sequence[Entry],
    present: Mapping[str, Entry],
) -> list[Checked]:
    """Judge files as if the others were in order, in as many processes as there are cores."""
    count = min(_cores(), MAX_PROCESSES, len(entries) // FILES_A_PROCESS)
    if count < 2:  # noqa: PLR2004
        return _presumed(workspace, checker, entries)
    shares = [entries[number::count] for number in range(count)]
    return _in_processes(workspace, checker, shares, present)


def second_pass(
    workspace: Workspace, index: Index, checker: Checker, entries: Sequence[Entry]
) -> list[Checked]:
    """Judge files against the outlines of all."""
    with _uncollected(), workspace.repository.objects:
        return [checker.settle(entry, index) for entry in entries]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for cycles, of which records have none, again and again among all that is held.

    With thousands of records that takes a sixth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _presumed(workspace: Workspace, checker: Checker, entries: Sequence[Entry]) -> list[Checked]:
    with _uncollected(), workspace.repository.objects:
        return [checker.presume(entry) for entry in entries]


def _in_another_process(
    workspace: Workspace, entries: Sequence[Entry], present: Mapping[str, Entry]
) -> list[Checked]:
    return _presumed(workspace, Checker(workspace, present), entries)


def _in_processes(
    workspace: Workspace,
    checker: Checker,
    shares: list[Sequence[Entry]],
    present: Mapping[str, Entry],
) -> list[Checked]:
    # Only a check of many files pays for loading these.
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    # Forking is safe here, for there is one thread; elsewhere it may not be.
    method = get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(len(shares) - 1, mp_context=method) as pool:
        # Sent while this process reads on, so it must not be what this process reads into.
        sent = Workspace(workspace.repository, workspace.files)
        others = [pool.submit(_in_another_process, sent, share, present) for share in shares[1:]]
        own = _presumed(workspace, checker, shares[0])
        return own + [checked for other in others for checked in other.result()]


def _cores() -> int:
    count = getattr(os, "sched_getaffinity", None)
    return len(count(0)) if count else os.cpu_count() or 1
