"""Findings as a report of GitLab's Code Quality."""

from __future__ import annotations

from collections.abc import Sequence

from expdocs.cli.formats import ReadLine
from expdocs.cli.formats.as_json import dump, whole
from expdocs.cli.formats.fingerprints import fingerprints
from expdocs.findings import Finding, Severity


def render(findings: Sequence[Finding], records: int, read_line: ReadLine) -> str:  # noqa: ARG001
    """Return the report."""
    marked = zip(findings, fingerprints(findings), strict=True)
    return dump([_issue(finding, fingerprint) for finding, fingerprint in marked])


def _issue(finding: Finding, fingerprint: str) -> dict[str, object]:
    advice = f" ({finding.hint})" if finding.hint else ""
    return {
        "description": whole(f"{finding.message}{advice}"),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": "major" if finding.severity is Severity.ERROR else "minor",
        "location": {"path": whole(finding.path), "lines": {"begin": finding.line}},
    }
