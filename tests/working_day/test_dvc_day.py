"""Runs that DVC starts before anything is committed, and what they write into the folder."""

from __future__ import annotations

import sys

import pytest

from tests.working_day.days import FILES, Day

STAGE_TRAIN = """\
import json
import sys
from pathlib import Path

import mlflow
import yaml

rate = yaml.safe_load(Path("params.yaml").read_text())["train"]["rate"]
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="stage") as run:
    mlflow.log_param("train.rate", rate)
    mlflow.log_metric("val_f1", 0.7 + rate)
Path("model.bin").write_text(f"{rate} {Path('data/churn.csv').read_text()}")
Path("metrics.json").write_text(json.dumps({"val_f1": 0.7 + rate}))
Path("roc.csv").write_text(f"x,y\\n0,{rate}\\n")
Path(sys.argv[1]).write_text(run.info.run_id)
"""


@pytest.fixture
def dvc_day(day: Day) -> Day:
    """Start with data in DVC and one training stage that was run and committed."""
    pipeline = f"""\
stages:
  train:
    cmd: {sys.executable} train.py {day.root.parent}/run-id
    deps: [train.py, data/churn.csv]
    params: [train.rate]
    outs: [model.bin]
    metrics: [{{metrics.json: {{cache: false}}}}]
    plots: [{{roc.csv: {{cache: false}}}}]
"""
    files = FILES | {"train.py": STAGE_TRAIN, "data/churn.csv": "a\n1\n"}
    day.root.mkdir()
    day.git("init", "-q", "-b", "main")
    day.write(files)
    day.dvc("init", "-q")
    day.dvc("add", "-q", "data/churn.csv")
    day.write({"dvc.yaml": pipeline})
    day.dvc("repro", "-q")
    day.commit("begin")
    return day


def started(day: Day) -> str:
    return (day.root.parent / "run-id").read_text()


EXPECTED = {
    ("code", ""): "verified",
    ("data", "data/churn.csv"): "verified",
    ("parameters", "train.rate"): "verified",
    ("run", ""): "verified",
}


def test_repro_before_the_commit(dvc_day: Day) -> None:
    dvc_day.write({"params.yaml": "train: {rate: 0.2}\n"})
    dvc_day.dvc("repro", "-q")
    sha = dvc_day.commit("as dvc ran it")
    text = dvc_day.record(started(dvc_day)).read_text()
    assert f"commit: {sha}" in text
    assert {k: v for k, v in dvc_day.verdicts().items() if k in EXPECTED} == EXPECTED
    assert dvc_day.check("--strict") == (0, [])


def test_new_data_before_repro_and_the_commit(dvc_day: Day) -> None:
    dvc_day.write({"data/churn.csv": "a\n2\n"})
    dvc_day.dvc("add", "-q", "data/churn.csv")
    dvc_day.dvc("repro", "-q")
    dvc_day.commit("new data")
    dvc_day.record(started(dvc_day))
    assert dvc_day.verdicts() == EXPECTED
    assert dvc_day.check("--strict") == (0, [])


@pytest.mark.parametrize("where", [(), ("--temp",)], ids=["in place", "elsewhere"])
def test_an_experiment_before_the_commit(dvc_day: Day, where: tuple[str, ...]) -> None:
    dvc_day.dvc("exp", "run", "-q", *where, "-n", "faster", "-S", "train.rate=0.3")
    if where:
        dvc_day.dvc("exp", "apply", "-q", "faster")
    sha = dvc_day.commit("the experiment")
    assert "rate: 0.3" in dvc_day.git("show", "HEAD:params.yaml")
    text = dvc_day.record(started(dvc_day)).read_text()
    assert f"commit: {sha}" in text
    assert dvc_day.verdicts() == EXPECTED
    assert dvc_day.check("--strict") == (0, [])


def test_the_model_as_data_of_the_run_that_wrote_it_is_not_verified(dvc_day: Day) -> None:
    dvc_day.write({"params.yaml": "train: {rate: 0.4}\n"})
    dvc_day.dvc("repro", "-q")
    dvc_day.commit("as dvc ran it")
    lock = (dvc_day.root / "dvc.lock").read_text()
    model = lock.partition("path: model.bin")[2].partition("md5: ")[2].split()[0]
    if len(model) != 32:
        model = lock.partition("path: model.bin")[2].partition("hash: md5\n      md5: ")[2][:32]
    path = dvc_day.record(started(dvc_day))
    entry = f"data:\n  - {{path: model.bin, hash: 'md5:{model}'}}\n"
    path.write_text(path.read_text().replace("data:\n", entry, 1))
    assert dvc_day.verdicts()["data", "model.bin"] == "unrecorded"
    assert dvc_day.check() == (0, ["EVD214"])
    assert "the stage that ran writes it" in dvc_day.messages()


def test_a_model_that_is_added_after_the_run(day: Day) -> None:
    day.root.mkdir()
    day.git("init", "-q", "-b", "main")
    day.write(FILES)
    day.dvc("init", "-q")
    day.commit("begin")
    run = day.train()
    day.write({"models/model.bin": "weights\n"})
    day.dvc("add", "-q", "models/model.bin")
    sha = day.commit("the model")
    # Nothing of the code changed since the run, so the commit before would do as well.
    path = day.record(run)
    text = path.read_text()
    path.write_text(text.replace(f"commit: {day.git('rev-parse', 'HEAD~1')}", f"commit: {sha}"))
    assert sha in path.read_text()
    assert day.verdicts()["code", ""] == "verified"
    assert day.check("--strict") == (0, [])


def test_other_data_than_the_run_read_is_contradicted(dvc_day: Day) -> None:
    run = started(dvc_day)
    dvc_day.write({"data/churn.csv": "a\n3\n"})
    dvc_day.dvc("add", "-q", "data/churn.csv")
    sha = dvc_day.commit("other data, which the run never saw")
    path = dvc_day.record(run)
    new = (dvc_day.root / "data/churn.csv.dvc").read_text().split("md5: ")[1].split()[0]
    text = path.read_text()
    old = text.partition("path: data/churn.csv, hash: ")[2].partition("}")[0]
    before = text.partition("commit: ")[2].split()[0]
    path.write_text(text.replace(old, f"'md5:{new}'").replace(before, sha))
    assert dvc_day.verdicts()["data", "data/churn.csv"] == "contradicted"
    assert dvc_day.check() == (1, ["EVD212"])
