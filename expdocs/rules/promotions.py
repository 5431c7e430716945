"""GAT: what a promotion of a model has to show: gates that others stated, and whom it beats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from expdocs.evidence.models import Model
from expdocs.facts.gates import GateResult, Promotion, chosen, promotion_of
from expdocs.facts.rivals import Contest, against_baselines, against_production
from expdocs.findings import Finding
from expdocs.kinds.shape import Place
from expdocs.rules.context import Subject
from expdocs.rules.gates import failed, said, waive

_NAME_IT = "name the run that meets it in a gate, or give the chosen option `runs`"


def check(subject: Subject) -> Iterator[Finding]:
    """Report promotions that do not show what they have to."""
    promotion = promotion_of(subject.record, subject.context.facts)
    if promotion is not None and subject.sound(("options",)) and subject.sound(("gates",)):
        yield from _promotion(subject, promotion)


def _promotion(subject: Subject, promotion: Promotion) -> Iterator[Finding]:
    place, settled = _place(subject), subject.record.frozen
    if not promotion.runs:
        if not (subject.record.draft or settled):
            yield subject.at(place, "GAT103", "the promotion names no run", _NAME_IT)
        return
    # Evidence that an accepted record has lost since is reported where it was lost.
    unmet = [one for one in promotion.agreed() if not one.passed]
    for group in _by_threshold(one for one in unmet if one.evaluated or not settled):
        yield failed(subject, place, group)
    gating = subject.record.kind.gating
    beats = gating.beats if gating else ()
    if "baseline" in beats:
        yield from _baselines(subject, promotion, place)
    # Later the model in use is another one, often this one's successor.
    if "production" in beats and not settled:
        yield from _production(subject, promotion, place)


def _place(subject: Subject) -> Place:
    for mark in ("run", "record"):
        if found := chosen(subject.record, mark):
            return found[0][0][:2]
    return ("options",)


def _by_threshold(results: Iterable[GateResult]) -> Iterable[list[GateResult]]:
    groups: dict[tuple[object, ...], list[GateResult]] = {}
    for one in results:
        key = (one.threshold.owner, one.threshold.place, one.evaluated)
        groups.setdefault(key, []).append(one)
    return groups.values()


def _baselines(subject: Subject, promotion: Promotion, place: Place) -> Iterator[Finding]:
    settled = subject.record.frozen
    contests = against_baselines(promotion, subject.context.facts)
    if not (contests or settled or _is_baseline(promotion)):
        message = "no experiment of the chosen option lists a baseline to compare with"
        yield said(subject, place, "GAT104", message, "give the run to beat `role: baseline`")
    kept = [one for one in contests if one.evaluated or not settled]
    yield from _lost(subject, place, "GAT104", kept)


def _is_baseline(promotion: Promotion) -> bool:
    roles = {use.run_id: use.role for one in promotion.experiments for use in one.runs}
    return all(roles.get(run_id) == "baseline" for run_id in promotion.runs)


def _production(subject: Subject, promotion: Promotion, place: Place) -> Iterator[Finding]:
    context = subject.context
    named = context.settings.production.get(subject.record.text_of("project"))
    if named is None:
        return
    name, _, alias = named.rpartition("@")
    model = context.evidence.model(name)
    known = model if isinstance(model, Model) else None
    if known is None:
        message = f"the model in use, {named}, has no document to compare with"
        hint = f"run: expdocs evidence pull --model {named}"
        yield said(subject, place, "GAT105", message, hint)
        return
    contests = against_production(promotion, context.facts, known, alias)
    yield from _lost(subject, place, "GAT105", contests)


def _lost(
    subject: Subject, place: Place, rule: str, contests: Sequence[Contest]
) -> Iterator[Finding]:
    """Report the first run that does not beat each rival."""
    lost = {one.rival.name: one for one in reversed(contests) if not one.beaten}
    for one in lost.values():
        word = "more" if one.goal == "maximize" else "less"
        if one.run.value is None:
            message = f"{one.rival.name} is not beaten: run {one.run.name} {one.run.reason}"
        elif one.rival.value is None:
            message = f"{one.rival.name} cannot be compared with: {one.rival.reason}"
        else:
            message = (
                f"{one.rival.name} is not beaten: {one.metric} of run {one.run.name} is "
                f"{one.run.value!r}, not {word} than {one.rival.value!r}"
            )
        yield said(subject, place, rule, message, waive(rule))
