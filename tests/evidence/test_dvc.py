"""DVC hashes at commits, against what DVC itself wrote and computes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs.evidence.commits import Commits
from expdocs.evidence.dvcfiles import is_dvc_file, listing_path, read_dvc_file
from expdocs.repository import Repository

Run = Callable[..., str]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    root = tmp_path_factory.mktemp("dvc")
    home = tmp_path_factory.mktemp("home")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DVC"))}
    environment |= {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1",
    }  # fmt: skip

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=root, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    run("git", "init", "-q", "-b", "main")
    run("git", "config", "user.name", "Ana")
    run("git", "config", "user.email", "ana@example.org")
    dvc = (sys.executable, "-m", "dvc", "-q")
    run(*dvc, "init")
    (root / "data" / "images").mkdir(parents=True)
    (root / "data" / "churn data.csv").write_text("a,b\n1,2\n")
    (root / "data" / "images" / "one.txt").write_text("one")
    (root / "data" / "images" / "sub").mkdir()
    (root / "data" / "images" / "sub" / "two.txt").write_text("two")
    run(*dvc, "add", "data/churn data.csv", "data/images")
    (root / "prepare.py").write_text("open('out.txt', 'w').write('prepared')\n")
    stage = ("-d", "prepare.py", "-d", "data/images", "-o", "out.txt")
    run(*dvc, "stage", "add", "-n", "prepare", *stage, f"{sys.executable} prepare.py")
    run(*dvc, "repro")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "first")
    (root / "data" / "churn data.csv").write_text("a,b\n1,3\n")
    run(*dvc, "add", "data/churn data.csv")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "second")
    return root, run


def _md5(text: str) -> str:
    return "md5:" + hashlib.md5(text.encode()).hexdigest()


def _hash_at(project: tuple[Path, Run], revision: str, path: str) -> str | None:
    root, run = project
    repository = Repository.discover(root)
    with repository.objects as reader:
        return Commits(reader, root).data_hash(run("git", "rev-parse", revision), path)


def test_a_file_has_the_md5_of_its_content_at_each_commit(project: tuple[Path, Run]) -> None:
    assert _hash_at(project, "HEAD~", "data/churn data.csv") == _md5("a,b\n1,2\n")
    assert _hash_at(project, "HEAD", "data/churn data.csv") == _md5("a,b\n1,3\n")


def test_a_stage_output_comes_from_dvc_lock(project: tuple[Path, Run]) -> None:
    assert _hash_at(project, "HEAD", "out.txt") == _md5("prepared")


def test_a_directory_has_the_hash_of_its_listing(project: tuple[Path, Run]) -> None:
    root, _ = project
    found = _hash_at(project, "HEAD", "data/images")
    assert found is not None
    assert found.endswith(".dir")
    assert f"md5: {found[4:]}" in (root / "data" / "images.dvc").read_text()


def test_a_file_inside_a_directory_is_found_through_the_cache(project: tuple[Path, Run]) -> None:
    assert _hash_at(project, "HEAD", "data/images/sub/two.txt") == _md5("two")
    assert _hash_at(project, "HEAD", "data/images/three.txt") is None


def test_without_the_cache_the_directory_is_known_and_the_file_is_not(
    project: tuple[Path, Run], tmp_path: Path
) -> None:
    root, run = project
    subprocess.run(["git", "clone", "-q", str(root), str(tmp_path / "clone")], check=True)
    clone = tmp_path / "clone"
    with Repository.discover(clone).objects as reader:
        commits = Commits(reader, clone)
        sha = run("git", "rev-parse", "HEAD")
        assert commits.data_hash(sha, "data/images/sub/two.txt") is None
        assert commits.tracking_directory(sha, "data/images/sub/two.txt") == "data/images"


def test_an_untracked_path_has_no_hash(project: tuple[Path, Run]) -> None:
    assert _hash_at(project, "HEAD", "dvc.yaml") is None
    assert _hash_at(project, "HEAD", "data/other.csv") is None


def test_a_stage_dependency_has_the_hash_that_the_stage_saw(project: tuple[Path, Run]) -> None:
    content = "open('out.txt', 'w').write('prepared')\n"
    assert _hash_at(project, "HEAD", "prepare.py") == _md5(content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  path: x\n",
         {"d/x": "md5-dos2unix:5afc23b9622f8f9ffa60824f4e97d0d5"}),
        ("outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  hash: md5\n  path: ../x\n",
         {"x": "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}),
        ("outs:\n- md5: 5afc23b9622f8f9ffa60824f4e97d0d5\n  hash: md5\n  path: ../../x\n", {}),
        ("outs:\n- etag: abc\n  path: s3://bucket/x\n- etag: '\"q\"'\n  path: y\n",
         {"d/y": 'etag:"q"'}),
        ("outs:\n- path: x\n", {}),
        ("outs: [1, {path: 3}]\n", {}),
        ("- a\n", {}),
        ("outs: &a [*a]\n", {}),
        ("\tbroken", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_odd_files_tell_what_they_can(content: str, expected: dict[str, str]) -> None:
    assert read_dvc_file("d/x.dvc", content.encode()).hashes == expected


def test_only_dvc_files_are_read() -> None:
    assert is_dvc_file(b"b.csv.dvc")
    assert is_dvc_file(b"dvc.lock")
    assert not is_dvc_file(b".dvc")
    assert is_dvc_file(b"dvc.yaml")
    assert not is_dvc_file(b"params.yaml")


@pytest.mark.parametrize("value", ["md5:../../../etc/passwd.dir", "etag:x.dir", "md5:" + "a" * 32])
def test_only_directory_hashes_lead_into_the_cache(tmp_path: Path, value: str) -> None:
    assert listing_path(tmp_path, value) is None
