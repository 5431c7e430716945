"""From a real sweep in a real tracker to the figure of what has no story."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TRAIN = """\
import json
import mlflow

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn search")
ids = {}
with mlflow.start_run(run_name="search") as parent:
    ids["search"] = parent.info.run_id
    for c, value in ((0.1, 0.70), (1, 0.85), (10, 0.60)):
        with mlflow.start_run(run_name=f"c {c}", nested=True) as run:
            mlflow.log_param("c", c)
            mlflow.log_metric("val_f1", value)
            ids[f"c {c}"] = run.info.run_id
mlflow.delete_run(ids["c 10"])
client = mlflow.MlflowClient()
failed = client.create_run(parent.info.experiment_id, run_name="crashed")
client.set_terminated(failed.info.run_id, "FAILED")
client.create_registered_model("scorer")
client.create_model_version("scorer", "models/1", run_id=ids["c 1"])
print(json.dumps(ids))
"""
SWEEP = ", as: all, role: sweep}\n"


@pytest.fixture
def searched(repo: Any, isolated: Any) -> tuple[Any, dict[str, str]]:
    """A repository in which a sweep ran, whose worst run was deleted, and a run that failed."""
    settings = 'project = "churn"\n[people.ana]\nemails = ["ana@example.org"]\n'
    files = {"train.py": TRAIN, ".gitignore": "mlflow.db\nmlruns/\n", "expdocs.toml": settings}
    made = repo(files)
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=made.root, check=True, capture_output=True, text=True
    )
    return made, json.loads(done.stdout.splitlines()[-1])


def status(run_cli: Any, root: Path) -> dict[str, Any]:
    ran = run_cli("evidence", "status", "--json", cwd=root)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_a_winner_alone_is_warned_about_until_the_sweep_is_told(
    searched: Any, run_cli: Any
) -> None:
    made, ids = searched
    for options in (("--experiment", "churn search"), ("--model", "scorer/1")):
        assert run_cli("evidence", "pull", *options, cwd=made.root).code == 0
    before = status(run_cli, made.root)
    assert (before["runs"]["without"], before["registered_versions"]["without"]) == (5, 1)
    states = before["projects"][0]["experiments"][0]["states"]
    assert {name: state["untold"] for name, state in states.items()} == {
        "finished": 3,
        "running": 0,
        "failed": 1,
        "deleted": 1,
    }

    ran = run_cli("new", "experiment", "The middle one", "--run", f"best={ids['c 1']}", "--metric",
                  "val_f1", cwd=made.root)  # fmt: skip
    path = made.root / ran.out.splitlines()[-1]
    found = run_cli("check", "--format", "json", cwd=made.root).findings()
    assert [one["message"] for one in found if one["rule"] == "EVD106"] == [
        f"1 of the 3 runs in the sweep of run {ids['search'][:12]} are listed, not the others"
    ]
    assert status(run_cli, made.root)["runs"]["draft"] == 1

    listed = f"  - {{id: {ids['c 1']}, as: best, role: candidate}}\n"
    text = path.read_text()
    assert listed in text
    told = text.replace(listed, f"{listed}  - {{parent: {ids['search']}{SWEEP}")
    path.write_text(told.replace("status: draft", "status: proposed"))
    found = run_cli("check", "--format", "json", cwd=made.root).findings()
    assert [one for one in found if one["rule"] == "EVD106"] == []
    after = status(run_cli, made.root)
    assert (after["runs"]["told"], after["runs"]["without"]) == (4, 1)
    assert after["registered_versions"]["without"] == 0
