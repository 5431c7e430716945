"""Running the rules over a corpus: findings in order, each fault once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from expdocs.config import Settings
from expdocs.findings import Finding, Severity
from expdocs.records.record import Record
from expdocs.rules import claims, evidence, identity, lifecycle, links, schema
from expdocs.rules.catalogue import CATALOGUE, matches
from expdocs.rules.context import Context, Subject
from expdocs.rules.suppression import suppress
from expdocs.rules.weights import require_known, weighed

Check = Callable[[Subject], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    schema.check,
    identity.check,
    links.check,
    evidence.check,
    claims.check,
)


def check_corpus(context: Context) -> list[Finding]:
    """Return every finding about a corpus that its settings ask for, sorted by place."""
    require_known(context.settings)
    found = _asked_for(context.corpus.findings, context.settings)
    for record in context.corpus.records:
        found += check_record(record, context)
    if context.incomplete_clone:
        found += _asked_for([_incomplete(context)], context.settings)
    return sorted(set(found))


def check_record(record: Record, context: Context) -> list[Finding]:
    """Return the findings about one record, those in its snapshots included."""
    settings = context.settings
    subject = Subject(record, context, schema.schema_errors(record))
    result = suppress(subject, (f for check in CHECKS for f in check(subject)))
    found = _asked_for([*result.kept, *result.problems], settings)
    # A record with errors of its own is no longer what was accepted; that only follows from them.
    # Nor does a suppression say that it is not needed while errors keep rules from being applied.
    if not any(f.severity is Severity.ERROR for f in found):
        found += _asked_for(lifecycle.check(subject), settings)
        if not context.incomplete_clone:
            found += _asked_for(result.unused, settings)
    return found


def _asked_for(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """Return the findings that the settings ask for, each with the weight that they give it."""
    return [weighed(f, settings) for f in findings if _wanted(f, settings)]


def _wanted(finding: Finding, settings: Settings) -> bool:
    if matches(finding.rule, settings.ignore):
        return False
    return not settings.select or matches(finding.rule, settings.select)


def _incomplete(context: Context) -> Finding:
    path = context.settings.file or context.settings.records[0]
    rule = CATALOGUE["CFG201"]
    message = "the clone is shallow or partial: commits that it lacks were not checked"
    return Finding(path, 1, 1, rule.id, message, "run: git fetch --unshallow", rule.severity)


def new_since(findings: Iterable[Finding], base: Iterable[Finding]) -> list[Finding]:
    """Return the findings that a base lacks; a finding that only moved is not new."""
    known = Counter((f.path, f.rule, f.message) for f in base)
    new = []
    for finding in findings:
        key = (finding.path, finding.rule, finding.message)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return new


def in_paths(findings: Iterable[Finding], paths: Sequence[str]) -> list[Finding]:
    """Return the findings in the files and folders named; all when none is named."""
    return [finding for finding in findings if covers(paths, finding.path)]


def covers(paths: Sequence[str], path: str) -> bool:
    """Whether a path is one of the files named, or in one of the folders; true for no names."""
    folders = tuple(f"{one.rstrip('/')}/" for one in paths)
    return not paths or "." in paths or path in paths or path.startswith(folders)
