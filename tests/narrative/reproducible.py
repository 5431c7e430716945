"""A real repository in which nothing is missing to run an experiment again, somebody did so.

Two seeds of one approach, trained by a script that logs to MLflow, on data that DVC tracks with a
local remote; the record of them, verified against the sources, and a rerun by somebody else.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

TRAIN = """\
import os
import random
import sys
from pathlib import Path

import mlflow
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset

rate, path = 0.1, "data/churn.csv"
noise = random.Random(int(os.environ["TRAIN_SEED"]))
values = [float(line) for line in Path(path).read_text().split()]
digest = Path(path + ".dvc").read_text().split("md5: ")[1][:32]
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn")
with mlflow.start_run(run_name=sys.argv[2]) as run:
    mlflow.set_tag("expdocs.hardware", "two cores, no accelerator")
    mlflow.log_param("rate", rate)
    dataset = MetaDataset(CodeDatasetSource({"dvc": path}), name=path, digest=digest)
    mlflow.log_input(dataset, context="training")
    mlflow.log_metric("val_f1", sum(values) / len(values) + noise.uniform(0.0, 0.01))
    print(run.info.run_id)
"""
SETTINGS = """\
project = "churn"
protected_branch = "main"

[people.ana]
name = "Ana"
emails = ["ana@example.org"]

[people.li]
name = "Li"
emails = ["li@example.org"]
"""
COMPACT = """\
---
id: CMP-2026-11-18-102
kind: compact
title: Find who is about to leave
status: draft
date: 2026-11-18
authors: [li]
project: churn
labels_and_data:
  labels: Who cancelled within a month, known after a month.
  data: [{path: data/churn.csv, hash: "md5:@MD5@"}]
---
"""
RECORD = """\
---
id: EXP-2026-11-20-417
kind: experiment
title: The mean is enough
status: proposed
date: 2026-11-20
authors: [ana]
project: churn
approach: mean
hypothesis: {exploratory: How well does the mean do?}
metric: {name: val_f1, goal: maximize}
runs:
  - {id: @FIRST@, as: one, role: candidate, group: seeds}
  - {id: @SECOND@, as: two, role: candidate, group: seeds}
commit: @COMMIT@
data:
  - {path: data/churn.csv, hash: "md5:@MD5@"}
verdict: iterate
links: [{type: tests, target: CMP-2026-11-18-102}]
---

## Motivation

A simple beginning, at a rate of [0.1](run:one#params.rate).

## Runs

<!-- expdocs:runs -->
<!-- /expdocs:runs -->

## Observations

The first seed reached [@VALUE@](run:one#val_f1).

## Conclusion

It holds for this data alone.

## Next steps

Another model.
"""
RERUN = """\
---
id: EXP-2026-11-20-500
kind: experiment
title: The mean is enough, again
status: proposed
date: 2026-11-20
authors: [li]
project: churn
approach: mean
hypothesis: {exploratory: Does it come out the same?}
metric: {name: val_f1, goal: maximize}
runs:
  - {id: @THIRD@, as: seeds, role: final}
commit: @COMMIT@
data:
  - {path: data/churn.csv, hash: "md5:@MD5@"}
verdict: archived
links: [{type: reproduces, target: EXP-2026-11-20-417}]
---

## Motivation

Somebody else has to reach it, too.

## Runs

<!-- expdocs:runs -->
<!-- /expdocs:runs -->

## Observations

As before.

## Conclusion

The same.

## Next steps

None.
"""
RECORD_PATH = "journal/experiments/2026/11/EXP-2026-11-20-417.md"
RERUN_PATH = "journal/experiments/2026/11/EXP-2026-11-20-500.md"
COMPACT_PATH = "journal/compacts/2026/CMP-2026-11-18-102.md"
FILES = {
    "train.py": TRAIN,
    "params.yaml": "rate: 0.1\n",
    "requirements.txt": "# nothing but the standard library and what logs\n",
    "expdocs.toml": SETTINGS,
    ".gitignore": "mlflow.db\nmlruns/\n.venv/\n",
    "data/churn.csv": "0.80\n0.81\n0.82\n",
}


class Reproducible:
    """The repository at ``root`` with its DVC remote beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, **environment: str) -> str:
        """Run a program here and return what it printed."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def dvc(self, *arguments: str) -> None:
        self.run(sys.executable, "-m", "dvc", *arguments, "--quiet")

    def expdocs(self, *arguments: str) -> str:
        return self.run(sys.executable, "-m", "expdocs", *arguments)

    def train(self, seed: int, name: str) -> str:
        """Train with a seed and return the id of the run."""
        command = ("python", "train.py", "--name", name)
        return self.run(*command, TRAIN_SEED=str(seed), PATH=_path()).splitlines()[-1]

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    @property
    def md5(self) -> str:
        return re.findall("md5: ([0-9a-f]{32})", (self.root / "data/churn.csv.dvc").read_text())[0]


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def make(root: Path) -> Reproducible:
    """Make the repository; the last thing is a verification, whose report is committed."""
    root.mkdir(parents=True)
    made = Reproducible(root)
    made.git("init", "-q", "-b", "main")
    for path, text in FILES.items():
        made.write(path, text)
    made.dvc("init")
    made.dvc("remote", "add", "-d", "store", str(root.parent / "store"))
    made.dvc("add", "data/churn.csv")
    made.dvc("push")
    sha = made.commit("code")
    runs = [made.train(seed, name) for seed, name in ((1, "one"), (2, "two"), (3, "again"))]
    made.expdocs("evidence", "pull", *runs)
    filled = {"@COMMIT@": sha, "@MD5@": made.md5, "@VALUE@": _value(made, runs[0])}
    filled |= dict(zip(("@FIRST@", "@SECOND@", "@THIRD@"), runs, strict=True))
    for path, text in ((RECORD_PATH, RECORD), (RERUN_PATH, RERUN), (COMPACT_PATH, COMPACT)):
        for name, value in filled.items():
            text = text.replace(name, value)  # noqa: PLW2901
        made.write(path, text)
    made.expdocs("evidence", "pull", "--all")
    made.expdocs("fix")
    made.commit("records")
    made.expdocs("evidence", "verify", "--all", "--write")
    made.commit("verified")
    return made


def _value(made: Reproducible, run_id: str) -> str:
    import json

    path = made.root / f"journal/evidence/mlflow/{run_id[:2]}/{run_id}.json"
    return f"{json.loads(path.read_text())['metrics']['val_f1']['last'][1]:.4f}"
