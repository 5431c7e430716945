"""What candidates are judged by: criteria with a direction and a weight, and gates."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from expdocs.errors import UsageError
from expdocs.facts.gates import Threshold
from expdocs.prose.references import Field, ReferenceProblem, ValueOf, encode, parse_reference

GOALS = ("maximize", "minimize")
_SHORT = {"max": "maximize", "min": "minimize"}
_GATE = re.compile(r"\s*(?P<metric>.*?\S)\s*(?P<op>>=|<=|>|<)\s*(?P<bound>\S+)\s*")
_LONGEST = 200


class Criterion(NamedTuple):
    """A criterion as a decision lists it; ``field`` is where runs have its value."""

    name: str
    goal: str
    weight: float
    field: Field


def criterion_of(text: str) -> Criterion:
    """Read ``NAME:GOAL:WEIGHT``; raises ``UsageError``."""
    hint = "write it like val_f1:maximize:0.6"
    parts = text.rsplit(":", 2)
    if len(parts) != 3 or not parts[0].strip():  # noqa: PLR2004 - name, goal and weight
        raise UsageError(f"--criterion {text[:60]}: not NAME:GOAL:WEIGHT", hint)
    name, goal = parts[0].strip(), _SHORT.get(parts[1], parts[1])
    if goal not in GOALS:
        raise UsageError(f"--criterion {text[:60]}: the goal is no maximize or minimize", hint)
    weight = _number(parts[2])
    if weight is None or weight <= 0:
        raise UsageError(f"--criterion {text[:60]}: the weight is no positive number", hint)
    if len(name) > _LONGEST or not name.isprintable():
        raise UsageError(f"--criterion {name[:60]}: no name of one line", hint)
    return Criterion(name, goal, weight, _field(name))


def criteria_of(texts: Sequence[str]) -> list[Criterion]:
    """Read criteria, of which each may stand once; raises ``UsageError``."""
    if not texts:
        hint = "say what counts: --criterion val_f1:maximize:0.6 --criterion cost:minimize:0.4"
        raise UsageError("there is no criterion to choose by", hint)
    found = [criterion_of(text) for text in texts]
    for number, one in enumerate(found):
        if one.name in [other.name for other in found[:number]]:
            raise UsageError(f"the criterion '{one.name[:60]}' is given twice", "give it once")
    return found


def gate_of(text: str) -> Threshold:
    """Read ``METRIC OP VALUE``; raises ``UsageError``."""
    match = _GATE.fullmatch(text)
    bound = _number(match["bound"]) if match else None
    if match is None or bound is None:
        hint = "write it like --gate 'val_recall>=0.85'"
        raise UsageError(f"--gate {text[:60]}: not METRIC, >=, >, <= or <, and a number", hint)
    return Threshold(match["metric"], match["op"], bound, "", ())


def _field(name: str) -> Field:
    """Return the field that a name leads to; every name is at least that of a metric."""
    try:
        found = parse_reference("run", f"a#{name if '@' in name else encode(name)}")
    except ReferenceProblem:
        return Field("metrics", name)
    return found.field if isinstance(found, ValueOf) else Field("metrics", name)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
