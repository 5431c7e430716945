"""Reading the text of a log from a file or a pipe."""

from __future__ import annotations

from expdocs.errors import UsageError
from expdocs.records.frontmatter import MAX_FILE

_HINT = "give a text file in UTF-8"


def text_of(content: bytes, name: str) -> str:
    """Return the text in a file's bytes, with line feeds alone; raises ``UsageError``."""
    if len(content) > MAX_FILE:
        size = len(content) / 1024 / 1024
        message = f"{name} has {size:.1f} MiB; a record has at most 1 MiB"
        raise UsageError(message, "cut it down to what a reader needs")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{name} is not UTF-8 (byte {problem.start + 1})", _HINT) from problem
    if "\0" in text:
        raise UsageError(f"{name} is no text: it holds zero bytes", _HINT)
    if not text.strip():
        raise UsageError(f"{name} is empty", "write what was done and seen")
    return text.replace("\r\n", "\n").replace("\r", "\n")
