"""Populations against a real tracker: what a record's sweep rests on beside its own snapshots."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

RECORD = """\
---
id: EXP-2026-11-20-417
kind: experiment
title: A sweep over c
status: draft
date: 2026-11-20
authors: [ana]
metric: {{name: val_f1, goal: maximize}}
runs:
  - {{parent: {sweep}, as: search, role: sweep}}
---

## Motivation

Because.
"""


@pytest.fixture
def work(database: Path, filled: Any, repo: Any, run_cli: Any) -> Any:
    """A repository with a record of the tracker's sweep, pulled."""
    text = RECORD.format(sweep=filled.ids["sweep"])
    made = repo({"expdocs.toml": "", "journal/EXP-2026-11-20-417.md": text})
    database.rename(made.root / "mlflow.db")
    ran = run_cli("evidence", "pull", "EXP-2026-11-20-417", cwd=made.root)
    assert ran.code == 0, ran.err
    return made


def population(work: Any, run_cli: Any, *what: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Verdict and reason by run and field, of the population alone."""
    ran = run_cli("evidence", "verify", *(what or ("EXP-2026-11-20-417",)), "--json", cwd=work.root)
    return {
        (one["subject"].removeprefix("mlflow:"), one["field"]): (one["verdict"], one["reason"])
        for one in json.loads(ran.out)["verdicts"]
        if one["edge"] == "population"
    }


def sql(work: Any, statement: str, *values: object) -> None:
    with sqlite3.connect(work.root / "mlflow.db") as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("what", [(), ("--all",)])
def test_every_run_of_an_unchanged_population_is_verified(
    work: Any, filled: Any, run_cli: Any, what: tuple[str, ...]
) -> None:
    ids = [filled.ids[name] for name in ("sweep", "trial 0", "trial 1", "trial 2")]
    assert population(work, run_cli, *what) == {
        (run_id, "population.run"): ("verified", "") for run_id in ids
    }


def test_a_changed_metric_of_a_child_is_told_by_itself(
    work: Any, filled: Any, run_cli: Any
) -> None:
    child = filled.ids["trial 2"]
    sql(work, "update latest_metrics set value = 0.9 where run_uuid = ? and key = 'val_f1'", child)
    sql(work, "update metrics set value = 0.9 where run_uuid = ? and key = 'val_f1'", child)
    found = population(work, run_cli)
    assert found.pop((child, "population.metrics.val_f1"))[0] == "contradicted"
    assert [verdict for verdict, _ in found.values()] == ["verified"] * 3


def test_a_metric_that_the_population_does_not_hold_is_none_of_its_business(
    work: Any, filled: Any, run_cli: Any
) -> None:
    child = filled.ids["trial 2"]
    sql(work, "update latest_metrics set value = 7 where run_uuid = ? and key = 'secret'", child)
    assert {verdict for verdict, _ in population(work, run_cli).values()} == {"verified"}


def test_a_deleted_child_is_told_from_one_that_went_on(
    work: Any, filled: Any, run_cli: Any
) -> None:
    gone, on = filled.ids["trial 0"], filled.ids["trial 1"]
    sql(work, "update runs set lifecycle_stage = 'deleted' where run_uuid = ?", gone)
    sql(work, "update runs set status = 'FINISHED' where run_uuid = ?", on)
    found = population(work, run_cli)
    changed = "the run is not what the population says of it any longer"
    went_on = "the run had not ended when it was pulled, and went on: pull it again"
    assert found[gone, "population.lifecycle_stage"] == ("contradicted", changed)
    assert found[on, "population.status"] == ("contradicted", went_on)


def test_an_experiment_that_is_gone_is_out_of_reach(work: Any, filled: Any, run_cli: Any) -> None:
    sql(work, "delete from experiments where experiment_id = ?", filled.ids["other"])
    found = population(work, run_cli)
    key = (f"experiment/{filled.ids['other']}", "runs")
    assert found.keys() == {key}
    assert found[key][0] == "unreachable"
    assert "no such experiment" in found[key][1]


def test_a_damaged_population_is_contradicted(work: Any, run_cli: Any) -> None:
    [path] = (work.root / "journal/evidence/population").iterdir()
    path.write_bytes(path.read_bytes().replace(b"0.25", b"0.35"))
    ran = run_cli("evidence", "verify", "--all", cwd=work.root)
    assert ran.code == 1
    assert "the document cannot be relied on: the file was edited by hand" in ran.out
