"""Reading small files of a repository that nobody vouches for: TOML and YAML, without surprises."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_MAX_BYTES = 4 * 1024 * 1024
_MAX_DEPTH = 50


_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def head(path: str, most: int) -> bytes:
    """Return the first bytes of a file, for little time; raises for links and folders."""
    file = os.open(path, _FLAGS | getattr(os, "O_BINARY", 0))
    try:
        return os.read(file, most)
    finally:
        os.close(file)


def content(path: Path, most: int = _MAX_BYTES) -> bytes:
    """Return a file's bytes; raises for links, pipes, folders and what is larger than ``most``."""
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            raise ValueError("not a small regular file")
        return file.read(most)


def toml(path: Path) -> dict[str, Any] | None:
    """Return a TOML document, or None where there is no such file."""
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else None


def yaml_mapping(text: bytes | str) -> dict[str, Any]:
    """Return a YAML mapping whose scalars are all texts; empty where the document is none."""
    import yaml  # noqa: PLC0415 - only where there are DVC files or drafts

    # Events, not yaml.load: on deep nesting the C composer ends the process by a stack overflow.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    document = _built(yaml.parse(text, Loader=loader))
    return document if isinstance(document, dict) else {}


def _built(events: Iterable[Any]) -> Any:
    """Build lists, maps and texts; what DVC never writes (aliases, deep nesting) is an error."""
    top: list[Any] = []
    around: list[list[Any]] = []
    items = top
    for event in events:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            items.append(event.value)
        elif kind in {"MappingStartEvent", "SequenceStartEvent"} and len(around) < _MAX_DEPTH:
            around.append(items)
            items = []
        elif kind == "MappingEndEvent":
            built = dict(zip(items[::2], items[1::2], strict=True))
            items = around.pop()
            items.append(built)
        elif kind == "SequenceEndEvent":
            around[-1].append(items)
            items = around.pop()
        elif not kind.startswith(("Stream", "Document")):
            raise ValueError("no file that DVC writes")
    return top[0]
