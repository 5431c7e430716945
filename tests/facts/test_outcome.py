"""Outcomes against numbers that scipy, or a hand with a table of t, gives for the same runs.

base: .70 .72 .74 (mean .72, sd .02); cand: .80 .81 .79 .80 (mean .80, sd .0081650). The gain is .08
with a standard error of sqrt(.0004/3 + .0000667/4) = .0122474 and 2.50515 degrees of freedom.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from expdocs.facts.outcome import Outcome, outcome_of
from expdocs.facts.student import cumulated, quantile
from expdocs.site.plan import plan_site
from expdocs.site.urls import listing_url
from expdocs.workspace import Workspace

# Two-sided quantiles as tables print them: degrees of freedom, share, value.
TABLE = [
    (1, 0.975, 12.706),
    (2, 0.975, 4.303),
    (5, 0.975, 2.571),
    (10, 0.975, 2.228),
    (30, 0.975, 2.042),
    (120, 0.975, 1.980),
    (4, 0.995, 4.604),
    (10, 0.95, 1.812),
]


@pytest.mark.parametrize(("freedom", "share", "value"), TABLE)
def test_quantiles_are_those_of_printed_tables(freedom, share, value) -> None:
    assert round(quantile(share, freedom), 3) == value


@given(st.floats(0.9, 0.9999), st.floats(1, 1e5))
def test_quantiles_are_those_of_scipy(share: float, freedom: float) -> None:
    found = quantile(share, freedom)
    assert math.isclose(found, stats.t.ppf(share, freedom), rel_tol=1e-6)
    assert math.isclose(cumulated(found, freedom), share, abs_tol=1e-9)


# --- outcomes of records


def outcome(root: Path, record: str = "EXP-2026-11-20-500") -> Outcome | None:
    workspace = Workspace.open(root)
    with workspace.context() as context:
        return outcome_of(workspace.record(record), context.facts)


def with_effect(seeded: Any, effect: float, goal: str = "maximize") -> Outcome:
    """Return the outcome of the seeded experiment for another effect."""
    seeded.change("effect: 0.02", f"effect: {effect}")
    seeded.change("goal: maximize", f"goal: {goal}")
    found = outcome(seeded.root)
    assert found is not None
    return found


def interval(level: float = 0.95) -> tuple[float, float]:
    """Return the Welch interval as scipy has it."""
    test = stats.ttest_ind([0.80, 0.81, 0.79, 0.80], [0.70, 0.72, 0.74], equal_var=False)
    found = test.confidence_interval(level)
    return float(found.low), float(found.high)


LOW, HIGH = interval()


@pytest.mark.parametrize(
    ("effect", "name"),
    [
        (0.02, "supported"),
        (round(LOW - 0.0001, 4), "supported"),
        (round(LOW + 0.0001, 4), "inconclusive"),
        (0.08, "inconclusive"),
        (round(HIGH - 0.0001, 4), "inconclusive"),
        (round(HIGH + 0.0001, 4), "refuted"),
        (0.5, "refuted"),
    ],
)
def test_the_interval_is_held_against_the_effect(effect, name, seeded) -> None:
    found = with_effect(seeded, effect)
    assert (found.name, found.measured) == (name, True)


def test_the_reason_says_it_in_numbers(seeded) -> None:
    found = with_effect(seeded, 0.02)
    assert found.reason == (
        "val_f1 gets better by 0.0800 from base to cand (3 and 4 runs), "
        f"95 % interval of the gain {LOW:.4f} to {HIGH:.3f}, wholly above the effect of 0.020"
    )
    assert len(found.keys) == 7
    assert {key.key for key in found.keys} == {"metrics.val_f1@last"}


def test_where_less_is_better_the_gain_turns(seeded) -> None:
    found = with_effect(seeded, 0.02, goal="minimize")
    assert found.name == "refuted"
    assert "val_f1 gets worse by 0.0800" in found.reason


def test_several_candidates_share_the_level(seeded) -> None:
    # c1 and c2 against c3 and c4: each candidate is held to 97.5 %.
    for name in ("c3", "c4"):
        seeded.change(
            f"as: {name}, role: candidate, group: cand", f"as: {name}, role: candidate, group: more"
        )
    found = with_effect(seeded, 0.001)
    test = stats.ttest_ind([0.80, 0.81], [0.70, 0.72, 0.74], equal_var=False)
    low, high = test.confidence_interval(0.975)
    assert "97.5 % interval" in found.reason
    assert f"{low:.3g} to {high:.3g}" in found.reason.replace("0.0100", "0.01")


def test_the_worst_of_several_baselines_decides(seeded) -> None:
    for name in ("c3", "c4"):
        seeded.change(
            f"as: {name}, role: candidate, group: cand", f"as: {name}, role: baseline, group: high"
        )
    found = with_effect(seeded, 0.02)
    assert found.name == "inconclusive"
    assert "from high to" in found.reason


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            ", role: candidate, group: cand",
            ", role: candidate",
            "c1 ran once: without repeated seeds",
        ),
        (
            ", role: baseline, group: base",
            ", role: baseline",
            "b1 ran once: without repeated seeds",
        ),
        (", role: baseline, group: base", ", role: ablation", "no run has the role baseline"),
        (
            ", role: candidate, group: cand",
            ", role: ablation",
            "the best run of a sweep is no candidate: repeat it with other seeds",
        ),
        ("name: val_f1,", "name: val_f2,", "run 'b1' has no metric 'val_f2'"),
    ],
)
def test_without_repeats_it_is_inconclusive(old, new, reason, seeded) -> None:
    seeded.change(old, new)
    found = outcome(seeded.root)
    assert found is not None
    assert (found.name, found.measured) == ("inconclusive", False)
    assert found.reason.startswith(reason)


def test_final_runs_count_where_there_are_no_candidates(seeded) -> None:
    seeded.change("role: candidate", "role: final")
    assert with_effect(seeded, 0.02).name == "supported"


def test_repeats_that_do_not_differ_tell_nothing(seeded) -> None:
    """Runs with one seed give one value again and again, which looks certain and is not."""
    runs = seeded.text.split("runs:\n")[1].split("commit:")[0]
    same = "".join(
        f"  - {{id: {run}, as: r{n}, role: {role}, group: {role}}}\n"
        for n, (run, role) in enumerate(
            [
                ("9e20a4f780104459a8c141c87a951182", "baseline"),
                ("9e20a4f780104459a8c141c87a951182", "baseline"),
                ("77aa03b1c2d94f6e8a5b1c0d9e8f7a6b", "candidate"),
                ("77aa03b1c2d94f6e8a5b1c0d9e8f7a6b", "candidate"),
            ]
        )
    )
    seeded.change(runs, same)
    found = outcome(seeded.root)
    assert found is not None
    assert (found.name, found.measured) == ("inconclusive", False)
    assert found.reason.startswith("the repeats do not differ at all")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hypothesis: SMOTE raises", "hypothesis: {exploratory: what helps} # raises"),
        ("hypothesis: SMOTE raises", "hypothesis: {unknown: nobody wrote it down} # raises"),
        (", effect: 0.02", ""),
        ("effect: 0.02", "effect: -1"),
        ("goal: maximize", "goal: up"),
        ("metric: {name: val_f1, goal: maximize, effect: 0.02}", "metric: 3"),
    ],
)
def test_where_nothing_was_claimed_there_is_no_outcome(old, new, seeded) -> None:
    seeded.change(old, new)
    assert outcome(seeded.root) is None


def test_missing_evidence_is_a_reason(seeded) -> None:
    for path in (seeded.root / "journal/evidence/mlflow").rglob("*.json"):
        path.unlink()
    found = outcome(seeded.root)
    assert found is not None
    assert (found.name, found.measured) == ("inconclusive", False)
    assert "has no snapshot" in found.reason


# --- the warning


def warnings(seeded: Any, run_cli: Any) -> list[str]:
    done = run_cli("check", "--format", "json", "--select", "CLM109", cwd=seeded.root)
    return [one["severity"] for one in done.findings()]


@pytest.mark.parametrize(("effect", "found"), [(0.02, []), (0.08, ["warning"]), (0.5, ["warning"])])
def test_a_promotion_against_repeated_runs_is_a_warning(effect, found, seeded, run_cli) -> None:
    seeded.change("effect: 0.02", f"effect: {effect}")
    assert warnings(seeded, run_cli) == []
    seeded.change("verdict: iterate", "verdict: promoted")
    assert warnings(seeded, run_cli) == found


def test_a_promotion_without_repeats_is_none(seeded, run_cli) -> None:
    seeded.change("verdict: iterate", "verdict: promoted")
    seeded.change(", role: candidate, group: cand", ", role: candidate")
    assert warnings(seeded, run_cli) == []


# --- pages


def test_page_and_list_show_the_outcome(seeded) -> None:
    workspace = Workspace.open(seeded.root)
    with workspace.context() as context:
        plan = plan_site(workspace, context, name="Journal")
    page = next(one for one in plan.pages if one.title and one.url.endswith("-500.html"))
    assert "Outcome, computed from the runs" in page.html
    assert "wholly above the effect of 0.020" in page.html
    listing = next(one for one in plan.pages if one.url == listing_url("kinds", "experiment"))
    assert '<td data-label="Outcome">supported</td>' in listing.html
    assert '<td data-label="Outcome">inconclusive</td>' in listing.html
