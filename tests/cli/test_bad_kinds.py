"""A broken folder schemas/<kind>/: exit code 2, the file named, nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:expdocs:kind:recipe:1",
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "kind", "title", "status"],
    "properties": {
        "id": {"type": "string", "pattern": "^RCP-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}$"},
        "kind": {"const": "recipe"},
        "title": {"$ref": "urn:expdocs:common:1#/$defs/line"},
        "status": {"$ref": "urn:expdocs:common:1#/$defs/status"},
        "steps": {"type": "array", "items": {"type": "string"}},
    },
}
ABOUT = """\
version: 1
title: Recipe
prefix: RCP
folder: journal/recipes/{year}
statuses: [draft, proposed]
sections:
  - {key: steps, title: Steps}
"""
TEMPLATE = "---\nid:\nkind: recipe\ntitle:\nstatus: draft\n---\n\n## Steps\n"
RECORD = "---\nid: RCP-2026-11-20-001\nkind: recipe\ntitle: a\nstatus: draft\nsteps: [@]\n---\n"
HERE = "schemas/recipe"


def files(
    schema: object = None, about: str = ABOUT, template: str = TEMPLATE
) -> dict[str, str | bytes]:
    shown = schema if isinstance(schema, str | bytes) else json.dumps(schema or SCHEMA)
    return {
        f"{HERE}/schema.json": shown,
        f"{HERE}/kind.yaml": about,
        f"{HERE}/template.md": template,
    }


def with_steps(steps: object) -> dict[str, str | bytes]:
    return files({**SCHEMA, "properties": {**SCHEMA["properties"], "steps": steps}})


def about(**changes: str) -> dict[str, str | bytes]:
    text = ABOUT if "sections" not in changes else ABOUT.partition("sections")[0]
    lines = [line for line in text.splitlines() if line.partition(":")[0] not in changes]
    return files(about="\n".join([*lines, *(f"{k}: {v}" for k, v in changes.items())]) + "\n")


def without(name: str) -> dict[str, str | bytes]:
    found = files()
    del found[f"{HERE}/{name}"]
    return found


BROKEN: dict[str, tuple[dict[str, str | bytes], str]] = {
    "no schema.json": (without("schema.json"), f"{HERE}/schema.json is missing"),
    "no kind.yaml": (without("kind.yaml"), f"{HERE}/kind.yaml is missing"),
    "no template.md": (without("template.md"), f"{HERE}/template.md is missing"),
    "schema empty": (files(b""), f"{HERE}/schema.json:1:1: not valid JSON"),
    "schema cut off": (files('{\n  "type":'), f"{HERE}/schema.json:2:10: not valid JSON"),
    "schema with a comment": (files("{\n  // a\n}"), f"{HERE}/schema.json:2:3: not valid JSON"),
    "schema not UTF-8": (files(b'{"\xff": 1}'), f"{HERE}/schema.json is not UTF-8 (byte 3)"),
    "schema with NaN": (files('{"minimum": NaN}'), f"{HERE}/schema.json: not valid JSON"),
    "schema nested": (files("[" * 100_000), f"{HERE}/schema.json: nested too deeply"),
    "schema nested a little": (
        with_steps(json.loads('{"not": ' * 400 + "{}" + "}" * 400)),
        f"{HERE}/schema.json: nested too deeply",
    ),
    "schema a list": (files("[]"), f"{HERE}/schema.json: a schema is a JSON object"),
    "schema true": (files("true"), f"{HERE}/schema.json: a schema is a JSON object"),
    "schema huge": (files(b" " * 600_000), f"{HERE}/schema.json is larger than 512 KiB"),
    "schema with a key twice": (
        files('{"type": "object", "type": "array"}'),
        f"{HERE}/schema.json: the key 'type' stands twice",
    ),
    "a type that is none": (
        with_steps({"type": "strin"}),
        f"{HERE}/schema.json: not a JSON Schema",
    ),
    "required a text": (files({**SCHEMA, "required": "id"}), f"{HERE}/schema.json: not a JSON"),
    "properties a list": (files({**SCHEMA, "properties": []}), f"{HERE}/schema.json: not a JSON"),
    "a broken pattern": (with_steps({"pattern": "("}), f"{HERE}/schema.json: "),
    "a look-around": (with_steps({"pattern": "(?=a)b"}), f"{HERE}/schema.json: "),
    "a huge repetition": (with_steps({"pattern": "(a{1000}){1000}"}), f"{HERE}/schema.json: "),
    "a remote reference": (with_steps({"$ref": "http://127.0.0.1:9/x"}), f"{HERE}/schema.json: "),
    "a file reference": (with_steps({"$ref": "file:///etc/passwd"}), f"{HERE}/schema.json: "),
    "a relative reference": (with_steps({"$ref": "../x.json"}), f"{HERE}/schema.json: "),
    "a reference to nothing": (with_steps({"$ref": "#/$defs/no"}), f"{HERE}/schema.json: "),
    "a common one that is none": (
        with_steps({"$ref": "urn:expdocs:common:1#/$defs/no"}),
        f"{HERE}/schema.json: ",
    ),
    "a reference to a text": (with_steps({"$ref": "#/title"}), f"{HERE}/schema.json: "),
    "a mark that does not exist": (with_steps({"x-expdocs": "rnu"}), f"{HERE}/schema.json: "),
    "another draft": (
        files({**SCHEMA, "$schema": "http://json-schema.org/draft-04/schema#"}),
        f"{HERE}/schema.json: ",
    ),
    "an unknown draft": (
        files({**SCHEMA, "$schema": "http://127.0.0.1:9/schema"}),
        f"{HERE}/schema.json: ",
    ),
    "a mark that is no text": (with_steps({"x-expdocs": ["run"]}), f"{HERE}/schema.json: "),
    "a hint that is no text": (with_steps({"x-expdocs-hint": 1}), f"{HERE}/schema.json: "),
    "a description that is no text": (with_steps({"description": 1}), f"{HERE}/schema.json: "),
    "kind.yaml empty": (files(about=""), f"{HERE}/kind.yaml: "),
    "kind.yaml a list": (files(about="- a\n"), f"{HERE}/kind.yaml: "),
    "kind.yaml broken": (files(about="a: [\n"), f"{HERE}/kind.yaml:"),
    "kind.yaml with an alias": (files(about=ABOUT + "a: *b\n"), f"{HERE}/kind.yaml:8: the alias"),
    "kind.yaml with NUL": (files(about="a: \0\n"), f"{HERE}/kind.yaml:1: the character U+0000"),
    "no prefix": (files(about=ABOUT.replace("prefix: RCP\n", "")), f"{HERE}/kind.yaml: "),
    "unknown key": (about(colour="red"), f"{HERE}/kind.yaml: "),
    "prefix in small letters": (about(prefix="rcp"), f"{HERE}/kind.yaml: prefix: "),
    "prefix with a pattern": (about(prefix='".*"'), f"{HERE}/kind.yaml: prefix: "),
    "prefix taken": (about(prefix="EXP"), f"{HERE}/kind.yaml: the prefix EXP belongs to"),
    "version a text": (about(version="one"), f"{HERE}/kind.yaml: version: "),
    "statuses a text": (about(statuses="draft"), f"{HERE}/kind.yaml: statuses: "),
    "statuses of its own": (about(statuses="[draft, cooking]"), f"{HERE}/kind.yaml: statuses"),
    "no statuses": (about(statuses="[]"), f"{HERE}/kind.yaml: statuses: "),
    "folder outside": (about(folder="../recipes"), f"{HERE}/kind.yaml: folder: "),
    "folder absolute": (about(folder="/tmp/recipes"), f"{HERE}/kind.yaml: folder: "),
    "folder in .git": (about(folder=".git/recipes"), f"{HERE}/kind.yaml: folder: "),
    "section without a title": (about(sections="[{key: a}]"), f"{HERE}/kind.yaml: sections/0: "),
    "links a list": (about(links="[a]"), f"{HERE}/kind.yaml: links: "),
    "acceptance": (about(acceptance="{unknowns: maybe}"), f"{HERE}/kind.yaml: acceptance/"),
}


@pytest.mark.parametrize(("broken", "where"), BROKEN.values(), ids=BROKEN)
def test_a_broken_kind(
    checked_repo: Any, only_problem: Any, broken: dict[str, str | bytes], where: str
) -> None:
    checked_repo.write(broken)
    # A schema is compiled when it is needed: for a record, or to be listed.
    checked_repo.write({"journal/RCP-2026-11-20-001.md": RECORD.replace("@", "a")})
    said = only_problem(checked_repo, 2, "check")
    assert said.startswith(f"error: {where}")


def test_a_sound_kind(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(files())
    checked_repo.write({"journal/RCP-2026-11-20-001.md": RECORD.replace("@", "a")})
    ran = run_cli("check", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (0, "2 records checked: no findings\n")


@pytest.mark.parametrize("name", ["Recipe", "synthesis", "re cipe", "é", "x" * 33, "-x"])
def test_a_name_that_no_kind_can_have(checked_repo: Any, only_problem: Any, name: str) -> None:
    found = {path.replace("recipe/", f"{name}/"): text for path, text in files().items()}
    checked_repo.write(found)
    assert "cannot be the name of a kind" in only_problem(checked_repo, 2, "check")


def test_two_kinds_with_one_prefix(checked_repo: Any, only_problem: Any) -> None:
    other = {path.replace("recipe", "sauce"): text for path, text in files().items()}
    checked_repo.write({**files(), **other})
    said = only_problem(checked_repo, 2, "check")
    assert said.startswith("error: schemas/sauce/kind.yaml: the prefix RCP belongs to 'recipe'")


def test_a_recursive_schema(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write(with_steps({"type": "array", "items": {"$ref": "#/properties/steps"}}))
    path = "journal/RCP-2026-11-20-001.md"
    checked_repo.write({path: RECORD.replace("@", "[[]], a")})
    assert only_finding(checked_repo) == ("REC203", path, 6, 15)


def test_a_schema_that_is_only_itself_allows_everything(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(with_steps({"$ref": "#/properties/steps"}))
    checked_repo.write({"journal/RCP-2026-11-20-001.md": RECORD.replace("@", "[[]], a")})
    assert run_cli("check", cwd=checked_repo.root).code == 0


def test_a_pattern_that_backtracks_costs_nothing(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write(with_steps({"items": {"type": "string", "pattern": "^(a+)+$"}}))
    path = "journal/RCP-2026-11-20-001.md"
    checked_repo.write({path: RECORD.replace("@", "a" * 50_000 + "!")})
    begun = time.monotonic()
    assert only_finding(checked_repo) == ("REC205", path, 6, 9)
    assert time.monotonic() - begun < 10


def test_a_template_that_is_no_record(checked_repo: Any, only_problem: Any) -> None:
    checked_repo.write(files(template="# No front matter\n"))
    said = only_problem(checked_repo, 2, "new", "recipe", "A title")
    assert said.startswith("error: schemas/recipe/template.md:1: ")


def test_an_own_schema_is_not_needed_for_other_records(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"schemas/notes.txt": "a", "schemas/empty/README.md": "b"})
    assert run_cli("check", cwd=checked_repo.root).code == 0
