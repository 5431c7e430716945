"""How tags are written: compact JSON, and no more of it than trackers take."""

from __future__ import annotations

import json
from collections.abc import Mapping

TAG_CHARACTERS = 4000
_MAX_DATA_TAGS = 21


def compact(value: object) -> str:
    """Return JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def data_tags(hashes: Mapping[str, str]) -> dict[str, str]:
    """Return the hashes by path, in as many tags as they need; what is too long is left out."""
    parts: list[dict[str, str]] = []
    length = TAG_CHARACTERS
    for path in sorted(hashes):
        added = len(compact({path: hashes[path]})) - 1  # a comma in place of two braces
        if added >= TAG_CHARACTERS:
            continue
        if length + added > TAG_CHARACTERS:
            parts.append({})
            length = 1
        parts[-1][path] = hashes[path]
        length += added
    names = ("expdocs.data", *(f"expdocs.data.{number}" for number in range(1, _MAX_DATA_TAGS)))
    return {name: compact(part) for name, part in zip(names, parts, strict=False)}
