"""Which baselines are missing: one to compare an approach with, and a trivial one in a project."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from expdocs.analytics.citing import derived
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import STANDING, History
from expdocs.analytics.trial import BASELINE
from expdocs.evidence.shapes import RunSnapshot
from expdocs.facts.citations import Facts
from expdocs.records.record import Record, RunUse

# What people call a baseline that learns nothing, or next to nothing; a parameter may hold many of
# these words for other reasons, as ``split=stratified`` does.
_ANYWHERE = (
    r"dummy[a-z]*|majority|most[- ]?frequent|trivial|persistence|zero[- ]?r|"
    r"na[iï]ve(?![- ]?bayes)|random[- ]?(?:guess|choice|classifier)"
)
_NAMED = (
    r"constant|last[- ]?value|stratified|prior|rules?|heuristic|status[- ]?quo|single|human|"
    r"popularity"
)
_CHINESE = "多数类|随机猜测|常数|规则|人工"


class Missing(StrEnum):
    """What is missing: a run to compare with, or anything trivial to beat."""

    RUN = "no-baseline"
    TRIVIAL = "no-trivial-baseline"


class MissingBaseline(NamedTuple):
    """A baseline that nobody measured: of one approach, or of a project where that is empty."""

    sort: Missing
    project: str
    approach: str
    record_ids: tuple[str, ...]

    @property
    def subject(self) -> str:
        """How ids of derived data call it."""
        return f"{self.project}/{self.approach}" if self.approach else self.project


def missing_baselines(history: History) -> tuple[MissingBaseline, ...]:
    """Return the baselines that are missing, of approaches first, by project and name.

    An approach lacks one when no experiment on it that is not withdrawn lists a run as baseline;
    a project lacks a trivial one when no baseline's label, group, parameters or record says so.
    """
    live = [one for one in history.experiments if one.draft or one.status in STANDING]
    lines: dict[tuple[str, str], list[Record]] = {}
    projects: dict[str, list[Record]] = {}
    for record in live:
        project = record.text_of("project")
        lines.setdefault((project, record.text_of("approach")), []).append(record)
        projects.setdefault(project, []).append(record)
    found = [
        MissingBaseline(Missing.RUN, *line, _ids(records))
        for line, records in sorted(lines.items())
        if not any(use.role == BASELINE for record in records for use in record.runs)
    ]
    return (*found, *_without_trivial(projects, history.facts))


def _ids(records: list[Record]) -> tuple[str, ...]:
    return tuple(record.id for record in records)


def _without_trivial(projects: dict[str, list[Record]], facts: Facts) -> Iterator[MissingBaseline]:
    for project, records in sorted(projects.items()):
        uses = [(record, use) for record in records for use in record.runs]
        if not any(use.role == BASELINE and is_trivial(r, use, facts) for r, use in uses):
            yield MissingBaseline(Missing.TRIVIAL, project, "", _ids(records))


def is_trivial(record: Record, use: RunUse, facts: Facts) -> bool:
    """Whether a baseline is called something that learns nothing, or next to nothing."""
    run = facts.evidence.run(use.run_id)
    params = run.params.values() if isinstance(run, RunSnapshot) else ()
    named = (use.label, use.group, record.text_of("approach"), record.text_of("model_type"))
    return any(_says(f"{_ANYWHERE}|{_NAMED}", text) for text in named) or any(
        _says(_ANYWHERE, text) for text in params
    )


def _says(words: str, text: str) -> bool:
    pattern = rf"(?i)(?<![a-z])(?:{words})(?![a-z])|{_CHINESE}"
    return re.search(pattern, text.replace("_", " ")) is not None


def missing_datum(missing: MissingBaseline) -> Datum:
    """Return the absence as a datum, whose value is the number of baselines found."""
    what = "trivial baselines" if missing.sort is Missing.TRIVIAL else "baseline runs"
    return derived(
        str(missing.sort),
        missing.subject,
        0,
        f"{what} of {missing.approach or missing.project}",
        formula=f"number of {what} in the experiments",
        records=missing.record_ids,
        unit="baselines",
    )
