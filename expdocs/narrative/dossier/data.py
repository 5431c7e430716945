"""D1 to D3: the hashes of a run's inputs, whether a remote has them, what they are agreed to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from expdocs.evidence.dataedges import data_edges
from expdocs.evidence.edges import Edge
from expdocs.evidence.edges import Verdict as EdgeVerdict
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.evidence.verdicts import Report, Verdicted
from expdocs.narrative.dossier.answers import (
    FAILED,
    NOT_APPLICABLE,
    PASSED,
    UNKNOWN,
    Answer,
    worst,
)
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.recorded import words_of
from expdocs.records.links import declared_links
from expdocs.records.record import Record

# Words of parameters that say how data were parted.
_PARTING = frozenset({"split", "splits", "fold", "folds", "cv", "holdout"})
_PARTS = (["test", "size"], ["train", "size"], ["val", "size"], ["validation", "size"])


def hashes(case: Case, ground: Ground) -> Answer:
    """D1: whether every input has the hash that DVC tracks at the commit."""
    if not case.use.data:
        return _no_inputs(case)
    if case.run is None:
        return Answer(UNKNOWN, case.problem)
    edges = list(data_edges(case.use, case.run, ground.commits))
    return worst([(edge.subject, _hash(edge, case)) for edge in edges])


def _hash(edge: Edge, case: Case) -> Answer:
    evidence = (case.use.commit, case.snapshot)
    tracked = edge.verdict is EdgeVerdict.UNRECORDED and edge.told and edge.found == edge.expected
    if edge.verdict is EdgeVerdict.VERIFIED or tracked:
        return Answer(PASSED, edge.reason, evidence)
    failed = edge.verdict is EdgeVerdict.CONTRADICTED
    return Answer(FAILED if failed else UNKNOWN, edge.reason, evidence)


def _no_inputs(case: Case) -> Answer:
    if case.reads_none:
        return Answer(NOT_APPLICABLE, "the record says that there are no input data")
    return Answer(UNKNOWN, "neither the record nor the run names its input data")


def presence(case: Case, ground: Ground) -> Answer:
    """D2: whether a verification found every input in a remote."""
    if not case.use.data:
        return _no_inputs(case)
    answers = [_present(entry, case.use.commit, ground) for entry in case.use.data]
    return worst(answers)


def _present(entry: Mapping[str, object], commit: str, ground: Ground) -> tuple[str, Answer]:
    path = entry.get("path")
    if not isinstance(path, str):
        name = str(entry.get("name", ""))
        return name, Answer(UNKNOWN, "DVC does not track it, so no remote can be asked")
    subject = f"dvc:{path}@{commit}"
    report = next((one for one in ground.reports if subject in one.subjects), None)
    if report is None:
        reason = "no verification asked a remote for it: expdocs evidence verify --write"
        return path, Answer(UNKNOWN, reason)
    return path, _reported(report, subject)


def _reported(report: Report, subject: str) -> Answer:
    counts, day = report.subjects[subject], report.at[:10]
    evidence = (f"verdicts/{report.at}",)
    if counts.worst is EdgeVerdict.VERIFIED:
        return Answer(PASSED, f"found in a remote on {day}", evidence)
    found = next(iter(report.of(subject)), None)
    asked = counts.worst is not EdgeVerdict.UNREACHABLE
    return Answer(FAILED if asked else UNKNOWN, f"on {day}: {_why(found)}", evidence)


def _why(found: Verdicted | None) -> str:
    return found.reason if found is not None else "the report does not hold the reason"


def contract(case: Case, ground: Ground) -> Answer:
    """D3: whether a record says what the data are, and the run how they were parted."""
    if case.reads_none:
        return _no_inputs(case)
    agreed = next(_contracts(case, ground), None)
    parted = split_of(case.run) if case.run else ""
    missing = [] if agreed else ["no record that it tests says what labels and data are"]
    missing += [] if parted else ["neither a logged dataset nor a parameter names the split"]
    evidence = tuple(one for one in (agreed, case.snapshot if parted else "") if one)
    if missing:
        return Answer(UNKNOWN, "; ".join(missing), evidence)
    return Answer(PASSED, f"{agreed} describes the data, and {parted}", evidence)


def _contracts(case: Case, ground: Ground) -> Iterator[str]:
    """Yield the ids of records that the experiment tests and that state labels and data."""
    if case.record is None:
        return
    for link in declared_links(case.record):
        found = ground.corpus.find(link.target) if link.type == "tests" else None
        if found is not None and _describes_data(found):
            yield found.id


def _describes_data(record: Record) -> bool:
    stated = record.data.get("labels_and_data")
    return isinstance(stated, dict) and all(stated.get(key) for key in ("labels", "data"))


def split_of(run: RunSnapshot) -> str:
    """Return in words what names the split of a run's data, or an empty text."""
    if any(dataset.context for dataset in run.datasets):
        return "the run logged its datasets with what each was for"
    found = next((name for name in sorted(run.params) if _parts(name)), "")
    return f"the parameter {found} names the split" if found else ""


def _parts(name: str) -> bool:
    words = words_of(name)
    return not _PARTING.isdisjoint(words) or words[-2:] in _PARTS
