"""A DVC repository as public ones are laid out, at each of its tags, against DVC itself.

Stages with folders of their own, foreach and matrix stages, a second DVC repository in a folder,
parameters, metrics in git, and a ``dvc.lock`` that many commits changed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.commits import Commits
from expdocs.repository import Repository

TAGS = ("v1", "v2", "v3", "v4")
ASK_DVC = """\
import json, sys
from dvc.api import DVCFileSystem
filesystem = DVCFileSystem(".", rev=sys.argv[1], subrepos=True)
found = {}
for top in sys.argv[2:]:
    for folder, folders, files in filesystem.walk(top, dvc_only=True, dvcfiles=False):
        for name in [*folders, *files]:
            path = f"{folder.rstrip('/')}/{name}"
            info = filesystem.info(path).get("dvc_info") or {}
            if info.get("md5"):
                found[path.lstrip("/")] = info["md5"]
print(json.dumps(found))
"""
PIPELINE = """\
vars:
  - folders: {report: reports}
stages:
  prepare:
    wdir: data
    cmd: mkdir -p clean && tr a-z A-Z < raw/one.txt > clean/one.txt
    deps: [raw]
    outs: [clean]
  features:
    foreach: [words, letters]
    do:
      wdir: features/${item}
      cmd: wc -c ../../data/clean/one.txt > table.txt
      deps: [../../data/clean]
      outs: [table.txt]
  folds:
    foreach:
      first: {seed: 1}
      second: {seed: 2}
    do:
      wdir: folds/${key}
      cmd: echo ${item.seed} > fold.txt
      outs: [fold.txt]
  grid:
    matrix: {model: [linear, tree], depth: [1]}
    wdir: grid/${item.model}
    cmd: echo ${item.model} ${item.depth} > model.txt
    outs: [model.txt]
  train:
    cmd: cat features/words/table.txt params.yaml > model.bin && echo '{"f1":0.8}' > metrics.json
    deps: [features/words/table.txt]
    params: [train.rate, train.layers]
    outs: [model.bin]
    metrics: [{metrics.json: {cache: false}}]
"""
PARAMS = "train:\n  rate: 0.1\n  layers: [8, 4]\nother: {seed: 7}\n"


class Project:
    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "DVC"))}
        places = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "DVC_SITE_CACHE_DIR")
        self.environment = kept | dict.fromkeys(places, str(home)) | {
            "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "DVC_NO_ANALYTICS": "1",
        }  # fmt: skip

    def run(self, *command: str, folder: str = ".") -> str:
        where = self.root / folder
        done = subprocess.run(
            command, cwd=where, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def dvc(self, *arguments: str, folder: str = ".") -> None:
        self.run(sys.executable, "-m", "dvc", "-q", *arguments, folder=folder)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, tag: str) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", tag)
        self.run("git", "tag", tag)

    def sha(self, revision: str) -> str:
        return self.run("git", "rev-parse", f"{revision}^{{commit}}")


def _other(made: Project, root: Path) -> Path:
    """Make another DVC repository to import from."""
    other = Project(root, root.parent / "none")
    other.environment = made.environment
    other.run("git", "init", "-q")
    for name, value in (("user.name", "Bo"), ("user.email", "bo@example.org")):
        other.run("git", "config", name, value)
    other.dvc("init")
    other.write("prices.csv", "1\n")
    other.dvc("add", "prices.csv")
    other.commit("prices")
    return root


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("public"), tmp_path_factory.mktemp("home"))
    made.run("git", "init", "-q", "-b", "main")
    for name, value in (("user.name", "Ana"), ("user.email", "ana@example.org")):
        made.run("git", "config", name, value)
    made.dvc("init")
    made.write("data/raw/one.txt", "one\n")
    made.write("data/raw/deep/two.txt", "two\n")
    made.dvc("add", "data/raw")
    made.write("labels/labels.csv", "a\n")
    made.dvc("add", "labels/labels.csv")
    # A .dvc file may stand elsewhere than its data, and name the folder that its paths start from.
    moved = (made.root / "labels" / "labels.csv.dvc").read_text()
    (made.root / "labels" / "labels.csv.dvc").unlink()
    made.write("labels.dvc", f"wdir: labels\n{moved}")
    made.write("params.yaml", PARAMS)
    made.write("dvc.yaml", PIPELINE)
    for folder in ("features/words", "features/letters", "folds/first", "folds/second",
                   "grid/linear", "grid/tree"):  # fmt: skip
        made.write(f"{folder}/.gitkeep", "")
    made.dvc("repro")
    made.commit("v1")
    made.write("data/raw/one.txt", "one and more\n")
    made.dvc("add", "data/raw")
    made.dvc("repro")
    made.commit("v2")
    made.write("params.yaml", PARAMS.replace("0.1", "0.2"))
    made.dvc("repro")
    made.commit("v3")
    made.write("projects/nlp/words.txt", "words\n")
    made.dvc("init", "--subdir", folder="projects/nlp")
    made.write("projects/nlp/corpus/a.txt", "a\n")
    made.dvc("add", "words.txt", "corpus", folder="projects/nlp")
    other = _other(made, tmp_path_factory.mktemp("other"))
    made.dvc("import", str(other), "prices.csv", "-o", "imported.csv")
    made.dvc("import-url", str(other / "prices.csv"), "fetched.csv")
    made.commit("v4")
    return made


def asked_of_dvc(project: Project, tag: str) -> dict[str, str]:
    """Ask DVC; it looks into a repository inside of another only where it is named."""
    tops = ("/", "/projects/nlp") if tag == "v4" else ("/",)
    found = json.loads(project.run(sys.executable, "-c", ASK_DVC, tag, *tops))
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("tag", TAGS)
def test_every_hash_is_the_one_that_dvc_tells(project: Project, tag: str) -> None:
    expected = asked_of_dvc(project, tag)
    assert {"data/raw", "data/raw/deep/two.txt", "data/clean/one.txt", "labels/labels.csv",
            "features/letters/table.txt", "folds/second/fold.txt", "grid/tree/model.txt",
            "model.bin"} <= set(expected)  # fmt: skip
    assert ({"projects/nlp/corpus/a.txt", "imported.csv"} <= set(expected)) is (tag == "v4")
    with Repository.discover(project.root).objects as reader:
        commits = Commits(reader, project.root)
        found = {path: commits.data_hash(project.sha(tag), path) for path in expected}
    assert found == {path: f"md5:{value}" for path, value in expected.items()}


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_more_is_tracked_than_dvc_tells_or_stages_read(project: Project, tag: str) -> None:
    with Repository.discover(project.root).objects as reader:
        tracked = Commits(reader, project.root).data_hashes(project.sha(tag))
    assert tracked is not None
    # Outputs that git keeps have a hash in the lock; DVC shows them as files of git.
    assert set(tracked) - set(asked_of_dvc(project, tag)) == {"metrics.json"}


def test_stages_tell_what_they_read_wrote_and_were_given(project: Project) -> None:
    with Repository.discover(project.root).objects as reader:
        commits = Commits(reader, project.root)
        stages = {stage.name: stage for stage in commits.stages(project.sha("v3"))}
    assert set(stages["prepare"].deps) == {"data/raw"}
    assert set(stages["prepare"].outs) == {"data/clean"}
    assert set(stages["features@letters"].outs) == {"features/letters/table.txt"}
    expected: dict[str, Any] = {"params.yaml": {"train.rate": 0.2, "train.layers": [8, 4]}}
    assert stages["train"].params == expected
    assert all(stage.placed for stage in stages.values())


def test_imports_tell_where_they_come_from(project: Project) -> None:
    with Repository.discover(project.root).objects as reader:
        commits = Commits(reader, project.root)
        sha = project.sha("v4")
        imported, fetched = (commits.origin(sha, f"{name}.csv") for name in ("imported", "fetched"))
        hashes = [commits.data_hash(sha, f"{name}.csv") for name in ("imported", "fetched")]
    # The md5 of "1" and a line end, by md5sum.
    assert hashes == ["md5:b026324c6904b2a9cb4b88d6d61c81d1"] * 2
    assert imported.endswith(f"at {_revision(project)}")
    assert fetched == ""  # a path on this machine says nothing to others


def _revision(project: Project) -> str:
    lock = (project.root / "imported.csv.dvc").read_text().partition("rev_lock: ")[2]
    return lock.split()[0][:12]
