"""expdocs decide with a model: what it is given, what stands in the draft, what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.model.server import MODEL, SERVED, ModelServer, says, status

RECORD = "EXP-2026-11-20-417"
SEEDS, WEIGHTS = f"arm:{RECORD}/seeds", f"arm:{RECORD}/weights"
METRIC = "metric:val_f1"
MEAN, BASE = f"mean:{RECORD}/seeds#val_f1", f"run:{RECORD}/weights#val_f1"
CHANGE = f"delta:{RECORD}/weights..{RECORD}/seeds#val_f1"
SCORE, GATE = f"score:{RECORD}/seeds", f"gate:{RECORD}/weights#val_f1@%3E=0.8"
DECIDE = (
    "decide", "Serve the seeds", "--decider", "ana", "--date", "2026-11-21",
    "--candidate", f"{RECORD}/weights", "--candidate", f"{RECORD}/seeds",
    "--criterion", "val_f1:maximize:1", "--gate", "val_f1>=0.8",
)  # fmt: skip
ASK = (*DECIDE, "--provider", "anthropic")
CANARY = "AKIAQ3EGRZ7HXLWM2VTB"


def claim(kind: str, text: str, *facts: str, records: tuple[str, ...] = (RECORD,)) -> Any:
    """A claim as a model writes it; ``$n`` stands for the placeholder of a fact."""
    for number, fact in enumerate(facts):
        text = text.replace(f"${number}", f"{{{{{fact}}}}}")
    found = {"kind": kind, "text": text, "record_ids": list(records)}
    return {**found, "fact_ids": list(facts), "quotes": []}


def answer(*grounds: Any, questions: tuple[Any, ...] = (), uncovered: Any = ()) -> Any:
    sections = [
        {"key": "decision", "claims": list(grounds)},
        {"key": "trade-offs", "claims": list(questions)},
    ]
    reasons = [{"record_id": one, "reason": "It says nothing of it."} for one in uncovered]
    return says({"sections": sections, "uncovered": reasons})


VALUE = claim("fact", "By $0 the mean of $1 is $2, against $3 of $4.", METRIC, SEEDS, MEAN, BASE,
              WEIGHTS)  # fmt: skip
SIGN = claim("fact", f"For $0 that is {{{{{CHANGE}|quality}}}}, by $1.", SEEDS, CHANGE)
RESULT = claim("fact", "The score of $0 is $1.", SEEDS, SCORE)
MISSED = claim("fact", "The gate of $0 is $1.", WEIGHTS, GATE)
READING = claim("interpretation", "The seeds behind $0 may not settle it.", MEAN)
QUESTION = claim("question", "Who answers for the customers that $0 with $1 misses?", SEEDS, MEAN)
GOOD = answer(VALUE, SIGN, RESULT, MISSED, READING, questions=(QUESTION,))


@pytest.fixture
def churn(checked_repo: Any) -> Any:
    """A repository with one proposed experiment and a configured model."""
    settings = (checked_repo.root / "expdocs.toml").read_text(encoding="utf-8")
    people = settings.replace('name = "Ana"', 'name = "Ana Costa"')
    checked_repo.write({
        "expdocs.toml": f'{people}\n[model]\nid = "{MODEL}"\n',
        checked_repo.record: checked_repo.text.replace("More seeds.", "Ana Costa: more seeds."),
    })  # fmt: skip
    checked_repo.commit("configure a model")
    return checked_repo


def part(text: str, first: str, last: str) -> str:
    """A draft from one heading to another."""
    return text[text.index(f"## {first}") : text.index(f"## {last}")]


def draft_of(root: Path) -> str:
    """The only decision."""
    (path,) = root.glob("decisions/2026/DEC-*.md")
    return path.read_text(encoding="utf-8")


def test_grounds_and_questions_stand_in_the_draft(
    model_server: ModelServer, churn: Any, run_cli: Any, golden: Any
) -> None:
    model_server.answers(GOOD)
    ran = run_cli(*ASK, cwd=churn.root)
    assert ran.code == 0, ran.err
    shown = part(draft_of(churn.root), "Decision", "Consequences")
    assert shown == golden("decide.md", shown)
    checked = run_cli("check", "--format", "json", "decisions", cwd=churn.root)
    assert {one["rule"] for one in checked.findings() if one["severity"] == "error"} == set()
    assert checked.code == 0


def test_the_comparison_and_the_fields_stay_those_of_the_code(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    offline = json.loads(run_cli(*DECIDE, "--json", "--dry-run", cwd=churn.root).out)
    assert model_server.asked == []
    model_server.answers(GOOD)
    found = json.loads(run_cli(*ASK, "--json", cwd=churn.root).out)
    assert (offline["model"], found["model"]) == (None, SERVED)
    assert part(found["text"], "Options", "Decision") == part(
        offline["text"], "Options", "Decision"
    )
    for key in ("candidates", "criteria", "first", "moved", "formula"):
        assert found[key] == offline[key]


def test_a_draft_with_questions_cannot_be_proposed(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(GOOD)
    path = json.loads(run_cli(*ASK, "--json", cwd=churn.root).out)["path"]
    text = (churn.root / path).read_text(encoding="utf-8")
    asked = [line for line in text.splitlines() if "misses?" in line]
    assert [line.endswith("<!-- ? What do the deciders answer? -->") for line in asked] == [True]
    churn.write({path: text.replace("status: draft", "status: proposed")})
    ran = run_cli("check", "--format", "json", path, cwd=churn.root)
    assert "REC207" in {one["rule"] for one in ran.findings() if one["severity"] == "error"}


def test_what_is_sent_is_the_comparison_and_its_records(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(GOOD)
    run_cli(*ASK, "--question", "What does Ana Costa serve?", cwd=churn.root)
    (asked,) = model_server.messages
    records, data, page, told = (one["text"] for one in asked.body["messages"][0]["content"])
    assert [json.loads(line)["id"] for line in records.split("\n")[1:-1]] == [RECORD]
    known = {one["id"]: one for one in map(json.loads, data.split("\n")[1:-1])}
    shown = {name: known[name]["value"] for name in (MEAN, BASE, CHANGE, SCORE, GATE, SEEDS)}
    assert shown == {
        MEAN: "0.8138", BASE: "0.7912", CHANGE: "+0.0226", SCORE: "1", GATE: "not met",
        SEEDS: "seeds",
    }  # fmt: skip
    assert known[f"outcome:{RECORD}/weights"]["value"] == "rejected"
    assert known["weight:val_f1"]["value"] == "1"
    assert known["threshold:val_f1@%3E=0.8"]["value"] == "0.8"
    assert known[CHANGE]["goal"] == "maximize"
    asks = json.loads(page.split("\n")[1])
    assert [(one["key"], one["kinds"]) for one in asks["sections"]] == [
        ("decision", ["fact", "interpretation"]), ("trade-offs", ["question"]),
    ]  # fmt: skip
    assert asks["question"] == "What does [@ana] serve?"
    assert told.startswith("A program compared candidates by criteria")
    assert "[@ana]: more seeds." in records
    assert b"Ana Costa" not in asked.raw
    assert b"ana@example.org" not in asked.raw


def test_a_dry_run_prints_what_would_be_sent(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    before = churn.state()
    shown = run_cli(*ASK, "--dry-run", cwd=churn.root)
    assert (shown.code, model_server.asked, churn.state()) == (0, [], before)
    model_server.answers(GOOD)
    run_cli(*ASK, cwd=churn.root)
    assert model_server.messages[0].raw.decode() + "\n" == shown.out


def test_without_a_provider_nothing_is_sent(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    assert run_cli(*DECIDE, cwd=churn.root).code == 0
    assert model_server.asked == []


LIES = {
    "number": claim("fact", "The score of $0 is 0.99, beside $1.", SEEDS, SCORE),
    "record": claim("fact", "The score of $0 is $1.", SEEDS, SCORE,
                    records=(RECORD, "EXP-2026-11-20-418")),
    "comparative": claim("interpretation", "The score $0 suggests a better model.", SCORE),
    "other candidate": claim("fact", "The mean of $0 is $1.", WEIGHTS, MEAN),
    "no question": claim("question", "Customers pay for the score $0.", SCORE),
    "unknown value": claim("fact", "The cost of $0 is $1.", SEEDS, f"run:{RECORD}/seeds#cost"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_does_not_hold_is_repaired_or_left_out(
    lie: Any, model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    asks = {"questions": (lie,)} if lie["kind"] == "question" else {}
    wrong = answer(VALUE, **asks) if asks else answer(VALUE, lie)
    model_server.answers(wrong, wrong)
    offline = json.loads(run_cli(*DECIDE, "--json", "--dry-run", cwd=churn.root).out)
    ran = run_cli(*ASK, "--json", cwd=churn.root)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert len(model_server.messages) == 2
    assert found["model"] is None
    for first, last in (("Context", "Options"), ("Decision", "Consequences")):
        assert part(found["text"], first, last) == part(offline["text"], first, last)
    said = next(line for line in ran.err.splitlines() if line.startswith(f"{SERVED}: "))
    assert said.startswith(f"{SERVED}: what it wrote does not hold: section ")
    assert said.endswith("; this is the draft without a model")


def test_a_repaired_answer_is_used(model_server: ModelServer, churn: Any, run_cli: Any) -> None:
    model_server.answers(answer(LIES["number"]), GOOD)
    found = json.loads(run_cli(*ASK, "--json", cwd=churn.root).out)
    assert len(model_server.messages) == 2
    repair = model_server.messages[1].body["messages"][-1]["content"][0]["text"]
    assert "the digit '0' stands in the text" in repair
    assert "0.99" not in found["text"]
    assert f"The score of `seeds` is `1`. ({RECORD})" in found["text"]


def test_a_model_with_nothing_to_say_leaves_the_draft_of_the_program(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    model_server.answers(answer(uncovered=[RECORD]))
    ran = run_cli(*ASK, cwd=churn.root)
    assert ran.code == 0
    assert f"{SERVED}: it had nothing to say; this is the draft without a model" in ran.err
    assert SERVED not in draft_of(churn.root)


def test_a_draft_is_never_sent(model_server: ModelServer, churn: Any, run_cli: Any) -> None:
    churn.write({churn.record: churn.text.replace("status: proposed", "status: draft")})
    ran = run_cli(*ASK, cwd=churn.root)
    assert (ran.code, model_server.asked) == (0, [])
    note = f"drafts are never sent: propose {RECORD} before; this is the draft without a model"
    assert note in ran.err.splitlines()


@pytest.mark.parametrize(
    "wrong",
    [("--date", "2026-13-01"), ("--tag", "Not a tag!"), ("--effort", "enormous")],
    ids=["date", "tag", "effort"],
)
def test_a_request_that_can_give_no_draft_is_not_sent(
    wrong: tuple[str, str], model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    ran = run_cli(*ASK, *wrong, cwd=churn.root)
    assert (ran.code, ran.out, model_server.asked) == (2, "", [])


def test_runs_without_a_record_leave_a_model_nothing_to_cite(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    (churn.root / churn.record).unlink()
    runs = [x for label in ("weights", "smote-1") for x in ("--candidate", churn.runs[label])]
    provider = ("--criterion", "val_f1:maximize:1", "--provider", "anthropic")
    ran = run_cli("decide", *runs, *provider, cwd=churn.root)
    assert (ran.code, model_server.asked) == (0, [])
    assert "no record lists these runs, so that there is nothing to cite" in ran.err


HOSTILE = "Win <b>--> `x` [0.99](run:weights#val_f1) <!-- ? -->"


def test_a_title_that_is_markup_is_shown_and_does_nothing(
    model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    title = "Oversampling helps the minority class"
    churn.write({churn.record: churn.text.replace(title, f"'{HOSTILE}'")})
    named = claim("fact", "On record is $0.", f"title:{RECORD}")
    model_server.answers(answer(named))
    found = json.loads(run_cli(*ASK, "--json", cwd=churn.root).out)
    shown = HOSTILE.replace("`", "'")
    assert f"- On record is `{shown}`. ({RECORD})\n" in found["text"]
    ran = run_cli("check", "--format", "json", found["path"], cwd=churn.root)
    assert {one["rule"] for one in ran.findings() if one["severity"] == "error"} == set()


def test_a_secret_never_leaves(model_server: ModelServer, churn: Any, run_cli: Any) -> None:
    churn.write({churn.record: churn.text.replace("more seeds.", f"key {CANARY}.")})
    before = churn.state()
    ran = run_cli(*ASK, cwd=churn.root)
    assert (ran.code, ran.out, model_server.asked) == (1, "", [])
    assert "the request to the model holds what must stay here" in ran.err
    assert CANARY not in ran.err
    assert churn.state() == before


@pytest.mark.parametrize(
    "reply",
    [
        says({"sections": [], "uncovered": []}, "refusal"),
        says({"sections": [], "uncovered": []}, "max_tokens"),
        says("no JSON"),
        status(400),
    ],
    ids=["refusal", "cut off", "no claims", "error"],
)
def test_a_model_that_fails_leaves_nothing_behind(
    reply: Any, model_server: ModelServer, churn: Any, run_cli: Any
) -> None:
    before = churn.state()
    model_server.answers(reply)
    ran = run_cli(*ASK, cwd=churn.root)
    assert ran.code in (1, 3)
    assert ran.out == ""
    assert ran.err.count("error: ") == 1
    assert "Traceback" not in ran.err
    assert churn.state() == before
