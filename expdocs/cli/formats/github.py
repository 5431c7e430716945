"""Findings as annotations of a workflow of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expdocs.cli.formats import ReadLine
from expdocs.cli.output import plain, summary_line
from expdocs.findings import Finding, Severity

# GitHub shows no more of each type for one step.
MOST = 10


def render(findings: Sequence[Finding], records: int, read_line: ReadLine) -> str:  # noqa: ARG001
    """Return a workflow command for each finding, at most ten of a type, and a summary."""
    commands = [line for severity in Severity for line in _of_type(findings, severity)]
    return "\n".join([*commands, summary_line(findings, records)])


def _of_type(findings: Sequence[Finding], severity: Severity) -> Iterator[str]:
    alike = [finding for finding in findings if finding.severity is severity]
    # The line that counts the others is an annotation too.
    shown = alike if len(alike) <= MOST else alike[: MOST - 1]
    yield from map(annotation, shown)
    if more := len(alike) - len(shown):
        yield f"::{severity} title=expdocs::{more} more {severity}s: run expdocs check to see them"


def annotation(finding: Finding) -> str:
    """Return the workflow command that shows a finding at its line."""
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    message = "\n".join(filter(None, (finding.message, finding.hint)))
    return f"::{finding.severity} {place},title={_property(finding.rule)}::{_data(message)}"


def _data(text: str) -> str:
    clean = "\r".join(map(plain, text.split("\r")))
    return clean.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
