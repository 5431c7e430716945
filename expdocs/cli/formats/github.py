"""Findings as annotations of a workflow of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.cli.formats import Report
from expdocs.cli.output import plain, summary_line
from expdocs.findings import Finding, Severity

# GitHub shows no more of each type for one step.
MOST = 10


def render(report: Report) -> str:
    """Return a workflow command for each finding, at most ten of a type, and a summary."""
    commands = [line for severity in Severity for line in _of_type(report, severity)]
    return "\n".join([*commands, summary_line(report.findings, report.records)])


def _of_type(report: Report, severity: Severity) -> Iterator[str]:
    alike = [finding for finding in report.findings if finding.severity is severity]
    # The line that counts the others is an annotation too.
    shown = alike if len(alike) <= MOST else alike[: MOST - 1]
    for finding in shown:
        yield annotation(finding, report.rule_page(finding.rule))
    if more := len(alike) - len(shown):
        yield f"::{severity} title=expdocs::{more} more {severity}s: run expdocs check to see them"


def annotation(finding: Finding, page: str = "") -> str:
    """Return the workflow command that shows a finding at its line."""
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    message = "\n".join(filter(None, (finding.message, finding.hint, page)))
    return f"::{finding.severity} {place},title={_property(finding.rule)}::{_data(message)}"


def _data(text: str) -> str:
    clean = "\r".join(map(plain, text.split("\r")))
    return clean.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
