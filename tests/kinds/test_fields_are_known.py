"""The fields of the schemas and the fields that the code spells are the same ones.

A field that only a schema knows would be filled in and never looked at; one that only the code
knows would never be there to be checked. Both directions are held against each other here, by the
names themselves, so that a misspelling on either side fails.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import expdocs
from expdocs.kinds.registry import MARKS, MUTABLE, load_registry
from expdocs.records.record import DECLARED

PACKAGE = Path(expdocs.__file__).parent
SCHEMAS = PACKAGE.parent / "schemas"
KINDS = ("experiment", "decision", "compact")

# Shown on a record's page as its schema describes them; no rule asks for them by name.
SHOWN_ONLY = {
    "words of the compact": {
        *("goal", "who_cares", "decision_owner", "action_changed", "mistake_budget"),
        *("unacceptable_mistakes", "acceptable_mistakes", "assumptions", "constraints"),
        *("labels_and_data", "labels", "candidate_signals", "threshold_plan", "eval_slices"),
        *("known_risks", "next_experiment", "rollback", "baseline", "guardrail_metrics"),
        *("success_metric", "target", "makes_cheaper", "makes_likelier", "who_pays"),
    },
    "words of the experiment": {
        *("hypothesis", "exploratory", "notes", "note", "features", "model_type", "approach"),
    },
    "what came out of an experiment, named": {"artifacts", "uri", "secondary_metrics"},
    "data that is declared and not checked": {"source", "digest", "as_of"},
    "words of the decision": {"decision_type", "question", "reason", "outcome", "experiments"},
    "how options were weighed": {"options", "criteria", "weight", "evidence"},
    "gates and renames, until they are applied": {
        *("gates", "renames", "op", "value", "from", "to", "same_quantity"),
    },
}  # fmt: skip


def fields_of(schema: Any) -> Iterator[str]:
    """Every property name of a schema, at all levels."""
    if isinstance(schema, list):
        for item in schema:
            yield from fields_of(item)
    elif isinstance(schema, dict):
        for key, below in schema.items():
            if key == "properties":
                yield from below
            yield from fields_of([*below.values()] if key == "properties" else below)


@cache
def known_fields() -> frozenset[str]:
    files = [SCHEMAS / "common.json", *(SCHEMAS / kind / "schema.json" for kind in KINDS)]
    return frozenset(name for file in files for name in fields_of(json.loads(file.read_bytes())))


# --- what the code spells

# The parts of the program that look into records.
LOOKING = (
    *("rules", "records", "facts", "edit", "site", "evidence/triangle.py", "kinds/registry.py"),
    *("cli/new.py", "cli/supersede.py"),
)
# Of these, what looks into other mappings only: those of kinds, of MkDocs, of HTML.
ELSEWHERE = (
    "kinds/registry.py",
    *(f"site/{name}.py" for name in ("build", "plugin", "render", "search")),
)
READERS = {"text_of", "texts_of"}
PLACES = {"at", "sound", "locate", "node"}
# Keys of other mappings than records, which these modules look into as well.
OTHER_WORDS = {
    "groups of regular expressions": {"said", "rule", "key", "alias", "digits", "k", "what"},
    "schemas": {"properties", "required", "description"},
    "options of a command": {
        *("given", "baselines", "sweeps", "day", "tracker", "edit", "supersedes"),
    },
    "rules": {"CFG201"},
    "tags of a run": {"expdocs.commit"},
    "the document that a digest is made of": {"suppressions"},
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    paths = (path.relative_to(PACKAGE).as_posix() for path in sorted(PACKAGE.rglob("*.py")))
    return tuple(
        (path, ast.parse((PACKAGE / path).read_text(encoding="utf-8")))
        for path in paths
        if path.startswith(tuple(f"{one}/" for one in LOOKING)) or path in LOOKING
    )


@cache
def spelled() -> frozenset[str]:
    """Every text that these modules hold."""
    nodes = (node for _, module in modules() for node in ast.walk(module))
    return frozenset(
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def looked_up(path: str, module: ast.Module) -> Iterator[tuple[str, str]]:
    """The names of fields that a module asks records for, and where."""
    for node in ast.walk(module):
        for name in _asked(node):
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value, f"{path}:{name.lineno}"


def _asked(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Subscript):
        return [node.slice] if not _of_schema(node.value) else []
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return []
    called, first = node.func.attr, node.args[0]
    if called in READERS or (called == "get" and not _of_schema(node.func.value)):
        return [first]
    return first.elts if called in PLACES and isinstance(first, ast.Tuple) else []


def _of_schema(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Attribute | ast.Name) and ast.unparse(owner).endswith(
        ("schema", "about", "acceptance", "settings", "environ", "loaded")
    )


def test_it_sees_what_the_code_asks_for() -> None:
    code = """
record.text_of("titel"); record.data.get("a"); record.data["b"]; subject.at(("c", 0, "d"), "REC1")
subject.sound(("e",)); schema.get("no"); entry["f"]; re.compile("no"); x[0]; corpus.get(name)
"""
    found = {name for name, _ in looked_up("x.py", ast.parse(code))}
    assert found == {"titel", "a", "b", "c", "d", "e", "f"}
    assert list(fields_of({"properties": {"a": {"items": {"properties": {"b": {}}}}}})) == [
        "a",
        "b",
    ]


def test_every_field_of_a_schema_is_used_or_only_shown() -> None:
    shown_only = set().union(*SHOWN_ONLY.values())
    assert known_fields() - spelled() - shown_only == set()
    assert shown_only - known_fields() == set(), "no schema has these any more"


def test_every_field_that_the_code_asks_for_is_in_a_schema() -> None:
    other = set().union(*OTHER_WORDS.values(), DECLARED)
    unknown = [
        f"{where} {name}"
        for path, module in modules()
        if path not in ELSEWHERE
        for name, where in looked_up(path, module)
        if name not in known_fields() | other
    ]
    assert unknown == [], "misspelt, or a word of OTHER_WORDS"


# --- marks, and what a kind.yaml names


@cache
def marks_of_schemas() -> frozenset[str]:
    files = [SCHEMAS / "common.json", *(SCHEMAS / kind / "schema.json" for kind in KINDS)]
    return frozenset(mark for file in files for mark in _marks(json.loads(file.read_bytes())))


def _marks(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _marks(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("x-expdocs"), str):
            yield schema["x-expdocs"]
        yield from _marks(list(schema.values()))


# Marks that a place has for the site and for editing, where no rule looks.
NO_RULE = {"author", "data-path", "data-hash"}


def test_every_mark_is_known_used_and_asked_for() -> None:
    assert marks_of_schemas() == set(MARKS)
    asked = {
        argument.value
        for _, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "marked"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert asked - set(MARKS) == set(), "a mark that no schema has"
    assert set(MARKS) - asked - NO_RULE == set(), "a mark that nobody asks for"


COMPUTED = {"outcome"}  # columns that no field holds


class NoFiles:
    def list(self, roots: object) -> list[Any]:
        return []

    def read(self, path: str) -> None:
        return None


@pytest.mark.parametrize("name", KINDS)
def test_what_a_kind_yaml_names_are_fields(name: str) -> None:
    kind = load_registry(NoFiles(), "schemas").get(name)
    assert kind is not None
    fields = set(kind.properties)
    assert set(kind.columns) <= fields | COMPUTED
    assert kind.mutable <= fields | MUTABLE
    assert fields >= MUTABLE
    assert set(kind.required) <= fields
    assert {section.generated for section in kind.sections} <= {"", "runs"}
