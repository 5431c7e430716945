"""Random bytes and random text in every file that a check reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expdocs.kinds.registry import shipped_folder

ORIGINAL = "---\nkind: experiment\nstatus: draft\n---\n"
RECORD = "journal/EXP-2026-11-20-418-fuzz.md"
SNAPSHOT = "journal/evidence/mlflow/9e/9e20a4f780104459a8c141c87a951182.json"
KIND = "schemas/recipe/"

FUZZ = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
KEYS = st.sampled_from(
    ["id", "kind", "title", "status", "date", "runs", "data", "commit", "links", "metric", "tags"]
)
SPECIAL = st.sampled_from(list("{}[]&*!|>%@`'\"#:?-,~\t\n\r\0\\\ufeff\u2028é😀"))
LINES = st.lists(st.tuples(KEYS, st.text(st.one_of(SPECIAL, st.characters(codec="utf-8")))))
YAML = LINES.map(lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs))
TOML = YAML.map(lambda text: text.replace(": ", " = ").encode())
DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def checks(repo: Any, run_cli: Any, path: str, content: bytes | str, codes: set[int]) -> None:
    repo.write({path: content})
    for form in ("text", "json"):
        ran = run_cli("check", f"--format={form}", cwd=repo.root)
        assert ran.code in codes, ran.err
        assert "defect" not in ran.err
        assert "Traceback" not in ran.err
        assert (ran.err == "") == (ran.code != 2)


@FUZZ
@given(st.binary(max_size=300))
def test_bytes_as_a_record(checked_repo: Any, run_cli: Any, content: bytes) -> None:
    checks(checked_repo, run_cli, RECORD, content, {1})


@FUZZ
@given(YAML)
def test_text_as_front_matter(checked_repo: Any, run_cli: Any, text: str) -> None:
    checks(checked_repo, run_cli, RECORD, f"---\nkind: experiment\n{text}---\n", {0, 1})


@FUZZ
@given(st.text(st.one_of(SPECIAL, st.sampled_from("abc([](run:#@%<!-"))))
def test_text_as_a_body(checked_repo: Any, run_cli: Any, text: str) -> None:
    checks(checked_repo, run_cli, checked_repo.record, f"{ORIGINAL}{text}", {0, 1})


@FUZZ
@given(st.dictionaries(KEYS, DATA, max_size=5))
def test_any_data_as_fields(checked_repo: Any, run_cli: Any, data: dict[str, Any]) -> None:
    data = {"id": "EXP-2026-11-20-418", **data, "kind": "experiment"}
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items())
    checks(checked_repo, run_cli, RECORD, f"---\n{text}---\n", {0, 1})


@FUZZ
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_bytes_as_a_snapshot(checked_repo: Any, run_cli: Any, content: bytes) -> None:
    checks(checked_repo, run_cli, SNAPSHOT, content, {1})


@FUZZ
@given(
    st.one_of(st.binary(max_size=200), YAML.map(lambda text: text.replace(": ", " = ").encode()))
)
def test_bytes_as_settings(checked_repo: Any, run_cli: Any, content: bytes) -> None:
    checks(checked_repo, run_cli, "expdocs.toml", content, {0, 1, 2})


@pytest.mark.parametrize("name", ["kind.yaml", "schema.json", "template.md"])
def test_bytes_as_a_kind(checked_repo: Any, run_cli: Any, name: str) -> None:
    for each in ("kind.yaml", "schema.json", "template.md"):
        source = (shipped_folder() / "decision" / each).read_bytes()
        checked_repo.write({f"schemas/decision/{each}": source})

    @FUZZ
    @given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
    def fuzz(content: bytes) -> None:
        codes = {0} if name == "template.md" else {2}
        checks(checked_repo, run_cli, f"schemas/decision/{name}", content, codes | {2})

    fuzz()


@FUZZ
@given(DATA)
def test_any_json_as_a_schema(checked_repo: Any, run_cli: Any, data: Any) -> None:
    for each in ("kind.yaml", "template.md"):
        source = (shipped_folder() / "decision" / each).read_bytes()
        checked_repo.write({f"schemas/decision/{each}": source})
    schema = json.dumps({"properties": data, "required": ["id"], "allOf": [data]})
    checked_repo.write({"decisions/DEC-2026-11-20-001.md": "---\nkind: decision\nid: x\n---\n"})
    checks(checked_repo, run_cli, "schemas/decision/schema.json", schema, {0, 1, 2})
