"""How far apart two sets of mixed values are.

J. C. Gower, "A General Coefficient of Similarity and Some of Its Properties", Biometrics 27 (1971),
857-871: each value that both sides have scores between 0 and 1, numbers by their difference over
the range that is known, all else by being equal; the similarity is the mean score.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from expdocs.kinds.shape import core_scalar

Value = int | float | str
_WORDS = {"true": "true", "false": "false", "none": "null", "null": "null", "~": "null"}


class Pair(NamedTuple):
    """Two values of one thing, of which ``span`` is the known range; None for what a side lacks."""

    one: Value | None
    other: Value | None
    span: float = 0


def value_of(text: str) -> Value:
    """Return what a logged text says: a finite number where it is one, whatever its spelling."""
    stripped = text.strip()
    if stripped.lower() in _WORDS:
        return _WORDS[stripped.lower()]
    value = core_scalar(stripped)
    return value if isinstance(value, int | float) else text


def ranges(rows: Iterable[Mapping[str, Value]]) -> Mapping[str, float]:
    """Return for each name whose values are all numbers how far apart the outermost two are."""
    least: dict[str, float] = {}
    greatest: dict[str, float] = {}
    texts: set[str] = set()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str):
                texts.add(name)
            else:
                least[name] = min(least.get(name, math.inf), value)
                greatest[name] = max(greatest.get(name, -math.inf), value)
    return {name: greatest[name] - low for name, low in least.items() if name not in texts}


def distance(pairs: Collection[Pair]) -> float | None:
    """Return one minus Gower's similarity, 0 to 1; None where there is nothing to compare."""
    return 1 - math.fsum(map(_score, pairs)) / len(pairs) if pairs else None


def _score(pair: Pair) -> float:
    one, other, span = pair
    if one == other:
        return 1.0
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return 0.0
    return max(0.0, 1 - abs(one - other) / span) if 0 < span < math.inf else 0.0
