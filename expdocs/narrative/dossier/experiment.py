"""E1 to E7: parameters, seeds, metrics, repeats, hardware, what is written, and the snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.evidence.comparison import compared
from expdocs.evidence.edges import Verdict as EdgeVerdict
from expdocs.evidence.parameteredges import parameter_edges
from expdocs.evidence.snapshots import RunSnapshot
from expdocs.evidence.verdicts import Report
from expdocs.facts.citations import Unresolved
from expdocs.facts.tables import metric_names
from expdocs.narrative.dossier.answers import FAILED, PASSED, UNKNOWN, Answer
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.claimed import Claimed, claimed, table_agrees
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.recorded import command_of, seed_parameters, seeds_of, words_of
from expdocs.narrative.dossier.tolerance import sample_of
from expdocs.narrative.dossier.wording import some
from expdocs.records.frontmatter import template_comments
from expdocs.records.record import Record
from expdocs.records.validity import empty_after, empty_places

_HARDWARE = frozenset(
    {"hardware", "device", "devices", "gpu", "gpus", "cpu", "cpus", "accelerator"}
)
_BY_CHANCE = frozenset({"", "none", "null", "nan"})
_TRACKER = "tracker"
_NO_RECORD = "no record tells of the run"


# --- E1, E2


def parameters(case: Case, ground: Ground) -> Answer:
    """E1: whether parameters are told as they were logged, by the record and by the commit."""
    run = case.run
    if run is None:
        return Answer(UNKNOWN, case.problem)
    if not run.params:
        return Answer(UNKNOWN, "the run logged no parameters", (case.snapshot,))
    wrong = [one for one in _cited(case, ground, "params") if not one.agrees]
    if wrong:
        return Answer(
            FAILED, f"the record shows another value: {_targets(wrong)}", (case.snapshot,)
        )
    others = sorted(_otherwise(case, run, ground))
    if others:
        reason = f"the commit declares other values, and the command gives none: {some(others)}"
        return Answer(FAILED, reason, (case.use.commit, case.snapshot))
    return Answer(PASSED, "the record and the commit say nothing else", (case.snapshot,))


def _otherwise(case: Case, run: RunSnapshot, ground: Ground) -> Iterator[str]:
    """Yield the parameters for which the commit has another value that no command line gave."""
    given = " ".join(command_of(run).arguments)
    for edge in parameter_edges(case.use, run, ground.commits):
        differs = edge.verdict is not EdgeVerdict.VERIFIED and edge.told
        if differs and not _given(edge.subject, given):
            yield edge.subject


def _given(name: str, command: str) -> bool:
    return bool(words_of(name)) and words_of(name)[-1] in words_of(command)


def seed(case: Case, ground: Ground) -> Answer:  # noqa: ARG001 - checks are asked alike
    """E2: whether the run logged a seed."""
    if case.run is None:
        return Answer(UNKNOWN, case.problem)
    found = seed_parameters(case.run) | seeds_of(case.run)
    if not found:
        return Answer(UNKNOWN, "no parameter and no variable names a seed", (case.snapshot,))
    if all(value.strip().lower() in _BY_CHANCE for value in found.values()):
        return Answer(FAILED, f"{some(list(found))} was left to chance", (case.snapshot,))
    return Answer(PASSED, f"logged: {some(list(found))}", (case.snapshot,))


# --- E3, E4


def metrics(case: Case, ground: Ground) -> Answer:
    """E3: whether the numbers that the record claims are the snapshot's, as far as they show."""
    if case.record is None:
        return Answer(UNKNOWN, _NO_RECORD)
    if case.run is None:
        return Answer(UNKNOWN, case.problem)
    found = list(_cited(case, ground, "metrics", "population"))
    table = table_agrees(case.record, ground.facts)
    wrong = [one for one in found if not one.agrees]
    if wrong:
        reason = f"the snapshot holds something else: {_targets(wrong)}"
        return Answer(FAILED, reason, tuple(one.target for one in wrong))
    if table is False:
        return Answer(FAILED, "the table of runs is not what the snapshots hold", (case.snapshot,))
    if not found and table is None:
        return Answer(UNKNOWN, "the record claims no number of the run", (case.snapshot,))
    reason = "all that is claimed is the snapshot's value, to the digits shown"
    return Answer(PASSED, reason, (*(one.target for one in found), case.snapshot))


def repeats(case: Case, ground: Ground) -> Answer:
    """E4: whether the run was repeated and the repeats differ, or a reason is given."""
    if case.record is None:
        return Answer(UNKNOWN, _NO_RECORD)
    note = _note(case)
    name = next(iter(metric_names(case.record)), "")
    try:
        sample = sample_of(case, name, ground.facts) if name else []
    except Unresolved as problem:
        return Answer(UNKNOWN, problem.message, (case.snapshot,))
    if len(sample) > 1 and len(set(sample)) > 1:
        return Answer(PASSED, f"{len(sample)} runs with a spread", (case.snapshot,))
    if note:
        return Answer(PASSED, "its note in the record says why it stands alone", (case.record.id,))
    if len(sample) > 1:
        return Answer(FAILED, "the repeats do not differ: had they other seeds?", (case.snapshot,))
    return Answer(FAILED, "it ran once, and no note in the record says why", (case.snapshot,))


def _note(case: Case) -> str:
    assert case.record is not None  # noqa: S101 - the caller has looked
    entry = case.record.data
    for part in case.use.place[:-1]:
        entry = entry[part]  # type: ignore[index]
    note = entry.get("note") if isinstance(entry, dict) else None
    return note.strip() if isinstance(note, str) else ""


def _cited(case: Case, ground: Ground, *families: str) -> Iterator[Claimed]:
    for one in claimed(case, ground.facts, ground.settings.units):
        if any(key.key.partition(".")[0] in families for key in one.keys):
            yield one


# --- E5, E6


def hardware(case: Case, ground: Ground) -> Answer:  # noqa: ARG001 - checks are asked alike
    """E5: whether a tag or a parameter names the machine."""
    if case.run is None:
        return Answer(UNKNOWN, case.problem)
    found = hardware_of(case.run)
    if found:
        return Answer(PASSED, f"named by {some(list(found))}", (case.snapshot,))
    reason = "neither the tag expdocs.hardware nor a parameter names the machine"
    return Answer(UNKNOWN, reason, (case.snapshot,))


def hardware_of(run: RunSnapshot) -> dict[str, str]:
    """Return what names the machine of a run, by tag or parameter."""
    tag = run.tags.get("expdocs.hardware", "").strip()
    named = {n: v for n, v in sorted(run.params.items()) if not _HARDWARE.isdisjoint(words_of(n))}
    return ({"expdocs.hardware": tag} if tag else {}) | named


def written(case: Case, ground: Ground) -> Answer:  # noqa: ARG001 - checks are asked alike
    """E6: whether hypothesis, method, result and limits are written, and no template is left."""
    record = case.record
    if record is None:
        return Answer(FAILED, _NO_RECORD)
    missing = list(_unwritten(record))
    if missing:
        return Answer(FAILED, f"not written: {some(missing)}", (record.id,))
    return Answer(PASSED, "every section is filled, and no template text is left", (record.id,))


def _unwritten(record: Record) -> Iterator[str]:
    if "hypothesis" in record.kind.properties and not _stated(record):
        yield "hypothesis"
    headings = [one for one in record.prose.headings if one.level == 2]  # noqa: PLR2004
    for section in record.kind.sections:
        found = next((one for one in headings if section.has_title(one.title)), None)
        if found is None or (not section.generated and empty_after(record, found.end)):
            yield section.title
    comments = [*record.prose.template_marks, *template_comments(record.file)]
    if comments or empty_places(record.data):
        yield "what the template asks for"


def _stated(record: Record) -> bool:
    return bool(record.data.get("hypothesis")) and "hypothesis" not in record.declared


# --- E7


def agreement(case: Case, ground: Ground) -> Answer:
    """E7: whether the snapshot is as it was written, and the tracker agreed with it."""
    if case.run is None:
        return Answer(FAILED if case.broken else UNKNOWN, case.problem)
    subject = f"mlflow:{case.run.run_id}"
    report = next((one for one in ground.reports if one.tracker and subject in one.subjects), None)
    if report is None:
        reason = "its digest holds; no verification asked the tracker: expdocs evidence verify"
        return Answer(UNKNOWN, f"{reason} --write", (case.snapshot,))
    return _agreed(case.run, report, subject)._replace(
        evidence=(case.snapshot, f"verdicts/{report.at}")
    )


def _agreed(run: RunSnapshot, report: Report, subject: str) -> Answer:
    day = report.at[:10]
    differing = [one for one in report.of(subject) if one.edge == _TRACKER]
    for verdict, answer in ((EdgeVerdict.CONTRADICTED, FAILED), (EdgeVerdict.UNREACHABLE, UNKNOWN)):
        found = [one for one in differing if one.verdict is verdict]
        if found:
            return Answer(answer, f"on {day}: {found[0].field}: {found[0].reason}")
    counts = report.subjects[subject]
    cut = report.left_out and counts.contradicted + counts.unreachable > len(report.of(subject))
    if cut or counts.verified < _number_of_facts(run):
        return Answer(
            UNKNOWN, f"on {day} the tracker was not asked for all that the snapshot holds"
        )
    return Answer(PASSED, f"its digest holds, and the tracker agreed on {day}")


def _number_of_facts(run: RunSnapshot) -> int:
    """Return how many verdicts a run gets that agrees; the steps of a history are one."""
    keys = [one.key for one in compared(run, run)]
    steps = {key.rpartition("@step=")[0] for key in keys if "@step=" in key}
    return sum("@step=" not in key for key in keys) + len(steps)


def _targets(claims: list[Claimed]) -> str:
    return some([one.target for one in claims])
