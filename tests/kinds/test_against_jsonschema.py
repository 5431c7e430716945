"""Verdicts of a schema, ours against those of the jsonschema library, which is the reference.

Records of every shipped kind are generated from its schema, sound ones and ones with wrong fields;
then every keyword that a kind's schema may use, case by case. Set ``EXPDOCS_EXAMPLES`` for more
generated records. Where the two disagree, ours is the stricter one or follows the regular
expressions of ECMA-262, which JSON Schema names; each such case stands in ``OURS_DIFFERS``.
"""

from __future__ import annotations

import copy
import itertools
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from expdocs.kinds.registry import Kind, common_schema, load_registry
from expdocs.kinds.validation import Validator
from expdocs.records.frontmatter import read_record
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors

EXAMPLES = settings(
    max_examples=int(os.environ.get("EXPDOCS_EXAMPLES", "30")),
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
KINDS = ("experiment", "decision", "compact")
Schema = dict[str, Any]
LONGEST = 6  # optional keys of an object whose subsets are all tried
# Blank to one dialect of regular expressions and not to the other; see the cases below.
DISPUTED = set("\x1c\x1d\x1e\x1f\x85\ufeff\u180e")
PRINTABLE = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"], exclude_characters="\ufeff\u180e"
)


class NoFiles:
    """A repository without kinds of its own."""

    def list(self, roots: object) -> list[Any]:
        return []

    def read(self, path: str) -> None:
        return None


@cache
def kind(name: str) -> Kind:
    found = load_registry(NoFiles(), "schemas").get(name)
    assert found is not None
    return found


# --- the reference

COMMON: Any = common_schema()
DOCUMENTS: Any = Registry().with_resource(COMMON["$id"], Resource.from_contents(COMMON))


def reference(schema: Any) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=DOCUMENTS, format_checker=FormatChecker(["date"]))


@cache
def reference_of(name: str) -> Draft202012Validator:
    return reference(kind(name).schema)


def wrong_places(name: str, data: Any) -> set[Any]:
    """The top-level fields that the reference finds at fault; () for the record as a whole."""
    found: set[Any] = set()
    for error in reference_of(name).iter_errors(data):
        if error.absolute_path:
            found.add(error.absolute_path[0])
        elif error.validator == "required":
            found |= set(error.validator_value) - set(error.instance)
        elif error.validator == "additionalProperties":
            found |= set(error.instance) - set(error.schema["properties"])
        else:
            found.add(())
    return found


def our_places(errors: Any) -> set[Any]:
    return {error.place[0] if error.place else () for error in errors}


# --- records out of a schema


@cache
def resolved(ref: str, name: str) -> Any:
    document = COMMON if ref.startswith(COMMON["$id"]) else kind(name).schema
    found: Any = document
    for part in ref.partition("#")[2].strip("/").split("/"):
        found = found[part]
    return found


def values_of(schema: Schema, name: str) -> st.SearchStrategy[Any]:
    """Values that a schema allows, as far as its own keywords say."""
    if "$ref" in schema:
        return values_of(resolved(schema["$ref"], name), name)
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_OF_TYPE[one](schema, name) for one in types])


def _texts(schema: Schema, name: str) -> st.SearchStrategy[str]:
    if schema.get("format") == "date":
        return st.dates().map(str)
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda d: d.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))
    pattern = schema.get("pattern")
    if pattern is None:
        segments = st.text("ab-é", min_size=1, max_size=3)
        return st.lists(segments, min_size=1, max_size=3).map("/".join)
    if pattern == "\\S":
        return st.text(PRINTABLE, min_size=1, max_size=12).filter(str.strip)
    sound = reference({key: schema[key] for key in schema if not key.startswith("x-")})
    # Short, and digits of hashes drawn as one number: a record has dozens of these.
    short = re.sub(r"\{0,(?:63|31|200)\}", "{0,5}", pattern)
    short = re.sub(r"\[0-9a-f\]\{([0-9]+)\}", r"HEX\1X", short)
    drawn = st.from_regex(short, alphabet=PRINTABLE)
    texts = st.builds(_with_digits, drawn, st.integers(0, 16**64 - 1))
    return texts.filter(lambda text: sound.is_valid(text) and not set(text) & DISPUTED)


def _with_digits(text: str, number: int) -> str:
    return re.sub("HEX([0-9]+)X", lambda found: f"{number:064x}"[-int(found[1]) :], text)


def _numbers(schema: Schema, name: str) -> st.SearchStrategy[float]:
    low = schema.get("exclusiveMinimum", -1e9)
    floats = st.floats(low, 1e9, exclude_min="exclusiveMinimum" in schema)
    return floats | st.integers(int(low) + 1, 10**9)


def _lists(schema: Schema, name: str) -> st.SearchStrategy[list[Any]]:
    low = schema.get("minItems", 0)
    unique = json.dumps if schema.get("uniqueItems") else None
    items = values_of(schema["items"], name)
    return st.lists(items, min_size=low, max_size=low + 1, unique_by=unique)


def _objects(schema: Schema, name: str) -> st.SearchStrategy[dict[str, Any]]:
    values = {key: values_of(below, name) for key, below in schema["properties"].items()}
    required = set(schema.get("required", ()))
    optional = {key: values.pop(key) for key in set(values) - required}
    if "if" not in schema or len(optional) > LONGEST:
        return st.fixed_dictionaries(values, optional=dict(sorted(optional.items())))
    absolute = json.dumps(schema).replace('"$ref": "#', f'"$ref": "{COMMON["$id"]}#')
    judge = reference(json.loads(absolute))
    names = sorted(optional)
    subsets = [s for n in range(len(names) + 1) for s in itertools.combinations(names, n)]

    def with_some(every: dict[str, Any], order: Any) -> dict[str, Any]:
        """Leave optional keys out such that the schema's conditions hold."""
        shuffled = order.sample(subsets, len(subsets))
        found = ({k: v for k, v in every.items() if k not in dropped} for dropped in shuffled)
        return next((one for one in found if judge.is_valid(one)), every)

    every = st.fixed_dictionaries({**values, **optional})
    return st.builds(with_some, every, st.randoms(use_true_random=False))


_OF_TYPE: dict[str, Any] = {
    "string": _texts,
    "number": _numbers,
    "integer": lambda schema, name: st.integers(schema.get("minimum", 0), 99),
    "boolean": lambda schema, name: st.booleans(),
    "array": _lists,
    "object": _objects,
}


@cache
def records(name: str) -> st.SearchStrategy[dict[str, Any]]:
    schema: Any = kind(name).schema
    return _objects(schema, name).map(lambda data: _settled(name, data))


def _settled(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Make good what conditions over several fields ask for."""
    if name == "experiment" and isinstance(data["hypothesis"], str):
        data["metric"].setdefault("effect", 0.5)
    if name == "decision" and data["decision_type"] == "metric-change":
        rename = {"from": "a", "to": "b", "same_quantity": True}
        data["renames"] = data.get("renames") or [rename]
    return data


# --- wrong ones

ODD = [
    *(None, True, False, 0, 1, -1, 0.0, -0.5, 1.5, 1e300, 10**20, 2**63, -(2**64)),
    *(
        "",
        " ",
        "\n",
        "a",
        "A",
        "x" * 201,
        "a\nb",
        "a\tb",
        "é",
        "数",
        "😀" * 64,
        "😀" * 65,
        "e\u0301",
    ),
    *("2026-02-30", "2026-2-3", "2026-11-20T24:00:00Z", "2026-11-20T10:00:00", "0" * 32, "٣" * 32),
    *("draft", "Draft", "EXP-2026-11-20-417", "EXP-2026-11-20-417\n", "a b", "-a", "../x", "/x"),
    *([], {}, [None], [[]], [1, 1], ["a", "a"], {"": ""}, {"unknown": "x"}, {"none": ""}),
    *({"unknown": "x", "none": "y"}, {"exploratory": "why"}, {"exploratory": ""}, ["a"] * 3),
]


def _places(data: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from _places(data[key], (*place, key))


@st.composite
def wronged(draw: Any, name: str) -> dict[str, Any]:
    """A sound record with one to three changes."""
    data: Any = copy.deepcopy(draw(records(name)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(data))[1:]
        *way, last = draw(st.sampled_from(places))
        owner = data
        for part in way:
            owner = owner[part]
        draw(st.sampled_from(_CHANGES))(draw, owner, last)
        if not data:
            break
    return data


def _replace(draw: Any, owner: Any, key: Any) -> None:
    owner[key] = draw(st.sampled_from(ODD) | st.text(max_size=5).map(_undisputed))


def _drop(draw: Any, owner: Any, key: Any) -> None:
    del owner[key]


def _double(draw: Any, owner: Any, key: Any) -> None:
    if isinstance(owner, list):
        owner.append(copy.deepcopy(owner[key]))
    else:
        owner[draw(st.sampled_from([f"{key}s", key.upper(), f" {key}", ""]))] = owner[key]


def _near(draw: Any, owner: Any, key: Any) -> None:
    value = owner[key]
    if isinstance(value, str):
        owner[key] = draw(
            st.sampled_from(
                [
                    f"{value}\n",
                    f" {value}",
                    value[1:],
                    value[:-1],
                    value.upper(),
                    value + "é",
                    value * 2,
                ]
            )
        )
    elif isinstance(value, bool | int | float):
        owner[key] = draw(st.sampled_from([str(value), -value, value + 0.5, [value], value * 1.0]))
    else:
        owner[key] = draw(st.sampled_from([[value], {"a": value}, None]))


_CHANGES = (_replace, _drop, _double, _near)


def _undisputed(text: str) -> str:
    return "".join(character for character in text if character not in DISPUTED)


# --- the shipped kinds


@pytest.mark.parametrize("name", KINDS)
def test_what_the_schema_describes_is_valid_for_both(name: str) -> None:
    valid = []

    @EXAMPLES
    @given(records(name))
    def agree(data: dict[str, Any]) -> None:
        theirs = wrong_places(name, data)
        assert our_places(kind(name).validator.errors(data)) == theirs
        valid.append(not theirs)

    agree()
    assert sum(valid) > len(valid) / 2, "most records that are generated as sound are so"


@pytest.mark.parametrize("name", KINDS)
def test_wrong_fields_are_the_same_for_both(name: str) -> None:
    faults: list[int] = []

    @EXAMPLES
    @given(wronged(name))
    def agree(data: dict[str, Any]) -> None:
        theirs = wrong_places(name, data)
        assert our_places(kind(name).validator.errors(data)) == theirs
        faults.append(len(theirs))

    agree()
    assert sum(count > 0 for count in faults) > len(faults) / 2, "most changes are wrong"


@pytest.mark.parametrize("name", KINDS)
def test_a_file_is_judged_like_its_data(name: str) -> None:
    """Through the reader: what a proposed record holds, against the reference's verdict on it."""

    @EXAMPLES
    @given(wronged(name))
    def agree(data: dict[str, Any]) -> None:
        data = _without_empty({**data, "kind": name, "status": "proposed"})
        lines = [f"{json.dumps(k, ensure_ascii=False)}: {_flow(v)}\n" for k, v in data.items()]
        record = Record("x.md", kind(name), read_record(f"---\n{''.join(lines)}---\n".encode()))
        taken_out = set(record.declared)
        left = {key: value for key, value in record.data.items() if key not in taken_out}
        theirs = wrong_places(name, left) - taken_out
        assert our_places(schema_errors(record)) == theirs

    agree()


def _without_empty(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_empty(v) for key, v in data.items() if v is not None}
    return [_without_empty(v) for v in data if v is not None] if isinstance(data, list) else data


def _flow(data: Any) -> str:
    """JSON is YAML, but for control characters that only an escape can write."""
    text = json.dumps(data, ensure_ascii=False)
    return "".join(c if c.isprintable() or c == " " else f"\\U{ord(c):08X}" for c in text)


# --- every keyword

# A schema, instances that it allows, instances that it refuses.
Case = tuple[Any, list[Any], list[Any]]
OBJECT = {"type": "object"}
KEYWORDS: dict[str, Case] = {
    "true": (True, [1, None, {}], []),
    "false": (False, [], [1, None, {}]),
    "type string": ({"type": "string"}, ["", "a"], [1, None, [], {}, True]),
    "type integer": ({"type": "integer"}, [0, -1, 1.0, 10**20], [1.5, "1", True, None]),
    "type number": ({"type": "number"}, [0, 1.5, -1e300, 10**299], ["1", False, None]),
    "type boolean": ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
    "type null": ({"type": "null"}, [None], [0, "", False, []]),
    "type array": ({"type": "array"}, [[], [1]], [{}, "a"]),
    "type object": ({"type": "object"}, [{}, {"a": 1}], [[], "a"]),
    "two types": ({"type": ["string", "null"]}, ["", None], [0, []]),
    "enum": (
        {"enum": ["a", 1, None, [1]]},
        ["a", 1, 1.0, None, [1]],
        ["b", "1", True, [True], [2]],
    ),
    "enum of false": ({"enum": [False]}, [False], [0, 0.0, None, ""]),
    "enum of nothing": ({"enum": []}, [], [None, 1]),
    "const": ({"const": {"a": [1]}}, [{"a": [1]}, {"a": [1.0]}], [{"a": [True]}, {"a": 1}, {}]),
    "const zero": ({"const": 0}, [0, 0.0, -0.0], [False, "", None]),
    "const null": ({"const": None}, [None], [0, False, ""]),
    "pattern": ({"pattern": "^a+$"}, ["a", "aaa", 1, None], ["", "b", "ab", "\na"]),
    "pattern unanchored": ({"pattern": "b"}, ["abc", "b"], ["a", ""]),
    "pattern of a class": ({"pattern": "^[0-9a-f]{4}$"}, ["12ef"], ["12eg", "12E0", "123", "١٢٣٤"]),
    "pattern of a code point": (
        {"pattern": "^.$"},
        ["a", "é", "😀", "数"],
        ["", "ab", "😀😀", "\n"],
    ),
    "format date": (
        {"type": "string", "format": "date"},
        ["2024-02-29", "0001-01-01"],
        ["2023-02-29", "2026-13-01", "2026-1-1", "20261120", "", "2026-11-20T00:00"],
    ),
    "format unknown": ({"format": "colour"}, ["anything"], []),
    "minimum": ({"minimum": 1}, [1, 1.0, 2, 1.0000001, "0", None], [0, 0.999, -1]),
    "maximum": ({"maximum": 1}, [1, -5, 0.5], [2, 1.0000001]),
    "exclusiveMinimum": ({"exclusiveMinimum": 0}, [5e-324, 1], [0, -0.0, -1]),
    "exclusiveMaximum": ({"exclusiveMaximum": 0}, [-5e-324, -1], [0, 1]),
    "minimum beyond doubles": ({"minimum": 2**53 + 1}, [2**53 + 1, 2**60], [2**53 - 1]),
    "multipleOf": ({"multipleOf": 3}, [0, 3, -9, 3.0], [1, 4, 1.5]),
    "multipleOf a fraction": ({"multipleOf": 0.5}, [0, 0.5, 1, -2.5], [0.25, 0.75]),
    "minLength": ({"minLength": 2}, ["ab", "数é", "a\u0301", 1], ["", "a", "😀", "é"]),
    "maxLength": ({"maxLength": 2}, ["", "ab", "😀😀", "數數"], ["abc", "a\u0301b"]),
    "minItems": ({"minItems": 1}, [[0], [None], {}, ""], [[]]),
    "maxItems": ({"maxItems": 1}, [[], [1]], [[1, 2]]),
    "uniqueItems": (
        {"uniqueItems": True},
        [[], [1, 2], [1, "1"], [0, False], [1, True], [[1], [True]], [{"a": 1}, {"b": 1}]],
        [
            [1, 1],
            [1, 1.0],
            ["a", "a"],
            [None, None],
            [[], []],
            [{"a": 1, "b": 2}, {"b": 2, "a": 1}],
        ],
    ),
    "not uniqueItems": ({"uniqueItems": False}, [[1, 1]], []),
    "items": ({"items": {"type": "string"}}, [[], ["a"], "a", {}], [[1], ["a", None]]),
    "items false": ({"items": False}, [[], "a"], [[1]]),
    "prefixItems": (
        {"prefixItems": [{"const": "a"}, {"type": "integer"}]},
        [[], ["a"], ["a", 1], ["a", 1, "more"]],
        [["b"], ["a", "b"]],
    ),
    "prefixItems and items": (
        {"prefixItems": [{"const": "a"}], "items": {"type": "integer"}},
        [["a"], ["a", 1, 2]],
        [["a", "b"], [1]],
    ),
    "contains": ({"contains": {"const": 1}}, [[1], [0, 1], "a"], [[], [0], [True]]),
    "minContains": (
        {"contains": {"const": 1}, "minContains": 2, "maxContains": 3},
        [[1, 1], [1, 1, 1, 0]],
        [[1], [1] * 4, []],
    ),
    "minContains 0": ({"contains": {"const": 1}, "minContains": 0}, [[], [2]], []),
    "required": ({"required": ["a", "b"]}, [{"a": 1, "b": None}, [], "x"], [{}, {"a": 1}]),
    "properties": (
        {"properties": {"a": {"type": "integer"}, "b": False}},
        [{}, {"a": 1}, {"c": 1}, []],
        [{"a": "x"}, {"b": 1}],
    ),
    "patternProperties": (
        {"patternProperties": {"^a": {"type": "integer"}}},
        [{"ab": 1}, {"b": "x"}],
        [{"ab": "x"}],
    ),
    "additionalProperties": (
        {"properties": {"a": True}, "additionalProperties": False},
        [{}, {"a": 1}, []],
        [{"b": 1}, {"A": 1}, {"a\n": 1}, {"": 1}],
    ),
    "additionalProperties typed": (
        {"properties": {"a": True}, "additionalProperties": {"type": "string"}},
        [{"a": 1, "b": "x"}],
        [{"b": 1}],
    ),
    "additionalProperties besides patterns": (
        {"patternProperties": {"^x-": True}, "additionalProperties": False},
        [{"x-a": 1}],
        [{"y": 1}, {"ax-": 1}],
    ),
    "propertyNames": ({"propertyNames": {"maxLength": 2}}, [{"ab": 1}, {}], [{"abc": 1}]),
    "minProperties": ({"minProperties": 1}, [{"a": 1}, []], [{}]),
    "maxProperties": ({"maxProperties": 1}, [{}, {"a": 1}], [{"a": 1, "b": 2}]),
    "dependentRequired": (
        {"dependentRequired": {"a": ["b", "c"]}},
        [{}, {"b": 1}, {"a": 1, "b": 1, "c": 1}],
        [{"a": 1}, {"a": 1, "b": 1}],
    ),
    "dependentSchemas": (
        {"dependentSchemas": {"a": {"required": ["b"]}}},
        [{}, {"a": 1, "b": 1}],
        [{"a": 1}],
    ),
    "allOf": ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, [1, 3, "x"], [0, 4]),
    "anyOf": ({"anyOf": [{"type": "string"}, {"minimum": 2}]}, ["a", 2, None], [1]),
    "oneOf": ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, [1, 2.5, None], [3, 1.5]),
    "not": ({"not": {"type": "string"}}, [1, None], ["a"]),
    "not anything": ({"not": {}}, [], [1, None, {}]),
    "if then else": (
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}},
        [{"a": 1, "b": 1}, {"c": 1}, 5],
        [{"a": 1}, {"a": 1, "c": 1}, {}, {"b": 1}],
    ),
    "if without then": ({"if": {"const": 1}}, [1, 2], []),
    "then without if": ({"then": {"const": 1}}, [1, 2], []),
    "unevaluatedProperties": (
        {
            "allOf": [{"properties": {"a": True}}],
            "properties": {"b": True},
            "unevaluatedProperties": False,
        },
        [{}, {"a": 1, "b": 1}],
        [{"c": 1}],
    ),
    "unevaluatedProperties by branch": (
        {
            "if": {"required": ["a"]},
            "then": {"properties": {"a": True, "b": True}},
            "unevaluatedProperties": False,
        },
        [{"a": 1, "b": 1}, {}],
        [{"b": 1}, {"a": 1, "c": 1}],
    ),
    "unevaluatedItems": ({"prefixItems": [True], "unevaluatedItems": False}, [[], [1]], [[1, 2]]),
    "unevaluatedItems and contains": (
        {"contains": {"type": "string"}, "unevaluatedItems": {"type": "integer"}},
        [["a", 1]],
        [["a", None], [1]],
    ),
    "$ref to $defs": ({"$defs": {"a/b": {"type": "integer"}}, "$ref": "#/$defs/a~1b"}, [1], ["a"]),
    "$ref with siblings": (
        {"$defs": {"a": {"minimum": 1}}, "$ref": "#/$defs/a", "maximum": 2},
        [1, 2],
        [0, 3],
    ),
    "$ref to itself": (
        {"type": ["array", "string"], "items": {"$ref": "#"}},
        ["a", [["b"]]],
        [1, [[1]]],
    ),
    "$ref to common": (
        {"$ref": "urn:expdocs:common:1#/$defs/run_id"},
        ["0" * 32],
        ["0" * 31, "0" * 32 + "\n", "F" * 32, None],
    ),
    "annotations": (
        {
            "title": "a",
            "description": "b",
            "default": 1,
            "examples": [2],
            "deprecated": True,
            "readOnly": True,
            "x-expdocs-hint": "c",
            "$comment": "d",
        },
        [1, "x"],
        [],
    ),
    "assertion beside annotation": ({"description": "b", "type": "string"}, ["x"], [1]),
    "content is no assertion": ({"contentMediaType": "application/json"}, ["{:}"], []),
}


def ours(schema: Any, instance: Any) -> bool:
    """Our verdict on a field of a team's own kind."""
    return not own_kind(json.dumps(schema)).errors({"field": instance})


@cache
def own_kind(schema: str) -> Validator:
    return Validator(kind_schema(json.loads(schema)), COMMON)


def kind_schema(field: Any) -> Schema:
    """A kind with one field; references to the field's own document move along with it."""
    moved = json.loads(
        json.dumps(field).replace('"$ref": "#"', '"$ref": "#/properties/field"')
        .replace('"$ref": "#/', '"$ref": "#/properties/field/')
        .replace("/properties/field/properties/field", "/properties/field")
    )  # fmt: skip
    return {"$id": "urn:team:kind:x:1", "type": "object", "properties": {"field": moved}}


@pytest.mark.parametrize("case", KEYWORDS)
def test_a_keyword(case: str) -> None:
    schema, allowed, refused = KEYWORDS[case]
    judge = reference(schema)
    for instance in allowed:
        assert (judge.is_valid(instance), ours(schema, instance)) == (True, True), instance
    for instance in refused:
        assert (judge.is_valid(instance), ours(schema, instance)) == (False, False), instance
    assert allowed or refused


# Schema, instance, the reference's verdict, ours, and why.
OURS_DIFFERS: list[tuple[Any, Any, bool, bool, str]] = [
    ({"pattern": "^[a-f]{2}$"}, "ab\n", True, False, "$ is the very end, as in ECMA-262"),
    ({"pattern": "^\\d+$"}, "٣", True, False, "digits are ASCII, as in ECMA-262"),
    ({"pattern": "^\\w+$"}, "é", True, False, "word characters are ASCII, as in ECMA-262"),
    ({"pattern": "\\S"}, "\ufeff", True, False, "U+FEFF is blank in ECMA-262"),
    ({"pattern": "\\S"}, "\x1c", False, True, "U+001C is not blank in ECMA-262"),
    ({"pattern": "\\S"}, "\x85", False, True, "U+0085 is not blank in ECMA-262"),
    ({"format": "date-time"}, "2026-11-20 10:00", True, False, "the reference needs an extra"),
    ({"format": "email"}, "no", True, False, "formats are assertions"),
]


@pytest.mark.parametrize("case", OURS_DIFFERS, ids=lambda case: case[4])
def test_where_the_two_differ(case: tuple[Any, Any, bool, bool, str]) -> None:
    schema, instance, theirs, expected, _ = case
    assert (reference(schema).is_valid(instance), ours(schema, instance)) == (theirs, expected)
