"""Validating a record's data against its kind's schema, with messages a person can act on.

jsonschema-rs does the work (compiled, linear regular expressions); the ``jsonschema`` library is
the reference it is tested against. Remote references are refused: a schema names itself and
``urn:expdocs:common:1`` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import jsonschema_rs

from expdocs.findings import brief
from expdocs.kinds.shape import Place
from expdocs.spelling import closest


class SchemaError(NamedTuple):
    """One way in which data breaks its schema; ``on_key`` when the key itself is at fault."""

    place: Place
    rule: str
    message: str
    hint: str
    on_key: bool = False


_CONDITIONAL = frozenset({"then", "else", "not"})


class SchemaRefused(ValueError):
    """The schema itself is wrong."""


class Validator:
    """A compiled schema."""

    def __init__(self, schema: Mapping[str, Any], common: Mapping[str, Any]) -> None:
        self._schema = schema
        self._documents = {common["$id"]: common, str(schema.get("$id", "")): schema}
        registry = jsonschema_rs.Registry([(common["$id"], dict(common))], retriever=_refuse)
        try:
            self._compiled = jsonschema_rs.Draft202012Validator(
                dict(schema),
                registry=registry,
                retriever=_refuse,
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(size_limit=1_000_000),
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaRefused(str(error).splitlines()[0]) from error

    def errors(self, data: Mapping[str, Any]) -> list[SchemaError]:
        """Return what is wrong with ``data``, each fault once, in the order of places."""
        found = [e for error in self._compiled.iter_errors(data) for e in self._explained(error)]
        # Where a value fails by its form and by what it is not, the first finding says it all.
        first: dict[Place, SchemaError] = {}
        for error in sorted(found, key=lambda error: error.rule):
            first.setdefault(error.place, error)
        return sorted(first.values(), key=lambda error: [str(part) for part in error.place])

    def _explained(self, error: Any) -> Iterable[SchemaError]:
        place: Place = tuple(error.instance_path)
        schema, hint = self._around(error.evaluation_path)
        explain = _EXPLAIN.get(error.kind.name, _other)
        for found in explain(place, error, schema):
            better = found.hint if found.hint.startswith("did you mean") else hint or found.hint
            yield SchemaError(found.place, found.rule, found.message, better, found.on_key)

    def _around(self, path: Iterable[str | int]) -> tuple[Mapping[str, Any], str]:
        """Return the subschema that holds the failing keyword, and the hint nearest to it."""
        node: Any = self._schema
        hint = ""
        for step in list(path)[:-1]:
            if step == "$ref":
                node = self.resolve(node["$ref"])
            else:
                node = node[step]
                hint = hint if step in _CONDITIONAL else ""
            if isinstance(node, Mapping):
                hint = node.get("x-expdocs-hint", hint)
        return (node if isinstance(node, Mapping) else {}), hint

    def resolve(self, reference: str) -> Mapping[str, Any]:
        """Return the schema that a local or common ``$ref`` names."""
        return resolve_reference(reference, self._schema, self._documents)


def resolve_reference(
    reference: str, schema: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Follow ``reference`` from ``schema``; raises ``SchemaRefused`` when it leads nowhere."""
    base, _, pointer = reference.partition("#")
    node: Any = documents.get(base) if base else schema
    for part in pointer.strip("/").split("/") if pointer else ():
        key = part.replace("~1", "/").replace("~0", "~")
        node = node.get(key) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping):
        raise SchemaRefused(f'"$ref": "{reference}" leads nowhere')
    return node


def _refuse(uri: str) -> Any:
    raise ValueError(f"a schema may not refer to {uri}")


_Explain = Callable[[Place, Any, Mapping[str, Any]], Iterable[SchemaError]]


def _required(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    name = error.kind.property
    about = schema.get("properties", {}).get(name, {}).get("description", "")
    where = f" in {dotted(place)}" if place else ""
    hint = about or f"add `{name}: …`"
    yield SchemaError((*place, name), "REC201", f"'{name}' is missing{where}", hint, on_key=True)


def _unexpected(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    known = list(schema.get("properties", {}))
    for name in error.kind.unexpected:
        close = closest(str(name), known)
        hint = f"did you mean '{close}'?" if close else f"known here: {', '.join(known)}"
        where = f" in {dotted(place)}" if place else ""
        message = f"'{brief(name)}' is not a field of this kind{where}"
        yield SchemaError((*place, name), "REC202", message, hint, on_key=True)


_TYPE_WORDS = {
    "string": "text",
    "array": "a list",
    "object": "a mapping",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


def _type(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    declared = schema.get("type", [])
    wanted = [declared] if isinstance(declared, str) else list(declared)
    words = " or ".join(_TYPE_WORDS.get(name, name) for name in wanted)
    found = _TYPE_WORDS[_type_name(error.instance)]
    message = f"{dotted(place)} must be {words}, not {found}"
    yield SchemaError(place, "REC203", message, schema.get("description", f"write {words}"))


def _enum(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    allowed = [str(v) for v in schema.get("enum", [schema.get("const")])]
    shown = brief(error.instance)
    message = f"{dotted(place)}: '{shown}' is not one of {', '.join(allowed)}"
    close = closest(shown, allowed)
    hint = f"did you mean '{close}'?" if close else f"write one of: {', '.join(allowed)}"
    yield SchemaError(place, "REC204", message, hint)


def _pattern(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    message = f"{dotted(place)}: '{brief(error.instance)}' does not have the form it must have"
    form = brief(schema.get("pattern", schema.get("format", "")))
    yield SchemaError(place, "REC205", message, schema.get("description", f"its form is {form}"))


def _other(place: Place, error: Any, schema: Mapping[str, Any]) -> Iterable[SchemaError]:
    said = str(error.message)
    said = said if len(said) <= 160 else f"breaks the schema's '{error.kind.name}'"  # noqa: PLR2004
    message = f"{dotted(place)}: {said}" if place else said
    hint = "see what the kind's schema.json allows here"
    yield SchemaError(place, "REC206", message, schema.get("description", hint))


_EXPLAIN: dict[str, _Explain] = {
    "required": _required,
    "additionalProperties": _unexpected,
    "unevaluatedProperties": _unexpected,
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "pattern": _pattern,
    "format": _pattern,
}


def _type_name(value: Any) -> str:
    for types, name in (
        (bool, "boolean"),
        (str, "string"),
        (list, "array"),
        (dict, "object"),
        (int, "integer"),
        (float, "number"),
    ):
        if isinstance(value, types):
            return name
    return "null"


def dotted(place: Place) -> str:
    """Show a place as people write it: ``runs[1].id``."""
    shown = ""
    for part in place:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else brief(part)
    return shown
