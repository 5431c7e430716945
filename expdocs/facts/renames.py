"""Following a metric's renames: one quantity under several names, or another quantity."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from expdocs.records.renames import Rename


class Change(NamedTuple):
    """A metric that another one was exchanged for, and the rename that changed the quantity."""

    metric: str
    rename: Rename


def other_names(name: str, renames: Sequence[Rename]) -> Iterator[str]:
    """Yield the other names of the same quantity, old and new, the fewest renames away first."""
    seen, waiting = {name}, deque([name])
    while waiting:
        here = waiting.popleft()
        for rename in renames:
            there = _across(rename, here)
            if rename.same and there and there not in seen:
                seen.add(there)
                waiting.append(there)
                yield there


def change_between(name: str, known: Collection[str], renames: Sequence[Rename]) -> Change | None:
    """Return the known metric that a name was exchanged for by a change of the quantity."""
    seen = {name}
    waiting: deque[tuple[str, Rename | None]] = deque([(name, None)])
    while waiting:
        here, change = waiting.popleft()
        if change is not None and here in known:
            return Change(here, change)
        for rename in renames:
            there = _across(rename, here)
            if there and there not in seen:
                seen.add(there)
                waiting.append((there, change or (None if rename.same else rename)))
    return None


def _across(rename: Rename, here: str) -> str:
    """Return the other name of a rename, or an empty text where it has nothing to do with this."""
    if here == rename.old:
        return rename.new
    return rename.old if here == rename.new else ""
