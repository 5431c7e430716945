"""Which runs came out of which: the children of sweeps, and theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def descendants(roots: Collection[str], born: Iterable[tuple[str, str | None]]) -> set[str]:
    """Return all runs below ``roots``; ``born`` has each run with its parent, in any order."""
    if not roots:
        return set()
    children: dict[str, list[str]] = {}
    for run_id, parent in born:
        if parent:
            children.setdefault(parent, []).append(run_id)
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found
