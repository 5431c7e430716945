"""Code trees: our tree ids are git's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from expdocs.evidence.commits import Commits
from expdocs.evidence.trees import Trees, parse_tree, tree_id
from expdocs.repository import Repository


def _git(root: Path, *arguments: str, **environment: str) -> str:
    base = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    base |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | environment
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=root, env=base, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    _git(tmp_path, "init", "-q", "-b", "main")
    for name in (
        "src/train.py", "src/deep/er/x.py", "journal/a.md", "journal/evidence/b.json",
        "docs/journal/c.md", "docs/guide.md", "decisions/d.md", "dvc.lock", "sub/dvc.lock",
        "sub/keep.txt", "only/dvc.lock", "mit leer zeichen/ü.txt", "dvc.lock.txt",
    ):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "link").symlink_to("src/train.py")
    _git(tmp_path, "add", "-A")
    _git(tmp_path, "commit", "-q", "-m", "all")
    return tmp_path


def _tree_by_git(root: Path, *left_out: str) -> str:
    """Compute the tree by git itself, through an index of its own."""
    index = str(root / ".git" / "other-index")
    _git(root, "read-tree", "HEAD", GIT_INDEX_FILE=index)
    for path in left_out:
        arguments = ("rm", "-r", "--cached", "-q", "--ignore-unmatch", "--", path)
        _git(root, *arguments, GIT_INDEX_FILE=index)
    return _git(root, "write-tree", GIT_INDEX_FILE=index)


@pytest.mark.parametrize(
    "left_out",
    [(), ("journal", "decisions"), ("docs/journal",), ("src/deep",), ("absent",)],
)
def test_the_code_tree_is_what_git_computes(root: Path, left_out: tuple[str, ...]) -> None:
    repository = Repository.discover(root)
    with repository.objects as reader:
        sha = _git(root, "rev-parse", "HEAD")
        found = Commits(reader, root).code_tree(sha, frozenset(left_out))
    assert found == _tree_by_git(root, *left_out, ":(glob)**/dvc.lock")


def test_nothing_left_out_but_lock_files_and_no_lock_files_is_the_tree(root: Path) -> None:
    _git(root, "rm", "-q", "dvc.lock", "sub/dvc.lock", "only/dvc.lock")
    _git(root, "commit", "-q", "-m", "no locks")
    with Repository.discover(root).objects as reader:
        found = Commits(reader, root).code_tree(_git(root, "rev-parse", "HEAD"), frozenset())
    assert found == _git(root, "rev-parse", "HEAD^{tree}")


def test_trees_read_back_as_they_were(root: Path) -> None:
    sha = _git(root, "rev-parse", "HEAD^{tree}")
    with Repository.discover(root).objects as reader:
        entries = Trees(reader).entries(sha)
    assert entries is not None
    assert tree_id(list(entries)) == sha


def test_an_object_that_is_no_tree_gives_nothing(root: Path) -> None:
    with Repository.discover(root).objects as reader:
        trees = Trees(reader)
        assert trees.entries(_git(root, "rev-parse", "HEAD")) is None
        assert trees.entries("0" * 40) is None
        assert trees.without("0" * 40, frozenset()) is None
    assert parse_tree(b"100644 name") is None
    assert parse_tree(b"100644 name\0short") is None
