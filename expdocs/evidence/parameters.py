"""Parameters as a commit declares them: in lock files of DVC, ``params.yaml`` and its like.

Names are dotted, also into lists (``layers.0``); a list stands under its own name, too.
"""

from __future__ import annotations

import json
import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.evidence.dvcfiles import read_document

FILE = "params.yaml"
MAX_FILE = 1024 * 1024


class Declared(NamedTuple):
    """What one file declares; ``stage`` is set for what a lock file keeps of a stage's last run."""

    source: str
    values: Mapping[str, Any]
    stage: str = ""


def is_parameter_file(name: bytes) -> bool:
    """Whether a file of this name declares parameters without being named anywhere."""
    return name == FILE.encode()


def flat_parameters(content: bytes | None, name: str = FILE) -> dict[str, Any]:
    """Return the parameters of a YAML, JSON or TOML file; what cannot be read tells nothing."""
    if content is None or len(content) > MAX_FILE:
        return {}
    return flattened(_loaded(content, posixpath.splitext(name)[1]))


def flattened(data: Any) -> dict[str, Any]:
    """Return nested data by dotted names."""
    return dict(_flattened(data, ""))


def _loaded(content: bytes, ending: str) -> Any:
    try:
        if ending == ".toml":
            return tomllib.loads(content.decode("utf-8"))
        if ending == ".json":
            return json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return read_document(content) if ending in (".yaml", ".yml") else {}


def _flattened(data: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, list | dict):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from _flattened(value, f"{prefix}.{key}" if prefix else str(key))
    if not isinstance(data, dict) and prefix:
        yield prefix, data
