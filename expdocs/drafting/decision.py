"""A choice among models as the draft of a decision record."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from expdocs.drafting.bench import Bench
from expdocs.drafting.candidates import Candidate
from expdocs.drafting.comparing import by_gate, named, options_text, value_text
from expdocs.drafting.composing import with_sections
from expdocs.drafting.criteria import Criterion
from expdocs.drafting.judging import Judged, Judgement, dominators, judge, unscalable
from expdocs.edit.scaffold import drafted, filled, record_of, refuse_broken
from expdocs.errors import UsageError
from expdocs.facts.gates import GateResult, Threshold, thresholds
from expdocs.kinds.registry import Kind
from expdocs.narrative.inert import escape
from expdocs.prose.numbers import show
from expdocs.records.links import declared_links
from expdocs.records.record import Record

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DIGITS = 4
_WHOLE = 1e-9
_LONGEST = 200
CHOSEN, REJECTED, DEFERRED = "chosen", "rejected", "deferred"


class Choice(NamedTuple):
    """What is to be decided: among which candidates, by what, and the fields that are known.

    ``compacts`` are the records whose thresholds are gates, beside the choice's own.
    """

    candidates: Sequence[Candidate]
    criteria: Sequence[Criterion]
    gates: Sequence[Threshold] = ()
    compacts: Sequence[Record] = ()
    scale: str = "min-max"
    title: str = ""
    values: Mapping[str, Any] = _NOTHING


class Decided(NamedTuple):
    """A draft, and the judgement that it shows."""

    draft: Record
    judgement: Judgement
    options: Sequence[Mapping[str, Any]]
    notes: Sequence[str]


class Said(NamedTuple):
    """Markdown of somebody who argues beside the comparison: what speaks for it, what is asked."""

    grounds: str = ""
    questions: str = ""


def decide(
    bench: Bench,
    kind: Kind,
    day: date,
    choice: Choice,
    judgement: Judgement,
    said: Said,
) -> Decided:
    """Make the draft of a decision on a bench, from what became of the candidates."""
    title, values = _planned(kind, choice, judgement)
    draft = drafted(bench.workspace, kind, title, day, values)
    bench.add(draft)
    odd = list(_odd_runs(bench, choice))
    draft = bench.put(draft, with_sections(draft, _sections(choice, judgement, odd, said)))
    return Decided(draft, judgement, values["options"], [*_notes(choice, judgement), *odd])


def _planned(kind: Kind, choice: Choice, judgement: Judgement) -> tuple[str, dict[str, Any]]:
    """Return title and fields of the draft; raises ``UsageError`` where the kind refuses them."""
    options = list(_options(judgement))
    title = choice.title or _title(choice, judgement)
    values = {**choice.values, **_fields(choice, judgement, options)}
    refuse_broken(kind, title, values)
    return title, values


def compacts_of(
    bench: Bench, candidates: Sequence[Candidate], given: Sequence[str]
) -> list[Record]:
    """Return the records that are named, and those that the candidates' experiments test."""
    named = [bench.workspace.record(name) for name in given]
    owners = {one.owner.id: one.owner for one in candidates if one.owner}
    links = (link for owner in owners.values() for link in declared_links(owner))
    targets = dict.fromkeys(link.target for link in links if link.type == "tests")
    tested = [bench.workspace.corpus.find(target) for target in targets]
    found = {one.id: one for one in (*named, *tested) if one and one.status != "rejected"}
    return list(found.values())


def judged(bench: Bench, kind: Kind, choice: Choice) -> Judgement:
    """Judge the candidates; raises ``UsageError`` where no draft could be made of the choice."""
    found = _judged(bench, kind, choice)
    if name := unscalable(found, choice.scale):
        message = f"'{name[:60]}' has values that are zero or less, to which there is no ratio"
        raise UsageError(message, "use the other scale: --scale min-max")
    _planned(kind, choice, found)  # before anybody is asked to argue about it
    return found


def reader_of(kind: Kind, choice: Choice) -> Record:
    """Return a record that reads runs which no record lists, as the draft will."""
    return record_of(kind, filled(kind, {"project": choice.values.get("project")}))


def _judged(bench: Bench, kind: Kind, choice: Choice) -> Judgement:
    agreed = [t for one in choice.compacts for t in thresholds(one) if not t.run_id]
    gates = {(gate.metric, gate.op, gate.bound): gate for gate in (*choice.gates, *agreed)}
    with bench.workspace.context() as context:
        return judge(
            choice.candidates,
            choice.criteria,
            list(gates.values()),
            choice.scale,
            reader_of(kind, choice),
            context.facts,
        )


def _odd_runs(bench: Bench, choice: Choice) -> Iterator[str]:
    """Say which runs did not come to their end, or were deleted since."""
    for one in choice.candidates:
        for run in map(bench.snapshot, one.run_ids):
            states = [state for state in (run.status,) if state != "FINISHED"]
            states += ["deleted"] if run.lifecycle_stage == "deleted" else []
            if states:
                yield f"run {run.run_id[:12]} of {one.name} is {' and '.join(states).lower()}"


# --- fields


def _title(choice: Choice, judgement: Judgement) -> str:
    project = choice.values.get("project")
    where = f" for {project}" if project else ""
    if len(judgement.first) == 1:
        return f"Choose {judgement.first[0]}{where}"[:_LONGEST]
    names = ", ".join(one.candidate.name for one in judgement.candidates)
    return f"Choose among {names}{where}"[:_LONGEST]


def _fields(
    choice: Choice, judgement: Judgement, options: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    links = [*choice.values.get("links", ())]
    known = {(one["type"], one["target"]) for one in links}
    decides = [{"type": "decides", "target": one.id} for one in choice.compacts]
    return {
        "decision_type": "model-selection",
        "options": options,
        "criteria": [
            {"name": one.name, "goal": one.goal, "weight": one.weight} for one in choice.criteria
        ],
        "gates": list(_gates(judgement)),
        "links": links + [one for one in decides if (one["type"], one["target"]) not in known],
    }


def _gates(judgement: Judgement) -> Iterator[dict[str, Any]]:
    """Yield the gates of who comes first, each with the run that meets it."""
    if len(judgement.first) == 1:
        for result in judgement.of(judgement.first[0]).gates:
            gate = result.threshold
            entry = {"metric": gate.metric, "op": gate.op, "value": gate.bound}
            yield {**entry, "run": result.reading.run_id}


def _options(judgement: Judgement) -> Iterator[dict[str, Any]]:
    for one in judgement.candidates:
        owner = one.candidate.owner
        yield {
            "name": one.candidate.name,
            "outcome": outcome_of(judgement, one) or None,
            "experiments": [owner.id] if owner else [],
            "runs": one.candidate.run_ids,
            "reason": reason_of(judgement, one),
        }


def outcome_of(judgement: Judgement, one: Judged) -> str:
    """Return what the numbers make of a candidate; empty where they leave it to the deciders."""
    if not one.passed:
        return REJECTED
    if one.score is None:
        return DEFERRED
    if one.candidate.name in judgement.first:
        return CHOSEN if len(judgement.first) == 1 else ""
    return REJECTED


def reason_of(judgement: Judgement, one: Judged) -> str:
    """Return why, in numbers."""
    failed = [list(filter(_misses, results)) for results in by_gate(one)]
    if any(failed):
        return " ".join(_failure(results) for results in failed if results)
    if one.score is None:
        missing = (m.reason for m in one.values.values() if m.value is None)
        return f"Without a score: {'; '.join(missing) or 'no criterion has values'}."
    own = _numbers(judgement, one)
    if one.candidate.name in judgement.first:
        best = "Best score" if len(judgement.first) == 1 else "One of the best scores, level"
        return f"{best}, {show(one.score)}: {own}."
    first = judgement.of(judgement.first[0])
    said = f"Score {show(one.score)} against {show(first.score or 0)} of {first.candidate.name}: "
    said += _against(judgement, one, first)
    if first.candidate.name in dominators(judgement, one):
        said += "; nowhere better"
    return f"{said}."


def _misses(result: GateResult) -> bool:
    return not result.passed


def _failure(results: Sequence[GateResult]) -> str:
    seen = [one.reading for one in results]
    found = ", ".join(
        f"{one.name} {one.reason if one.value is None else f'has {show(one.value, _DIGITS)}'}"
        for one in seen
    )
    return f"Gate {results[0].threshold} not met: {found}."


def _numbers(judgement: Judgement, one: Judged) -> str:
    return ", ".join(f"{c.name} {_value(one, c)}" for c in judgement.scored)


def _against(judgement: Judgement, one: Judged, first: Judged) -> str:
    return ", ".join(
        f"{c.name} {_value(one, c)} against {_value(first, c)}" for c in judgement.scored
    )


def _value(one: Judged, criterion: Criterion) -> str:
    value = one.values[criterion.name].value
    return "none" if value is None else show(value, _DIGITS)


# --- sections


def _sections(
    choice: Choice, judgement: Judgement, odd: Sequence[str], said: Said
) -> dict[str, str]:
    return {
        "context": _context(choice, odd),
        "options": options_text(judgement, choice.scale),
        "decision": _decision(judgement, said.grounds),
        "trade-offs": _trade_offs(judgement, said.questions),
    }


def _context(choice: Choice, odd: Sequence[str]) -> str:
    owners = (one.owner.id for one in choice.candidates if one.owner)
    records = [*dict.fromkeys(owners), *(one.id for one in choice.compacts)]
    lines = ["<!-- ? What forced a decision now? What was known, and what was not? -->"]
    if records:
        lines.append(f"It rests on {', '.join(records)}.")
    if odd:
        lines.append("\n".join(f"- Not a finished run: {escape(one)}." for one in odd))
    return "\n\n".join(lines)


def _decision(judgement: Judgement, grounds: str) -> str:
    asked = "<!-- ? What is done from now on, and the one reason that weighed most? -->"
    return "\n\n".join(filter(None, (_proposed(judgement), grounds, asked)))


def _proposed(judgement: Judgement) -> str:
    if len(judgement.first) == 1:
        return f"By the score alone it is {named(judgement.first[0])}."
    if judgement.first:
        return "The score leaves it open."
    return "No candidate has a score and meets every gate."


def _trade_offs(judgement: Judgement, questions: str) -> str:
    asked = "<!-- ? What was given up. Which mistakes become likelier, and who pays for them? -->"
    given_up = list(_given_up(judgement)) if len(judgement.first) == 1 else []
    return "\n\n".join(filter(None, ("\n".join(given_up), questions, asked)))


def _given_up(judgement: Judgement) -> Iterator[str]:
    first = judgement.of(judgement.first[0])
    for criterion in judgement.scored:
        name = criterion.name
        rivals = [
            one for one in judgement.candidates if one.scaled.get(name, -1) > first.scaled[name]
        ]
        if rivals:
            best = max(rivals, key=lambda one: one.scaled[name])
            yield (
                f"- By {named(name)} {named(best.candidate.name)} is better: "
                f"{value_text(best, criterion)} against {value_text(first, criterion)}. "
                "<!-- ? Why is that accepted, and who pays for it? -->"
            )


# --- what to tell who asked


def _notes(choice: Choice, judgement: Judgement) -> Iterator[str]:
    total = math.fsum(one.weight for one in choice.criteria)
    if abs(total - 1) > _WHOLE:
        yield f"the weights add up to {show(total)}: scores are divided by that"
    for one in judgement.criteria:
        if one not in judgement.scored:
            yield f"no run has a value for '{one.name}': judge it yourselves"
    if len(judgement.candidates) == 1:
        yield "there is one candidate: nothing was compared"
    if not judgement.first:
        yield "no candidate has a score and meets every gate"
    if len(judgement.first) > 1:
        yield f"{' and '.join(judgement.first)} are level: the outcome is left open"
