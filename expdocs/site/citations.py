"""A citation as a reader meets it: its text, where its source is shown, whether the two agree."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum

from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.citations import Fact, Unresolved
from expdocs.findings import Finding
from expdocs.prose.references import (
    DvcLink,
    Field,
    GitLink,
    Group,
    Reference,
    ReferenceProblem,
    RunRef,
    ValueOf,
    parse_reference,
)
from expdocs.prose.scanner import Citation
from expdocs.rules import claims
from expdocs.rules.context import Subject
from expdocs.site.urls import commit_url, hashed_slug, run_url

_TWELVE = Context(prec=12)


class Agreement(StrEnum):
    """What a citation's source says of it."""

    MATCHES = "matches its source"
    DIFFERS = "does not match its source"
    UNCHECKED = "could not be checked"

    @property
    def counted(self) -> str:
        """The words after a number of citations."""
        return _COUNTED[self]


_COUNTED = {
    Agreement.MATCHES: "matching",
    Agreement.DIFFERS: "not matching",
    Agreement.UNCHECKED: "not checked",
}


@dataclass(frozen=True, slots=True)
class CitationView:
    """``target`` is the page that shows the source, empty where there is none."""

    text: str
    target: str
    said: str
    agreement: Agreement


def metric_anchor(name: str) -> str:
    """Return the anchor of a metric on its run's page."""
    return f"metric-{hashed_slug(name)}"


def parameter_anchor(name: str) -> str:
    """Return the anchor of a parameter on its run's page."""
    return f"param-{hashed_slug(name)}"


class Citations:
    """The citations of one record, judged by the rules that ``check`` uses."""

    def __init__(self, subject: Subject) -> None:
        self._record = subject.record
        self._context = subject.context
        cited = bool(subject.record.prose.citations)
        self._findings = list(claims.check(subject)) if cited else []

    def view(self, citation: Citation) -> CitationView:
        """Return what to show for one citation."""
        text = citation.text.replace("`", "").strip("*_ ") or citation.text
        source = f"{citation.scheme}:{citation.target}"
        problem = self._problem(citation)
        try:
            reference = parse_reference(citation.scheme, citation.target)
        except ReferenceProblem as error:
            return CitationView(text, "", f"{source}: {error.message}", Agreement.UNCHECKED)
        target = self._target(reference)
        if problem is not None:
            differs = problem.rule in ("CLM104", "CLM108")
            agreement = Agreement.DIFFERS if differs else Agreement.UNCHECKED
            return CitationView(text, target, f"{source}: {problem.message}", agreement)
        return self._sound(text, target, source, reference)

    def _sound(self, text: str, target: str, source: str, reference: Reference) -> CitationView:
        if isinstance(reference, GitLink | DvcLink):
            known = not reference.repository and self._context.commits.known(reference.sha)
            agreement = Agreement.MATCHES if known else Agreement.UNCHECKED
            return CitationView(text, target, source, agreement)
        try:
            fact = self._context.facts.resolve(self._record, reference)
        except Unresolved as error:
            return CitationView(text, target, f"{source}: {error.message}", Agreement.UNCHECKED)
        return CitationView(text, target, f"{source} = {_exactly(fact)}", Agreement.MATCHES)

    def _problem(self, citation: Citation) -> Finding | None:
        start = self._record.locate_body(citation.start)
        end = self._record.locate_body(citation.end)
        places = ((f, (f.line, f.column)) for f in self._findings)
        return next((f for f, place in places if start <= place < end), None)

    def _target(self, reference: Reference) -> str:
        if isinstance(reference, GitLink | DvcLink):
            return "" if reference.repository else commit_url(reference.sha)
        if isinstance(reference, Group):
            return self._run_target(reference.group, None)
        ref = reference.ref if isinstance(reference, ValueOf) else reference.b
        return self._run_target(ref, reference.field)

    def _run_target(self, ref: RunRef, field: Field | None) -> str:
        try:
            use = self._context.facts.use_of(self._record, ref)
        except Unresolved:
            return ""
        page = run_url(use.run_id)
        found = self._context.evidence.run(use.run_id)
        if not page or field is None or not isinstance(found, RunSnapshot):
            return page
        if field.namespace == "metrics" and field.name in found.metrics:
            return f"{page}#{metric_anchor(field.name)}"
        if field.namespace == "params" and field.name in found.params:
            return f"{page}#{parameter_anchor(field.name)}"
        return page


def _exactly(fact: Fact) -> str:
    """Return a recorded value in full, a computed one to twelve digits."""
    if isinstance(fact.value, Decimal) and fact.value.is_finite():
        return f"{_TWELVE.plus(fact.value).normalize(_TWELVE):f}"
    return str(fact.value)
