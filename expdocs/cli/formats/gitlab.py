"""Findings as a report of GitLab's Code Quality."""

from __future__ import annotations

from expdocs.cli.formats import Report
from expdocs.cli.formats.as_json import dump, whole
from expdocs.cli.formats.fingerprints import fingerprints
from expdocs.findings import Finding, Severity


def render(report: Report) -> str:
    """Return the report."""
    marked = zip(report.findings, fingerprints(report.findings), strict=True)
    return dump([_issue(f, fingerprint, report.rule_page(f.rule)) for f, fingerprint in marked])


def _issue(finding: Finding, fingerprint: str, page: str) -> dict[str, object]:
    advice = f" ({finding.hint})" if finding.hint else ""
    more = f" {page}" if page else ""
    return {
        "description": whole(f"{finding.message}{advice}{more}"),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": "major" if finding.severity is Severity.ERROR else "minor",
        "location": {"path": whole(finding.path), "lines": {"begin": finding.line}},
    }
