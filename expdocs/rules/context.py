"""What rules look at, and how they report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from expdocs.config import Settings
from expdocs.evidence.commits import Commits
from expdocs.evidence.store import Evidence
from expdocs.facts.citations import Facts
from expdocs.findings import Finding, Severity
from expdocs.kinds.registry import Registry
from expdocs.kinds.shape import Place
from expdocs.kinds.validation import SchemaError
from expdocs.records.corpus import Corpus
from expdocs.records.index import Index
from expdocs.records.record import Record
from expdocs.rules.catalogue import CATALOGUE


@dataclass(frozen=True, eq=False, repr=False)
class Context:
    """Everything that a rule may ask: the other records, the evidence, the repository's commits."""

    settings: Settings
    registry: Registry
    index: Index
    evidence: Evidence
    commits: Commits
    incomplete_clone: bool
    read_corpus: Callable[[], Corpus]

    @cached_property
    def facts(self) -> Facts:
        """The resolver of citations."""
        return Facts(self.index, self.evidence)

    @cached_property
    def corpus(self) -> Corpus:
        """Every record, whole; for those who need more than rules do."""
        return self.read_corpus()


@dataclass(frozen=True, eq=False, repr=False)
class Subject:
    """One record under check, with what its schema says of it."""

    record: Record
    context: Context
    errors: tuple[SchemaError, ...]

    def sound(self, place: Place) -> bool:
        """Whether no schema error touches a place, so that other rules may rely on it."""
        return not any(_touch(error.place, place) for error in self.errors)

    def at(
        self,
        place: Place,
        rule: str,
        message: str,
        hint: str = "",
        *,
        severity: Severity | None = None,
        on_key: bool = False,
    ) -> Finding:
        """Return a finding at a place in the front matter."""
        line, column = self.record.locate(place, on_key=on_key)
        weight = severity or CATALOGUE[rule].severity
        return Finding(self.record.path, line, column, rule, message, hint, weight)

    def in_body(
        self,
        offset: int,
        rule: str,
        message: str,
        hint: str = "",
        *,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding at an offset in the body."""
        line, column = self.record.locate_body(offset)
        weight = severity or CATALOGUE[rule].severity
        return Finding(self.record.path, line, column, rule, message, hint, weight)

    def softened(self, rule: str) -> Severity:
        """Return a warning for a draft, the rule's own severity otherwise."""
        return Severity.WARNING if self.record.draft else CATALOGUE[rule].severity


def _touch(one: Place, other: Place) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
