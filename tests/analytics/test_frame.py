"""What compacts ask for and allow, metrics that were exchanged, and what repeats what."""

from __future__ import annotations

from decimal import Decimal

import pytest

from expdocs.analytics.allowance import allowances, is_day
from expdocs.analytics.changes import change_datum, metric_changes
from expdocs.analytics.gap import gap_data, gaps
from expdocs.analytics.repeats import repeat_datum, repeats
from tests.analytics.conftest import Arm, Experiment
from tests.analytics.test_history import RENAME

ONE, TWO, THREE = (f"EXP-2026-11-0{n}-{n}00" for n in (1, 2, 3))


def compact(
    number: int, *constraints: str, target: str = "0.85", metric: str = "val_f1",
    goal: str = "maximize", status: str = "accepted",
) -> dict[str, str]:  # fmt: skip
    id_ = f"CMP-2026-11-0{number}-900"
    said = "".join(f'  - "{text}"\n' for text in constraints)
    return {
        f"journal/compacts/{id_}.md": f"---\nid: {id_}\nkind: compact\ntitle: Frame\n"
        f"status: {status}\ndate: 2026-11-0{number}\nauthors: [ana]\nproject: churn\ntags: []\n"
        f"success_metric: {{name: {metric}, goal: {goal}, target: {target}}}\n"
        f"guardrail_metrics: [{{name: val_f1, op: '>=', value: 0.1}}]\n"
        f"constraints:\n{said or '  - none'}\n---\n"
    }


# --- the gap


@pytest.mark.parametrize(
    ("goal", "target", "missing", "met"),
    [
        ("maximize", "0.85", "0.03", False),
        ("maximize", "0.82", "0", True),
        ("maximize", "0.5", "-0.32", True),
        ("minimize", "0.5", "0.2", False),
        ("minimize", "0.75", "-0.05", True),
    ],
)
def test_the_gap_to_the_target(make_history, goal, target, missing, met) -> None:
    arms = {"a": Arm("candidate", [0.7]), "b": Arm("candidate", [0.80, 0.84])}
    history = make_history(
        Experiment(ONE, arms, goal=goal), files=compact(1, target=target, goal=goal)
    )
    (gap,) = gaps(history)
    assert (gap.missing, gap.met) == (Decimal(missing), met)
    data = {one.id.partition(":")[0]: one for one in gap_data(gap)}
    assert data["gap"].operands == (
        "target:CMP-2026-11-01-900/val_f1",
        "best-for:CMP-2026-11-01-900/val_f1",
    )
    assert data["best-for"].records == (ONE,)
    assert data["gap"].goal == "minimize"


def test_a_gap_is_found_at_a_metric_that_is_not_primary(make_history) -> None:
    arms = {"a": Arm("candidate", [0.7], others={"recall": 0.9}), "x": Arm("ablation", [0.5])}
    (gap,) = gaps(make_history(Experiment(ONE, arms), files=compact(1, metric="recall")))
    assert gap.missing == Decimal("-0.05")


def test_without_a_result_there_is_a_target_and_no_gap(make_history) -> None:
    draft = Experiment(ONE, {"a": Arm("candidate", [0.9])}, status="draft")
    (gap,) = gaps(make_history(draft, files=compact(1)))
    assert (gap.best, gap.missing, gap.met) == (None, None, False)
    assert [one.id for one in gap_data(gap)] == ["target:CMP-2026-11-01-900/val_f1"]


def test_a_compact_that_does_not_stand_asks_for_nothing(make_history) -> None:
    assert gaps(make_history(files=compact(1, status="superseded"))) == ()


# --- what is allowed


@pytest.mark.parametrize(
    ("text", "hours", "deadline"),
    [
        ("At most 40 GPU hours until the review.", 40, ""),
        ("12.5 run hours, done by 2026-12-01.", 12.5, "2026-12-01"),
        ("Deadline: 2026-12-24", None, "2026-12-24"),
        ("最多 8 GPU小时，截止 2026-12-01。", 8, "2026-12-01"),
        ("80 compute-hours or 60 GPU-h, whichever is less", 60, ""),
    ],
)
def test_hours_and_deadlines_that_constraints_name(make_history, text, hours, deadline) -> None:
    found = allowances(make_history(files=compact(1, "No network.", text)))["churn"]
    assert (found.hours, found.deadline, found.words) == (hours, deadline, (text,))


@pytest.mark.parametrize(
    "text",
    [
        "Answers within 2 hours.",
        "Data from before 2026-01-01 must not be used.",
        "By 2026-13-45 at the latest.",
        "Delivered 100 ms after the GPU starts",
    ],
)
def test_other_hours_and_days_are_none(make_history, text) -> None:
    assert allowances(make_history(files=compact(1, text))) == {}


def test_the_latest_compact_that_says_anything_counts(make_history) -> None:
    files = compact(1, "9 GPU hours") | compact(2, "8 GPU hours") | compact(3, "No network.")
    assert allowances(make_history(files=files))["churn"].record_id == "CMP-2026-11-02-900"


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-02-28", True), ("2026-02-30", False), ("20260228", False), ("soon", False)],
)
def test_days(text, day) -> None:
    assert is_day(text) is day


# --- metrics that were exchanged


def test_metric_changes_with_what_came_before_and_after(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.7])}),
        Experiment(TWO, {"a": Arm("candidate", [0.7])}, metric="f1"),
        Experiment(THREE, {"a": Arm("candidate", [0.7])}, metric="pr_auc"),
        files={"decisions/DEC-2026-11-05-500.md": RENAME},
    )
    same, other = metric_changes(history)
    assert (same.rename.new, same.before, same.after, same.date) == (
        *("f1", (ONE,), (TWO,)),
        "2026-11-05",
    )
    assert (other.rename.same, other.before, other.after) == (False, (TWO,), (THREE,))
    data = [change_datum(one) for one in (same, other)]
    assert [(one.id, one.value) for one in data] == [
        ("renamed:DEC-2026-11-05-500/val_f1", "f1"),
        ("renamed:DEC-2026-11-05-500/f1", "pr_auc"),
    ]
    assert "values do not compare" in data[1].meaning


# --- repeats


def test_what_nearly_repeats_an_earlier_experiment(make_history) -> None:
    params = {"model": "tree", "depth": "8", "lr": "0.1", "x": "1", "y": "2"}
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.7], params)}),
        Experiment(TWO, {"b": Arm("candidate", [0.8], params)}, approach="again"),
        Experiment(THREE, {"c": Arm("candidate", [0.8], {**params, "depth": "7"})}),
        Experiment("EXP-2026-11-04-400", {"d": Arm("candidate", [0.8], {"model": "line"})}),
        Experiment("EXP-2026-11-05-500", {}),
    )
    found = repeats(history)
    # One of five parameters and the data: depth is an eighth of its range apart.
    assert [(one.record_id, one.earlier_id, one.distance, one.differing) for one in found] == [
        (TWO, ONE, 0, ""),
        (THREE, ONE, pytest.approx(1 / 48), "depth"),
        (THREE, TWO, pytest.approx(1 / 48), "depth"),
    ]
    assert repeats(history, within=0.02) == found[:1]
    datum = repeat_datum(found[0])
    assert (datum.id, datum.value, datum.records) == (f"distance:{ONE}..{TWO}", 0, (TWO, ONE))


def test_sharing_a_baseline_is_no_repeat(make_history) -> None:
    base = Arm("baseline", [0.7], {"c": "1"}, runs=["shared"])
    history = make_history(
        Experiment(ONE, {"base": base, "a": Arm("candidate", [0.7], {"c": "5", "kind": "x"})}),
        Experiment(TWO, {"base": base, "b": Arm("candidate", [0.8], {"c": "9", "kind": "y"})}),
    )
    assert repeats(history) == ()
