"""Repositories in which `expdocs check` runs as a hook: of pre-commit, of prek, of plain git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
CONFIG = """\
default_install_hook_types: [pre-commit, pre-merge-commit, pre-push]
repos:
  - repo: {source}
    rev: {rev}
    hooks:
      - id: expdocs-check
      - id: expdocs-check-all
"""


@dataclass(frozen=True)
class Outcome:
    """How a git command ended, and all that it and its hooks printed."""

    code: int
    text: str


@dataclass(frozen=True)
class Hooked:
    """A repository with one proposed record, whose hooks run."""

    runner: str
    made: Any
    environment: Mapping[str, str]
    text: str

    @property
    def root(self) -> Path:
        return self.made.root

    def git(self, *arguments: str, **environment: str) -> Outcome:
        return self._run("git", *arguments, **environment)

    def program(self, *arguments: str, **environment: str) -> Outcome:
        """Run the runner itself."""
        return self._run(str(BIN / self.runner), *arguments, **environment)

    def _run(self, *command: str, **environment: str) -> Outcome:
        done = subprocess.run(
            command,
            cwd=self.root,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode())

    def commit(self, *arguments: str, **environment: str) -> Outcome:
        return self.git("commit", "-m", "change", *arguments, **environment)

    def put(self, path: str, text: str, *, stage: bool = True) -> None:
        self.made.write({path: text})
        if stage:
            assert self.git("add", "--", path).code == 0

    def log(self) -> int:
        return int(self.made.git("rev-list", "--count", "HEAD"))


def run(*command: str | Path, cwd: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory, isolated: dict[str, str]) -> tuple[Path, str]:
    """This checkout with its uncommitted changes as a repository, and its one commit."""
    copy = tmp_path_factory.mktemp("source") / "expdocs"
    options = ("-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    listing = subprocess.run(
        ["git", "ls-files", *options], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for command in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "the checkout"]):
        run("git", *command, cwd=copy, env=isolated)
    head = ["git", "rev-parse", "HEAD"]
    sha = subprocess.run(head, cwd=copy, check=True, capture_output=True, text=True).stdout
    return copy, sha.strip()


@pytest.fixture(scope="session")
def runner_environment(
    tmp_path_factory: pytest.TempPathFactory, isolated: dict[str, str]
) -> dict[str, str]:
    """Where runners keep what they install; the program of this venv is not to be found."""
    keep = tmp_path_factory.mktemp("runners")
    paths = [p for p in isolated["PATH"].split(os.pathsep) if not (Path(p) / "expdocs").exists()]
    return {
        **isolated,
        "PATH": os.pathsep.join([str(Path(sys.base_prefix) / "bin"), *paths]),
        "PRE_COMMIT_HOME": str(keep / "pre-commit"),
        "PREK_HOME": str(keep / "prek"),
    }


@pytest.fixture
def hook(
    source: tuple[Path, str], runner_environment: dict[str, str], checked_repo: Any
) -> Callable[[str], Hooked]:
    """Install the hooks of ``pre-commit``, ``prek`` or ``git`` into the checked repository."""

    def install(runner: str) -> Hooked:
        root = checked_repo.root
        if runner == "git":
            environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
            run(BIN / "expdocs", "init", "--git-hooks", cwd=root, env=environment)
            checked_repo.git("config", "core.hooksPath", "hooks")
        else:
            environment = runner_environment
            text = CONFIG.format(source=source[0], rev=source[1])
            checked_repo.write({".pre-commit-config.yaml": text})
            run(BIN / runner, "install", "--install-hooks", cwd=root, env=environment)
        checked_repo.git("add", "-A")
        checked_repo.git("commit", "-qnm", "hooks")
        return Hooked(runner, checked_repo, environment, checked_repo.text)

    return install
