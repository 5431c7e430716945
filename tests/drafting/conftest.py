"""A repository whose runs MLflow itself recorded, for drafts to be made of."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TRAIN = """\
import mlflow

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn")


def run(name, f1, seed, latency, **params):
    with mlflow.start_run(run_name=name) as started:
        mlflow.log_params({"seed": seed, **params})
        if f1 is not None:
            mlflow.log_metric("val_f1", f1)
        mlflow.log_metric("latency_ms", latency)
        return started.info.run_id


for seed, f1 in enumerate((0.7912, 0.7931, 0.7904)):
    run(f"weights-{seed}", f1, seed, 4.0 + seed / 8, sampler="none")
for seed, f1 in enumerate((0.8124, 0.8152, 0.8137)):
    run(f"smote-{seed}", f1, seed, 9.0 + seed / 8, sampler="smote")
run("focal", 0.8023, 7, 4.125, sampler="none", loss="focal")
run("broken", float("nan"), 7, 5.0, sampler="broken")
run("blind", None, 7, 6.0, sampler="blind")
gone = run("gone", 0.9, 7, 1.0, sampler="gone")
mlflow.MlflowClient().delete_run(gone)
with mlflow.start_run(run_name="search"):
    for c, f1 in ((0.1, 0.7), (1, 0.85)):
        with mlflow.start_run(run_name=f"c={c}", nested=True):
            mlflow.log_param("c", c)
            mlflow.log_metric("val_f1", f1)
mlflow.set_experiment("other")
run("elsewhere", 0.6, 1, 2.0, sampler="none")
"""
FILES = {
    "train.py": TRAIN,
    "data.csv.dvc": "outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  hash: md5\n"
    "  path: data.csv\n",
    ".gitignore": "mlflow.db\nmlruns/\n",
    "expdocs.toml": 'project = "churn"\nprotected_branch = "main"\n'
    '[people.ana]\nname = "Ana"\nemails = ["ana@example.org"]\n',
}


@dataclass(frozen=True)
class Trained:
    """A repository with a training script that was run."""

    root: Path

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Ask MLflow's database itself."""
        connection = sqlite3.connect(self.root / "mlflow.db")
        found = connection.execute(statement, values).fetchall()
        connection.close()
        return found

    def run_id(self, name: str) -> str:
        """The id of a run by its name."""
        return str(self.sql("select run_uuid from runs where name = ?", name)[0][0])

    def git(self, *arguments: str) -> str:
        """Run git here and return what it printed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def python(self, code: str) -> None:
        """Run Python here, with MLflow set up."""
        before = "import mlflow; mlflow.set_tracking_uri('sqlite:///mlflow.db')\n"
        subprocess.run(
            [sys.executable, "-c", before + code], cwd=self.root, check=True, capture_output=True
        )


@pytest.fixture(scope="session")
def _trained(tmp_path_factory: pytest.TempPathFactory, isolated: dict[str, str]) -> Path:
    root = tmp_path_factory.mktemp("drafting") / "churn"
    root.mkdir()
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
def trained(_trained: Path, tmp_path: Path) -> Trained:
    """A fresh copy of the repository with its runs."""
    root = tmp_path / "churn"
    shutil.copytree(_trained, root, symlinks=True)
    return Trained(root)
