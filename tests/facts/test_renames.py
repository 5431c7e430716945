"""Metrics that were renamed: followed for the same quantity, refused for another one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs import files
from expdocs.canonical import canonical_bytes, sha256_of
from expdocs.facts.renames import change_between, other_names
from expdocs.records.renames import Rename
from expdocs.trackers.wanted import histories
from expdocs.workspace import Workspace

DECISION = "decisions/2026/DEC-2026-11-20-{}-rename.md"
TEXT = """\
---
id: DEC-2026-11-20-{number}
kind: decision
title: Rename the metric
status: proposed
date: 2026-11-20
authors: [ana]
project: {project}
decision_type: metric-change
deciders: [li]
options:
  - {{name: Rename, outcome: chosen, reason: Clearer.}}
criteria: {{none: one option only}}
renames: [{renames}]
---

## Context

One.

## Options

One.

## Decision

Rename.

## Trade-offs

None.

## Consequences

None.
"""


def rename(old: str, new: str, *, same: bool = True) -> str:
    return f"{{from: {old}, to: {new}, same_quantity: {str(same).lower()}}}"


def decide(
    repo: Any, run_cli: Any, *renames: str, number: int = 100, project: str = "churn",
    accept: bool = True,
) -> None:  # fmt: skip
    """Write a metric change and accept it."""
    text = TEXT.format(number=number, project=project, renames=", ".join(renames))
    repo.write({DECISION.format(number): text})
    if accept:
        done = run_cli("accept", f"DEC-2026-11-20-{number}", "--by", "li", cwd=repo.root)
        assert done.code == 0, done.err


def rename_in(repo: Any, label: str, new: str) -> None:
    """Let a run have logged val_f1 under another name."""
    path = repo.root / repo.snapshot(label)
    document = json.loads(path.read_text().replace('"val_f1"', f'"{new}"'))
    del document["sha256"]
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")


def findings(repo: Any, run_cli: Any) -> list[str]:
    found = run_cli("check", "--format", "json", cwd=repo.root).findings()
    return sorted(one["rule"] for one in found)


def test_citations_deltas_groups_and_tables_follow(checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "f1")
    rename_in(checked_repo, "smote-1", "f1")
    rules = findings(checked_repo, run_cli)
    assert rules == ["CLM103"] * 5 + ["CLM201"]
    decide(checked_repo, run_cli, rename("f1", "val_f1"))
    assert findings(checked_repo, run_cli) == []


@pytest.mark.parametrize(
    "renames",
    [
        [rename("f1", "macro_f1"), rename("macro_f1", "val_f1")],
        [rename("val_f1", "f1")],
        [rename("f1", "val_f1"), rename("val_f1", "f1")],
        [rename("val_f1", "a"), rename("a", "b"), rename("b", "val_f1"), rename("b", "f1")],
    ],
)
def test_chains_both_ways_and_circles(renames, checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "f1")
    decide(checked_repo, run_cli, *renames)
    assert findings(checked_repo, run_cli) == []


def test_chains_over_several_decisions(checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "f1")
    decide(checked_repo, run_cli, rename("f1", "macro_f1"))
    assert "CLM103" in findings(checked_repo, run_cli)
    decide(checked_repo, run_cli, rename("macro_f1", "val_f1"), number=101)
    assert findings(checked_repo, run_cli) == []


@pytest.mark.parametrize(("project", "accept"), [("fraud", True), ("churn", False)])
def test_another_project_and_a_proposal_rename_nothing(
    project, accept, checked_repo, run_cli
) -> None:
    rename_in(checked_repo, "weights", "f1")
    before = findings(checked_repo, run_cli)
    decide(checked_repo, run_cli, rename("f1", "val_f1"), project=project, accept=accept)
    assert findings(checked_repo, run_cli) == before


def test_its_own_name_comes_first(checked_repo, run_cli) -> None:
    decide(checked_repo, run_cli, rename("val_f1", "f1"))
    path = checked_repo.root / checked_repo.snapshot("weights")
    document = json.loads(path.read_text())
    del document["sha256"]
    other = json.loads(json.dumps(document["metrics"]["val_f1"]).replace("0.7912", "0.5"))
    document["metrics"]["f1"] = other
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")
    assert findings(checked_repo, run_cli) == []


def test_another_quantity_is_an_error_that_names_the_decision(checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "val_pr_auc")
    decide(checked_repo, run_cli, rename("val_pr_auc", "val_f1", same=False))
    done = run_cli("check", "--format", "json", "--select", "CLM1", cwd=checked_repo.root)
    assert {one["rule"] for one in done.findings()} == {"CLM110"}
    assert len(done.findings()) == 3  # the value, the delta, the ratio; not the group of seeds
    assert done.findings()[0]["message"] == (
        "the run has 'val_pr_auc', which DEC-2026-11-20-100 says is not the quantity 'val_f1'"
    )


def test_a_rename_before_a_change_of_quantity_does_not_hide_it(checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "auc")
    decide(checked_repo, run_cli, rename("auc", "pr_auc"))
    decide(checked_repo, run_cli, rename("pr_auc", "val_f1", same=False), number=101)
    found = run_cli("check", "--format", "json", "--select", "CLM1", cwd=checked_repo.root)
    assert {one["rule"] for one in found.findings()} == {"CLM110"}
    assert "DEC-2026-11-20-101" in found.findings()[0]["message"]


def test_gates_follow_too(checked_repo, run_cli) -> None:
    text = TEXT.format(number=200, project="churn", renames="").replace("renames: []\n", "")
    gate = '{metric: val_f1, op: ">=", value: 0.7, run: 9e20a4f780104459a8c141c87a951182}'
    text = text.replace("metric-change", "process").replace(
        "---\n\n## C", f"gates: [{gate}]\n---\n\n## C"
    )
    checked_repo.write({DECISION.format(200): text})
    rename_in(checked_repo, "weights", "f1")
    assert "GAT102" in findings(checked_repo, run_cli)
    decide(checked_repo, run_cli, rename("f1", "val_f1"))
    assert findings(checked_repo, run_cli) == []


def test_what_was_accepted_before_stays_as_it_was(checked_repo, run_cli) -> None:
    """Its table has a dash where the metric is known under another name since."""
    rename_in(checked_repo, "weights", "f1")
    citing = ("weights#val_f1", "weights..smote-1#val_f1")
    text = "".join(
        line if not any(target in line for target in citing) else "Short.\n"
        for line in checked_repo.text.replace("| 0.7912 |", "| – |").splitlines(keepends=True)
    )
    checked_repo.write({checked_repo.record: text})
    assert findings(checked_repo, run_cli) == []
    accepted = run_cli("accept", "EXP-2026-11-20-417", "--by", "li", cwd=checked_repo.root)
    assert accepted.code == 0, accepted.err
    decide(checked_repo, run_cli, rename("f1", "val_f1"))
    assert findings(checked_repo, run_cli) == []


def test_a_rename_with_odd_names_is_no_rename(checked_repo, run_cli) -> None:
    rename_in(checked_repo, "weights", "f1")
    before = findings(checked_repo, run_cli)
    odd = (
        '{from: "f1\\tval_f1", to: val_f1, same_quantity: true}, {from: f1, same_quantity: true}, 3'
    )
    decide(checked_repo, run_cli, odd, accept=False)
    path = checked_repo.root / DECISION.format(100)
    path.write_text(path.read_text().replace("status: proposed", "status: accepted"))
    found = findings(checked_repo, run_cli)
    assert [rule for rule in found if rule.startswith("CLM")] == before


def test_what_is_remembered_changes_with_the_renames(checked_repo, run_cli, monkeypatch) -> None:
    # Files just written would be looked at anew, whatever is remembered of them.
    monkeypatch.setattr(files, "_TICK", 0)
    rename_in(checked_repo, "weights", "f1")
    path = checked_repo.root / DECISION.format(100)
    states = [
        ("", "CLM103"),
        (rename("f1", "val_f1"), ""),
        (rename("f1", "val_f1", same=False), "CLM110"),
        (rename("f1", "other"), "CLM103"),
        ("", "CLM103"),
    ]
    for renames, rule in states:
        if renames:
            text = TEXT.format(number=100, project="churn", renames=renames)
            checked_repo.write({DECISION.format(100): text.replace("proposed", "accepted")})
        else:
            path.unlink(missing_ok=True)
        for _ in range(2):
            found = set(findings(checked_repo, run_cli)) & {"CLM103", "CLM110"}
            assert found == ({rule} if rule else set()), renames


def test_a_pull_brings_the_history_of_every_name(checked_repo, run_cli) -> None:
    decide(checked_repo, run_cli, rename("f1", "val_f1"), rename("auc", "val_f1", same=False))
    workspace = Workspace.open(checked_repo.root)
    with workspace.context() as context:
        wanted = histories(context, [], [])
    assert wanted["9e20a4f780104459a8c141c87a951182"] == {"val_f1", "f1"}


NAMES = st.sampled_from("abcdef")
RENAMES = st.lists(st.builds(Rename, st.just("p"), NAMES, NAMES, st.booleans(), st.just("D")))


@given(NAMES, RENAMES)
def test_names_are_those_connected_by_renames_of_the_same_quantity(name, renames) -> None:
    connected = {name}
    for _ in renames:  # as often as the longest chain is long
        for one in renames:
            if one.same and {one.old, one.new} & connected:
                connected |= {one.old, one.new}
    found = list(other_names(name, renames))
    assert len(found) == len(set(found))
    assert set(found) | {name} == connected
    change = change_between(name, set("abcdef") - connected, renames)
    reached = connected.copy()
    for _ in renames:
        for one in renames:
            if {one.old, one.new} & reached:
                reached |= {one.old, one.new}
    assert (change is not None) == bool(reached - connected)
    if change is not None:
        assert not change.rename.same
        assert change.metric in reached - connected
