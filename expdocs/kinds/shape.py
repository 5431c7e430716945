"""The types a schema allows at each place, so that a YAML scalar is read as the schema means it.

YAML alone would turn ``1234567`` (a short SHA) into a number and ``no`` into a boolean, and its
versions disagree about which. Here the schema decides: where it allows a string and no number,
boolean or null, the raw text is taken; elsewhere the YAML 1.2 core schema applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from expdocs.yamlnodes import Node, Scalar, YamlSequence

_SCALAR_TYPES = frozenset({"number", "integer", "boolean", "null"})
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,300})?\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None}
_BRANCHES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


@dataclass(slots=True, eq=False, repr=False)
class Shape:
    """What a schema says of one place: types, marks for the engine, and the places below."""

    types: set[str] = field(default_factory=set)
    mark: str = ""
    properties: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None

    @property
    def raw_text(self) -> bool:
        """Whether a scalar here is taken as it is written."""
        return "string" in self.types and not self.types & _SCALAR_TYPES


Resolve = Callable[[str], Mapping[str, Any]]


def shape_of(schema: Mapping[str, Any], resolve: Resolve) -> Shape:
    """Return the shape of a schema; ``resolve`` turns a ``$ref`` into the schema it names."""
    shape = Shape()
    _merge(shape, schema, resolve, frozenset())
    return shape


def _merge(
    shape: Shape, schema: Any, resolve: Resolve, seen: frozenset[str], *, typed: bool = True
) -> None:
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        _merge(shape, resolve(reference), resolve, seen | {reference}, typed=typed)
    if typed:
        shape.types |= _declared_types(schema)
    shape.mark = schema.get("x-expdocs", shape.mark)
    for name, below in _mapping(schema.get("properties")).items():
        _merge(shape.properties.setdefault(name, Shape()), below, resolve, seen, typed=typed)
    if isinstance(schema.get("items"), Mapping):
        shape.items = shape.items or Shape()
        _merge(shape.items, schema["items"], resolve, seen, typed=typed)
    for keyword in _BRANCHES:
        for branch in schema.get(keyword, ()):
            _merge(shape, branch, resolve, seen, typed=typed)
    for keyword in _CONDITIONS:  # a condition narrows a type, it never introduces one
        _merge(shape, schema.get(keyword), resolve, seen, typed=False)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _declared_types(schema: Mapping[str, Any]) -> set[str]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return {declared}
    if isinstance(declared, list):
        return set(declared)
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return {"string" if isinstance(value, str) else "number" for value in values}


def typed(node: Node, shape: Shape | None) -> Any:
    """Return the data of a YAML node, its scalars typed by the shape."""
    if isinstance(node, Scalar):
        return _scalar(node, shape)
    if isinstance(node, YamlSequence):
        below = shape.items if shape else None
        return [typed(item, below) for item in node.items]
    properties = shape.properties if shape else {}
    return {key: typed(value, properties.get(key)) for key, value in node.entries.items()}


def _scalar(node: Scalar, shape: Shape | None) -> Any:
    text = node.value
    if not node.plain:
        return text
    if not text:
        return None
    if shape is not None and shape.raw_text:
        return text
    return core_scalar(text)


def core_scalar(text: str) -> Any:
    """Read a plain scalar under the YAML 1.2 core schema, without octal, hex, inf and nan."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        value = float(text)
        return value if abs(value) != float("inf") else text
    return text


def reads_as_text(text: str) -> bool:
    """Whether a plain scalar is text to any YAML reader, however large the number it resembles."""
    number = _INTEGER.match(text) or _FLOAT.match(text)
    return bool(text) and text not in _WORDS and not number


Place = tuple[str | int, ...]


Marked = tuple[str, Place, Any]


def marked(data: Any, shape: Shape | None) -> list[Marked]:
    """Return ``(mark, place, value)`` for every value whose schema carries a mark."""
    found: list[Marked] = []
    _collect(data, shape, (), found)
    return found


def _collect(data: Any, shape: Shape | None, place: Place, found: list[Marked]) -> None:
    if shape is None or data is None:
        return
    if shape.mark:
        found.append((shape.mark, place, data))
    if isinstance(data, dict):
        for key, value in data.items():
            _collect(value, shape.properties.get(key), (*place, key), found)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            _collect(value, shape.items, (*place, index), found)
