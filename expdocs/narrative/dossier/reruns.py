"""Whether somebody else ran it again and came to the same result, as a record of their own says."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.facts.citations import Unresolved, mean
from expdocs.facts.tables import metric_names
from expdocs.narrative.dossier.answers import FAILED, PASSED, UNKNOWN, Answer
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.tolerance import sample_of, tolerance_of
from expdocs.records.corpus import Corpus
from expdocs.records.links import declared_links
from expdocs.records.record import Record, RunUse

_REPRODUCES = "reproduces"


def reproduced(case: Case, ground: Ground) -> Answer:
    """Return whether a record by another author holds a rerun within the tolerance."""
    if case.record is None or case.run is None:
        return Answer(UNKNOWN, "no record tells of a rerun")
    answers = [_held_against(case, one, ground) for one in claiming(case.record, ground.corpus)]
    if not answers:
        return Answer(UNKNOWN, "no record says that it reproduces this one")
    return next((one for one in answers if one.verdict is PASSED), answers[0])


def claiming(record: Record, corpus: Corpus) -> Iterator[Record]:
    """Yield the records, drafts and rejected ones left out, that say they reproduce a record."""
    known = {record.id, *record.texts_of("aliases")}
    for one in corpus.records:
        links = (link for link in declared_links(one) if link.type == _REPRODUCES)
        if any(link.target in known for link in links) and one.status not in ("draft", "rejected"):
            yield one


def _held_against(case: Case, rerun: Record, ground: Ground) -> Answer:
    record = case.record
    assert record is not None  # noqa: S101 - the caller has looked
    own = set(record.texts_of("authors"))
    if not own.isdisjoint(rerun.texts_of("authors")):
        return Answer(FAILED, f"{rerun.id} is by an author of the record itself", (rerun.id,))
    ids = {use.run_id for use in record.runs}
    uses = [use for use in _same_arm(case, rerun) if use.run_id not in ids]
    metric = next(iter(metric_names(record)), "")
    if not uses or not metric:
        reason = f"{rerun.id} has no run of its own under the name {case.use.group or case.label}"
        return Answer(FAILED, reason, (rerun.id,))
    return _compared(case, rerun, uses[0], metric, ground)


def _same_arm(case: Case, rerun: Record) -> list[RunUse]:
    """Return the runs of a rerun that stand for this one: by group, by label, or the only one."""
    for name in filter(None, (case.use.group, case.use.label)):
        if found := [use for use in rerun.runs if name in (use.group, use.label)]:
            return found
    alone = len(rerun.runs) == 1 and case.record is not None and len(case.record.runs) == 1
    return list(rerun.runs) if alone else []


def _compared(case: Case, rerun: Record, use: RunUse, metric: str, ground: Ground) -> Answer:
    facts = ground.facts
    wanted = tolerance_of(case, metric, facts, ground.settings.units)
    try:
        values = sample_of(Case(use, None, rerun), metric, facts)
    except Unresolved as problem:
        return Answer(UNKNOWN, f"{rerun.id}: {problem.message}", (rerun.id,))
    if wanted is None or not values:
        return Answer(UNKNOWN, f"there is no value of {metric} to compare", (rerun.id,))
    if not wanted.holds(float(mean(values))):
        return Answer(FAILED, f"{rerun.id} found another {metric} than {wanted}", (rerun.id,))
    return Answer(PASSED, f"{rerun.id} found {metric} as it should be: {wanted}", (rerun.id,))
