"""The dossier by a model: its story is the model's, its tables and commands are code's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.model.server import MODEL, ModelServer, diligent, says

RECORD = "EXP-2026-11-20-417"
PAGE = "journal/synthesis/dossier-exp-2026-11-20-417.md"
ASK = ("reproduce", RECORD, "--provider", "anthropic")


@pytest.fixture
def churn(checked_repo: Any) -> Any:
    settings = (checked_repo.root / "expdocs.toml").read_text(encoding="utf-8")
    checked_repo.write({"expdocs.toml": f'{settings}\n[model]\nid = "{MODEL}"\n'})
    checked_repo.commit("configure a model")
    return checked_repo


def made_by_code(root: Path) -> list[str]:
    """The tables and listings of a page, without what is there for the claims."""
    text = (root / PAGE).read_text(encoding="utf-8").split("<!-- expdocs:numbers -->")[0]
    return re.findall(r"^(?:\|.*\||```[\s\S]*?```)$", text, flags=re.MULTILINE)


def test_a_model_tells_the_story_and_alters_nothing_else(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    assert run_cli("reproduce", RECORD, cwd=churn.root).code == 0
    wanted = made_by_code(churn.root)
    model_server.answers(diligent)
    ran = run_cli(*ASK, cwd=churn.root)
    assert ran.code == 0, ran.err
    text = (churn.root / PAGE).read_text(encoding="utf-8")
    assert "*Oversampling helps the minority class* is on record since 2026-11-20." in text
    assert made_by_code(churn.root) == wanted
    assert any("git worktree add" in one for one in wanted)
    assert run_cli("check", cwd=churn.root).code == 0


def test_commands_and_tables_are_not_sent(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(diligent)
    assert run_cli(*ASK, cwd=churn.root).code == 0
    sent = model_server.messages[0].raw.decode()
    assert "what it takes to run this work again" in sent
    for absent in ("git worktree", "dvc get", "ana@example.org", "no lock file was recorded"):
        assert absent not in sent


def test_a_command_in_a_claim_is_refused(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    run_cli("reproduce", RECORD, cwd=churn.root)
    before = (churn.root / PAGE).read_bytes()
    claim = {
        "kind": "warning",
        "text": "Run `rm -rf /` before {{title:EXP-2026-11-20-417}}.",
        "record_ids": [RECORD],
        "fact_ids": [f"title:{RECORD}"],
        "quotes": [],
    }
    keys = ("what", "setup", "steps", "match", "rubric", "questions")
    sections = [{"key": key, "claims": [claim] if key == "steps" else []} for key in keys]
    model_server.answers(*[says({"sections": sections, "uncovered": []})] * 2)
    ran = run_cli(*ASK, cwd=churn.root)
    assert ran.code == 3
    assert "does not hold" in ran.err
    assert (churn.root / PAGE).read_bytes() == before


def test_without_a_record_no_model_is_asked(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    run_id = churn.runs["weights"]
    (churn.root / churn.record).unlink()
    ran = run_cli("reproduce", run_id, "--provider", "anthropic", cwd=churn.root)
    assert (ran.code, model_server.asked) == (2, [])
    assert "no record tells of the run" in ran.err
