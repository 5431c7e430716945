"""A day: somebody's ordinary day with a real repository, a real tracker and real programs.

Each training is a process of its own, as it is for people; records are made by ``expdocs new``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from expdocs.records.validity import schema_errors
from expdocs.rules.context import Subject
from expdocs.rules.evidence import triangle
from expdocs.workspace import Workspace

TRAIN = """\
import sys
import mlflow
from src.model import RATE

mlflow.set_experiment("churn")
with mlflow.start_run(run_name=sys.argv[1] if len(sys.argv) > 1 else None) as run:
    mlflow.log_param("train/rate", RATE)
    for step, value in enumerate((0.70, 0.79, 0.74)):
        mlflow.log_metric("val_f1", value, step=step)
print(run.info.run_id)
"""
FILES = {
    "train.py": TRAIN,
    "src/__init__.py": "",
    "src/model.py": "RATE = 0.1\n",
    "params.yaml": "train: {rate: 0.1}\n",
    "expdocs.toml": 'project = "churn"\nprotected_branch = "main"\n'
                    '[people.ana]\nname = "Ana"\nemails = ["ana@example.org"]\n',
}  # fmt: skip

Verdicts = dict[tuple[str, str], str]


class Day:
    """A working folder and what is done in it."""

    def __init__(self, root: Path, run_cli: Callable[..., Any]) -> None:
        self.root = root
        self.run_cli = run_cli

    def begin(self, files: dict[str, str] = FILES) -> Day:
        self.root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write(files)
        self.commit("begin")
        return self

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def run(self, *command: str, folder: Path | None = None, **environment: str) -> str:
        done = subprocess.run(
            command,
            cwd=folder or self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def dvc(self, *arguments: str) -> str:
        # DVC commits experiments with a library that reads dates in git's own form alone.
        dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "1795168800 +0000")
        return self.run(sys.executable, "-m", "dvc", *arguments, **dates)

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def train(self, name: str = "one") -> str:
        return self.run(sys.executable, "train.py", name).splitlines()[-1]

    def record(self, *runs: str, title: str = "A day") -> Path:
        """Draw up a draft about runs, as people do; returns its path."""
        named = [f"--run={'abc'[place]}={run}" for place, run in enumerate(runs)]
        done = self.run_cli("new", "experiment", title, *named, "--metric", "val_f1", cwd=self.root)
        assert done.code == 0, done.err
        return self.root / done.out.splitlines()[-1]

    def check(self, *arguments: str, root: Path | None = None) -> tuple[int, list[str]]:
        """Return the exit code of a check, and the rules that found something."""
        done = self.run_cli("check", "--format", "json", *arguments, cwd=root or self.root)
        return done.code, [finding["rule"] for finding in done.findings()]

    def messages(self, root: Path | None = None) -> str:
        done = self.run_cli("check", "--format", "json", cwd=root or self.root)
        return "\n".join(f"{one['message']} ({one['hint']})" for one in done.findings())

    def verdicts(self, root: Path | None = None) -> Verdicts:
        """Return the verdict on each edge of all records, by name and subject."""
        found: Verdicts = {}
        with Workspace.open(root or self.root).context() as context:
            for record in context.corpus.records:
                subject = Subject(record, context, schema_errors(record))
                for one in triangle(subject):
                    subjects = "" if one.edge.name in ("code", "run") else one.edge.subject
                    found[one.edge.name, subjects] = one.edge.verdict.value
        return found


def notebook(*cells: str, outputs: bool = False) -> str:
    """Return a notebook file with code cells, as Jupyter saves it."""
    made = [
        {
            "cell_type": "code", "id": f"c{place}", "metadata": {}, "source": cell,
            "execution_count": place if outputs else None,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}] * outputs,
        }
        for place, cell in enumerate(cells)
    ]  # fmt: skip
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
