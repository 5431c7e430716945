"""What could be tried next, and how urgent each is."""

from __future__ import annotations

import math
from typing import Any

import pytest

from expdocs.analytics.candidates import Sort, candidates, seeds_needed, taken_up
from expdocs.analytics.exhaustion import lines
from expdocs.analytics.missing import missing_baselines
from expdocs.analytics.outlook import Advice
from expdocs.analytics.priority import FACTORS, SEVERITY, fitting
from expdocs.analytics.suggestiondata import suggestion_data
from expdocs.analytics.suggestions import Asked, suggest
from tests.analytics.conftest import Arm, Experiment
from tests.analytics.test_frame import compact
from tests.analytics.test_history import RENAME
from tests.analytics.test_lines import decision, option

ONE, TWO, THREE = (f"EXP-2026-11-0{n}-{n}00" for n in (1, 2, 3))
DUMMY = Arm("baseline", [0.5, 0.52], {"model": "dummy"}, seconds=1800)


def found(history: Any, *steps: str) -> dict[str, Any]:
    listed = candidates(history, lines(history), missing_baselines(history), steps)
    return {one.subject: one for one in listed}


def test_five_shared_seeds_are_the_fewest_that_tell() -> None:
    assert seeds_needed() == 5
    assert 1 / 2**5 <= 0.05 < 1 / 2**4


def test_missing_baselines_of_open_lines_and_projects(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.7])}),
        Experiment(TWO, {"b": Arm("candidate", [0.7])}, approach="gone", verdict="archived"),
    )
    assert list(found(history)) == [f"baseline/{ONE}", f"baseline/{TWO}/trivial"]


@pytest.mark.parametrize(
    ("arms", "lacking"),
    [
        ({"base": DUMMY, "a": Arm("candidate", [0.7])}, {"seeds/@/a": 5}),
        ({"base": DUMMY, "a": Arm("candidate", [0.7, 0.8])}, {"seeds/@/a": 3}),
        ({"base": DUMMY, "a": Arm("final", [0.7])}, {}),
        ({"base": DUMMY, "a": Arm("ablation", [0.7])}, {}),
        ({"base": DUMMY, "a": Arm("candidate", [0.7]), "b": Arm("candidate", [0.6])},
         {"seeds/@/a": 5}),
        ({"base": Arm("baseline", [0.5] * 5, {"model": "dummy"}), "a": Arm("candidate", [0.6] * 5)},
         {}),
    ],
)  # fmt: skip
def test_seeds_that_are_lacking(make_history, arms, lacking) -> None:
    got = found(make_history(Experiment(ONE, arms)))
    assert {subject: one.runs for subject, one in got.items()} == {
        subject.replace("@", ONE): number for subject, number in lacking.items()
    }


def test_a_hypothesis_that_was_decided_needs_no_more_seeds(make_history) -> None:
    arms = {"base": DUMMY, "a": Arm("candidate", [0.9, 0.91])}
    tested = Experiment(ONE, arms)
    assert list(found(make_history(tested))) == [f"seeds/{ONE}/a"]
    text = tested.text().replace("{exploratory: What happens?}", "It helps.")
    decided = text.replace("goal: maximize}", "goal: maximize, effect: 0.1}")
    assert list(found(make_history(tested, files={tested.path: decided}))) == []


def test_an_untested_level_of_one_factor(make_history) -> None:
    arms = {
        "base": DUMMY,
        **{f"c{n}": Arm("candidate", [value], {"depth": str(n)}, seconds=60)
           for n, value in ((4, 0.7), (16, 0.9), (64, 0.8))},
    }  # fmt: skip
    level = found(make_history(Experiment(ONE, arms)))[f"level/{ONE}/depth"]
    assert (level.sort, level.level, level.runs) == (Sort.LEVEL, 32, 1)


def test_next_steps_of_open_lines_that_nobody_followed(make_history) -> None:
    arms = {"base": DUMMY}
    follows = f"links:\n  - {{type: follows, target: {ONE}}}\n"
    history = make_history(
        Experiment(ONE, arms, approach="one"),
        Experiment(TWO, arms, approach="two", more=follows),
        Experiment(THREE, arms, approach="three", verdict="archived"),
    )
    assert taken_up(history) == {ONE: TWO}
    assert list(found(history, ONE, TWO, THREE)) == [f"step/{TWO}"]
    assert list(found(history)) == []


@pytest.mark.parametrize(
    ("verdict", "experiments", "kept"),
    [("iterate", [ONE], True), ("archived", [ONE], False), ("archived", [], True)],
)
def test_options_that_were_put_off(make_history, verdict, experiments, kept) -> None:
    files = decision(1, options=option("chosen") + option("deferred", *experiments))
    history = make_history(Experiment(ONE, {"base": DUMMY}, verdict=verdict), files=files)
    assert list(found(history)) == (["option/DEC-2026-11-11-100/2"] if kept else [])


# --- priorities


def test_factors_worked_out_by_hand(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6], seconds=3600)}),
        Experiment(TWO, {"b": Arm("candidate", [0.7], seconds=7200)}),
        files=compact(1, target="0.9"),
    )
    listed = suggest(history, Asked(), [TWO]).ranked
    (step,) = [one.scored for one in listed if one.scored.candidate.sort is Sort.STEP]
    factors = {factor.name: factor for factor in step.factors}
    assert list(factors) == list(FACTORS)
    # Three tries: the dummy of the line's first record, 0.6 and 0.7; two of them a new best.
    assert factors["probability"].value == (2 + 1) / (3 + 2)
    # Two runs are behind the dummy, one behind the others.
    assert factors["confidence"].value == (2 + 1) / (2 + 2)
    assert factors["severity"].value == SEVERITY[Sort.STEP]
    assert factors["importance"].value == 1
    # The last improvement was 0.1, and 0.2 is missing.
    assert factors["impact"].value == pytest.approx(0.5)
    # Four hours over four runs: one hour; an experiment took two so far.
    assert step.hours == 1
    assert factors["affordability"].value == pytest.approx(2 / 3)
    assert step.priority == pytest.approx(100 * 3 / 5 * 3 / 4 * 0.5 * 0.5 * 2 / 3)


def test_hours_that_are_left_change_what_is_affordable(make_history) -> None:
    history = make_history(Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6])}))
    for hours, value in ((0, 0), (1, None), (9, None)):
        (one,) = suggest(history, Asked(hours=hours)).ranked
        factor = one.scored.factors[-1]
        needed = one.scored.hours
        assert factor.value == (value if value is not None else hours / (hours + needed))
        assert one.fits is (needed <= hours)


def test_a_compacts_budget_is_what_is_left_since_then(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.6], seconds=3600)}),
        Experiment(TWO, {"b": Arm("candidate", [0.7], seconds=7200)}),
        files=compact(2, "At most 5 GPU hours, done by 2026-11-06."),
    )
    got = suggest(history, Asked())
    assert (got.left["churn"].hours, got.left["churn"].budget) == (3, 5)
    look = got.outlooks["churn"]
    # Two experiments on two days, four days left.
    assert (look.days, look.pace, look.fits) == (4, 1, 4)
    asked = suggest(history, Asked(hours=1.5, deadline="2026-11-02"))
    assert (asked.left["churn"].hours, asked.outlooks["churn"].fits) == (1.5, 0)
    assert not any(one.fits for one in asked.ranked)


def test_what_does_not_fit_leaves_room_for_what_takes_less(make_history) -> None:
    history = make_history(Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6])}))
    (one,) = suggest(history, Asked()).ranked
    listed = [one.scored._replace(hours=hours) for hours in (3.0, 5.0, 2.0, None, 1.0)]
    assert fitting(listed, 5, None) == [True, False, True, True, False]
    assert fitting(listed, None, 2) == [True, True, False, False, False]
    assert fitting(listed, None, None) == [True] * 5


def test_the_order_does_not_depend_on_the_order_of_records(make_history) -> None:
    experiments = [
        Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6])}),
        Experiment(TWO, {"b": Arm("candidate", [0.7])}, approach="other"),
    ]
    one = suggest(make_history(*experiments), Asked(), [ONE, TWO]).ranked
    other = suggest(make_history(*reversed(experiments)), Asked(), [TWO, ONE]).ranked
    assert one == other
    priorities = [each.scored.priority for each in one]
    assert priorities == sorted(priorities, reverse=True)
    assert all(0 <= priority <= 100 for priority in priorities)


# --- whether to go on


@pytest.mark.parametrize(
    ("verdict", "target", "advice", "because"),
    [
        ("iterate", "0.9", Advice.CONTINUE, "a line is open"),
        ("archived", "0.9", Advice.PIVOT, "no line is open"),
        ("archived", "0.6", Advice.STOP, "the target is reached"),
        ("iterate", None, Advice.CONTINUE, "a line is open"),
        ("archived", None, Advice.PIVOT, "no line is open"),
    ],
)
def test_the_rule_on_pivoting(make_history, verdict, target, advice, because) -> None:
    files = compact(1, target=target) if target else {}
    history = make_history(
        Experiment(ONE, {"a": Arm("candidate", [0.7])}, verdict=verdict), files=files
    )
    (judgement,) = suggest(history, Asked()).judgements
    assert (judgement.advice, judgement.because) == (advice, because)


def test_a_target_at_an_exchanged_metric_is_to_be_framed_anew(make_history) -> None:
    files = {**compact(1, metric="f1"), "decisions/DEC-2026-11-05-500.md": RENAME}
    history = make_history(Experiment(ONE, {"a": Arm("candidate", [0.7])}), files=files)
    (judgement,) = suggest(history, Asked()).judgements
    assert judgement.advice is Advice.REFRAME
    assert judgement.record_ids == ("CMP-2026-11-01-900", "DEC-2026-11-05-500")


# --- as data


def test_every_operand_is_a_datum_or_a_citation(make_history) -> None:
    history = make_history(
        Experiment(ONE, {"base": DUMMY, "a": Arm("candidate", [0.6], {"c": "1"}),
                         "b": Arm("candidate", [0.7], {"c": "2"})}),
        files=compact(1, "9 GPU hours, by 2026-12-01.", target="0.9"),
    )  # fmt: skip
    data = {one.id: one for one in suggestion_data(suggest(history, Asked(), [ONE]))}
    cited = ("run:", "mean:", "verdict:", "title:")
    wanted = {name for one in data.values() for name in one.operands}
    assert {name for name in wanted if not name.startswith(cited)} <= data.keys()
    for one in data.values():
        if one.id.startswith("priority:"):
            product = 100 * math.prod(float(data[name].value) for name in one.operands)
            assert one.value == pytest.approx(product)
    assert data["hours-left:churn"].operands == ("budget:churn", "hours-since:churn")
