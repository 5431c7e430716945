"""What experiments measured, and what cannot be told of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Data
from expdocs.analytics.trial import Series
from expdocs.prose.references import Reference, parse_reference
from tests.analytics.conftest import SWEEP, Arm, Experiment, run_id

FIRST, SECOND = "EXP-2026-11-01-100", "EXP-2026-11-02-200"
ARMS = {
    "base": Arm("baseline", [0.70, 0.72, 0.74], {"c": "1"}),
    "cand": Arm("candidate", [0.80, 0.82, 0.84], {"c": "2"}, seconds=30),
    "alone": Arm("ablation", [0.75], {"c": "3"}),
    "search": Arm(SWEEP, [0.60, 0.91, float("nan"), 0.65], seconds=600),
}


def test_each_arm_is_a_trial_with_what_is_known_of_it(make_history) -> None:
    history = make_history(Experiment(FIRST, ARMS, verdict="archived"))
    base, cand, alone, search = sorted(history.trials, key=lambda one: list(ARMS).index(one.name))
    assert history.unmeasured == ()
    assert [one.value for one in (base, cand, alone, search)] == [
        Decimal(text) for text in ("0.72", "0.82", "0.75", "0.91")
    ]
    assert (base.role, base.runs[1].label, base.runs[1].params) == (
        *("baseline", "base-2"),
        {"seed": "2", "c": "1"},
    )
    assert (base.seconds, cand.seconds, alone.seconds, search.seconds) == (180, 90, 60, 600)
    assert (search.sweep, search.values, search.tried) == (True, (0.6, 0.91, 0.65), 4)
    assert (cand.approach, cand.project, cand.date) == ("smote", "churn", "2026-11-01")
    assert (cand.verdict, cand.status, cand.goal) == ("archived", "proposed", "maximize")
    assert base.run_ids == tuple(run_id(f"{FIRST}/base/{n}") for n in range(3))


def test_a_trial_is_told_as_a_record_would_cite_it(make_history) -> None:
    history = make_history(Experiment(FIRST, ARMS))
    data = {one.name: history.datum(one) for one in history.trials}
    assert {name: (one.id, one.shown) for name, one in data.items()} == {
        "base": (f"mean:{FIRST}/base#val_f1", "0.720"),
        "cand": (f"mean:{FIRST}/cand#val_f1", "0.820"),
        "alone": (f"run:{FIRST}/alone#val_f1", "0.750"),
        "search": (f"run:{FIRST}/search#val_f1@max", "0.910"),
    }
    assert data["base"].operands == tuple(f"run:{FIRST}/base-{n}#val_f1" for n in (1, 2, 3))
    assert all(one.records == (FIRST,) for one in data.values())
    record = history.experiments[0]
    for one in data.values():
        again = datum_of(record, parsed(one.id), history.facts)
        assert (again.id, again.value) == (one.id, one.value)


def parsed(citation: str) -> Any:
    scheme, _, target = citation.partition(":")
    found: Reference = parse_reference(scheme, target)
    return found


@pytest.mark.parametrize(
    ("citation", "value", "shown", "operands"),
    [
        ("delta:base..cand#val_f1", "0.10", "+0.100", ["mean:@/base#val_f1", "mean:@/cand#val_f1"]),
        ("delta:alone..base-1#val_f1", "-0.05", "-0.0500", None),
        ("ratio:alone..base-1#val_f1", None, "0.933", None),
        ("count:search", "4", "4", []),
    ],
)
def test_citations_within_a_record(make_history, citation, value, shown, operands) -> None:
    history = make_history(Experiment(FIRST, ARMS))
    datum = history.measured(history.experiments[0], parsed(citation))
    assert datum.shown == shown
    assert value is None or datum.value == Decimal(value)
    assert operands is None or datum.operands == tuple(o.replace("@", FIRST) for o in operands)
    assert datum.goal == ("maximize" if citation.startswith("delta") else "")
    assert datum.unit == ("runs" if citation.startswith("count") else "")
    assert FIRST in datum.id


def test_what_cannot_be_measured_is_told(make_history) -> None:
    history = make_history(
        Experiment(FIRST, {"lost": Arm("candidate", [0.8]), "there": Arm("candidate", [0.7])}),
        Experiment(SECOND, {"broke": Arm("candidate", [float("nan"), 0.8])}, approach="other"),
        Experiment("EXP-2026-11-03-300", {}, approach="empty"),
        Experiment("EXP-2026-11-04-400", {"a": Arm("baseline", [1])}, goal="odd"),
        without=[f"{FIRST}/lost/0"],
    )
    assert [one.name for one in history.trials] == ["there"]
    assert [(one.record_id, one.name, one.approach, one.reason) for one in history.unmeasured] == [
        (FIRST, "lost", "smote", f"run {run_id(FIRST + '/lost/0')[:12]} has no snapshot"),
        (SECOND, "broke", "other", "the value is nan, with which nothing can be computed"),
        ("EXP-2026-11-03-300", "", "empty", "it lists no runs"),
        ("EXP-2026-11-04-400", "", "smote", "it names no metric with a goal"),
    ]


def test_an_arm_without_its_end_has_no_known_time(make_history) -> None:
    history = make_history(Experiment(FIRST, {"a": Arm("candidate", [1.0, 2.0], seconds=None)}))
    assert history.trials[0].seconds is None


def test_drafts_and_what_was_withdrawn_do_not_stand(make_history) -> None:
    statuses = ["draft", "proposed", "accepted", "rejected", "superseded", "deprecated"]
    history = make_history(*(
        Experiment(f"EXP-2026-11-0{n}-100", {"a": Arm("candidate", [n])}, status=status)
        for n, status in enumerate(statuses, 1)
    ))  # fmt: skip
    assert [one.status for one in history.trials] == statuses
    assert [one.status for one in history.standing] == ["proposed", "accepted"]


RENAME = """\
---
id: DEC-2026-11-05-500
kind: decision
title: Call it what it is
status: accepted
date: 2026-11-05
authors: [ana]
project: churn
tags: []
decision_type: metric-change
deciders: [ana]
options: []
criteria: []
renames:
  - {from: val_f1, to: f1, same_quantity: true}
  - {from: f1, to: pr_auc, same_quantity: false}
---
"""


def test_a_renamed_metric_is_the_same_series(make_history) -> None:
    history = make_history(
        Experiment(FIRST, {"a": Arm("candidate", [0.7])}),
        Experiment(SECOND, {"b": Arm("candidate", [0.8])}, metric="f1"),
        Experiment("EXP-2026-11-03-300", {"c": Arm("candidate", [0.9])}, metric="pr_auc"),
        files={"decisions/DEC-2026-11-05-500.md": RENAME},
    )
    assert [(one.metric, one.quantity) for one in history.trials] == [
        ("val_f1", "f1"),
        ("f1", "f1"),
        ("pr_auc", "pr_auc"),
    ]
    found = history.at(Series("churn", "f1", "maximize"))
    assert [(one.name, one.value) for one in found] == [
        ("a", Decimal("0.7")),
        ("b", Decimal("0.8")),
    ]
    assert [history.datum(one).id for one in found] == [
        f"run:{FIRST}/a#f1",
        f"run:{SECOND}/b#f1",
    ]


def test_runs_are_also_read_at_a_metric_that_is_not_primary(make_history) -> None:
    history = make_history(
        Experiment(FIRST, {"a": Arm("candidate", [0.7], others={"loss": 0.3})}),
        Experiment(SECOND, {"b": Arm("candidate", [0.8])}),
    )
    found = history.at(Series("churn", "loss", "minimize"))
    assert [(one.record_id, one.value) for one in found] == [(FIRST, Decimal("0.3"))]


def test_data_of_one_id_has_one_value(make_history) -> None:
    history = make_history(Experiment(FIRST, ARMS))
    data = Data()
    for trial in (*history.trials, *history.trials):
        data.add(history.datum(trial))
    assert len(data) == 4
