"""expdocs decide: candidates, criteria and gates on runs that MLflow recorded."""

from __future__ import annotations

import json
import statistics
from typing import Any

import pytest
from scipy import stats

CRITERIA = ("--criterion", "val_f1:maximize:0.6", "--criterion", "latency_ms:minimize:0.4")
F1 = {"weights": (0.7912, 0.7931, 0.7904), "smote": (0.8124, 0.8152, 0.8137), "focal": (0.8023,)}
LATENCY = {"weights": (4.0, 4.125, 4.25), "smote": (9.0, 9.125, 9.25), "focal": (4.125,)}
MEANS = {name: statistics.fmean(values) for name, values in F1.items()}


@pytest.fixture
def entry(trained: Any, run_cli: Any) -> str:
    """An experiment over all runs but the broken ones; its id."""
    arguments = [
        "--metric", "val_f1", "--approach", "imbalance",
        *(x for n in range(3) for x in ("--baseline", f"weights-{n}")),
        *(x for n in range(3) for x in ("--run", f"smote-{n}")),
        *("--run", "focal", "--run", "broken", "--run", "blind", "--sweep", "search"),
    ]  # fmt: skip
    (trained.root / "day.md").write_text("Result: all ran.\n")
    ran = run_cli("log", "day.md", *arguments, cwd=trained.root)
    assert ran.code == 0, ran.err
    return str(ran.out.splitlines()[-1].rpartition("/")[2][:18])


def decide(run_cli: Any, trained: Any, *arguments: str) -> dict[str, Any]:
    ran = run_cli("decide", *arguments, "--json", cwd=trained.root)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found["candidates"]}


def three(entry: str) -> list[str]:
    names = ("weights-seeds", "smote-seeds", "focal")
    return [x for name in names for x in ("--candidate", f"{entry}/{name}")]


def test_scores_are_the_weighted_means_of_scaled_means(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, *three(entry), *CRITERIA)
    low, high = MEANS["weights"], MEANS["smote"]
    expected = {
        "weights-seeds": 0.4,  # worst f1, best latency (4.125 as focal)
        "smote-seeds": 0.6,
        "focal": 0.6 * (MEANS["focal"] - low) / (high - low) + 0.4,
    }
    for name, one in by_name(found).items():
        assert one["score"] == pytest.approx(expected[name], abs=1e-12)
    assert found["first"] == ["focal"]
    assert by_name(found)["weights-seeds"]["dominated_by"] == ["focal"]
    outcomes = {name: one["outcome"] for name, one in by_name(found).items()}
    assert outcomes == {"focal": "chosen", "smote-seeds": "rejected", "weights-seeds": "rejected"}
    assert found["notes"] == []


def test_the_ratio_scale_is_the_part_of_the_best(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, *three(entry), *CRITERIA, "--scale", "ratio")
    smote = by_name(found)["smote-seeds"]
    assert smote["score"] == pytest.approx(0.6 * 1 + 0.4 * 4.125 / 9.125, abs=1e-12)
    assert smote["values"][1]["scaled"] == pytest.approx(4.125 / 9.125, abs=1e-12)


def test_a_moved_weight_that_changes_the_first_place_is_told(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, *three(entry), *CRITERIA)
    # With 0.7 for val_f1 smote has 0.7; focal 0.7 * 0.4835 + 0.3 = 0.638.
    shares = {(one["criterion"], round(one["share"], 6)): one["first"] for one in found["moved"]}
    assert shares == {
        ("val_f1", 0.5): ["focal"],
        ("val_f1", 0.7): ["smote-seeds"],
        ("latency_ms", 0.3): ["smote-seeds"],
        ("latency_ms", 0.5): ["focal"],
    }
    assert (
        "With a share of `0.700` for `val_f1` the first place is that of `smote-seeds`."
        in (found["text"])
    )


def test_the_draft_cites_every_value_and_checks_clean(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, *three(entry), *CRITERIA, "--decider", "li")
    text = found["text"]
    assert (trained.root / found["path"]).read_text() == text
    assert f"[0.8138](mean:{entry}/smote-seeds#val_f1)" in text
    assert f"± [0.0014](sd:{entry}/smote-seeds#val_f1)" in text
    assert f"[0.8023](run:{entry}/focal#val_f1)" in text
    assert "deciders: [li]\n" in text
    assert "criteria:\n  - {name: val_f1, goal: maximize, weight: 0.6}\n" in text
    assert 'reason: "Score 0.600 against 0.690 of focal: val_f1 0.8138 against 0.8023' in text
    assert f"experiments: [{entry}]" in text
    ran = run_cli("check", "--format", "json", "--select", "REC,CLM,LNK,EVD", cwd=trained.root)
    assert ran.findings() == []
    # With its questions answered it could be proposed.
    proposed = run_cli("check", "--format", "json", found["path"], cwd=trained.root).findings()
    assert {one["severity"] for one in proposed} <= {"warning"}


def test_the_interval_between_two_groups_is_that_of_welch(entry, trained, run_cli) -> None:
    pair = [x for n in ("weights-seeds", "smote-seeds") for x in ("--candidate", f"{entry}/{n}")]
    text = decide(run_cli, trained, *pair, "--criterion", "val_f1:maximize:1")["text"]
    welch = stats.ttest_ind(F1["smote"], F1["weights"], equal_var=False).confidence_interval(0.95)
    assert f"`{welch.low:.4f}` to `{welch.high:.4f}`." in text
    assert "`val_f1` `smote-seeds` and `weights-seeds` differ" in text


def test_groups_whose_intervals_overlap_cannot_be_told_apart(entry, trained, run_cli) -> None:
    trained.python(
        "mlflow.set_experiment('churn')\n"
        "for seed, f1 in enumerate((0.8119, 0.8158, 0.8141)):\n"
        "    with mlflow.start_run(run_name=f'adasyn-{seed}'):\n"
        "        mlflow.log_params({'seed': seed, 'sampler': 'adasyn'})\n"
        "        mlflow.log_metric('val_f1', f1)\n"
    )
    (trained.root / "day.md").write_text("Result: all ran.\n")
    runs = [x for n in range(3) for x in ("--run", f"adasyn-{n}")]
    ran = run_cli("log", "day.md", *runs, cwd=trained.root)
    other = ran.out.splitlines()[-1].rpartition("/")[2][:18]
    pair = ("--candidate", f"{entry}/smote-seeds", "--candidate", other)
    text = decide(run_cli, trained, *pair, "--criterion", "val_f1:max:1")["text"]
    assert "cannot be told apart: the `95 %` interval of the improvement (Welch) is `-" in text
    assert "which holds zero" in text


def test_gates_fail_closed_and_are_written_with_the_runs_that_meet_them(
    entry, trained, run_cli
) -> None:
    names = [*three(entry), "--candidate", f"{entry}/blind"]
    found = decide(run_cli, trained, *names, *CRITERIA, "--gate", "val_f1 >= 0.81")
    candidates = by_name(found)
    assert found["first"] == ["smote-seeds"]
    assert candidates["focal"]["outcome"] == "rejected"
    assert candidates["focal"]["reason"] == "Gate val_f1 >= 0.81 not met: focal has 0.8023."
    assert candidates["blind"]["outcome"] == "rejected"
    assert "blind has no metric 'val_f1'" in candidates["blind"]["reason"]
    ids = [trained.run_id(f"smote-{n}") for n in range(3)]
    for run_id in ids:
        assert f'{{metric: val_f1, op: ">=", value: 0.81, run: {run_id}}}' in found["text"]
    assert "is not met by 3 of 3 runs: [0.7912](" in found["text"]
    assert run_cli("check", cwd=trained.root).code == 0


def test_a_compact_that_the_experiment_tests_brings_its_gates(entry, trained, run_cli) -> None:
    ran = run_cli("new", "compact", "Find who leaves", cwd=trained.root)
    compact = ran.out.splitlines()[-1]
    text = (trained.root / compact).read_text()
    guard = "guardrail_metrics:\n  - {name: latency_ms, op: <=, value: 5}\n"
    head, _, rest = text.partition("guardrail_metrics:")
    (trained.root / compact).write_text(head + guard + rest.partition("\n")[2])
    name = compact.rpartition("/")[2][:18]
    path = next((trained.root / "journal/experiments").rglob(f"{entry}*"))
    linked = f"links: [{{type: tests, target: {name}}}]"
    path.write_text(path.read_text().replace("links: []", linked))
    found = decide(run_cli, trained, *three(entry), *CRITERIA)
    smote = by_name(found)["smote-seeds"]
    assert smote["outcome"] == "rejected"
    assert smote["gates"][0]["of"] == name
    assert f"{{type: decides, target: {name}}}" in found["text"]


def test_a_candidate_without_a_number_has_no_score(entry, trained, run_cli) -> None:
    names = [*three(entry), "--candidate", f"{entry}/broken", "--candidate", f"{entry}/blind"]
    found = decide(run_cli, trained, *names, *CRITERIA)
    broken, blind = (by_name(found)[name] for name in ("broken", "blind"))
    assert (broken["score"], blind["score"]) == (None, None)
    assert (broken["outcome"], blind["outcome"]) == ("deferred", "deferred")
    assert "the value is nan" in broken["reason"]
    assert "has no metric 'val_f1'" in blind["reason"]
    assert found["first"] == ["focal"]  # their latencies count for the scale, and for nothing else


def test_a_criterion_without_values_is_left_to_people(entry, trained, run_cli) -> None:
    quality = ("--criterion", "Can be explained:maximize:0.2")
    found = decide(run_cli, trained, *three(entry), *CRITERIA, *quality)
    assert found["notes"] == [
        "the weights add up to 1.20: scores are divided by that",
        "no run has a value for 'Can be explained': judge it yourselves",
    ]
    assert [one["scored"] for one in found["criteria"]] == [True, True, False]
    assert "<!-- ? How does each candidate fare by it, and who judged that? -->" in found["text"]
    alone = decide(run_cli, trained, *three(entry), "--criterion", "Can be explained:max:1")
    assert alone["first"] == []
    assert {one["outcome"] for one in alone["candidates"]} == {"deferred"}


def test_level_candidates_leave_the_outcome_open(entry, trained, run_cli) -> None:
    pair = ("--candidate", f"{entry}/focal", "--candidate", f"{entry}/weights-1")
    found = decide(run_cli, trained, *pair, "--criterion", "latency_ms:minimize:1")
    assert found["first"] == ["focal", "weights-1"]
    assert [one["outcome"] for one in found["candidates"]] == [None, None]
    assert "outcome: ," in found["text"]
    assert run_cli("check", cwd=trained.root).code == 0


def test_one_candidate_is_told_of(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, "--candidate", f"{entry}/focal", *CRITERIA)
    assert found["notes"] == ["there is one candidate: nothing was compared"]
    assert found["first"] == ["focal"]
    assert run_cli("check", cwd=trained.root).code == 0


def test_runs_that_no_record_lists_are_pulled_and_cited_by_id(trained, run_cli) -> None:
    found = decide(run_cli, trained, "--candidate", "smote-0", "--candidate", "focal", *CRITERIA)
    assert f"[0.8124](run:{trained.run_id('smote-0')}#val_f1)" in found["text"]
    ran = run_cli("check", "--format", "json", "--select", "CLM,REC,LNK", cwd=trained.root)
    assert ran.findings() == []


def test_parameters_and_the_duration_are_criteria(entry, trained, run_cli) -> None:
    pair = ("--candidate", f"{entry}/focal", "--candidate", f"{entry}/weights-1")
    criteria = ("params.seed:minimize:0.5", "attributes.duration:minimize:0.5")
    given = [x for one in criteria for x in ("--criterion", one)]
    found = decide(run_cli, trained, *pair, *given)
    for name in ("focal", "weights-1"):
        row = trained.sql("select start_time, end_time from runs where name = ?", name)[0]
        values = by_name(found)[name]["values"]
        assert float(values[1]["value"]) == pytest.approx((row[1] - row[0]) / 1000)
        assert values[1]["reference"] == f"run:{entry}/{name}#attributes.duration"
    assert run_cli("check", "--select", "CLM", "--strict", cwd=trained.root).code == 0


def test_runs_that_did_not_finish_or_were_deleted_are_named(trained, run_cli) -> None:
    trained.python(
        "run = mlflow.MlflowClient().create_run('1', run_name='halfway')\n"
        "mlflow.MlflowClient().log_metric(run.info.run_id, 'val_f1', 0.99)\n"
        "mlflow.MlflowClient().log_metric(run.info.run_id, 'latency_ms', 1)\n"
    )
    names = [x for name in ("focal", "gone", "halfway") for x in ("--candidate", name)]
    found = decide(run_cli, trained, *names, *CRITERIA)
    gone, halfway = (trained.run_id(name)[:12] for name in ("gone", "halfway"))
    said = [f"run {gone} of gone is deleted", f"run {halfway} of halfway is running"]
    assert found["notes"] == said
    assert all(f"- Not a finished run: {one}." in found["text"] for one in said)


def test_all_of_an_approach_are_its_candidates_where_none_is_final(entry, trained, run_cli) -> None:
    found = decide(run_cli, trained, "--approach", "imbalance", *CRITERIA)
    assert by_name(found).keys() == {"smote-seeds", "focal", "broken", "blind"}
    path = next((trained.root / "journal/experiments").rglob(f"{entry}*"))
    text = path.read_text()
    path.write_text(text.replace("as: focal, role: candidate", "as: focal, role: final"))
    found = decide(run_cli, trained, "--project", "churn", *CRITERIA)
    assert by_name(found).keys() == {"focal"}


def test_a_dry_run_writes_nothing(trained, run_cli) -> None:
    before = trained.git("status", "--short")
    names = ("--candidate", "smote-0", "--candidate", "focal")
    ran = run_cli("decide", *names, *CRITERIA, "--dry-run", cwd=trained.root)
    assert ran.out.startswith("---\nid: DEC-")
    assert trained.git("status", "--short") == before


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--candidate", "focal"), 2, "there is no criterion to choose by"),
        ((*CRITERIA,), 2, "there are no candidates"),
        (("--criterion", "val_f1"), 2, "--criterion val_f1: not NAME:GOAL:WEIGHT"),
        (("--criterion", "a:up:1"), 2, "--criterion a:up:1: the goal is no maximize or minimize"),
        (("--criterion", "a:max:0"), 2, "--criterion a:max:0: the weight is no positive number"),
        (("--criterion", "a:max:nan"), 2, "--criterion a:max:nan: the weight is no positive"),
        (("--criterion", "a:max:1", "--criterion", "a:min:1"), 2, "the criterion 'a' is given"),
        (("--gate", "val_f1=0.8", *CRITERIA), 2, "--gate val_f1=0.8: not METRIC"),
        (("--gate", "val_f1>=inf", *CRITERIA), 2, "--gate val_f1>=inf: not METRIC"),
        (("--candidate", "nobody", *CRITERIA), 1, "does not know the run nobody"),
        (("--candidate", "EXP-2026-01-01-001", *CRITERIA), 2, "no record has the id or path"),
        (("--approach", "none", *CRITERIA), 2, "no experiment of the approach 'none' lists"),
        (("--compact", "CMP-2026-01-01-001", "--candidate", "focal", *CRITERIA), 2, "no record"),
    ],
)
def test_what_cannot_be_decided_is_refused(arguments, code, said, trained, run_cli) -> None:
    before = trained.git("status", "--short")
    ran = run_cli("decide", *arguments, cwd=trained.root)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert trained.git("status", "--short") == before


def test_a_sweep_is_no_candidate_and_ratios_need_positive_values(entry, trained, run_cli) -> None:
    ran = run_cli("decide", "--candidate", f"{entry}/search", *CRITERIA, cwd=trained.root)
    assert (ran.code, ran.out) == (2, "")
    assert "is a sweep, which is no model" in ran.err
    ran = run_cli(
        *("decide", "--candidate", f"{entry}/weights-0", "--candidate", f"{entry}/focal"),
        *("--criterion", "params.seed:min:1", "--scale", "ratio"),
        cwd=trained.root,
    )
    assert (ran.code, ran.out) == (2, "")
    assert "'params.seed' has values that are zero or less" in ran.err


def test_hostile_names_stay_text(trained, run_cli) -> None:
    name = "<!-- [x](run:a#b) | `c`"
    trained.python(
        f"mlflow.set_experiment('churn')\nwith mlflow.start_run(run_name={name!r}):\n"
        "    mlflow.log_metric('val_f1', 0.5)\n"
    )
    criteria = ("--criterion", "Is it | <b>good</b>?:max:0.5", "--criterion", "val_f1:max:0.5")
    names = ("--candidate", "last", "--candidate", "focal")
    found = decide(run_cli, trained, *names, *criteria, "--gate", "val_f1>=0.6")
    assert "<!-- [" not in found["text"].split("\n---\n", 1)[1]
    ran = run_cli("check", "--format", "json", "--select", "REC,CLM,LNK", cwd=trained.root)
    assert ran.findings() == []
