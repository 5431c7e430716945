"""Summing verdicts up as they come: the verified are counted, the rest is kept."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import MAX_OPEN, Counts, Report, Verdicted

_WORST_FIRST = (Verdict.CONTRADICTED, Verdict.UNREACHABLE, Verdict.UNRECORDED)


class Occasion(NamedTuple):
    """When a verification was made, by what, of which trackers, at which commit."""

    at: str
    by: str
    tracker: str
    commit: str | None


class Tally:
    """Counts by subject, and what is not verified: of each verdict the first two thousand."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._open: dict[Verdict, list[Verdicted]] = {verdict: [] for verdict in _WORST_FIRST}
        self._not_verified = 0

    def add(self, one: Verdicted) -> None:
        """Count a verdict."""
        counts = self._counts.setdefault(one.subject, [0] * len(_ORDER))
        counts[_ORDER[one.verdict]] += 1
        if one.verdict is Verdict.VERIFIED:
            return
        self._not_verified += 1
        if len(self._open[one.verdict]) < MAX_OPEN:
            self._open[one.verdict].append(one)

    def report(self, occasion: Occasion) -> Report:
        """Return what was counted, contradictions first."""
        worst_first = (one for verdict in _WORST_FIRST for one in self._open[verdict])
        kept = tuple(islice(worst_first, MAX_OPEN))
        subjects = {subject: Counts(*counts) for subject, counts in self._counts.items()}
        return Report(
            *occasion, subjects=subjects, open=kept, left_out=self._not_verified - len(kept)
        )


_ORDER = {Verdict(name): place for place, name in enumerate(Counts._fields)}
