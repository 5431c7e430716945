"""GAT: whether the runs that a record's own gates name meet them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expdocs.facts.gates import GateResult, own_gates
from expdocs.findings import Finding
from expdocs.kinds.shape import Place
from expdocs.rules.context import Subject

MOST_NAMES = 5


def check(subject: Subject) -> Iterator[Finding]:
    """Report the gates of a record that the runs named in them do not meet."""
    for result in own_gates(subject.record, subject.context.facts):
        place = result.threshold.place
        if not result.passed and subject.sound(place[:-1]):
            yield failed(subject, place, [result])


def failed(subject: Subject, place: Place, results: Sequence[GateResult]) -> Finding:
    """Return the finding about one threshold and the runs that do not meet it."""
    first = results[0]
    gate, seen = first.threshold, first.reading
    names = [one.reading.name for one in results[1:]]
    others = f" (also: {', '.join(names[:MOST_NAMES])})" if names else ""
    of = f" of {gate.owner}" if gate.owner != subject.record.id else ""
    if first.evaluated:
        message = f"the gate {gate}{of} is not met: run {seen.name} has {seen.value!r}{others}"
        return said(subject, place, "GAT101", message, waive("GAT101"))
    message = f"the gate {gate}{of} cannot be evaluated: run {seen.name} {seen.reason}{others}"
    hint = f"log '{gate.metric}' and pull the run, or name in a gate the run that has it"
    return said(subject, place, "GAT102", message, hint)


def said(subject: Subject, place: Place, rule: str, message: str, hint: str) -> Finding:
    """Return a finding about a gate, a warning in a draft."""
    return subject.at(place, rule, message, hint, severity=subject.softened(rule))


def waive(rule: str) -> str:
    """Return the hint that says how to go on without meeting a gate."""
    return f"promote another run, or say why it stands: <!-- expdocs: ignore {rule}: reason -->"
