"""Parameters as a commit declares them: ``params.yaml``, flattened to dotted names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expdocs.kinds.shape import typed
from expdocs.yamlnodes import YamlProblem, read_yaml

FILE = "params.yaml"
MAX_FILE = 1024 * 1024


def flat_parameters(content: bytes | None) -> dict[str, Any]:
    """Return the parameters by dotted name; lists and a file that cannot be read tell nothing."""
    if content is None or len(content) > MAX_FILE:
        return {}
    try:
        node = read_yaml(content.decode("utf-8"))
    except (UnicodeDecodeError, YamlProblem):
        return {}
    data = typed(node, None) if node is not None else {}
    return dict(_flattened(data, ""))


def _flattened(data: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _flattened(value, f"{prefix}.{key}" if prefix else key)
    elif not isinstance(data, list) and prefix:
        yield prefix, data
