"""The shipped kinds, judged by two independent JSON Schema engines."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "schemas"
KINDS = ("experiment", "decision", "compact")
COMMON = "urn:expdocs:common:1"
DOCUMENTS = {
    "common": SCHEMAS / "common.json",
    **{kind: SCHEMAS / kind / "schema.json" for kind in KINDS},
}
ANNOTATIONS = {
    "run",
    "commit",
    "record",
    "author",
    "label",
    "data-path",
    "data-hash",
    "metric",
}
# By hand from the description of the compact: it speaks of 18 fields and lists these 19.
COMPACT_FIELDS = [
    "goal",
    "who_cares",
    "decision_owner",
    "action_changed",
    "success_metric",
    "guardrail_metrics",
    "mistake_budget",
    "unacceptable_mistakes",
    "acceptable_mistakes",
    "assumptions",
    "constraints",
    "labels_and_data",
    "baseline",
    "candidate_signals",
    "threshold_plan",
    "eval_slices",
    "known_risks",
    "next_experiment",
    "rollback",
]

SHA = "a90bd60b358f5a0e14ebb675d030786e6362f1ba"
RUN = "9e20a4f780104459a8c141c87a951182"
OTHER_RUN = "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b"
PARENT = "0c1d2e3f405162738495a6b7c8d9eaf0"
MD5 = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
DIGEST = "v1:" + "3b" * 32

EXPERIMENT: dict[str, Any] = {
    "id": "EXP-2026-11-20-417",
    "kind": "experiment",
    "title": "Oversampling does not help the minority class",
    "status": "accepted",
    "date": "2026-11-20",
    "authors": ["ana"],
    "project": "churn",
    "tags": ["imbalance", "domain:telecom"],
    "approach": "smote",
    "hypothesis": "SMOTE raises validation F1 by at least 0.02 over class weights.",
    "metric": {"name": "val_f1", "goal": "maximize", "effect": 0.02},
    "secondary_metrics": [{"name": "val_log_loss", "goal": "minimize"}],
    "runs": [
        {"id": RUN, "as": "weights", "role": "baseline"},
        {
            "id": OTHER_RUN,
            "as": "smote-1",
            "role": "candidate",
            "group": "smote-seeds",
            "commit": "features@" + SHA,
            "data": [{"path": "features@data/wide", "hash": MD5 + ".dir"}],
            "note": "Seed 1; k = 5 neighbours.",
        },
        {"parent": PARENT, "as": "sweep", "role": "sweep"},
    ],
    "commit": SHA,
    "data": [
        {"path": "data/churn.csv", "hash": MD5},
        {
            "name": "orders",
            "source": "warehouse.orders",
            "digest": "snapshot 8812",
            "as_of": "2026-11-01",
        },
    ],
    "features": ["tenure_months", "calls_30d"],
    "model_type": "gradient boosting",
    "artifacts": [
        {"name": "Confusion matrix", "path": "reports/confusion.png", "type": "figure"},
        {"name": "Model", "uri": f"runs:/{RUN}/model", "type": "model"},
    ],
    "verdict": "archived",
    "notes": "The minority class has 412 rows.\nNeighbours overlap with the majority.",
    "links": [{"type": "tests", "target": "CMP-2026-11-18-102"}],
    "aliases": ["EXP-2026-11-20-003"],
    "retention_until": "2031-11-20",
    "accepted": {
        "by": "li",
        "date": "2026-11-21T09:30:00Z",
        "digest": DIGEST,
        "schema": 1,
        "facts": DIGEST,
    },
    "corrections": [
        {"date": "2026-12-01T08:00:00Z", "by": "ana", "text": "412 rows, not 421."},
    ],
}

DECISION: dict[str, Any] = {
    "id": "DEC-2026-11-24-058",
    "kind": "decision",
    "title": "Serve gradient boosting with class weights",
    "status": "proposed",
    "date": "2026-11-24",
    "authors": ["ana"],
    "project": "churn",
    "tags": [],
    "decision_type": "model-selection",
    "question": "Which model do we serve in the first quarter?",
    "deciders": ["li", "王芳"],
    "options": [
        {
            "name": "Gradient boosting with class weights",
            "outcome": "chosen",
            "runs": [RUN],
            "reason": "Best F1 within the latency limit.",
        },
        {
            "name": "SMOTE",
            "outcome": "rejected",
            "experiments": ["EXP-2026-11-20-417"],
            "reason": "No gain beyond the spread of the seeds.",
        },
        {
            "name": "A bought-in score",
            "outcome": "rejected",
            "evidence": {"none": "The contract forbids the comparison."},
            "reason": "Cannot be audited.",
        },
        {"name": "Survival model", "outcome": "deferred", "reason": "Labels arrive in March."},
    ],
    "criteria": [
        {"name": "val_f1", "goal": "maximize", "weight": 0.6},
        {"name": "p95_latency_ms", "goal": "minimize", "weight": 0.4},
    ],
    "gates": [{"metric": "val_recall", "op": ">=", "value": 0.7, "run": RUN}],
    "renames": [{"from": "val_f1", "to": "validation/f1", "same_quantity": True}],
    "links": [{"type": "decides", "target": "CMP-2026-11-18-102"}],
}

COMPACT: dict[str, Any] = {
    "id": "CMP-2026-11-18-102",
    "kind": "compact",
    "title": "Catch churners two weeks earlier",
    "status": "proposed",
    "date": "2026-11-18",
    "authors": ["ana"],
    "project": "churn",
    "tags": ["retention"],
    "goal": "Keep customers who would leave within a month.",
    "who_cares": "The retention desk; customers who are called for nothing.",
    "decision_owner": "li",
    "action_changed": "The desk calls the 200 customers ranked highest every Monday.",
    "success_metric": {
        "name": "val_recall_at_200",
        "goal": "maximize",
        "target": 0.6,
        "baseline": 0.48,
        "makes_cheaper": "Calling a customer who would have stayed.",
        "makes_likelier": "Needless calls.",
        "who_pays": "The desk's time and contented customers' patience.",
    },
    "guardrail_metrics": [{"name": "p95_latency_ms", "op": "<=", "value": 120}],
    "mistake_budget": "At most 80 needless calls a week.",
    "unacceptable_mistakes": ["Calling a customer who has opted out."],
    "acceptable_mistakes": ["A needless call, at most once a quarter for a customer."],
    "assumptions": ["Behaviour in the fourth quarter resembles the third."],
    "constraints": ["No data leaves the region.", "Live by 15 January."],
    "labels_and_data": {
        "labels": "Contract ended within 30 days; known after 45 days; trusted but for transfers.",
        "data": [{"path": "data/churn.csv", "hash": MD5}],
    },
    "baseline": "Rule of the desk: three complaints in 60 days; recall 0.48.",
    "candidate_signals": ["Calls to support rise before a customer leaves."],
    "threshold_plan": "The top 200 by score, chosen on September, checked on October.",
    "eval_slices": ["business customers", "first-year customers"],
    "known_risks": ["The cancellation form leaks into the support log."],
    "next_experiment": "Logistic regression on support calls alone.",
    "rollback": "Back to the rule; triggered by two weeks under recall 0.45.",
    "gates": [{"metric": "val_recall_at_200", "op": ">=", "value": 0.55}],
    "links": [],
}

EXAMPLES = {"experiment": EXPERIMENT, "decision": DECISION, "compact": COMPACT}

Location = tuple[str | int, ...]
Schema = dict[str, Any]


@cache
def schema_of(name: str) -> Schema:
    return json.loads(DOCUMENTS[name].read_text(encoding="utf-8"))


@cache
def settings(kind: str) -> dict[str, Any]:
    return yaml.safe_load((SCHEMAS / kind / "kind.yaml").read_text(encoding="utf-8"))


@cache
def template(kind: str) -> tuple[str, str]:
    text = (SCHEMAS / kind / "template.md").read_text(encoding="utf-8")
    _, front, body = text.split("---\n", 2)
    return front, body


@cache
def reference_engine(kind: str) -> jsonschema.Draft202012Validator:
    registry = Registry().with_resource(COMMON, Resource.from_contents(schema_of("common")))
    return jsonschema.Draft202012Validator(
        schema_of(kind),
        registry=registry,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


@cache
def fast_engine(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        schema_of(kind),
        registry=jsonschema_rs.Registry([(COMMON, schema_of("common"))]),
        validate_formats=True,
        pattern_options=jsonschema_rs.RegexOptions(),  # linear time: no look-around
    )


def reference_errors(kind: str, instance: object) -> set[Location]:
    return {tuple(error.absolute_path) for error in reference_engine(kind).iter_errors(instance)}


def fast_errors(kind: str, instance: object) -> set[Location]:
    return {tuple(error.instance_path) for error in fast_engine(kind).iter_errors(instance)}


ENGINES = pytest.mark.parametrize("errors", [reference_errors, fast_errors])
EACH_DOCUMENT = pytest.mark.parametrize("name", DOCUMENTS)
EACH_KIND = pytest.mark.parametrize("kind", KINDS)


def declarations(schema: Schema, at: Location = ()) -> Iterator[tuple[Location, Schema]]:
    """Every subschema that declares a value; conditions under if, then, else, not are left out."""
    yield at, schema
    for keyword in ("properties", "$defs"):
        for name, child in schema.get(keyword, {}).items():
            yield from declarations(child, (*at, keyword, name))
    if "items" in schema:
        yield from declarations(schema["items"], (*at, "items"))


def objects(value: object) -> Iterator[Schema]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from objects(child)
    elif isinstance(value, list):
        for child in value:
            yield from objects(child)


def resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    target = schema_of("common")["$defs"][schema["$ref"].removeprefix(COMMON + "#/$defs/")]
    return {**target, **schema}


@EACH_DOCUMENT
def test_is_valid_against_the_meta_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name))
    expected = COMMON if name == "common" else f"urn:expdocs:kind:{name}:1"
    assert schema_of(name)["$id"] == expected
    assert schema_of(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@EACH_DOCUMENT
def test_every_property_is_described(name: str) -> None:
    silent = [
        at
        for at, schema in declarations(schema_of(name))
        if len(at) > 1 and at[-2] in ("properties", "$defs") and not schema.get("description")
    ]
    assert silent == []
    assert {"title", "description"} <= schema_of(name).keys()


@EACH_DOCUMENT
def test_every_restriction_has_a_hint(name: str) -> None:
    restrictions = {"pattern", "enum", "const", "type", "minimum", "exclusiveMinimum", "not"}
    unhelpful = [
        at
        for at, schema in declarations(schema_of(name))
        if at and restrictions & schema.keys() and not schema.get("x-expdocs-hint")
    ]
    assert unhelpful == []


@EACH_DOCUMENT
def test_every_condition_has_a_hint(name: str) -> None:
    branches = [
        schema[branch]
        for schema in objects(schema_of(name))
        for branch in ("then", "else")
        if isinstance(schema.get(branch), dict)
    ]
    checks = [
        part
        for branch in branches
        for part in [branch, *branch.get("properties", {}).values()]
        if part.keys() - {"properties"}
    ]
    assert all(check.get("x-expdocs-hint") for check in checks)


@EACH_DOCUMENT
def test_objects_are_closed_and_anchored_patterns_refuse_line_breaks(name: str) -> None:
    for at, schema in declarations(schema_of(name)):
        if "properties" in schema:
            assert schema["additionalProperties"] is False, at
        if schema.get("pattern", "").endswith("$"):
            assert re.search(schema["not"]["pattern"], "\n"), at
        assert {"oneOf", "anyOf", "allOf"}.isdisjoint(schema), at


@EACH_DOCUMENT
def test_annotations_are_from_the_closed_list(name: str) -> None:
    used = {found["x-expdocs"] for found in objects(schema_of(name)) if "x-expdocs" in found}
    assert used <= ANNOTATIONS


def test_every_annotation_is_used() -> None:
    used = {found.get("x-expdocs") for name in DOCUMENTS for found in objects(schema_of(name))}
    assert used >= ANNOTATIONS


@EACH_KIND
def test_references_stay_within_the_package(kind: str) -> None:
    references = {found["$ref"] for found in objects(schema_of(kind)) if "$ref" in found}
    known = {f"{COMMON}#/$defs/{name}" for name in schema_of("common")["$defs"]}
    assert references
    assert references <= known


@ENGINES
@EACH_KIND
def test_a_complete_record_passes(errors: Any, kind: str) -> None:
    assert errors(kind, EXAMPLES[kind]) == set()


@EACH_KIND
def test_the_complete_record_leaves_no_required_key_out(kind: str) -> None:
    assert set(schema_of(kind)["required"]) <= EXAMPLES[kind].keys()


def test_the_experiment_example_uses_every_property() -> None:
    assert EXPERIMENT.keys() == schema_of("experiment")["properties"].keys()


REMOVED = object()


def changed(kind: str, path: Location, value: object) -> Schema:
    instance = copy.deepcopy(EXAMPLES[kind])
    *parents, last = path
    holder: Any = instance
    for part in parents:
        holder = holder[part]
    if value is REMOVED:
        del holder[last]
    else:
        holder[last] = value
    return instance


def place(path: str) -> Location:
    parts = filter(None, path.split("/"))
    return tuple(int(part) if part.isdigit() else part for part in parts)


@ENGINES
@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind in KINDS for key in schema_of(kind)["required"]]
)
def test_a_missing_required_key_is_reported_on_the_record(errors: Any, kind: str, key: str) -> None:
    assert errors(kind, changed(kind, (key,), REMOVED)) == {()}


@ENGINES
@EACH_KIND
def test_an_unknown_key_is_reported_on_the_record(errors: Any, kind: str) -> None:
    assert errors(kind, {**EXAMPLES[kind], "hypotesis": "x"}) == {()}


# kind, what is changed, its new value, where the error is expected
BROKEN: list[tuple[str, str, object, str]] = [
    ("experiment", "id", "DEC-2026-11-20-417", "id"),
    ("experiment", "id", "EXP-2026-11-20-417\n", "id"),
    ("experiment", "id", "EXP-2026-11-20-41", "id"),
    ("experiment", "kind", "decision", "kind"),
    ("experiment", "title", "", "title"),
    ("experiment", "title", "   ", "title"),
    ("experiment", "title", "Two\nlines", "title"),
    ("experiment", "title", "One line\n", "title"),
    ("experiment", "title", "x" * 201, "title"),
    ("experiment", "status", "Draft", "status"),
    ("experiment", "date", "2026-11-31", "date"),
    ("experiment", "date", "20261120", "date"),
    ("experiment", "date", "2026-11-20\n", "date"),
    ("experiment", "date", "٢٠٢٦-11-20", "date"),
    ("experiment", "authors", [], "authors"),
    ("experiment", "authors", ["ana", "ana"], "authors"),
    ("experiment", "authors", "ana", "authors"),
    ("experiment", "authors/0", "Ana Lima", "authors/0"),
    ("experiment", "authors/0", "ana<b>", "authors/0"),
    ("experiment", "authors/0", "../ana", "authors/0"),
    ("experiment", "authors/0", "ana\n", "authors/0"),
    ("experiment", "project", "Churn", "project"),
    ("experiment", "project", "-churn", "project"),
    ("experiment", "project", "churn model", "project"),
    ("experiment", "project", "churn/eu", "project"),
    ("experiment", "project", "churn\u202e", "project"),
    ("experiment", "tags", ["imbalance", "imbalance"], "tags"),
    ("experiment", "tags/1", "two words", "tags/1"),
    ("experiment", "approach", "SMOTE", "approach"),
    ("experiment", "hypothesis", "", "hypothesis"),
    ("experiment", "hypothesis", ["smote"], "hypothesis"),
    ("experiment", "metric/name", "val f1 (macro)", "metric/name"),
    ("experiment", "metric/name", "val_f1 ", "metric/name"),
    ("experiment", "metric/goal", "max", "metric/goal"),
    ("experiment", "metric/effect", -0.02, "metric/effect"),
    ("experiment", "metric/effect", 0, "metric/effect"),
    ("experiment", "metric/effect", "0.02", "metric/effect"),
    ("experiment", "metric/effect", REMOVED, "metric"),
    ("experiment", "metric/weight", 1, "metric"),
    ("experiment", "secondary_metrics/0/goal", REMOVED, "secondary_metrics/0"),
    ("experiment", "runs", [], "runs"),
    ("experiment", "runs/0/id", RUN.upper(), "runs/0/id"),
    ("experiment", "runs/0/id", RUN[:31], "runs/0/id"),
    ("experiment", "runs/0/id", RUN + "\n", "runs/0/id"),
    ("experiment", "runs/0/id", REMOVED, "runs/0"),
    ("experiment", "runs/0/as", REMOVED, "runs/0"),
    ("experiment", "runs/0/as", "Weights", "runs/0/as"),
    ("experiment", "runs/0/as", "a" * 33, "runs/0/as"),
    ("experiment", "runs/0/role", "winner", "runs/0/role"),
    ("experiment", "runs/0/role", "sweep", "runs/0/role"),
    ("experiment", "runs/0/role", REMOVED, "runs/0"),
    ("experiment", "runs/0/seed", 1, "runs/0"),
    ("experiment", "runs/1/group", "smote seeds", "runs/1/group"),
    ("experiment", "runs/1/commit", "features:" + SHA, "runs/1/commit"),
    ("experiment", "runs/1/data/0/path", "features@/data", "runs/1/data/0/path"),
    ("experiment", "runs/2/id", RUN, "runs/2/id"),
    ("experiment", "runs/2/role", "candidate", "runs/2/role"),
    ("experiment", "commit", SHA[:7], "commit"),
    ("experiment", "commit", SHA + "\n", "commit"),
    ("experiment", "commit", SHA.upper(), "commit"),
    ("experiment", "commit", "@" + SHA, "commit"),
    ("experiment", "commit", "main", "commit"),
    ("experiment", "data", [], "data"),
    ("experiment", "data/0/path", "../churn.csv", "data/0/path"),
    ("experiment", "data/0/path", "/data/churn.csv", "data/0/path"),
    ("experiment", "data/0/path", "data/raw/", "data/0/path"),
    ("experiment", "data/0/path", "data//churn.csv", "data/0/path"),
    ("experiment", "data/0/path", "data\\churn.csv", "data/0/path"),
    ("experiment", "data/0/path", "data/a/../b.csv", "data/0/path"),
    ("experiment", "data/0/path", "data/churn.csv\n", "data/0/path"),
    ("experiment", "data/0/hash", MD5.upper(), "data/0/hash"),
    ("experiment", "data/0/hash", MD5.removeprefix("md5:"), "data/0/hash"),
    ("experiment", "data/0/hash", MD5 + ".zip", "data/0/hash"),
    ("experiment", "data/0/hash", MD5 + "\n", "data/0/hash"),
    ("experiment", "data/0/hash", "sha256:" + "0" * 63, "data/0/hash"),
    ("experiment", "data/0/hash", REMOVED, "data/0"),
    ("experiment", "data/0/path", REMOVED, "data/0"),
    ("experiment", "data/0/source", "warehouse", "data/0/source"),
    ("experiment", "data/0/size", 12, "data/0"),
    ("experiment", "data/1/as_of", REMOVED, "data/1"),
    ("experiment", "data/1/as_of", "2026-02-29", "data/1/as_of"),
    ("experiment", "features/0", "", "features/0"),
    ("experiment", "artifacts/0/path", REMOVED, "artifacts/0"),
    ("experiment", "artifacts/0/path", "/etc/passwd", "artifacts/0/path"),
    ("experiment", "artifacts/1/path", "model.pkl", "artifacts/1/path"),
    ("experiment", "artifacts/1/uri", "javascript:alert(1)", "artifacts/1/uri"),
    ("experiment", "verdict", "rejected", "verdict"),
    ("experiment", "notes", " \n", "notes"),
    ("experiment", "links/0/target", "CMP-2026-11-18", "links/0/target"),
    ("experiment", "links/0/type", REMOVED, "links/0"),
    ("experiment", "links/0/type", "Tests", "links/0/type"),
    ("experiment", "aliases/0", "exp-2026-11-20-003", "aliases/0"),
    ("experiment", "retention_until", "never", "retention_until"),
    ("experiment", "accepted/by", REMOVED, "accepted"),
    ("experiment", "accepted/date", "2026-11-21T09:30:00+00:00", "accepted/date"),
    ("experiment", "accepted/date", "2026-11-21", "accepted/date"),
    ("experiment", "accepted/digest", "3b" * 32, "accepted/digest"),
    ("experiment", "accepted/digest", DIGEST + "\n", "accepted/digest"),
    ("experiment", "accepted/schema", "1", "accepted/schema"),
    ("experiment", "accepted/schema", 0, "accepted/schema"),
    ("experiment", "accepted/facts", REMOVED, "accepted"),
    ("experiment", "corrections/0/text", "", "corrections/0/text"),
    ("experiment", "corrections/0/date", REMOVED, "corrections/0"),
    ("decision", "id", "EXP-2026-11-24-058", "id"),
    ("decision", "decision_type", "hiring", "decision_type"),
    ("decision", "deciders", [], "deciders"),
    ("decision", "deciders/1", "王 芳", "deciders/1"),
    ("decision", "options", [], "options"),
    ("decision", "options/0/reason", REMOVED, "options/0"),
    ("decision", "options/0/outcome", "won", "options/0/outcome"),
    ("decision", "options/0/outcome", REMOVED, "options/0"),
    ("decision", "options/0/runs/0", RUN[:8], "options/0/runs/0"),
    ("decision", "options/1/experiments", REMOVED, "options/1"),
    ("decision", "options/1/experiments", [], "options/1"),
    ("decision", "options/1/experiments", "EXP-2026-11-20-417", "options/1/experiments"),
    ("decision", "options/1/experiments/0", "smote", "options/1/experiments/0"),
    ("decision", "options/2/evidence", REMOVED, "options/2"),
    ("decision", "options/2/evidence", "none", "options/2/evidence"),
    ("decision", "options/2/evidence", {}, "options/2/evidence"),
    ("decision", "options/2/evidence/none", "", "options/2/evidence/none"),
    ("decision", "options/3/outcome", "rejected", "options/3"),
    ("decision", "criteria", [], "criteria"),
    ("decision", "criteria/0/weight", 0, "criteria/0/weight"),
    ("decision", "criteria/0/weight", REMOVED, "criteria/0"),
    ("decision", "gates/0/op", "ge", "gates/0/op"),
    ("decision", "gates/0/value", "0.7", "gates/0/value"),
    ("decision", "gates/0/run", REMOVED, "gates/0"),
    ("decision", "renames/0/same_quantity", "yes", "renames/0/same_quantity"),
    ("decision", "runs", [], ""),
    ("compact", "id", "DEC-2026-11-18-102", "id"),
    ("compact", "goal", "", "goal"),
    ("compact", "decision_owner", "Li Wei", "decision_owner"),
    ("compact", "success_metric", "val_recall", "success_metric"),
    ("compact", "success_metric/target", "60 %", "success_metric/target"),
    ("compact", "success_metric/makes_cheaper", REMOVED, "success_metric"),
    ("compact", "success_metric/makes_likelier", REMOVED, "success_metric"),
    ("compact", "success_metric/who_pays", REMOVED, "success_metric"),
    ("compact", "success_metric/who_pays", "", "success_metric/who_pays"),
    ("compact", "guardrail_metrics", [], "guardrail_metrics"),
    ("compact", "guardrail_metrics/0/value", REMOVED, "guardrail_metrics/0"),
    ("compact", "guardrail_metrics/0/op", "=", "guardrail_metrics/0/op"),
    ("compact", "unacceptable_mistakes", "Calling twice.", "unacceptable_mistakes"),
    ("compact", "constraints/1", "", "constraints/1"),
    ("compact", "labels_and_data/data/0/hash", "md5:0", "labels_and_data/data/0/hash"),
    ("compact", "labels_and_data/labels", REMOVED, "labels_and_data"),
    ("compact", "gates/0/value", REMOVED, "gates/0"),
    ("compact", "gates/0/run", RUN, "gates/0"),
]


@ENGINES
@pytest.mark.parametrize(("kind", "path", "value", "expected"), BROKEN)
def test_one_mistake_is_reported_in_its_one_place(
    errors: Any, kind: str, path: str, value: object, expected: str
) -> None:
    assert errors(kind, changed(kind, place(path), value)) == {place(expected)}


# kind, what is changed, a value that is unusual and right
SOUND: list[tuple[str, str, object]] = [
    ("experiment", "title", "过采样无助于少数类"),
    ("experiment", "title", "x" * 200),
    ("experiment", "authors", ["ana@example.org", "Zoë", "o_b-1"]),
    ("experiment", "project", "客户流失-2026"),
    ("experiment", "tags", ["équipe/nlp", "v1.2", "c++"]),
    ("experiment", "tags", []),
    ("experiment", "hypothesis", "Line one\nline two"),
    ("experiment", "metric/name", "eval/准确率 top-1"),
    ("experiment", "metric/name", "r"),
    ("experiment", "metric/effect", 1),
    ("experiment", "commit", "code_2@" + SHA),
    ("experiment", "data/0/path", "data/客户 2026/.hidden..csv"),
    ("experiment", "data/0/hash", "sha256:" + "0f" * 32),
    ("experiment", "data/0/hash", 'etag:"33a64df551425fcc-2"'),
    ("experiment", "data/0/hash", MD5.replace("md5", "md5-dos2unix")),
    ("experiment", "links", []),
    ("decision", "decision_type", "metric-change"),
    ("decision", "options/1/runs", [OTHER_RUN]),
    ("decision", "gates", []),
    ("compact", "success_metric/baseline", REMOVED),
    ("compact", "success_metric/target", -3),
    ("compact", "gates", REMOVED),
]


@ENGINES
@pytest.mark.parametrize(("kind", "path", "value"), SOUND)
def test_unusual_values_pass(errors: Any, kind: str, path: str, value: object) -> None:
    assert errors(kind, changed(kind, place(path), value)) == set()


@ENGINES
def test_an_exploratory_experiment_needs_no_effect(errors: Any) -> None:
    exploratory = changed("experiment", place("hypothesis"), {"exploratory": "What drives churn?"})
    del exploratory["metric"]["effect"]
    assert errors("experiment", exploratory) == set()
    exploratory["hypothesis"] = {"exploratory": ""}
    assert errors("experiment", exploratory) == {place("hypothesis/exploratory")}


@ENGINES
def test_a_metric_change_names_its_metrics(errors: Any) -> None:
    change = changed("decision", place("decision_type"), "metric-change")
    del change["renames"]
    assert errors("decision", change) == {()}
    assert errors("decision", {**change, "renames": []}) == {place("renames")}


def test_the_compact_has_every_field_of_the_iteration_compact() -> None:
    required = schema_of("compact")["required"]
    assert required[required.index("project") + 1 :] == COMPACT_FIELDS


@EACH_KIND
def test_kind_settings_agree_with_the_schema(kind: str) -> None:
    own, schema = settings(kind), schema_of(kind)
    assert own.keys() - {"gates"} == {
        "version",
        "title",
        "plural",
        "prefix",
        "folder",
        "statuses",
        "sections",
        "links",
        "columns",
        "mutable",
        "acceptance",
    }
    assert schema["$id"].endswith(f":{kind}:{own['version']}")
    assert schema["title"] == own["title"]
    assert schema["properties"]["id"]["pattern"].startswith(f"^{own['prefix']}-")
    assert own["statuses"] == resolved(schema["properties"]["status"])["enum"]
    assert set(own["columns"]) <= {*schema["properties"], "outcome"}
    assert set(own["mutable"]) <= schema["properties"].keys()
    for field, values in own.get("gates", {}).get("when", {}).items():
        assert set(values) <= set(resolved(schema["properties"][field])["enum"])


@pytest.mark.parametrize(
    ("kind", "acceptance"),
    [
        ("experiment", {"four_eyes": False, "unknowns": "allowed"}),
        ("decision", {"four_eyes": True, "unknowns": "refused"}),
        ("compact", {"four_eyes": True, "unknowns": "refused"}),
    ],
)
def test_who_may_accept(kind: str, acceptance: object) -> None:
    assert settings(kind)["acceptance"] == acceptance


@EACH_KIND
def test_link_types_are_spelled_as_the_schema_asks_and_described(kind: str) -> None:
    links = settings(kind)["links"]
    link_type = schema_of("common")["$defs"]["link"]["properties"]["type"]["pattern"]
    assert all(re.search(link_type, name) for name in links)
    assert set(links.values()).isdisjoint(links)
    description = schema_of(kind)["properties"]["links"]["description"]
    assert set(re.findall(r"`(\w+)`", description)) == links.keys()


def test_a_link_type_has_one_reverse_name_over_all_kinds() -> None:
    pairs = {pair for kind in KINDS for pair in settings(kind)["links"].items()}
    assert pairs == {
        ("supersedes", "superseded by"),
        ("follows", "followed by"),
        ("decides", "decided by"),
        ("tests", "tested by"),
        ("reproduces", "reproduced by"),
        ("relates", "related to"),
    }


@EACH_KIND
def test_section_names_are_unambiguous(kind: str) -> None:
    sections = settings(kind)["sections"]
    names = [name for own in sections for name in (own["title"], *own["aliases"])]
    assert len({name.casefold() for name in names}) == len(names)
    assert len({own["key"] for own in sections}) == len(sections)


@EACH_KIND
def test_template_keys_are_the_schema_s(kind: str) -> None:
    front = yaml.safe_load(template(kind)[0])
    assert front.keys() <= schema_of(kind)["properties"].keys()
    assert set(schema_of(kind)["required"]) <= front.keys()
    assert (front["kind"], front["status"]) == (kind, "draft")
    assert {key for key, value in front.items() if value == []} == {"tags", "links"}


@EACH_KIND
def test_template_nested_keys_are_the_schema_s(kind: str) -> None:
    for key, value in yaml.safe_load(template(kind)[0]).items():
        if isinstance(value, dict):
            own = schema_of(kind)["properties"][key]
            assert value.keys() <= own["properties"].keys()
            assert set(own["required"]) <= value.keys()


@EACH_KIND
def test_template_guides_every_empty_value(kind: str) -> None:
    filled_by_new = {"id", "date"}
    for line in template(kind)[0].splitlines():
        key, _, rest = line.partition(":")
        if not line.startswith("#") and not rest.strip():
            assert key in filled_by_new, line
        elif rest.lstrip().startswith("#"):
            assert rest.startswith(" # ? "), line


@EACH_KIND
def test_template_sections_are_the_kind_s(kind: str) -> None:
    body = template(kind)[1]
    headings = re.findall(r"^## (.+)$", body, re.MULTILINE)
    assert headings == [own["title"] for own in settings(kind)["sections"]]
    generated = [own["title"] for own in settings(kind)["sections"] if "generated" in own]
    for title, text in zip(
        headings, re.split(r"^## .+$", body, flags=re.MULTILINE)[1:], strict=True
    ):
        if title in generated:
            assert text.strip() == "<!-- expdocs:runs -->\n<!-- /expdocs:runs -->"
        else:
            assert re.fullmatch(r"<!-- \? [^\n]+ -->", text.strip()), title


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_checked_at_every_start_is_sound(kind: str) -> None:
    """Only the kinds of a repository are held against this schema when a program starts."""
    form = json.loads((SCHEMAS.parent / "expdocs/kinds/kind.schema.json").read_text())
    about = yaml.safe_load((SCHEMAS / kind / "kind.yaml").read_text())
    jsonschema.Draft202012Validator(form).validate(about)
