"""Approaches, what exhausts them, what they cost, and which baselines are missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expdocs.analytics.approaches import approach_data, approaches
from expdocs.analytics.budget import by_approach, by_project, cost_data, spent
from expdocs.analytics.exhaustion import Rule, State, line_datum, lines
from expdocs.analytics.missing import Missing, missing_baselines, missing_datum
from tests.analytics.conftest import SWEEP, Arm, Experiment

ONE, TWO, THREE = (f"EXP-2026-11-0{n}-{n}00" for n in (1, 2, 3))
BASE = Arm("baseline", [0.70, 0.72], {"model": "dummy"}, seconds=1800, runs=["b1", "b2"])


def decision(number: int, *, status="accepted", sort="stop-line", options="") -> dict[str, str]:
    id_ = f"DEC-2026-11-1{number}-100"
    return {
        f"decisions/{id_}.md": f"---\nid: {id_}\nkind: decision\ntitle: Decided\nstatus: {status}\n"
        f"date: 2026-11-1{number}\nauthors: [ana]\nproject: churn\ntags: []\n"
        f"decision_type: {sort}\ndeciders: [ana]\noptions:\n{options}criteria: []\n---\n"
    }


def option(outcome: str, *experiments: str) -> str:
    named = ", ".join(experiments)
    return f"  - {{name: x, outcome: {outcome}, experiments: [{named}], reason: y}}\n"


# --- approaches


def test_the_table_of_approaches(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"base": BASE, "smote": Arm("candidate", [0.8, 0.84], seconds=3600)}),
        Experiment(TWO, {"more": Arm("candidate", [0.79], seconds=None)}, verdict="archived"),
        Experiment(THREE, {"base": BASE, "t": Arm("candidate", [0.6])}, approach="trees"),
    )
    smote, trees = approaches(history)
    assert (smote.name, smote.record_ids, smote.runs) == ("smote", (ONE, TWO), 3)
    assert (smote.best.name, smote.best.value) == ("smote", Decimal("0.82"))
    assert (smote.gain, trees.gain) == (Decimal("0.11"), Decimal("-0.11"))
    # Of 0.80 and 0.84: the root of twice 0.02 squared.
    assert float(smote.spread or 0) == pytest.approx(0.0282842712)
    assert trees.spread is None
    assert smote.verdicts == ((ONE, "iterate"), (TWO, "archived"))
    assert (smote.first, smote.last) == ("2026-11-01", "2026-11-02")
    # The baselines are counted once, for the record that listed them first.
    assert (smote.cost.hours, smote.cost.runs, smote.cost.untimed) == (3.0, 5, 1)
    assert (trees.cost.hours, trees.cost.runs) == (pytest.approx(1 / 60), 1)


def test_data_of_an_approach(make_history) -> None:
    history = make_history(Experiment(ONE, {"base": BASE, "s": Arm("candidate", [0.8, 0.84])}))
    data = {one.id: one for one in approach_data(approaches(history)[0])}
    assert {id_: one.shown for id_, one in data.items()} == {
        "approach-best:churn/smote/val_f1": "0.820",
        "approach-runs:churn/smote/val_f1": "2",
        f"gain:{ONE}/s#val_f1": "+0.110",
        f"sd:{ONE}/s#val_f1": "0.0283",
    }
    gain = data[f"gain:{ONE}/s#val_f1"]
    assert (gain.goal, gain.sign) == ("maximize", 1)
    assert gain.operands == (f"mean:{ONE}/s#val_f1", f"mean:{ONE}/base#val_f1")
    record = history.experiments[0]
    cited = history.measured(record, history.trials[1].reference._replace(statistic="sd"))
    assert (cited.id, cited.value) == (
        f"sd:{ONE}/s#val_f1",
        data[f"sd:{ONE}/s#val_f1"].value,
    )


def test_an_ablation_is_not_the_best_of_an_approach(make_history) -> None:
    arms = {"a": Arm("candidate", [0.7]), "less": Arm("ablation", [0.9])}
    assert approaches(make_history(Experiment(ONE, arms)))[0].best.name == "a"


def test_a_record_of_baselines_alone_has_them_as_its_own(make_history) -> None:
    (found,) = approaches(make_history(Experiment(ONE, {"base": BASE})))
    assert (found.best.name, found.gain, found.runs) == ("base", None, 2)


def test_what_does_not_stand_has_no_result(make_history) -> None:
    assert approaches(make_history(Experiment(ONE, {"base": BASE}, status="draft"))) == ()


# --- exhausted or open


@pytest.mark.parametrize(
    ("verdicts", "state", "because"),
    [
        (["iterate", "archived"], State.EXHAUSTED, "the latest verdict is archived"),
        (["archived", "iterate"], State.OPEN, "the latest verdict is iterate"),
        (["iterate", "promoted"], State.PROMOTED, "the latest verdict is promoted"),
        (["{unknown: not yet}"], State.OPEN, "no verdict is recorded yet"),
    ],
)
def test_the_latest_verdict_counts(make_history, verdicts, state, because) -> None:
    history = make_history(*(
        Experiment(f"EXP-2026-11-0{n}-100", {"a": Arm("candidate", [n])}, verdict=verdict)
        for n, verdict in enumerate(verdicts, 1)
    ))  # fmt: skip
    (found,) = lines(history)
    assert (found.state, found.because) == (state, because)
    assert found.grounds == (f"EXP-2026-11-0{len(verdicts)}-100",)
    datum = line_datum(found)
    assert (datum.id, datum.value) == (f"{state}:churn/smote", str(state))
    assert datum.operands == ((f"verdict:{found.grounds[0]}",) if verdicts[0][0] != "{" else ())


def test_withdrawn_records_say_nothing(make_history) -> None:
    arms = {"a": Arm("candidate", [1])}
    first = Experiment(ONE, arms, verdict="iterate")
    gone = Experiment(TWO, arms, verdict="archived", status="deprecated")
    assert [one.state for one in lines(make_history(first, gone))] == [State.OPEN]
    assert [one.state for one in lines(make_history(gone))] == [State.WITHDRAWN]


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, State.EXHAUSTED),
        ({"status": "rejected"}, State.OPEN),
        ({"sort": "metric-change"}, State.OPEN),
        ({"options": option("deferred", ONE)}, State.OPEN),
        ({"options": option("chosen", ONE) + option("rejected", ONE)}, State.OPEN),
        ({"options": option("rejected", "EXP-2026-01-01-001")}, State.OPEN),
    ],
)
def test_a_decision_that_rejects_the_option_closes_the_line(make_history, more, state) -> None:
    files = decision(1, **{"options": option("rejected", ONE), **more})
    history = make_history(Experiment(ONE, {"a": Arm("candidate", [1])}), files=files)
    (found,) = lines(history)
    assert found.state is state
    if state is State.EXHAUSTED:
        assert found.grounds == ("DEC-2026-11-11-100", ONE)


def test_what_was_chosen_later_is_open_again(make_history) -> None:
    files = decision(1, options=option("rejected", ONE)) | decision(
        2, options=option("chosen", ONE)
    )
    (found,) = lines(make_history(Experiment(ONE, {"a": Arm("candidate", [1])}), files=files))
    assert found.state is State.OPEN


def test_the_rule_shows_its_thresholds(make_history) -> None:
    sweep = {"s": Arm(SWEEP, [0.9, *(0.5 + n / 100 for n in range(19))])}
    history = make_history(Experiment(ONE, sweep))
    # The ids of children are hashes, so that they decide which try came first.
    (streak,) = lines(history)[0].streaks
    rule = Rule(tries=20, chance=streak.chance)
    (found,) = lines(history, rule)
    assert found.state is State.EXHAUSTED
    assert found.because == f"tries >= 20 and chance of none <= {100 * streak.chance:g} %"
    datum = line_datum(found)
    assert datum.operands == (
        "tries:churn/smote/val_f1",
        "chance-of-none:churn/smote/val_f1",
    )
    assert (datum.formula, datum.method) == (
        found.because,
        "records of exchangeable tries, Chandler 1952",
    )
    for other in (Rule(tries=21, chance=1), Rule(tries=20, chance=streak.chance - 0.01)):
        assert lines(history, other)[0].state is State.OPEN


# --- cost


def test_every_run_counts_once(make_history) -> None:
    sweep = Arm(SWEEP, [0.1, 0.2, 0.3], seconds=7200)
    history = make_history(
        Experiment(ONE, {"base": BASE, "search": sweep}),
        Experiment(TWO, {"base": BASE, "lost": Arm("candidate", [0.5])}, approach="trees"),
        Experiment(THREE, {"d": Arm("candidate", [0.5], seconds=900)}, status="draft"),
        without=[f"{TWO}/lost/0"],
    )
    costs = by_approach(spent(history))
    assert {line: (c.hours, c.runs, c.untimed) for line, c in costs.items()} == {
        ("churn", "smote"): (3.25, 6, 0),
        ("churn", "trees"): (0, 1, 1),
    }
    (whole,) = by_project(spent(history)).values()
    assert (whole.hours, whole.runs) == (3.25, 7)
    data = list(cost_data("churn", whole))
    assert [(one.id, one.shown, one.unit) for one in data] == [
        ("hours:churn", "3.25", "h"),
        ("untimed:churn", "1", "runs"),
    ]


# --- baselines


def test_baselines_that_are_missing(make_history) -> None:
    plain = Arm("baseline", [0.7], {"model": "linear"})
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.7])}),
        Experiment(TWO, {"p": plain, "b": Arm("candidate", [0.7])}, approach="trees"),
        Experiment(THREE, {"base": BASE}, approach="gone", project="other", status="deprecated"),
    )
    found = missing_baselines(history)
    assert [(one.sort, one.subject, one.record_ids) for one in found] == [
        (Missing.RUN, "churn/smote", (ONE,)),
        (Missing.TRIVIAL, "churn", (ONE, TWO)),
    ]
    datum = missing_datum(found[0])
    assert (datum.id, datum.value, datum.records) == ("no-baseline:churn/smote", 0, (ONE,))


@pytest.mark.parametrize(
    ("name", "params", "trivial"),
    [
        ("majority", {}, True),
        ("base", {"strategy": "most_frequent"}, True),
        ("last-value", {}, True),
        ("base", {"model": "DummyClassifier"}, True),
        ("base", {"model": "dummy"}, True),
        ("base", {"model": "priority-queue"}, False),
        ("base", {"model": "random forest"}, False),
        ("base", {"note": "多数类"}, True),
        ("base", {"split": "stratified"}, False),
        ("naive-bayes", {}, False),
        ("naive", {}, True),
    ],
)
def test_what_is_called_trivial_is(make_history, name, params, trivial) -> None:
    history = make_history(Experiment(ONE, {name: Arm("baseline", [0.5], params)}))
    assert (missing_baselines(history) == ()) is trivial
