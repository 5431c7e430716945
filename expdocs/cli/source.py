"""The lines of the files that were checked."""

from __future__ import annotations

from expdocs.files import Unreadable
from expdocs.prose.layout import LINE_END
from expdocs.workspace import Workspace


class SourceLines:
    """Reads lines from the state that was checked, one file after the other."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._path: str | None = None
        self._lines: list[str] = []

    def __call__(self, path: str, line: int) -> str | None:
        """Return a line without its end; None where the file or the line cannot be had."""
        if path != self._path:
            self._path, self._lines = path, LINE_END.split(self._text(path))
        return self._lines[line - 1] if 0 < line <= len(self._lines) else None

    def _text(self, path: str) -> str:
        corpus = self._workspace.corpus
        if record := corpus.by_path.get(path):
            return record.file.text
        if any(f.path == path and f.rule == "REC102" for f in corpus.findings):  # too large
            return ""
        try:
            content = self._workspace.files.read(path)
        except (Unreadable, ValueError):
            return ""
        return (content or b"").decode("utf-8", "replace")
