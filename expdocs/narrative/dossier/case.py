"""What a dossier is about: runs, each as a record uses it, or as its own snapshot tells."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Iterator
from typing import NamedTuple

from expdocs.errors import UsageError
from expdocs.evidence.snapshots import Population, RunSnapshot, run_path
from expdocs.evidence.store import BrokenSnapshot, Evidence
from expdocs.findings import brief
from expdocs.narrative.dossier.wording import some
from expdocs.records.corpus import Corpus
from expdocs.records.record import Record, RunUse

_SHORT = 12
_RUN_ID = re.compile(r"[0-9a-f]{32}\Z")
_PREFIX = re.compile(r"[0-9a-f]{4,31}\Z")
_IN_URL = re.compile(r"://.*/runs/([0-9a-f]{32})(?![0-9a-f])")


class Case(NamedTuple):
    """One run, and how a record uses it.

    Without a record ``use`` holds what the run itself recorded. ``run`` is None where there is no
    snapshot to rely on, and ``problem`` says why; ``broken`` where the one that is there was
    changed.
    """

    use: RunUse
    run: RunSnapshot | None
    record: Record | None = None
    problem: str = ""
    broken: bool = False

    @property
    def label(self) -> str:
        """What people call the run: its label in the record, else the start of its id."""
        return self.use.label or self.use.run_id[:_SHORT]

    @property
    def reads_none(self) -> bool:
        """Whether the record declares that there are no input data."""
        declared = self.record.declared.get("data") if self.record and not self.use.data else None
        return declared is not None and declared.form == "none"

    @property
    def snapshot(self) -> str:
        """Where the run's snapshot lies in the evidence folder."""
        return str(run_path(self.use.run_id))


class Subject(NamedTuple):
    """What a dossier was asked for: a record with all of its runs, or one run."""

    id: str
    record: Record | None
    cases: tuple[Case, ...]


def subject_of(wanted: str, corpus: Corpus, evidence: Evidence) -> Subject:
    """Return the record or the run of an id; raises ``UsageError`` where nothing can be run."""
    record = corpus.find(wanted)
    if record is None:
        case = _told(wanted, corpus, evidence)
        return Subject(wanted, case.record, (case,))
    if not record.runs:
        message = f"{record.id} lists no runs, so there is nothing to run again"
        ids = dict.fromkeys(target for _, target in record.marked("record"))
        known = [one for one in ids if (found := corpus.find(one)) and found.runs]
        hint = f"name one of those that it cites: {some(known)}" if known else "name a run"
        raise UsageError(message, hint)
    if any(use.label for use in record.runs):
        cases = tuple(_case(use, record, evidence) for use in record.runs)
    else:  # a decision only names runs, and the experiments tell of them
        ids = dict.fromkeys(use.run_id for use in record.runs)
        cases = tuple(_told(run_id, corpus, evidence) for run_id in ids)
    return Subject(record.id, record, cases)


def _told(run_id: str, corpus: Corpus, evidence: Evidence) -> Case:
    """Return a run as the record tells of it that tells most."""
    uses = [(use, one) for one in corpus.records for use in one.runs if use.run_id == run_id]
    if not uses:
        return _alone(run_id, evidence)
    use, record = max(uses, key=lambda pair: (bool(pair[0].label), not pair[1].draft))
    return _case(use, record, evidence)


def _case(use: RunUse, record: Record | None, evidence: Evidence) -> Case:
    found = evidence.run(use.run_id)
    if isinstance(found, RunSnapshot):
        return Case(use, found, record)
    if isinstance(found, BrokenSnapshot):
        problem = f"its snapshot cannot be relied on: {found.message}"
        return Case(use, None, record, problem, broken=True)
    return Case(use, None, record, "it has no snapshot")


def _alone(run_id: str, evidence: Evidence) -> Case:
    """Return a run that no record lists, with the commit and the data that it recorded itself."""
    case = _case(RunUse(run_id, ()), None, evidence)
    if case.run is None:
        return case
    run = case.run
    data = tuple({"path": path, "hash": value} for path, value in sorted(run.data.items()))
    commit = run.tags.get("expdocs.commit") or run.commit or ""
    return case._replace(use=RunUse(run_id, (), commit=commit, data=data))


# --- what people type


def named(reference: str, corpus: Corpus, evidence: Evidence) -> str:
    """Return the id of a record or run by what people call it; nothing but files is asked.

    That is a record's id, a run's id or the start of one, its name, ``last``, or an address in
    the tracker. Raises ``UsageError`` for what is unknown, or fits several.
    """
    wanted = reference.strip()
    record = corpus.find(wanted)
    if record is not None:
        return record.id
    if corpus.index.knows(wanted):
        raise UsageError(f"the record {wanted} cannot be read", "run: expdocs check")
    in_url = _IN_URL.search(wanted)
    exact = in_url[1] if in_url else wanted.lower()
    names = _names(corpus, evidence)
    if _RUN_ID.match(exact):
        if exact in names:
            return exact
        raise _unknown(exact)
    return _last(evidence) if wanted == "last" else _only(wanted, names)


def _names(corpus: Corpus, evidence: Evidence) -> dict[str, str]:
    """Return the names of all runs that records or committed evidence know of, by id."""
    names = {use.run_id: "" for record in corpus.records for use in record.runs}
    for one in evidence.populations():
        if isinstance(one, Population):
            names |= {run.run_id: run.name for run in one.runs}
    for run_id in evidence.run_ids():
        names.setdefault(run_id, "")
    return names | {run.run_id: run.run_name for run in _snapshots(evidence)}


def _snapshots(evidence: Evidence) -> Iterator[RunSnapshot]:
    for run_id in evidence.run_ids():
        found = evidence.run(run_id)
        if isinstance(found, RunSnapshot):
            yield found


def _only(wanted: str, names: dict[str, str]) -> str:
    start = wanted.lower()
    found = [run_id for run_id, name in names.items() if name == wanted]
    if _PREFIX.match(start):
        found += [run_id for run_id in names if run_id.startswith(start) and run_id not in found]
    if not found:
        raise _unknown(wanted)
    if len(found) > 1:
        hint = f"write the id of one of them: {some(sorted(found))}"
        raise UsageError(f"{len(found)} runs fit '{brief(wanted)}'", hint)
    return found[0]


def _last(evidence: Evidence) -> str:
    started = [(run.start_time or "", run.run_id) for run in _snapshots(evidence)]
    if not started:
        raise UsageError("no run has been pulled yet", "run: expdocs evidence pull RUN")
    return max(started)[1]


def _unknown(wanted: str) -> UsageError:
    message = f"neither a record nor the committed evidence knows of '{brief(wanted)}'"
    return UsageError(message, "run: expdocs evidence pull RUN, where the tracker can be reached")
