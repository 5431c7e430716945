"""Verdicts on evidence that is held against a real tracker and a real repository."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import Metric, Point, RunSnapshot, encode_run, run_path
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import (
    Counts,
    Report,
    Verdicted,
    decode_report,
    encode_report,
    newest_reports,
    report_path,
)
from expdocs.files import WorkingTree
from expdocs.trackers.drift import drift, gone
from expdocs.trackers.tally import Occasion, Tally

RUN = "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b"
POINT = Point(0, 0.5)
METRIC = Metric(POINT, POINT, POINT, POINT, 1)


def snapshot(**values: Any) -> RunSnapshot:
    made = RunSnapshot(RUN, "1", "churn", "smote", "FINISHED", "active")
    return made._replace(**{"commit": "a" * 40, "code_tree": "b" * 40, "dirty": False, **values})


def open_facts(kept: RunSnapshot, live: RunSnapshot) -> dict[str, Verdict]:
    return {
        one.field: one.verdict for one in drift(kept, live) if one.verdict is not Verdict.VERIFIED
    }


def test_an_unchanged_run_is_verified_fact_by_fact() -> None:
    kept = snapshot(metrics={"f1": METRIC}, params={"c": "0.1"})
    found = {one.field: one.verdict for one in drift(kept, kept)}
    # By hand: 6 names and states, 2 of code, 1 flag, 5 of the metric, 1 parameter.
    assert sorted(found) == sorted([
        "attributes.run_id", "attributes.experiment_id", "attributes.experiment_name",
        "attributes.run_name", "attributes.status", "attributes.lifecycle_stage",
        "commit", "code_tree", "dirty", "params.c",
        "metrics.f1@first", "metrics.f1@last", "metrics.f1@min", "metrics.f1@max",
        "metrics.f1@count",
    ])  # fmt: skip
    assert set(found.values()) == {Verdict.VERIFIED}


def test_the_steps_of_a_history_are_one_fact_unless_one_differs() -> None:
    history = tuple(Point(step, step / 4) for step in range(4))
    kept = snapshot(metrics={"f1": METRIC._replace(history=history)})
    [steps] = [one for one in drift(kept, kept) if "@step" in one.field]
    assert (steps.field, steps.expected, steps.found) == ("metrics.f1@steps", 4, 4)
    other = (*history[:2], Point(2, 9.0), history[3])
    live = snapshot(metrics={"f1": METRIC._replace(history=other)})
    found = {one.field: one for one in drift(kept, live) if "@step" in one.field}
    assert found["metrics.f1@steps"].expected == 3
    assert found["metrics.f1@step=2"].verdict is Verdict.CONTRADICTED
    assert (found["metrics.f1@step=2"].expected, found["metrics.f1@step=2"].found) == (0.5, 9.0)


def test_nan_stays_nan() -> None:
    point = Point(0, float("nan"))
    kept = snapshot(metrics={"f1": METRIC._replace(last=point)})
    assert open_facts(kept, kept) == {}


ADDED = {
    "a metric": (
        {"metrics": {"f1": METRIC}},
        {f"metrics.f1@{name}": Verdict.UNRECORDED for name in ("first", "last", "min", "max")}
        | {"metrics.f1@count": Verdict.UNRECORDED},
    ),
    "a parameter": ({"params": {"c": "1"}}, {"params.c": Verdict.UNRECORDED}),
    "the data": ({"data": {"a.csv": "md5:1"}}, {"data.a.csv": Verdict.CONTRADICTED}),
    "an end": (
        {"end_time": "2026-11-20T10:00:00.000Z"}, {"attributes.end_time": Verdict.CONTRADICTED},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("values", "expected"), ADDED.values(), ids=ADDED)
def test_what_appears_later_contradicts_only_where_it_dates_from_the_start(
    values: dict[str, Any], expected: dict[str, Verdict]
) -> None:
    assert open_facts(snapshot(), snapshot(**values)) == expected


def test_a_commit_that_appears_on_a_run_without_one_contradicts() -> None:
    kept, live = snapshot(commit=None, code_tree=None, dirty=None), snapshot()
    assert open_facts(kept, live) == dict.fromkeys(
        ("commit", "code_tree", "dirty"), Verdict.CONTRADICTED
    )
    assert open_facts(kept, kept) == dict.fromkeys(
        ("commit", "code_tree", "dirty"), Verdict.UNRECORDED
    )


def test_a_run_that_went_on_is_told_from_one_that_was_edited() -> None:
    kept = snapshot(status="RUNNING", metrics={"f1": METRIC})
    live = snapshot(metrics={"f1": METRIC._replace(last=Point(1, 0.6), points=2)})
    reasons = {one.reason for one in drift(kept, live) if one.verdict is Verdict.CONTRADICTED}
    assert reasons == {"the run had not ended when it was pulled, and went on: pull it again"}
    [renamed] = [one for one in drift(kept, kept._replace(run_name="x")) if one.reason]
    assert renamed.reason == "the run was renamed"


def test_a_replaced_commit_tag_says_whether_the_code_is_still_known() -> None:
    [same_code] = [
        one for one in drift(snapshot(), snapshot(commit="c" * 40)) if one.field == "commit"
    ]
    assert "is still the same" in same_code.reason
    kept, live = snapshot(code_tree=None), snapshot(code_tree=None, commit="c" * 40)
    [no_code] = [one for one in drift(kept, live) if one.field == "commit"]
    assert "no code tree says what ran" in no_code.reason


# --- reports

AT, LATER = "2026-11-21T05:12:03Z", "2026-11-21T05:12:04Z"


def verdicted(number: int, verdict: Verdict) -> Verdicted:
    return Verdicted(f"mlflow:{number:032x}", "tracker", "commit", verdict, "why", "a", None)


def report_of(*verdicts: Verdicted) -> Report:
    tally = Tally()
    for one in verdicts:
        tally.add(one)
    return tally.report(Occasion(AT, "expdocs 1.0", "mlflow", "a" * 40))


def test_a_report_is_read_as_it_was_written() -> None:
    wrong = Verdicted(
        f"mlflow:{RUN}", "tracker", "metrics.f1@last", Verdict.CONTRADICTED, "edited",
        0.5, 0.75, ("EXP-2026-11-20-417",),
    )  # fmt: skip
    report = report_of(verdicted(1, Verdict.VERIFIED), wrong, gone(snapshot()))
    read = decode_report(encode_report(report))
    assert read._replace(digest="") == report
    assert read.counts == Counts(verified=1, contradicted=2)
    assert read.subjects[f"mlflow:{RUN}"].worst is Verdict.CONTRADICTED
    assert str(report_path(AT)) == "verdicts/2026-11-21T051203Z.json"


def test_a_report_keeps_contradictions_before_all_else_and_says_what_it_left_out() -> None:
    weak = [verdicted(number, Verdict.UNRECORDED) for number in range(2_500)]
    report = report_of(*weak, verdicted(9_999, Verdict.CONTRADICTED))
    assert (len(report.open), report.left_out) == (2_000, 501)
    assert report.open[0].verdict is Verdict.CONTRADICTED
    assert report.counts == Counts(contradicted=1, unrecorded=2_500)


def test_long_values_are_cut() -> None:
    long = verdicted(1, Verdict.CONTRADICTED)._replace(expected="x" * 6_000)
    [read] = decode_report(encode_report(report_of(long))).open
    assert isinstance(read.expected, str)
    assert len(read.expected) == 300


DAMAGED = {
    "edited": lambda text: text.replace("mlflow", "mlfl0w"),
    "no JSON": lambda _: "{",
    "no object": lambda _: "[]",
    "of another instant": lambda _: encode_report(report_of()._replace(at=LATER)).decode(),
    "not UTF-8": lambda _: "\udcff",
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_report_is_a_value_that_names_its_file(damage: Any, repo: Any) -> None:
    text = encode_report(report_of(verdicted(1, Verdict.VERIFIED))).decode()
    older = encode_report(report_of()._replace(at="2026-11-20T00:00:00Z"))
    made = repo({
        "e/verdicts/2026-11-21T051203Z.json": damage(text).encode("utf-8", "surrogateescape"),
        "e/verdicts/2026-11-20T000000Z.json": older,
        "e/verdicts/README.md": "",
    })  # fmt: skip
    first, second = newest_reports(files(made), "e", 5)
    assert first.path == "e/verdicts/2026-11-21T051203Z.json"
    assert isinstance(second, Report)
    assert len(list(newest_reports(files(made), "e", 1))) == 1


def files(made: Any) -> WorkingTree:
    from expdocs.workspace import Workspace

    return Workspace.open(made.root).files  # type: ignore[return-value]


# --- the command


def test_nothing_to_verify(repo: Any, run_cli: Any) -> None:
    made = repo({"expdocs.toml": ""})
    ran = run_cli("evidence", "verify", "--all", cwd=made.root)
    assert (ran.code, ran.out) == (0, "nothing to verify: no evidence is named or pulled\n")
    ran = run_cli("evidence", "verify", "--all", "--json", cwd=made.root)
    assert json.loads(ran.out) == {
        "version": 1,
        "verdicts": [],
        "summary": {"verified": 0, "contradicted": 0, "unrecorded": 0, "unreachable": 0},
    }


def test_every_verdict_carries_what_the_contract_asks_for(checked_repo: Any, run_cli: Any) -> None:
    ran = run_cli("evidence", "verify", "--all", "--json", cwd=checked_repo.root)
    found = json.loads(ran.out)
    assert ran.code == 3
    keys = {"subject", "records", "edge", "field", "verdict", "expected", "found", "at", "by"}
    assert all(keys <= set(one) for one in found["verdicts"])
    counted = [one["verdict"] for one in found["verdicts"]]
    assert {name: counted.count(name) for name in found["summary"]} == found["summary"]
    runs = [one for one in found["verdicts"] if one["edge"] == "tracker"]
    assert {one["verdict"] for one in runs} == {"unreachable"}
    assert len(runs) == 3


def test_sources_can_be_left_out(checked_repo: Any, run_cli: Any) -> None:
    skipped = ("--skip", "tracker", "--skip", "dvc")
    ran = run_cli("evidence", "verify", "--all", "--json", *skipped, cwd=checked_repo.root)
    assert ran.code == 0, ran.out
    edges = {one["edge"] for one in json.loads(ran.out)["verdicts"]}
    assert edges == {"git", "run", "code", "data", "parameters"}


def test_a_run_without_a_snapshot_is_refused(checked_repo: Any, run_cli: Any) -> None:
    before = checked_repo.state()
    ran = run_cli("evidence", "verify", "f" * 32, cwd=checked_repo.root)
    assert (ran.code, ran.out) == (2, "")
    assert f"run {'f' * 32} has no snapshot" in ran.err
    assert checked_repo.state() == before


def test_a_run_is_named_by_the_start_of_its_id_without_asking_a_tracker(
    checked_repo: Any, run_cli: Any
) -> None:
    ran = run_cli("evidence", "verify", "77aa", "--json", cwd=checked_repo.root)
    subjects = {one["subject"] for one in json.loads(ran.out)["verdicts"]}
    assert subjects == {f"mlflow:{RUN}"}


def test_written_reports_can_be_read_and_change_nothing_else(
    checked_repo: Any, run_cli: Any
) -> None:
    before = checked_repo.state()
    ran = run_cli("evidence", "verify", "--all", "--write", cwd=checked_repo.root)
    written = [line.split()[-1] for line in ran.out.splitlines() if line.startswith("wrote ")]
    after = checked_repo.state()
    [path] = written
    report = decode_report((checked_repo.root / path).read_bytes())
    assert report.commit == checked_repo.git("rev-parse", "HEAD")
    assert report.counts.unreachable > 0
    assert {Path(name) for name in after.keys() - before.keys()} == {checked_repo.root / path}
    assert {name: after[name] for name in before} == before
    assert run_cli("check", cwd=checked_repo.root).out == "1 record checked: no findings\n"


def test_a_snapshot_of_a_tracker_without_a_name_here_is_not_asked_of_another(
    checked_repo: Any, run_cli: Any
) -> None:
    run = RunSnapshot(RUN, "1", "churn", "smote", "FINISHED", "active", tracker="prod")
    checked_repo.write({f"journal/evidence/{run_path(RUN)}": encode_run(run)})
    ran = run_cli("evidence", "verify", RUN, cwd=checked_repo.root)
    assert ran.code == 3
    assert "'prod', which the configuration does not name" in ran.out


def test_a_record_that_cannot_be_read_is_named(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"journal/broken.md": "---\nid: [\n---\n"})
    skipped = ("--skip", "tracker", "--skip", "dvc")
    ran = run_cli("evidence", "verify", "--all", *skipped, cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "left out, run expdocs check: journal/broken.md\n")


def test_before_the_first_commit(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.git("checkout", "-q", "--orphan", "empty")
    ran = run_cli(
        *["evidence", "verify", "--all", "--skip", "tracker", "--skip", "dvc"],
        cwd=checked_repo.root,
    )
    assert (ran.code, ran.err) == (0, "")


def test_how_far_it_is_shows_on_a_terminal_alone(checked_repo: Any) -> None:
    master, slave = os.openpty()
    command = [sys.executable, "-m", "expdocs", "evidence", "verify", "--all"]
    with subprocess.Popen(
        command, cwd=checked_repo.root, stdout=subprocess.PIPE, stderr=slave
    ) as process:
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):  # which is how the end of a terminal reads
            while part := os.read(master, 1000):
                shown += part
        assert process.stdout is not None
        assert b"of 3 runs" not in process.stdout.read()
    os.close(master)
    assert b"\r1 of 3 runs" in shown
    assert shown.endswith(b"\r")


def test_each_run_is_looked_up_in_the_tracker_that_its_snapshot_names(
    database: Path, filled: Any, repo: Any, run_cli: Any
) -> None:
    made = repo({"expdocs.toml": f'[trackers]\nprod = "sqlite:///{database}"\n'})
    pulled = run_cli("evidence", "pull", "weights", "--tracker", "prod", cwd=made.root)
    assert pulled.code == 0, pulled.err
    ran = run_cli("evidence", "verify", "--all", cwd=made.root)
    assert ran.code == 0, ran.out
    assert "tracker prod" in ran.out.splitlines()[0]
    [one] = [line for line in ran.out.splitlines() if "verified" in line]
    # By hand: 12 attributes, commit, tree, its exceptions and dirty flag; 4 metrics of 5 values;
    # 2 parameters, 2 data paths, 1 dataset, 1 model, 1 tag.
    assert one == "43 verified, 0 contradicted, 0 unrecorded, 0 unreachable"
