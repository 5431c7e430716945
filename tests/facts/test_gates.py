"""Promotions held against what was agreed on; the runs have val_f1 .7912, .8124 and .8152."""

from __future__ import annotations

import json
from typing import Any

import pytest

from expdocs import files
from expdocs.canonical import canonical_bytes, sha256_of
from expdocs.evidence.models import Model, ModelVersion, encode_model, model_path
from expdocs.facts.cited import cited_facts
from expdocs.facts.rivals import relied_on
from expdocs.workspace import Workspace

FIRST = "EXP-2026-11-20-417"
SMOTE_1 = "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b"
SMOTE_2 = "0c1d2e3f405162738495a6b7c8d9eaf0"
WEIGHTS = "9e20a4f780104459a8c141c87a951182"
DECISION = "decisions/2026/DEC-2026-11-20-100-promote.md"
COMPACT = "journal/compacts/2026/CMP-2026-11-18-102-compact.md"
COMPACT_TEXT = """\
---
id: CMP-2026-11-18-102
kind: compact
title: Keep customers
status: draft
date: 2026-11-18
authors: [li]
project: churn
guardrail_metrics:
  - {name: latency, op: "<=", value: 120}
gates:
  - {metric: val_f1, op: ">=", value: 0.8}
---
"""
TEXT = """\
---
id: DEC-2026-11-20-100
kind: decision
title: Serve SMOTE
status: proposed
date: 2026-11-20
authors: [ana]
project: churn
decision_type: promotion
deciders: [li]
options:
  - {name: SMOTE, outcome: chosen, experiments: [EXP-2026-11-20-417], reason: More F1.}
criteria: {none: one option only}
gates: []
---

## Context

One.

## Options

One.

## Decision

Serve.

## Trade-offs

None.

## Consequences

None.
"""


def gate(metric: str, op: str, value: object, run: str = SMOTE_1) -> str:
    """Return one gate in flow style."""
    return f'{{metric: {metric}, op: "{op}", value: {value}, run: {run}}}'


def decide(repo: Any, *gates: str, **fields: str) -> None:
    """Write the decision with these gates; ``fields`` replace values of the front matter."""
    text = TEXT.replace("gates: []", f"gates: [{', '.join(gates)}]")
    for key, value in fields.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{key}:"))
        text = text.replace(old, f"{key}: {value}")
    repo.write({DECISION: text})


def agree(repo: Any, text: str = COMPACT_TEXT) -> None:
    """Write a compact that the experiment tests."""
    link = "verdict: iterate\nlinks: [{type: tests, target: CMP-2026-11-18-102}]"
    record = repo.text if "tests," in repo.text else repo.text.replace("verdict: iterate", link)
    repo.write({COMPACT: text, repo.record: record})


def log(repo: Any, label: str, old: str, new: str) -> None:
    """Replace a value in a snapshot, sealed as a pull would."""
    path = repo.root / repo.snapshot(label)
    text = path.read_text()
    assert old in text
    document = json.loads(text.replace(old, new))
    del document["sha256"]
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")


def gates(repo: Any, run_cli: Any) -> list[tuple[str, str]]:
    """Return rule and message of the findings about gates."""
    found = run_cli("check", "--format", "json", "--select", "GAT", cwd=repo.root).findings()
    return [(one["rule"], one["message"]) for one in found]


@pytest.mark.parametrize(
    ("op", "value", "passes"),
    [
        (">=", "0.8124", True),
        (">=", "0.81240000000000001", True),  # the same double
        (">=", "0.8124000000000002", False),
        (">", "0.8124", False),
        (">", "0.8123", True),
        ("<=", "0.8124", True),
        ("<", "0.8124", False),
        ("<", "1", True),
        (">=", "1", False),
        (">=", "-5e-1", True),
    ],
)
def test_values_are_compared_as_recorded(op, value, passes, checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", op, value))
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ([] if passes else ["GAT101"])


def test_the_message_names_metric_bound_run_and_value(checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", 0.85))
    message = f"the gate val_f1 >= 0.85 is not met: run {SMOTE_1[:12]} has 0.8124"
    assert gates(checked_repo, run_cli) == [("GAT101", message)]


def test_the_message_rounds_nothing(checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", "0.8124000000000002"))
    message = f"the gate val_f1 >= 0.8124000000000002 is not met: run {SMOTE_1[:12]} has 0.8124"
    assert gates(checked_repo, run_cli) == [("GAT101", message)]


def test_a_gate_that_repeats_the_compact_is_one_finding(checked_repo, run_cli) -> None:
    guardrail = '{name: val_f1, op: ">=", value: 0.85}'
    text = COMPACT_TEXT.replace('{name: latency, op: "<=", value: 120}', guardrail)
    agree(checked_repo, text.replace("value: 0.8}", "value: 0.85}"))
    decide(checked_repo)
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101"]
    decide(checked_repo, gate("val_f1", ">=", 0.85))
    message = f"the gate val_f1 >= 0.85 is not met: run {SMOTE_1[:12]} has 0.8124"
    assert gates(checked_repo, run_cli) == [("GAT101", message)]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_what_is_no_number_fails(value, checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", 0.1), decision_type="process")
    log(checked_repo, "smote-1", "0.8124", f'"{value}"'.replace('""', '"'))
    assert gates(checked_repo, run_cli) == [
        (
            "GAT102",
            f"the gate val_f1 >= 0.1 cannot be evaluated: run {SMOTE_1[:12]} has {value} "
            "as 'val_f1'",
        )
    ]


@pytest.mark.parametrize("fault", ["missing", "broken", "unknown run"])
def test_a_run_without_a_snapshot_fails_whatever_else_is_ignored(
    fault, checked_repo, run_cli
) -> None:
    path = checked_repo.root / checked_repo.snapshot("smote-1")
    decide(checked_repo, gate("val_f1", ">=", 0.1, "f" * 32 if fault == "unknown run" else SMOTE_1))
    if fault == "missing":
        path.unlink()
    elif fault == "broken":
        path.write_bytes(path.read_bytes()[:-40])
    done = run_cli("check", "--format", "json", "--ignore", "EVD,CLM,LIF", cwd=checked_repo.root)
    assert done.code == 1
    assert "GAT102" in {finding["rule"] for finding in done.findings()}


def test_a_draft_hears_of_it_as_a_warning(checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", 0.85), status="draft")
    found = run_cli("check", "--format", "json", cwd=checked_repo.root).findings()
    assert [(one["rule"], one["severity"]) for one in found] == [("GAT101", "warning")]


def test_a_fresh_draft_is_clean(checked_repo, run_cli) -> None:
    arguments = ("new", "decision", "Serve it", "--decision-type", "promotion")
    assert run_cli(*arguments, cwd=checked_repo.root).code == 0
    assert gates(checked_repo, run_cli) == []


def test_the_compact_that_is_tested_holds_without_being_repeated(checked_repo, run_cli) -> None:
    agree(checked_repo)
    decide(checked_repo)
    assert gates(checked_repo, run_cli) == [
        (
            "GAT102",
            "the gate latency <= 120 of CMP-2026-11-18-102 cannot be evaluated: run smote-1 has "
            "no metric 'latency' (also: smote-2)",
        )
    ]
    agree(checked_repo, COMPACT_TEXT.replace("latency", "val_f1").replace("0.8}", "0.815}"))
    assert gates(checked_repo, run_cli) == [
        (
            "GAT101",
            "the gate val_f1 >= 0.815 of CMP-2026-11-18-102 is not met: run smote-1 has 0.8124",
        )
    ]
    # A gate of the decision's own names the run; a weaker bound there changes nothing.
    decide(checked_repo, gate("val_f1", ">=", 0.5, SMOTE_2))
    assert gates(checked_repo, run_cli) == []
    decide(checked_repo, gate("val_f1", ">=", 0.5, SMOTE_1))
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101"]


def test_what_is_remembered_changes_with_what_gates_rest_on(
    checked_repo, run_cli, monkeypatch
) -> None:
    # Files just written would be looked at anew, whatever is remembered of them.
    monkeypatch.setattr(files, "_TICK", 0)
    compact = COMPACT_TEXT.replace("latency", "val_f1")
    agree(checked_repo, compact)
    decide(checked_repo)
    assert gates(checked_repo, run_cli) == gates(checked_repo, run_cli) == []
    checked_repo.write({COMPACT: compact.replace("0.8}", "0.815}")})
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101"]
    checked_repo.write({COMPACT: compact})
    assert gates(checked_repo, run_cli) == []
    log(checked_repo, "smote-2", "0.8152", "0.7")
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101", "GAT104"]
    text = checked_repo.text
    checked_repo.write({checked_repo.record: text.replace("role: baseline", "role: ablation")})
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101", "GAT104"]
    checked_repo.write(
        {
            checked_repo.record: text.replace(
                "as: smote-2, role: candidate", "as: smote-2, role: ablation"
            )
        }
    )
    assert gates(checked_repo, run_cli) == []


def test_a_compact_that_is_decided_or_was_rejected(checked_repo, run_cli) -> None:
    compact = COMPACT_TEXT.replace("latency", "val_f1").replace("0.8}", "0.815}")
    checked_repo.write({COMPACT: compact})
    decide(checked_repo)
    assert gates(checked_repo, run_cli) == []
    link = "gates: []\nlinks: [{type: decides, target: CMP-2026-11-18-102}]"
    checked_repo.write({DECISION: TEXT.replace("gates: []", link)})
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101"]
    checked_repo.write({COMPACT: compact.replace("status: draft", "status: rejected")})
    assert gates(checked_repo, run_cli) == []


@pytest.mark.parametrize("kind", ["stop-line", "process", "data"])
def test_other_decisions_promote_nothing(kind, checked_repo, run_cli) -> None:
    agree(checked_repo)
    decide(checked_repo, decision_type=kind)
    assert gates(checked_repo, run_cli) == []


def test_a_rejected_promotion_is_none(checked_repo, run_cli) -> None:
    agree(checked_repo)
    decide(checked_repo, gate("val_f1", ">=", 0.9), status="rejected")
    assert gates(checked_repo, run_cli) == []


def test_seeds_of_the_baseline_count_by_their_mean(seeded, run_cli) -> None:
    # base: .70 .72 .74, so .72 is the mark, and b3 with .74 does not raise it.
    repo = seeded.repo
    option = "options:\n  - {name: A, outcome: chosen, experiments: [EXP-2026-11-20-500], runs: [@]"
    for run, wanted in ((0.71, ["GAT104"]), (0.73, [])):
        new = SMOTE_1.replace("7", str(run)[-1], 1)
        path = repo.root / f"journal/evidence/mlflow/{new[:2]}/{new}.json"
        source = json.loads((repo.root / repo.snapshot("smote-1")).read_text())
        del source["sha256"]
        text = json.dumps({**source, "run_id": new}).replace("0.8124", str(run))
        document = json.loads(text)
        document["sha256"] = sha256_of(document)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(canonical_bytes(document) + b"\n")
        old = next(line for line in TEXT.splitlines() if "outcome: chosen" in line)
        chosen = option.replace("@", new) + ", reason: More.}"
        repo.write({DECISION: TEXT.replace(f"options:\n{old}", chosen)})
        assert [rule for rule, _ in gates(repo, run_cli)] == wanted


def test_the_baseline_itself_may_be_chosen(checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", 0.5, WEIGHTS))
    assert gates(checked_repo, run_cli) == []


@pytest.mark.parametrize(
    ("stated", "wanted"), [("0.8", []), ("0.8124", ["GAT104"]), ("x", ["GAT104"])]
)
def test_without_a_baseline_run_the_compact_states_the_mark(
    stated, wanted, checked_repo, run_cli
) -> None:
    success = f"success_metric: {{name: val_f1, goal: maximize, target: 0.9, baseline: {stated}}}\n"
    text = COMPACT_TEXT.split("guardrail_metrics", maxsplit=1)[0] + success + "---\n"
    agree(checked_repo, text)
    record = checked_repo.text.replace("role: baseline", "role: ablation")
    checked_repo.write({checked_repo.record: record})
    decide(checked_repo, gate("val_f1", ">=", 0.5))
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == wanted


def test_a_waiver_says_why(checked_repo, run_cli) -> None:
    decide(checked_repo, gate("val_f1", ">=", 0.85))
    text = (checked_repo.root / DECISION).read_text()
    reason = "<!-- expdocs: ignore GAT101: a trial of one week, with people reading along -->"
    checked_repo.write({DECISION: text.replace("Serve.", f"Serve. {reason}")})
    assert run_cli("check", "--strict", cwd=checked_repo.root).code == 0


# --- acceptance


def accept(repo: Any, run_cli: Any) -> Any:
    return run_cli("accept", "DEC-2026-11-20-100", "--by", "li", cwd=repo.root)


def test_acceptance_refuses_what_is_not_met_and_changes_nothing(checked_repo, run_cli) -> None:
    agree(checked_repo)
    decide(checked_repo, gate("val_f1", ">=", 0.8))
    before = checked_repo.state()
    done = accept(checked_repo, run_cli)
    assert (done.code, checked_repo.state()) == (1, before)
    assert "GAT102" in done.err


def test_pulls_protect_what_the_compact_reads_and_the_baseline(checked_repo, run_cli) -> None:
    agree(checked_repo, COMPACT_TEXT.replace("latency", "val_f1"))
    decide(checked_repo)
    workspace = Workspace.open(checked_repo.root)
    decision = workspace.record("DEC-2026-11-20-100")
    with workspace.context() as context:
        own = set(cited_facts(decision, context.facts))
        more = set(relied_on(decision, context.facts)) - own
    candidates_and_baseline = {SMOTE_1, SMOTE_2, WEIGHTS}
    assert {(k.run_id, k.key) for k in more} == {
        (run_id, "metrics.val_f1@last") for run_id in candidates_and_baseline
    }


def test_an_accepted_promotion_stays_as_it_is_when_its_compact_changes(
    checked_repo, run_cli
) -> None:
    agree(checked_repo, COMPACT_TEXT.replace("latency", "val_f1"))
    decide(checked_repo, gate("val_f1", ">=", 0.5))
    done = accept(checked_repo, run_cli)
    assert done.code == 0, done.err
    agree(checked_repo, COMPACT_TEXT.replace("latency", "val_recall"))
    assert run_cli("check", "--select", "LIF", cwd=checked_repo.root).code == 0
    log(checked_repo, "smote-1", "0.8124", "0.8125")
    found = run_cli("check", "--format", "json", "--select", "LIF", cwd=checked_repo.root)
    assert [one["rule"] for one in found.findings()] == ["LIF102"]


# --- the model in use


def serve(repo: Any, run: str | None, alias: str = "champion") -> None:
    """Write the document of a registered model whose alias leads to a run."""
    model = Model("churn", (ModelVersion("1", run),), {alias: "1"})
    repo.write({f"journal/evidence/{model_path('churn')}": encode_model(model)})


@pytest.fixture
def served(checked_repo: Any) -> Any:
    settings = (checked_repo.root / "expdocs.toml").read_text()
    table = '\n[production]\nchurn = "churn@champion"\n'
    checked_repo.write({"expdocs.toml": settings + table})
    decide(checked_repo, gate("val_f1", ">=", 0.5))
    return checked_repo


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (WEIGHTS, ""),
        (SMOTE_1, ""),
        (SMOTE_2, "is not beaten: val_f1 of run smote-1 is 0.8124, not more than 0.8152"),
        (None, "cannot be compared with: no document says which run it came from"),
        ("e" * 32, "cannot be compared with: eeeeeeeeeeee has no snapshot to rely on"),
    ],
)
def test_the_model_in_use_has_to_be_beaten(run, message, served, run_cli) -> None:
    serve(served, run)
    found = gates(served, run_cli)
    assert [rule for rule, _ in found] == (["GAT105"] if message else [])
    assert all(message in said for _, said in found)


def test_an_alias_that_leads_nowhere_fails(served, run_cli) -> None:
    serve(served, WEIGHTS, alias="challenger")
    assert [rule for rule, _ in gates(served, run_cli)] == ["GAT105"]


def test_what_was_accepted_stays_right_when_the_next_model_is_in_use(served, run_cli) -> None:
    serve(served, WEIGHTS)
    assert accept(served, run_cli).code == 0
    serve(served, SMOTE_2)
    assert run_cli("check", cwd=served.root).code == 0


def test_another_project_has_another_model(served, run_cli) -> None:
    serve(served, SMOTE_2)
    text = (served.root / DECISION).read_text()
    served.write({DECISION: text.replace("project: churn", "project: fraud")})
    assert gates(served, run_cli) == []


@pytest.mark.parametrize("value", ['"churn"', '"@champion"', '"churn@"', "3"])
def test_a_setting_that_names_no_model_is_refused(value, checked_repo, run_cli) -> None:
    settings = (checked_repo.root / "expdocs.toml").read_text()
    checked_repo.write({"expdocs.toml": f"{settings}\n[production]\nchurn = {value}\n"})
    done = run_cli("check", cwd=checked_repo.root)
    assert done.code == 2
    assert "'production.churn' names no model in use" in done.err


# --- kinds


def test_an_ejected_kind_without_the_key_evaluates_own_gates_alone(checked_repo, run_cli) -> None:
    assert run_cli("kinds", "eject", "decision", cwd=checked_repo.root).code == 0
    about = checked_repo.root / "schemas/decision/kind.yaml"
    about.write_text(about.read_text().split("gates:")[0])
    agree(checked_repo)
    decide(checked_repo)
    assert gates(checked_repo, run_cli) == []
    decide(checked_repo, gate("val_f1", ">=", 0.85))
    assert [rule for rule, _ in gates(checked_repo, run_cli)] == ["GAT101"]


@pytest.mark.parametrize(
    "value", ["[]", "{beats: [luck]}", "{when: {decision_type: promotion}}", "{win: true}"]
)
def test_a_kind_that_says_something_else_is_refused(value, checked_repo, run_cli) -> None:
    assert run_cli("kinds", "eject", "decision", cwd=checked_repo.root).code == 0
    about = checked_repo.root / "schemas/decision/kind.yaml"
    about.write_text(about.read_text().split("gates:")[0] + f"gates: {value}\n")
    done = run_cli("check", cwd=checked_repo.root)
    assert done.code == 2
    assert "kind.yaml: gates" in done.err
