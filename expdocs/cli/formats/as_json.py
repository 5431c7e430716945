"""Findings as one JSON document of version 1."""

from __future__ import annotations

import json
import re

from expdocs.cli.formats import Report
from expdocs.cli.output import count
from expdocs.findings import Finding

VERSION = 1

_KEYS = ("rule", "severity", "path", "line", "column", "message", "hint")
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(report: Report) -> str:
    """Return the document."""
    return dump({
        "version": VERSION,
        "findings": [_entry(f, report.rule_page(f.rule)) for f in report.findings],
        "summary": {"records": report.records, **count(report.findings)},
    })  # fmt: skip


def _entry(finding: Finding, page: str) -> dict[str, object]:
    entry = {key: getattr(finding, key) for key in _KEYS}
    return entry | {"url": page} if page else entry


def dump(document: object) -> str:
    """Return a document as text that is always UTF-8."""
    shown = json.dumps(document, ensure_ascii=False, indent=2)
    # A file's name that is not UTF-8 holds surrogates, which JSON can only escape.
    return shown.encode("utf-8", "backslashreplace").decode()


def whole(text: str) -> str:
    """Return text without surrogates, which readers of others refuse even when escaped."""
    return _SURROGATE.sub("�", text)
