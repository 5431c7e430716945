"""The edges of a run's triangle, and the four verdicts on them."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from enum import StrEnum
from typing import NamedTuple

from expdocs.kinds.shape import Place


class Verdict(StrEnum):
    """What the sources say of an edge.

    ``unrecorded``: the source never held the fact; ``unreachable``: it cannot be asked here.
    """

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    UNRECORDED = "unrecorded"
    UNREACHABLE = "unreachable"


class Edge(NamedTuple):
    """One edge of a run's triangle.

    ``subject`` names what the edge is about (a data path, a parameter), ``place`` the value in the
    record that it rests on; ``at_fault`` tells which side disagrees: the commit or the run.
    ``advice`` says what to do where the edge is not verified; ``told`` is false for what is shown
    and is no finding.
    """

    name: str
    verdict: Verdict
    reason: str
    place: Place
    subject: str = ""
    expected: str = ""
    found: str = ""
    at_fault: str = ""
    advice: str = ""
    told: bool = True
