"""Findings as SARIF 2.1.0."""

from __future__ import annotations

from urllib.parse import quote

from expdocs import __version__
from expdocs.cli.formats import Report
from expdocs.cli.formats.as_json import dump, whole
from expdocs.cli.formats.fingerprints import fingerprints
from expdocs.findings import Finding, Severity
from expdocs.rules.catalogue import CATALOGUE, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub refuses a run with more.
MOST = 25_000


def render(report: Report) -> str:
    """Return the log of one run; where there are too many findings, warnings are left out first."""
    marked = list(zip(report.findings, fingerprints(report.findings), strict=True))
    if len(marked) > MOST:
        marked = sorted(marked, key=lambda one: one[0].severity is not Severity.ERROR)[:MOST]
    rules = [_rule(rule, report.rule_page(rule.id)) for rule in CATALOGUE.values()]
    run = {
        "tool": {"driver": {"name": "expdocs", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, fingerprint) for finding, fingerprint in marked],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule, page: str) -> dict[str, object]:
    more = f"More: expdocs explain {rule.id}"
    described: dict[str, object] = {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.why}\n\n{more}", "markdown": f"{rule.why}\n\n{more}"},
        "defaultConfiguration": {"level": rule.severity.value},
    }
    return described | {"helpUri": page} if page else described


def _result(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": relative_uri(finding.path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": finding.line, "startColumn": finding.column},
    }
    return {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": whole("\n".join(filter(None, (finding.message, finding.hint))))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }


def relative_uri(path: str) -> str:
    """Return a path as a reference to a URI, byte for byte as the system names the file."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        name = whole(path).encode()
    return quote(name, safe="/")
