"""A folder added to schemas/ is a working kind: no code, only data."""

from __future__ import annotations

import json

import pytest

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:team:kind:contract:1",
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "kind", "title", "status", "date", "authors", "grain", "baseline_run"],
    "properties": {
        "id": {"type": "string", "pattern": "^DAT-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}$"},
        "kind": {"const": "contract"},
        "title": {"$ref": "urn:expdocs:common:1#/$defs/line"},
        "status": {"$ref": "urn:expdocs:common:1#/$defs/status"},
        "date": {"$ref": "urn:expdocs:common:1#/$defs/date"},
        "authors": {"$ref": "urn:expdocs:common:1#/$defs/author_ids"},
        "grain": {"type": "string", "enum": ["customer", "order"]},
        "columns": {"type": "array", "items": {"$ref": "#/$defs/column"}},
        "baseline_run": {"$ref": "urn:expdocs:common:1#/$defs/run_id"},
        "links": {"$ref": "urn:expdocs:common:1#/$defs/links"},
        "aliases": {"$ref": "urn:expdocs:common:1#/$defs/aliases"},
        "accepted": {"$ref": "urn:expdocs:common:1#/$defs/accepted"},
    },
    "$defs": {
        "column": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "minimum": {"type": "number"}},
        }
    },
}
ABOUT = """\
version: 1
title: Data contract
plural: Data contracts
prefix: DAT
folder: journal/contracts/{year}
statuses: [draft, proposed, accepted]
sections: [{key: labels, title: Labels, aliases: [标签]}]
links: {relates: related to}
"""
TEMPLATE = """\
---
id:
kind: contract
title:
status: draft
date:
authors:
grain: # ? customer or order
columns:
baseline_run: # ? which run
links: []
---

## Labels

<!-- ? How labels are made. -->
"""
FILES = {
    "schemas/contract/schema.json": json.dumps(SCHEMA),
    "schemas/contract/kind.yaml": ABOUT,
    "schemas/contract/template.md": TEMPLATE,
}


@pytest.fixture
def team(checked_repo):
    checked_repo.write(FILES)
    return checked_repo


def _new(team, run_cli):
    done = run_cli(
        "new", "contract", "客户 labels", "--set", "grain=customer",
        "--set", "columns=[{name: age, minimum: 18}]",
        "--set", f"baseline_run={team.runs['weights']}", "--date", "2026-11-20", cwd=team.root,
    )  # fmt: skip
    assert done.code == 0, done.err
    return team.root / done.out.splitlines()[-1]


def test_new_writes_it_where_the_kind_says(team, run_cli) -> None:
    path = _new(team, run_cli)
    assert path.parent == team.root / "journal/contracts/2026"
    assert path.name.startswith("DAT-2026-11-20-")
    assert path.name.endswith("-客户-labels.md")
    assert "columns:\n  - {name: age, minimum: 18}\n" in path.read_text()
    assert run_cli("check", cwd=team.root).code == 0


def test_check_knows_its_fields_runs_links_and_sections(team, run_cli) -> None:
    path = _new(team, run_cli)
    text = path.read_text().replace("<!-- ? How labels are made. -->", "By hand.")
    text = text.replace("## Labels", "## 标签").replace("draft", "proposed")
    path.write_text(text)
    assert run_cli("check", "--strict", cwd=team.root).code == 0
    for old, new, rule in (
        ("grain: customer", "grain: custmer", "REC204"),
        (team.runs["weights"], "f" * 32, "EVD101"),
        ("minimum: 18", "minimum: adult", "REC203"),
        ("links: []", "links: [{type: tests, target: EXP-2026-11-20-417}]", "LNK102"),
        ("status: proposed", "status: rejected", "REC306"),
        ("## 标签", "## Etiketten", "REC208"),
        ("By hand.", "See EXP-2026-11-20-418.", "LNK106"),
        ("By hand.", "[0.79](run:EXP-2026-11-20-417/weights#val_f2)", "CLM103"),
    ):
        path.write_text(text.replace(old, new))
        found = run_cli("check", "--format", "json", cwd=team.root).findings()
        assert [f["rule"] for f in found] == [rule], (old, new)


def test_it_has_pages_and_lists_on_the_site(team, run_cli) -> None:
    path = _new(team, run_cli)
    assert run_cli("init", cwd=team.root).code == 0
    done = run_cli("build", cwd=team.root)
    assert done.code == 0, done.err
    record_id = path.name[:18]
    page = (team.root / f"site/records/{record_id.lower()}.html").read_text(encoding="utf-8")
    assert "<h1" in page
    assert "客户 labels" in page
    assert "customer" in page
    kind = (team.root / "site/kinds/contract.html").read_text(encoding="utf-8")
    assert f"{record_id.lower()}.html" in kind
    assert "Data contracts" in kind
    assert "Data contracts" in (team.root / "site/index.html").read_text(encoding="utf-8")


def test_an_ejected_kind_is_the_teams_to_change(checked_repo, run_cli) -> None:
    assert run_cli("kinds", "eject", "experiment", cwd=checked_repo.root).code == 0
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 0
    assert "schemas/experiment" in run_cli("kinds", "list", cwd=checked_repo.root).out
    schema = checked_repo.root / "schemas/experiment/schema.json"
    text = schema.read_text()
    schema.write_text(text.replace('"commit", "data", "verdict"', '"commit", "data", "features"'))
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["message"]) for f in found] == [("REC201", "'features' is missing")]
    again = run_cli("kinds", "eject", "experiment", cwd=checked_repo.root)
    assert (again.code, "exists already" in again.err) == (1, True)
    assert "features" in schema.read_text()
