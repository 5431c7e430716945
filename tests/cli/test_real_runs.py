"""From real MLflow runs to accepted records: new, evidence pull, fix, accept, supersede."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """\
import sys
import mlflow
import expdocs

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn")
for name, shift in (("weights", 0.0), ("smote", 0.03)):
    with mlflow.start_run(run_name=name):
        mlflow.log_params({"c": 0.1, "sampler": name})
        for step, value in enumerate((0.70, 0.79, 0.74)):
            mlflow.log_metric("val_f1", value + shift, step=step)
for seed, value in enumerate((0.80, 0.82, 0.84)):
    with mlflow.start_run(run_name=f"seed {seed}"):
        mlflow.log_param("seed", seed)
        mlflow.log_metric("val_f1", value)
with mlflow.start_run(run_name="sweep"):
    mlflow.log_param("space", "c")
    for c, value in ((0.1, 0.70), (1, 0.85), (10, 0.60)):
        with mlflow.start_run(run_name=f"c={c}", nested=True):
            mlflow.log_param("c", c)
            mlflow.log_metric("val_f1", value)
mlflow.MlflowClient().create_run("1", run_name="by client", tags=expdocs.tags())
"""
FILES = {
    "train.py": TRAIN,
    "data.csv.dvc": "outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  hash: md5\n"
    "  path: data.csv\n",
    ".gitignore": "mlflow.db\nmlruns/\n",
    "expdocs.toml": 'project = "churn"\nprotected_branch = "main"\n'
    '[people.ana]\nname = "Ana"\nemails = ["ANA@example.org"]\n',
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, isolated) -> Path:
    root = tmp_path_factory.mktemp("trained")
    for name, content in FILES.items():
        (root / name).write_text(content)
    for command in (
        ("git", "init", "-q", "-b", "main"),
        ("git", "add", "-A"),
        ("git", "commit", "-qm", "code"),
        (sys.executable, "train.py"),
    ):
        subprocess.run(command, cwd=root, env=isolated, check=True, capture_output=True)
    return root


@pytest.fixture
def work(trained, tmp_path, repo) -> Path:
    root = tmp_path / "work"
    shutil.copytree(trained, root)
    return root


def sql(root: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    with sqlite3.connect(root / "mlflow.db") as connection:
        found = connection.execute(statement, values).fetchall()
    connection.close()
    return found


def run_id(root: Path, name: str) -> str:
    return str(sql(root, "select run_uuid from runs where name = ?", name)[0][0])


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def new(run_cli, root: Path, *arguments: str) -> Path:
    done = run_cli("new", *arguments, cwd=root)
    assert done.code == 0, done.err
    return root / done.out.splitlines()[-1]


EXPERIMENT = (
    "experiment", "SMOTE helps", "--baseline", "weights", "--run", "smote", "--metric", "val_f1",
    "--effect", "0.02", "--approach", "smote", "--verdict", "iterate",
    "--hypothesis", "SMOTE raises val_f1 by 0.02",
)  # fmt: skip
BODY = {
    "Motivation": "Recall is low.",
    "Observations": (
        "From [0.740](run:weights#val_f1) to [0.770](run:smote#val_f1), that is "
        "[+0.030](delta:weights..smote#val_f1); the best step had [0.82](run:smote#val_f1@max) and "
        "the first [0.73](run:smote#val_f1@step=0)."
    ),
    "Conclusion": "It holds.",
    "Next steps": "More seeds.",
}


def complete(path: Path, status: str = "proposed") -> None:
    """Write the sections of a draft and propose it."""
    lines, section = [], ""
    for line in path.read_text().splitlines():
        section = line[3:] if line.startswith("## ") else section
        lines.append(BODY[section] if line.startswith("<!-- ?") else line)
    text = "\n".join(lines) + "\n"
    path.write_text(text.replace("status: draft", f"status: {status}"))


def test_new_fills_runs_commit_data_metric_and_table_from_evidence(work, run_cli) -> None:
    done = run_cli(*("new", *EXPERIMENT), cwd=work)
    path = work / done.out.splitlines()[-1]
    text = path.read_text()
    assert done.out.splitlines()[-2] == f"git add journal/evidence {path.relative_to(work)}"
    assert f"{{id: {run_id(work, 'weights')}, as: weights, role: baseline}}" in text
    assert f"{{id: {run_id(work, 'smote')}, as: smote, role: candidate}}" in text
    assert f"commit: {git(work, 'rev-parse', 'HEAD')}\n" in text
    assert "{path: data.csv, hash: md5:5afc23b9622f8f9ffa60824f4e97d0d5}" in text
    assert "metric: {name: val_f1, goal: maximize, effect: 0.02}" in text
    assert "| `weights` | baseline | 0.740 | `sampler=weights` |" in text
    assert "authors: [ana]" in text
    assert run_cli("check", "--strict", cwd=work).code == 0


def test_new_tells_of_runs_that_were_nearly_the_same(work, run_cli) -> None:
    first = run_cli("new", *EXPERIMENT, cwd=work)
    assert "the same" not in first.err
    again = "import mlflow; mlflow.set_tracking_uri('sqlite:///mlflow.db');"
    again += "mlflow.set_experiment('churn'); run = mlflow.start_run(run_name='again');"
    again += "mlflow.log_params({'c': 0.10, 'sampler': 'smote'}); mlflow.log_metric('val_f1', 0.8)"
    subprocess.run([sys.executable, "-c", again], cwd=work, check=True, capture_output=True)
    done = run_cli("new", "experiment", "Once more", "--run", "again", cwd=work)
    draft = done.out.splitlines()[-1].rpartition("/")[2][:18]
    listed = (
        f"run {run_id(work, 'smote')[:12]} of {first.out.splitlines()[-1].rpartition('/')[2][:18]}"
    )
    assert f"{listed} was the same: expdocs similar {draft}\n" in done.err


def test_a_proposed_entry_with_every_edge_verified_is_clean(work, run_cli) -> None:
    complete(new(run_cli, work, *EXPERIMENT))
    done = run_cli("check", "--strict", cwd=work)
    assert (done.code, done.out) == (0, "1 record checked: no findings\n")


def test_code_that_is_committed_after_the_run_is_found_by_its_tree(work, run_cli) -> None:
    (work / "train.py").write_text(TRAIN.replace("0.03", "0.05").replace("churn", "second"))
    subprocess.run([sys.executable, "train.py"], cwd=work, check=True, capture_output=True)
    git(work, "commit", "-qam", "what ran")
    smote = sql(work, "select run_uuid from runs where name = 'smote' order by start_time")[-1][0]
    path = new(run_cli, work, "experiment", "Later", "--run", str(smote), "--metric", "val_f1")
    assert f"commit: {git(work, 'rev-parse', 'HEAD')}" in path.read_text()


def test_code_that_was_never_committed_leaves_the_commit_open(work, run_cli) -> None:
    (work / "train.py").write_text(TRAIN.replace("churn", "third"))
    subprocess.run([sys.executable, "train.py"], cwd=work, check=True, capture_output=True)
    git(work, "checkout", "-q", "train.py")
    smote = sql(work, "select run_uuid from runs where name = 'smote' order by start_time")[-1][0]
    done = run_cli("new", "experiment", "Gone", "--run", str(smote), cwd=work)
    assert "no commit holds the code that ran" in done.err
    assert "commit: # ?" in (work / done.out.splitlines()[-1]).read_text()
    assert run_cli("check", cwd=work).code == 0


def test_seeds_have_mean_and_spread_and_sweeps_their_population(work, run_cli) -> None:
    seeds = [f"--run=s{seed}=seed {seed}" for seed in range(3)]
    path = new(
        run_cli, work, "experiment", "Seeds", *seeds, "--sweep", "sweep", "--metric", "val_f1"
    )
    text = path.read_text()
    for seed in range(3):
        text = text.replace(
            f"as: s{seed}, role: candidate", f"as: s{seed}, role: candidate, group: g"
        )
    # By hand: mean of .80 .82 .84 is .82, sample deviation .02; best of the sweep .85 of three.
    cited = (
        "[0.820](mean:g#val_f1) ± [0.0200](sd:g#val_f1) over [3](count:g), against "
        "[0.85](run:sweep#val_f1@max) and [0.60](run:sweep#val_f1@min) of [3](count:sweep), mean "
        "[0.7167](mean:sweep#val_f1)."
    )
    path.write_text(text.replace("## Observations\n", f"## Observations\n\n{cited}\n"))
    assert run_cli("fix", cwd=work).code == 0
    assert "| `g` | mean ± sd of 3 | 0.820 ± 0.020 |" in path.read_text()
    assert "| `sweep` | sweep | best 0.850 | 3 runs |" in path.read_text()
    done = run_cli("check", cwd=work)
    assert (done.code, done.out) == (0, "1 record checked: no findings\n")
    path.write_text(path.read_text().replace("[0.85](", "[0.84]("))
    found = run_cli("check", "--format", "json", cwd=work).findings()
    assert [finding["rule"] for finding in found] == ["CLM104"]


def test_pulling_again_writes_nothing(work, run_cli) -> None:
    new(run_cli, work, *EXPERIMENT)
    before = {p: p.read_bytes() for p in work.glob("journal/evidence/**/*.json")}
    done = run_cli("evidence", "pull", "--all", cwd=work)
    assert (done.code, done.out) == (0, "0 written, 3 unchanged\n")
    assert {p: p.read_bytes() for p in work.glob("journal/evidence/**/*.json")} == before


def test_a_metric_that_new_found_by_itself_has_its_history_at_once(work, run_cli) -> None:
    path = new(run_cli, work, "experiment", "One metric", "--run", "smote")
    assert "name: val_f1, goal: maximize" in path.read_text()
    done = run_cli("evidence", "pull", "--all", cwd=work)
    assert (done.code, done.out) == (0, "0 written, 2 unchanged\n")


def raise_metric(root: Path, name: str) -> None:
    """Change a finished run's metric behind everybody's back, as any client can."""
    run = run_id(root, name)
    for table in ("metrics", "latest_metrics"):
        statement = f"update {table} set value = value + 0.05 where run_uuid = ? and step = 2"
        sql(root, statement, run)


def test_a_changed_value_that_a_proposed_record_rests_on_is_not_replaced(work, run_cli) -> None:
    complete(new(run_cli, work, *EXPERIMENT))
    raise_metric(work, "smote")
    snapshot = next(work.glob(f"journal/evidence/mlflow/*/{run_id(work, 'smote')}.json"))
    before = snapshot.read_bytes()
    done = run_cli("evidence", "pull", "--all", cwd=work)
    assert done.code == 1
    assert "metrics.val_f1@last: 0.77 is now 0.82" in done.out
    assert snapshot.read_bytes() == before
    done = run_cli(
        "evidence", "pull", "--all", "--replace", "the metric was logged twice", cwd=work
    )
    assert done.code == 0
    archived = work / f"journal/evidence/replaced/{json.loads(before)['sha256']}.json"
    assert archived.read_bytes() == before
    assert "logged twice" in archived.with_suffix(".reason.json").read_text()
    rules = [f["rule"] for f in run_cli("check", "--format", "json", cwd=work).findings()]
    assert rules == ["CLM201", "CLM104", "CLM104"]


def test_a_draft_takes_the_new_value(work, run_cli) -> None:
    new(run_cli, work, *EXPERIMENT)
    raise_metric(work, "smote")
    assert run_cli("evidence", "pull", "--all", cwd=work).code == 0
    assert run_cli("fix", cwd=work).code == 0
    assert "| 0.820 |" in next(work.glob("journal/experiments/**/*.md")).read_text()


def test_a_squashed_commit_lives_on_in_its_tag_and_its_snapshot(work, run_cli, tmp_path) -> None:
    git(work, "checkout", "-q", "-b", "feature")
    (work / "train.py").write_text(TRAIN.replace("churn", "squashed"))
    git(work, "commit", "-qam", "feature")
    sha = git(work, "rev-parse", "HEAD")
    subprocess.run([sys.executable, "train.py"], cwd=work, check=True, capture_output=True)
    smote = sql(work, "select run_uuid from runs where name = 'smote' order by start_time")[-1][0]
    path = new(run_cli, work, "experiment", "Squash", "--run", str(smote), "--metric", "val_f1")
    assert f"commit: {sha}" in path.read_text()
    assert git(work, "tag", "--list") == f"expdocs/{sha[:12]}"
    git(work, "add", "-A")
    git(work, "commit", "-qm", "entry")
    git(work, "checkout", "-q", "main")
    git(work, "merge", "-q", "--squash", "feature")
    git(work, "commit", "-qm", "squashed")
    git(work, "branch", "-qD", "feature")
    assert run_cli("check", "--strict", cwd=work).code == 0
    clone = tmp_path / "clone"
    git(work, "clone", "-q", "--depth", "1", f"file://{work}", str(clone))
    findings = run_cli("check", "--format", "json", cwd=clone).findings()
    assert [finding["rule"] for finding in findings] == ["CFG201"]


def test_accept_freezes_what_is_said_and_what_it_rests_on(work, run_cli) -> None:
    path = new(run_cli, work, *EXPERIMENT)
    complete(path)
    record_id = path.name[:18]
    done = run_cli("accept", record_id, "--by", "li", cwd=work)
    assert done.code == 0, done.err
    text = path.read_text()
    assert "status: accepted\n" in text
    assert text.count("v1:") == 2
    assert run_cli("check", "--strict", cwd=work).code == 0
    assert run_cli("fix", cwd=work).out == "0 files changed\n"
    path.write_text(text.replace("It holds.", "It holds well."))
    found = run_cli("check", "--format", "json", cwd=work).findings()
    assert [finding["rule"] for finding in found] == ["LIF101"]
    # Line ends and blanks at line ends are no change of meaning.
    path.write_text(text.replace("It holds.", "It holds.  "))
    assert run_cli("check", "--strict", cwd=work).code == 0


def test_accept_refuses_with_a_reason_and_changes_nothing(work, run_cli) -> None:
    path = new(run_cli, work, *EXPERIMENT)
    record_id = path.name[:18]
    done = run_cli("accept", record_id, "--by", "li", cwd=work)
    assert (done.code, "is draft, not proposed" in done.err) == (1, True)
    complete(path)
    path.write_text(path.read_text().replace("[0.740]", "[0.741]"))
    before = path.read_text()
    done = run_cli("accept", record_id, "--by", "li", cwd=work)
    assert (done.code, "CLM104" in done.err) == (1, True)
    assert path.read_text() == before


DECISION = """\
decision_type: model-selection
deciders: [ana]
options:
  - {name: SMOTE, outcome: chosen, experiments: [@EXP@], reason: Better F1.}
criteria: [{name: val_f1, goal: maximize, weight: 1}]
"""


def decide(run_cli, root: Path, experiment: str, title: str) -> Path:
    path = new(run_cli, root, "decision", title)
    lines, section = [], ""
    for line in path.read_text().splitlines():
        section = line[3:] if line.startswith("## ") else section
        if line.startswith(("deciders:", "options:", "criteria:")):
            continue
        if line.startswith("decision_type:"):
            lines += DECISION.replace("@EXP@", experiment).splitlines()
        else:
            lines.append(f"About {section}." if line.startswith("<!-- ?") else line)
    path.write_text("\n".join(lines).replace("status: draft", "status: proposed") + "\n")
    return path


def test_a_decision_needs_four_eyes_and_its_successor_replaces_it(work, run_cli) -> None:
    experiment = new(run_cli, work, *EXPERIMENT).name[:18]
    first = decide(run_cli, work, experiment, "Use SMOTE")
    done = run_cli("accept", first.name[:18], "--by", "ana@EXAMPLE.org", cwd=work)
    assert (done.code, "is an author" in done.err) == (1, True)
    assert run_cli("accept", first.name[:18], "--by", "li", cwd=work).code == 0
    done = run_cli("supersede", first.name[:18], "--title", "Use weights", cwd=work)
    assert done.code == 0
    draft = work / done.out.splitlines()[-1]
    assert f"links:\n  - {{type: supersedes, target: {first.name[:18]}}}\n" in draft.read_text()
    assert "status: accepted" in first.read_text()
    draft.unlink()
    second = decide(run_cli, work, experiment, "Use weights again")
    assert run_cli("supersede", first.name[:18], "--by", second.name[:18], cwd=work).code == 0
    assert run_cli("accept", second.name[:18], "--by", "li", cwd=work).code == 0
    assert "status: superseded" in first.read_text()
    assert run_cli("check", "--strict", cwd=work).code == 0


def test_edit_opens_the_new_record_and_supersedes_links_it(
    work, run_cli, monkeypatch, tmp_path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^verdict:.*/verdict: archived/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    first = new(run_cli, work, "experiment", "First", "--edit")
    assert "verdict: archived\n" in first.read_text()
    second = new(run_cli, work, "experiment", "Second", "--supersedes", first.name[:18])
    assert f"links:\n  - {{type: supersedes, target: {first.name[:18]}}}\n" in second.read_text()
    assert run_cli("check", "--strict", cwd=work).code == 0
    done = run_cli("new", "experiment", "Third", "--supersedes", "EXP-2026-11-20-000", cwd=work)
    assert (done.code, "no record has the id" in done.err) == (2, True)


@pytest.mark.parametrize(
    "reference",
    ["last", "smote", "@prefix", "http://host:5000/#/experiments/1/runs/@id"],
)
def test_a_run_may_be_named_in_many_ways(work, run_cli, reference) -> None:
    run = run_id(work, "by client" if reference == "last" else "smote")
    text = reference.replace("@prefix", run[:8]).replace("@id", run)
    done = run_cli("evidence", "pull", text, cwd=work)
    assert done.code == 0, done.err
    assert f"wrote journal/evidence/mlflow/{run[:2]}/{run}.json" in done.out


def test_a_run_made_by_the_client_carries_the_tags_it_was_given(work, run_cli) -> None:
    run_cli("evidence", "pull", "by client", cwd=work)
    run = run_id(work, "by client")
    snapshot = json.loads((work / f"journal/evidence/mlflow/{run[:2]}/{run}.json").read_text())
    # the tree of the commit, without what is no code by its name
    alone = {**os.environ, "GIT_INDEX_FILE": ".git/alone"}
    names = ["*.dvc", "*.gitignore", "dvc.lock"]
    for command in (
        ["read-tree", "HEAD"],
        ["rm", "-rq", "--cached", "--ignore-unmatch", "--", *names],
        ["write-tree"],
    ):
        done = subprocess.run(
            ["git", *command], cwd=work, env=alone, check=True, capture_output=True, text=True
        )
    assert snapshot["code_tree"] == done.stdout.strip()
    told = {name for name in snapshot["tags"] if name.startswith("expdocs.")}
    assert {"expdocs.command", "expdocs.python", "expdocs.environment"} <= told
    assert snapshot["dirty"] is False


def test_an_unknown_run_is_refused_and_nothing_is_written(work, run_cli) -> None:
    done = run_cli("new", "experiment", "X", "--run", "f" * 32, cwd=work)
    assert done.code == 1
    assert "f" * 32 in done.err
    assert not (work / "journal").exists()
