"""When the evidence was last held against its sources, and what they said, for the pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Counts, Report, Verdicted, newest_reports
from expdocs.files import Files

# Beyond these, a run that no report tells of reads as never verified.
MAX_REPORTS = 30
SHOWN_REPORTS = 10


class Verified(NamedTuple):
    """What the newest report that tells of it says of a run, a commit, data or a model."""

    at: str
    by: str
    counts: Counts
    open: tuple[Verdicted, ...]


class Verifications(NamedTuple):
    """The newest reports, those that cannot be read, and the last word on each subject."""

    reports: tuple[Report, ...] = ()
    broken: tuple[BrokenSnapshot, ...] = ()
    last: Mapping[str, Verified] = {}

    def of_run(self, run_id: str) -> Verified | None:
        """Return the last word on a run; None when no report tells of it."""
        return self.last.get(f"mlflow:{run_id}")

    def against(self, record_id: str) -> tuple[Verdicted, ...]:
        """Return each contradiction that concerns a record, as the sources last said."""
        return tuple(
            one
            for known in self.last.values()
            if known.counts.contradicted
            for one in known.open
            if one.verdict is Verdict.CONTRADICTED and record_id in one.records
        )


def verifications(files: Files, folder: str, runs: Collection[str]) -> Verifications:
    """Read reports, the newest first, until they tell of every run or are too many."""
    reports: list[Report] = []
    broken: list[BrokenSnapshot] = []
    last: dict[str, Verified] = {}
    for one in newest_reports(files, folder, MAX_REPORTS):
        if isinstance(one, BrokenSnapshot):
            broken.append(one)
            continue
        reports.append(one)
        _add(one, last)
        if len(reports) >= SHOWN_REPORTS and all(f"mlflow:{run}" in last for run in runs):
            break
    return Verifications(tuple(reports[:SHOWN_REPORTS]), tuple(broken), last)


def _add(report: Report, last: dict[str, Verified]) -> None:
    grouped: dict[str, list[Verdicted]] = {}
    for one in report.open:
        grouped.setdefault(one.subject, []).append(one)
    for subject, counts in report.subjects.items():
        found = tuple(grouped.get(subject, ()))
        last.setdefault(subject, Verified(report.at, report.by, counts, found))
