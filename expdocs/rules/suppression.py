"""CFG3: what a record suppresses, and suppressions that are wrong or suppress nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from expdocs.config import BINDING
from expdocs.findings import Finding
from expdocs.records.suppressions import Suppression, suppressions
from expdocs.rules.catalogue import CATALOGUE, matches
from expdocs.rules.context import Subject
from expdocs.spelling import closest

# Findings about the file and the run of the check, and faults that lie in a snapshot.
_NEVER = ("CFG", "REC1", *BINDING, "EVD102", "EVD202")
_FORM = "write: expdocs: ignore EVD203: reason"


class Suppressed(NamedTuple):
    """The findings that stay, wrong suppressions, and those that took no finding away."""

    kept: list[Finding]
    problems: list[Finding]
    unused: list[Finding]


def suppress(subject: Subject, found: Iterable[Finding]) -> Suppressed:
    """Take the findings away that a record suppresses, and report wrong suppressions."""
    findings, path = list(found), subject.record.path
    present = {finding.rule for finding in findings if finding.path == path}
    problems: list[Finding] = []
    unused: list[Finding] = []
    taken: set[str] = set()
    for suppression in suppressions(subject.record):
        rule = suppression.rule
        if wrong := list(_problems(subject, suppression)):
            problems += wrong
        elif rule in taken or rule not in present:
            why = "suppressed above already" if rule in taken else "not found in this record"
            message = f"this suppresses nothing: {rule} is {why}"
            unused.append(_report(subject, suppression, "CFG302", message, "remove it"))
        else:
            taken.add(rule)
    kept = [f for f in findings if f.path != path or f.rule not in taken]
    return Suppressed(kept, problems, unused)


def _problems(subject: Subject, found: Suppression) -> Iterator[Finding]:
    rule = found.rule
    if found.generated:
        message = "a suppression stands in a generated block, which is written anew"
        yield _report(subject, found, "CFG301", message, "move it out of the block")
    elif not rule:
        message = "this is no suppression with a rule and a reason"
        yield _report(subject, found, "CFG301", message, _FORM)
    elif rule not in CATALOGUE:
        close = closest(rule.upper(), CATALOGUE)
        hint = f"did you mean {close}?" if close else "see: expdocs explain --list"
        yield _report(subject, found, "CFG303", f"no rule has the id '{rule[:40]}'", hint)
    elif matches(rule, _NEVER):
        message = f"{rule} cannot be suppressed"
        yield _report(subject, found, "CFG303", message, f"mend it; see: expdocs explain {rule}")


def _report(
    subject: Subject, suppression: Suppression, rule: str, message: str, hint: str
) -> Finding:
    record = subject.record
    line, column = record.lines.at(suppression.start)
    return Finding(record.path, line, column, rule, message, hint, CATALOGUE[rule].severity)
