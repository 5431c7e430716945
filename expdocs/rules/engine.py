"""Running the rules over a corpus: findings in order, each fault once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from expdocs.findings import Finding
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.rules import (
    claims,
    evidence,
    gates,
    identity,
    lifecycle,
    links,
    schema,
    secrets,
    sweeps,
)
from expdocs.rules.choice import Judgement, Said, chosen, reported
from expdocs.rules.context import Context, Subject
from expdocs.rules.suppression import suppress
from expdocs.rules.weights import require_known

Check = Callable[[Subject], Iterator[Finding]]


def _promotions(subject: Subject) -> Iterator[Finding]:
    if subject.record.kind.gating is not None:
        from expdocs.rules import promotions  # noqa: PLC0415 - few records promote a model

        yield from promotions.check(subject)


CHECKS: tuple[Check, ...] = (
    schema.check,
    identity.check,
    links.check,
    evidence.check,
    sweeps.check,
    claims.check,
    gates.check,
    _promotions,
    secrets.check,
)


def check_corpus(context: Context) -> list[Finding]:
    """Return every finding about a corpus that its settings ask for, sorted by place."""
    require_known(context.settings)
    said = [Said(finding.path, (finding,), Judgement()) for finding in context.corpus.findings]
    said += [Said(one.path, (), judge(one, context)) for one in context.corpus.records]
    return reported(said, context.settings, incomplete_clone=context.incomplete_clone)


def check_record(record: Record, context: Context) -> list[Finding]:
    """Return the findings about one record, those in its snapshots included."""
    judgement = judge(record, context)
    return chosen(judgement, context.settings, incomplete_clone=context.incomplete_clone)


def judge(record: Record, context: Context) -> Judgement:
    """Apply every rule to a record."""
    subject = Subject(record, context, schema_errors(record))
    found = (finding for check in CHECKS for finding in check(subject))
    result = suppress(subject, secrets.unquoted(subject, found))
    lifecycle_findings = tuple(lifecycle.check(subject))
    return Judgement((*result.kept, *result.problems), tuple(result.unused), lifecycle_findings)
