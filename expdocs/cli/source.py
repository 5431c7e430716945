"""The lines of the files that were checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from expdocs.files import Files, Unreadable
from expdocs.findings import Finding

_LINE_END = re.compile(r"\r\n?|\n")


class SourceLines:
    """Reads lines from the state that was checked, one file after the other."""

    def __init__(self, files: Files, findings: Sequence[Finding]) -> None:
        self._files = files
        self._too_large = {finding.path for finding in findings if finding.rule == "REC102"}
        self._path: str | None = None
        self._lines: list[str] = []

    def __call__(self, path: str, line: int) -> str | None:
        """Return a line without its end; None where the file or the line cannot be had."""
        if path != self._path:
            self._path, self._lines = path, _LINE_END.split(self._text(path))
        return self._lines[line - 1] if 0 < line <= len(self._lines) else None

    def _text(self, path: str) -> str:
        if path in self._too_large:
            return ""
        try:
            content = self._files.read(path)
        except (Unreadable, ValueError):
            return ""
        return (content or b"").decode("utf-8", "replace")
