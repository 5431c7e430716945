"""The parameter edges of a run: what its commit declares against what the run logged.

A lock file comes first, which keeps what a stage was last run with; then the files that stages
name, and ``params.yaml`` at the top; then every other ``params.yaml``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from expdocs.evidence.commits import Commits
from expdocs.evidence.declarations import TIERS
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.neighbours import Unread
from expdocs.evidence.parameters import Declared
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.records.record import RunUse


def parameter_edges(use: RunUse, run: RunSnapshot, commits: Commits) -> Iterator[Edge]:
    """Yield an edge for each logged parameter that the commit declares."""
    if not use.commit or not run.params:
        return
    there, sha = commits.of(use.commit)
    if isinstance(there, Unread):
        return
    stage = stage_of(run)
    tier = cache(partial(there.parameters, sha))
    for name, logged in sorted(run.params.items()):
        declared = _declared(tier, name.replace("/", "."), stage)
        if declared:
            yield _edge(use, name, logged, declared)


def stage_of(run: RunSnapshot) -> str:
    """Return the name of the DVC stage that the run was started by, or an empty text."""
    return run.tags.get("expdocs.stage", "").rpartition(":")[2]


def _declared(
    tier: Callable[[int], Sequence[Declared]], name: str, stage: str
) -> list[tuple[str, Any]]:
    for number in range(TIERS):
        found = [one for one in tier(number) if name in one.values]
        found = [one for one in found if one.stage == stage] or found
        if found:
            return [(one.source, one.values[name]) for one in found]
    return []


def _edge(use: RunUse, name: str, logged: str, declared: Sequence[tuple[str, Any]]) -> Edge:
    same = [_same_value(value, logged) for _, value in declared]
    source, value = declared[same.index(False)] if False in same else declared[0]
    # A value given on the command line is honest work, so a difference contradicts nothing.
    verdict = Verdict.VERIFIED if all(same) else Verdict.UNRECORDED
    reason = f"{source} and the run agree" if all(same) else f"{source} has another value"
    if any(same) and not all(same):
        reason = f"the commit declares several values, and {source} has another one"
    edge = Edge("parameters", verdict, reason, use.commit_place, name, str(value), logged, "commit")
    return edge._replace(told=not any(same) or all(same))


def _same_value(declared: Any, logged: str) -> bool:
    if str(declared) == logged:
        return True
    if isinstance(declared, list):
        compact = json.dumps(declared, separators=(",", ":"))
        return logged in (compact, json.dumps(declared), str(tuple(declared)))
    try:
        return float(declared) == float(logged)
    except (TypeError, ValueError):
        return str(declared).lower() == logged.lower()
