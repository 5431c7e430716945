"""Questions answered by a model: what it is given, what is shown, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.model.server import MODEL, SERVED, ModelServer, says, status
from tests.narrative.why.journal import FOREST, STACKING, STOP_FOREST, files

ASK = ("why", "random forest", "--provider", "anthropic")
REASON = "No gain over repeated seeds, and far larger."
VALUE = f"mean:{FOREST.id}/forest#val_f1"


def claim(text: str, *records: str, **more: Any) -> dict[str, Any]:
    """A claim as a model writes it."""
    found = {"kind": "quote", "text": text, "record_ids": list(records)}
    return {**found, "fact_ids": [], "quotes": [], **more}


def says_claims(*claims: dict[str, Any], uncovered: Any = ()) -> Any:
    sections = [{"key": "answer", "claims": list(claims)}]
    reasons = [{"record_id": one, "reason": "It says nothing of it."} for one in uncovered]
    return says({"sections": sections, "uncovered": reasons})


GOOD = (
    claim(
        "The decision says why.",
        STOP_FOREST.id,
        quotes=[{"record_id": STOP_FOREST.id, "text": REASON}],
    ),
    claim(
        f"The runs of the forest reached {{{{{VALUE}}}}}.",
        FOREST.id,
        kind="fact",
        fact_ids=[VALUE],
    ),
)


@pytest.fixture
def journal(repo: Any) -> Any:
    """The made-up journal with a configured model."""
    settings = f'project = "churn"\n\n[model]\nid = "{MODEL}"\n'
    return repo({**files(), "expdocs.toml": settings})


def test_sentences_come_with_lines_quotes_and_values(
    model_server: ModelServer, journal: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    model_server.answers(says_claims(*GOOD))
    ran = run_cli(*ASK, cwd=journal.root)
    assert (ran.code, ran.out.splitlines()) == (
        0,
        [
            f"{STOP_FOREST.id}:4   quote       The decision says why.",
            f"{STOP_FOREST.id}:14  reason      “{REASON}”",
            f"{STOP_FOREST.id}:4   decision    Stop the random forest (accepted; 2026-01-15)",
            "",
            f"{FOREST.id}:4   fact        The runs of the forest reached 0.795.",
            f"{FOREST.id}:17  value       0.795  {VALUE}",
            f"{FOREST.id}:4   experiment  A random forest does not beat logistic regression "
            "(accepted, archived; 2026-01-12)",
        ],
    )
    said = f"written by {SERVED}; its quotes, values and sources were checked"
    assert ran.err.splitlines()[-1] == said


def test_what_is_sent_are_the_records_that_were_found(
    model_server: ModelServer, journal: Any, run_cli: Any
) -> None:
    shown = run_cli(*ASK, "--dry-run", cwd=journal.root)
    assert (shown.code, model_server.asked) == (0, [])
    model_server.answers(says_claims(*GOOD))
    run_cli(*ASK, cwd=journal.root)
    (request,) = model_server.messages
    assert request.raw.decode() + "\n" == shown.out
    body = request.raw.decode()
    assert "random forest" in body
    assert {one: one in body for one in (FOREST.id, STOP_FOREST.id, VALUE)} == dict.fromkeys(
        (FOREST.id, STOP_FOREST.id, VALUE), True
    )
    assert "EXP-2026-01-20-102" not in body
    assert "tools" not in json.loads(body)


BAD = claim("The forest reached 0.81 at last.", FOREST.id, STOP_FOREST.id)
FALSE_QUOTE = claim(
    "It says so.",
    STOP_FOREST.id,
    FOREST.id,
    quotes=[{"record_id": STOP_FOREST.id, "text": "It was wonderful."}],
)


@pytest.mark.parametrize("bad", [BAD, FALSE_QUOTE], ids=["digits", "quote"])
def test_an_answer_that_does_not_hold_is_never_shown(
    model_server: ModelServer, journal: Any, run_cli: Any, bad: dict[str, Any]
) -> None:
    offline = run_cli("why", "random forest", cwd=journal.root)
    model_server.answers(says_claims(bad), says_claims(bad))
    ran = run_cli(*ASK, cwd=journal.root)
    assert (ran.code, ran.out) == (0, offline.out)
    assert len(model_server.messages) == 2
    last = ran.err.splitlines()[-1]
    assert last.startswith(f"{SERVED}: what it wrote does not hold: section answer, claim 1: ")
    assert last.endswith("; this is the answer without a model")


def test_an_answer_that_was_repaired_is_shown(
    model_server: ModelServer, journal: Any, run_cli: Any
) -> None:
    model_server.answers(says_claims(BAD), says_claims(*GOOD))
    ran = run_cli(*ASK, cwd=journal.root)
    assert ran.code == 0
    assert "The runs of the forest reached 0.795." in ran.out


def test_a_model_that_finds_nothing_leaves_the_answer_of_the_search(
    model_server: ModelServer, journal: Any, run_cli: Any
) -> None:
    model_server.answers(says_claims(uncovered=[FOREST.id, STOP_FOREST.id]))
    ran = run_cli(*ASK, cwd=journal.root)
    assert ran.out == run_cli("why", "random forest", cwd=journal.root).out
    assert "it found no answer in these records" in ran.err


@pytest.mark.parametrize("question", ["transformers", "stacking"], ids=["nothing", "drafts"])
def test_nothing_is_sent_where_nothing_was_found_but_drafts(
    model_server: ModelServer, journal: Any, run_cli: Any, question: str
) -> None:
    ran = run_cli("why", question, "--provider", "anthropic", cwd=journal.root)
    assert (ran.code, model_server.asked) == (1 if question == "transformers" else 0, [])
    assert (STACKING.id in ran.out) is (question == "stacking")


def test_a_server_that_fails_is_one_error(
    model_server: ModelServer, journal: Any, run_cli: Any
) -> None:
    model_server.answers(status(400))
    ran = run_cli(*ASK, cwd=journal.root)
    assert (ran.code, ran.out) == (3, "")
    assert [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert "Traceback" not in ran.err


def test_json_has_what_the_model_said_and_what_was_found(
    model_server: ModelServer, journal: Any, run_cli: Any
) -> None:
    model_server.answers(says_claims(*GOOD))
    document = json.loads(run_cli(*ASK, "--json", cwd=journal.root).out)
    assert document["model"]["id"] == SERVED
    first, second = document["model"]["statements"]
    assert [quote["text"] for quote in first["quotes"]] == [REASON]
    assert [value["source"] for value in second["values"]] == [VALUE]
    assert document["decisions"][0]["record"]["id"] == STOP_FOREST.id
