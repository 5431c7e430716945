"""Findings as a table on the page of a run of GitHub Actions."""

from __future__ import annotations

import re
from pathlib import Path

from expdocs.cli.formats import Report
from expdocs.cli.output import one_line, summary_line
from expdocs.findings import Finding

# GitHub drops the summary of a step that has more bytes.
MOST = 1024 * 1024

_HEAD = "| Severity | Rule | Place | What is wrong |\n| --- | --- | --- | --- |\n"
_MARKUP = re.compile(r"[&<>|`\\*_~\[\]]")
# For the line that tells how many findings are missing.
_RESERVED = 100


def append_step_summary(file: Path, report: Report) -> None:
    """Append the findings to the file that GitHub names; raises ``OSError``."""
    with file.open("ab") as summary:
        summary.write(markdown(report, MOST - summary.tell()).encode())


def markdown(report: Report, room: int = MOST) -> str:
    """Return a heading, a summary and a table of at most ``room`` bytes, or nothing."""
    findings = report.findings
    text = f"\n### expdocs\n\n{summary_line(findings, report.records)}\n"
    if findings:
        text += f"\n{_HEAD}"
    left = room - len(text.encode()) - _RESERVED
    if left < 0:
        return ""
    rows = _fitting(report, left)
    more = len(findings) - len(rows)
    tail = f"\n{more} more: run `expdocs check` to see them.\n" if more else ""
    return "".join([text, *rows, tail])


def _fitting(report: Report, room: int) -> list[str]:
    rows = []
    for finding in report.findings:
        row = _row(finding, report.rule_page(finding.rule))
        room -= len(row.encode())
        if room < 0:
            break
        rows.append(row)
    return rows


def _row(finding: Finding, page: str) -> str:
    rule = f"[{finding.rule}]({page})" if page else finding.rule
    place = f"{finding.path}:{finding.line}:{finding.column}"
    message = "<br>".join(_cell(text) for text in (finding.message, finding.hint) if text)
    return f"| {finding.severity} | {rule} | {_cell(place)} | {message} |\n"


def _cell(text: str) -> str:
    # A character reference is never markup, in a table's cell neither.
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", one_line(text))
