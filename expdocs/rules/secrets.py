"""SEC: secrets in records and snapshots, and personal data in records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from expdocs.evidence.leaks import Leak, leaks
from expdocs.evidence.snapshots import RunSnapshot, run_path
from expdocs.findings import Finding
from expdocs.rules.catalogue import CATALOGUE
from expdocs.rules.context import Subject
from expdocs.secrets.scan import ACCOUNT, EMAIL, PHONE, Hit, personal_data, scan

_PERSONAL = {EMAIL: "SEC201", PHONE: "SEC202", ACCOUNT: "SEC203"}
# A message may quote no more than the beginning of a value.
_QUOTED = 16


def check(subject: Subject) -> Iterator[Finding]:
    """Report secrets in the record and in the snapshots of its runs, and personal data."""
    text = subject.record.file.text
    for hit in scan(text, subject.context.settings.not_secret):
        message = f"this looks like a secret ({hit.what}): {hit.masked}"
        hint = f"make it invalid where it is used, and remove it; {_passes(hit)}"
        yield _at(subject, hit, "SEC101", message, hint)
    yield from _in_snapshots(subject)
    for hit in personal_data(text, _known(subject)):
        message = f"{hit.what} stands here: {hit.masked}"
        hint = "remove it, or suppress the rule in this record with a reason"
        if hit.what == EMAIL:
            hint = "remove it, add it to 'people' in the configuration, or suppress the rule"
        yield _at(subject, hit, _PERSONAL[hit.what], message, hint)


def _at(subject: Subject, hit: Hit, rule: str, message: str, hint: str) -> Finding:
    line, column = subject.record.lines.at(hit.start)
    severity = CATALOGUE[rule].severity
    return Finding(subject.record.path, line, column, rule, message, hint, severity)


def _in_snapshots(subject: Subject) -> Iterator[Finding]:
    for path, leak in _leaks(subject):
        hit = leak.hit
        message = f"{leak.name} looks like a secret ({hit.what}): {hit.masked}"
        hint = (
            f'make it invalid, set withhold = ["{leak.name}"] in the configuration '
            f"and pull the run again; {_passes(hit)}"
        )
        yield Finding(path, 1, leak.column, "SEC102", message, hint)


def _leaks(subject: Subject) -> Iterator[tuple[str, Leak]]:
    evidence = subject.context.evidence
    for run_id in dict.fromkeys(use.run_id for use in subject.record.runs):
        run = evidence.run(run_id)
        if isinstance(run, RunSnapshot):
            path = evidence.path_of(run_path(run_id))
            for leak in leaks(run, subject.context.settings.not_secret):
                yield path, leak


def _passes(hit: Hit) -> str:
    return f'if it is none, add "{hit.digest}" to not_secret in the configuration'


def _known(subject: Subject) -> set[str]:
    people = subject.context.settings.people.values()
    authors = {text for _, text in subject.record.marked("author")}
    return authors | {address for person in people for address in person.emails}


def unquoted(subject: Subject, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, with secrets masked where the message of another rule quotes them."""
    found = list(findings)
    secrets = _secrets(subject) if any(f.rule.startswith("SEC1") for f in found) else []
    for finding in found:
        message, hint = finding.message, finding.hint
        for quoted, shown in secrets:
            message, hint = quoted.sub(shown, message), quoted.sub(shown, hint)
        yield finding._replace(message=message, hint=hint)


def _secrets(subject: Subject) -> list[tuple[re.Pattern[str], str]]:
    hits = scan(subject.record.file.text, subject.context.settings.not_secret)
    hits += [leak.hit for _, leak in _leaks(subject)]
    return [
        (re.compile(rf"{re.escape(hit.value[:_QUOTED])}[^\s'\"]*"), hit.masked.replace("\\", "/"))
        for hit in hits
    ]
