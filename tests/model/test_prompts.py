"""Prompts are files with versions: a changed text has a new one, and every page has its prompt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from expdocs.errors import CannotRun
from expdocs.narrative.anthropic.prompts import REPAIR, SYSTEM, prompt, prompts, prompts_digest
from expdocs.narrative.pages import MODULES
from tests.model.pages import model_writer, prepared


def test_a_changed_prompt_has_a_new_version(golden: Callable[[str, str], str]) -> None:
    now = {
        f"{one.name} {one.version}": hashlib.sha256(one.text.encode()).hexdigest()
        for one in prompts()
    }
    assert now == json.loads(golden("prompts.json", json.dumps(now, indent=1) + "\n"))


@pytest.mark.parametrize("page", [*MODULES, "why", "decide"])
def test_every_page_has_a_prompt(page: str) -> None:
    found = prompt(page)
    assert found in prompts()
    assert found.version >= 1
    assert found.text
    assert "version:" not in found.text


def test_there_is_no_prompt_that_nobody_uses() -> None:
    assert {one.name for one in prompts()} == {*MODULES, "why", "decide", SYSTEM, REPAIR}


@pytest.mark.parametrize("page", ["nothing", "../system", "", "a.b", "System"])
def test_a_page_without_a_prompt_is_not_asked_for(page: str) -> None:
    preview = model_writer().preview
    assert preview
    with pytest.raises(CannotRun, match="no model is asked for pages of the kind"):
        preview(prepared(page=page))


def test_a_prompt_tells_what_claims_look_like() -> None:
    # The system prompt speaks of every part of an answer and of every kind of claim.
    text = prompt(SYSTEM).text
    for word in ("record_ids", "fact_ids", "quotes", "uncovered", "|direction", "|quality"):
        assert word in text


def test_the_digest_is_of_all_prompts() -> None:
    assert len(prompts_digest()) == 16
    assert model_writer().key["prompts"] == prompts_digest()
