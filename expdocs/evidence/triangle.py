"""The triangle of a run: code, data and parameters, and its end, each with one of four verdicts."""

from __future__ import annotations

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.commits import Commits
from expdocs.evidence.dataedges import data_edges
from expdocs.evidence.edges import Edge, Verdict
from expdocs.evidence.parameteredges import parameter_edges
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.records.record import RunUse

__all__ = ["Edge", "Verdict", "edges_of"]


def edges_of(use: RunUse, run: RunSnapshot, commits: Commits) -> tuple[Edge, ...]:
    """Return every edge of one run as a record uses it."""
    return (
        code_edge(use, run, commits),
        *data_edges(use, run, commits),
        *parameter_edges(use, run, commits),
        _end(use, run),
    )


def _end(use: RunUse, run: RunSnapshot) -> Edge:
    """Return whether the run came to its end; the finding on it is made where runs are read."""
    verdict, reason = Verdict.VERIFIED, "the run finished"
    if run.lifecycle_stage != "active":
        verdict, reason = Verdict.UNRECORDED, "the run was deleted in the tracker"
    elif run.status != "FINISHED":
        verdict, reason = Verdict.UNRECORDED, f"the run is {run.status}, not FINISHED"
    return Edge("run", verdict, reason, use.place, use.run_id[:12], told=False)
