"""A real repository, and the tags that a run started in it gets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs import run_context, tags
from tests.run_context.folders import CONFIG, OF_PROCESS, Repository, clean_environment


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run_context, "_found", {})
    for name in [name for name in os.environ if name.startswith(("GIT_", "EXPDOCS_", "DVC_"))]:
        monkeypatch.delenv(name)
    for name, value in clean_environment(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    root = tmp_path / "work folder"
    root.mkdir()
    made = Repository(root, clean_environment(tmp_path))
    made.git("init", "-q", "-b", "main")
    made.write(
        {
            "pyproject.toml": CONFIG,
            ".gitignore": "*.tmp\n/data.csv\n",
            "train.py": "print(1)\n",
            "src/model.py": "x = 1\n",
            "journal/one.md": "one\n",
            "decisions/two.md": "two\n",
            "dvc.lock": "schema: '2.0'\n",
            "sub/dvc.lock": "schema: '2.0'\n",
        }
    )
    made.commit("first")
    monkeypatch.chdir(root)
    return made


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, str]]:
    """The tags as a new process would find them."""

    def find() -> dict[str, str]:
        monkeypatch.setattr(run_context, "_found", {})
        return {name: value for name, value in tags().items() if name not in OF_PROCESS}

    return find
