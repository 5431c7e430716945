"""The code edge on a real repository: what changed between the start of a run and the commit.

What the run recorded is computed here by git itself, in an index of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.commits import Commits
from expdocs.evidence.commitsnapshots import snapshot_of_commit
from expdocs.evidence.edges import Edge
from expdocs.evidence.leftout import parse_left_out
from expdocs.evidence.shapes import CommitSnapshot, RunSnapshot
from expdocs.evidence.snapshots import decode_commit, encode_commit
from expdocs.records.record import RunUse
from expdocs.repository import Repository

ANYWHERE = ("**/*.dvc", "**/*.ipynb", "**/*.log", "**/.gitignore", "**/__pycache__/",
            "**/dvc.lock")  # fmt: skip
WITHOUT = ("journal", *ANYWHERE, "out:metrics.json")
FILES = {
    "src/train.py": "train\n",
    "src/model.py": "model\n",
    "run.sh": "python -m src.train\n",
    "explore.ipynb": '{"cells": []}\n',
    "metrics.json": '{"f1": 0.7}\n',
    "params.yaml": "rate: 0.1\n",
    "dvc.lock": "stages: {}\n",
    "journal/note.md": "a note\n",
}


class Work:
    """A repository, and what a run would record of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.write(FILES)
        self.commit("first")

    def git(self, *arguments: str, **environment: str) -> str:
        base = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        base |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | environment
        command = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *arguments]
        done = subprocess.run(command, cwd=self.root, env=base, check=True, capture_output=True)
        return done.stdout.decode()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def start(self, without: tuple[str, ...] = WITHOUT, **tags: str | None) -> RunSnapshot:
        index = {"GIT_INDEX_FILE": str(self.root / ".git" / "run-index")}
        self.git("read-tree", "HEAD", **index)
        self.git("add", "-A", **index)
        staged = self.git("ls-files", "--stage", "-z", "--", ":(exclude)journal", **index)
        lines = [line.split(" ", 2) for line in staged.split("\0") if line]
        blobs = {rest.partition("\t")[2]: blob for _, blob, rest in lines}
        sources = {p: b for p, b in blobs.items() if p.endswith((".py", ".sh"))}
        digest = hashlib.sha256()
        for path in sorted(sources):
            digest.update(f"{sources[path]} {path}\0".encode())
        head = dict.fromkeys(self.git("ls-tree", "-r", "--name-only", "HEAD").splitlines(), "")
        head = {p: self.git("rev-parse", f"HEAD:{p}").strip() for p in head}
        head = {p: b for p, b in head.items() if p.endswith((".py", ".sh"))}
        changed = {p: sources.get(p, "") for p in sorted({*head, *sources})
                   if head.get(p) != sources.get(p)}  # fmt: skip
        outs = [text[4:] for text in without if text.startswith("out:")]
        globs = [f":(glob){text}{'**' if text.endswith('/') else ''}" for text in ANYWHERE]
        for pathspec in ("journal", *outs, *globs):
            arguments = ("rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", pathspec)
            self.git(*arguments, **index)
        recorded: dict[str, str | None] = {
            "expdocs.sources": f"v1:{digest.hexdigest()}",
            "expdocs.changed": json.dumps(changed),
            **tags,
        }
        return RunSnapshot(
            *("0" * 32, "1", "churn", "one", "FINISHED", "active"),
            commit=self.head(),
            code_tree=self.git("write-tree", **index).strip(),
            code_tree_without=tuple(sorted(without)),
            dirty=bool(changed),
            tags={name: value for name, value in recorded.items() if value is not None},
        )

    def edge(self, run: RunSnapshot, sha: str, kept: CommitSnapshot | None = None) -> Edge:
        with Repository.discover(self.root).objects as objects:
            commits = Commits(objects, self.root, lambda _: kept, frozenset({"journal"}))
            return code_edge(RunUse(run.run_id, (), commit=sha), run, commits)

    def told(self, run: RunSnapshot) -> tuple[str, str]:
        edge = self.edge(run, self.head())
        return edge.verdict.value, edge.reason


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "work")


SAME = "the commit holds exactly the code that ran"
OTHERS = "the sources are as they ran; other files changed, perhaps by the run itself"
OTHER_CODE = "the run started from other code than this commit holds"


def _edit(work: Work, name: str, text: str) -> None:
    work.write({name: text})


AFTER: dict[str, tuple[Callable[[Work], None], str, str]] = {
    "nothing": (lambda w: _edit(w, "journal/more.md", "x"), "verified", SAME),
    "a notebook was saved with outputs": (
        lambda w: _edit(w, "explore.ipynb", '{"cells": [1]}'), "verified", SAME),
    "a new notebook in a new folder": (
        lambda w: _edit(w, "notebooks/a.ipynb", "{}"), "verified", SAME),
    "dvc.lock, metrics and a tracked model": (
        lambda w: w.write({"dvc.lock": "x", "metrics.json": "{}", "model.dvc": "x",
                           ".gitignore": "/model"}), "verified", SAME),
    "a log": (lambda w: _edit(w, "logs/train.log", "x"), "verified", SAME),
    "compiled modules": (
        lambda w: _edit(w, "src/__pycache__/a.pyc", "x"), "verified", SAME),
    "parameters": (lambda w: _edit(w, "params.yaml", "rate: 0.2\n"), "unrecorded", OTHERS),
    "a picture that no stage declares": (
        lambda w: _edit(w, "roc.svg", "<svg/>"), "unrecorded", OTHERS),
    "a script was added": (lambda w: _edit(w, "plot.py", "x"), "unrecorded",
        "the sources in both are as they ran; the commit adds plot.py"),
    "a source was formatted": (lambda w: _edit(w, "src/train.py", "train \n"), "contradicted",
        f"{OTHER_CODE}: src/train.py"),
    "a source was removed": (lambda w: (w.root / "src/model.py").unlink(), "contradicted",
        f"{OTHER_CODE}: src/model.py"),
    "a source was moved": (lambda w: w.git("mv", "run.sh", "go.sh") and None, "contradicted",
        f"{OTHER_CODE}: run.sh"),
}  # fmt: skip


@pytest.mark.parametrize("what", AFTER)
def test_what_changed_after_a_clean_start(work: Work, what: str) -> None:
    change, verdict, reason = AFTER[what]
    run = work.start()
    change(work)
    work.git("add", "-A")
    work.git("commit", "-q", "--allow-empty", "-m", "after")
    found = work.told(run)
    assert found == (verdict, reason)


def test_edited_code_that_ran_is_verified_once_committed(work: Work) -> None:
    work.write({"src/train.py": "edited\n", "src/new.py": "new\n"})
    run = work.start()
    assert work.told(run)[0] == "contradicted"
    work.commit("as it ran")
    assert work.told(run) == ("verified", SAME)


def test_a_scratch_file_that_was_never_committed_is_named(work: Work) -> None:
    work.write({"scratch.py": "x", "src/train.py": "edited\n"})
    run = work.start()
    (work.root / "scratch.py").unlink()
    work.commit("without it")
    reason = "the sources in both are as they ran; the commit lacks scratch.py"
    assert work.told(run) == ("unrecorded", reason)


def test_a_kernel_leaves_the_code_of_its_cells_open(work: Work) -> None:
    reason = "the files beside the notebook are as they were; what its cells ran is not recorded"
    assert work.told(work.start(**{"expdocs.kernel": "true"})) == ("unrecorded", reason)
    launched = work.start()._replace(source_name="/x/ipykernel_launcher.py")
    assert work.told(launched) == ("unrecorded", reason)
    run = work.start(**{"expdocs.kernel": "true"})
    work.write({"src/model.py": "other\n"})
    work.commit("other code beside it")
    assert work.told(run) == ("contradicted", f"{OTHER_CODE}: src/model.py")


def test_code_cannot_hide_among_the_outs_of_a_stage(work: Work) -> None:
    run = work.start((*WITHOUT, "out:src/train.py"))
    assert work.told(run) == ("verified", SAME)
    work.write({"src/train.py": "other\n"})
    work.commit("other code")
    reason = "sources lie among what is left out of the code, and may have changed"
    assert work.told(run) == ("unrecorded", reason)
    silent = work.start((*WITHOUT, "out:src/train.py"), **{"expdocs.sources": None})
    assert work.told(silent) == ("unrecorded", reason)


def test_code_cannot_hide_in_a_folder_that_is_left_out(work: Work) -> None:
    work.write({"src/__pycache__/code.py": "code\n"})
    work.commit("code in an odd place")
    run = work.start()
    assert work.told(run) == ("verified", SAME)
    work.write({"src/__pycache__/code.py": "other\n"})
    work.commit("other code")
    reason = "sources lie among what is left out of the code, and may have changed"
    assert work.told(run) == ("unrecorded", reason)


def test_changes_that_were_too_many_to_record_prove_nothing(work: Work) -> None:
    work.write({"src/train.py": "edited\n"})
    run = work.start(**{"expdocs.changed": None})
    reason = "the sources differ, and which of them were changed was not recorded"
    assert work.told(run) == ("unrecorded", reason)


@pytest.mark.parametrize(
    "changed", ["[]", "{", '{"src/train.py": 1}', '{"src/train.py": "x"}', "[" * 100_000]
)
def test_a_tag_that_is_none_of_ours_proves_nothing(work: Work, changed: str) -> None:
    run = work.start(**{"expdocs.changed": changed})._replace(dirty=True)
    work.write({"src/train.py": "other\n"})
    work.commit("other")
    assert work.told(run)[0] == "unrecorded"


def test_files_are_not_named_where_the_start_is_unknown(work: Work) -> None:
    run = work.start()._replace(commit="1" * 40)
    work.write({"src/train.py": "other\n"})
    work.commit("other")
    verdict, reason = work.told(run)
    assert verdict == "unreachable"
    assert reason.startswith("the sources differ, and the commit that the run started from")


def test_an_older_run_reads_as_before(work: Work) -> None:
    old = {"expdocs.sources": None, "expdocs.changed": None}
    run = work.start(("journal", *ANYWHERE), **old)
    work.write({"params.yaml": "rate: 0.3\n"})
    work.commit("other files")
    assert work.told(run) == ("contradicted", OTHER_CODE)


def test_an_amended_commit_has_the_code_of_the_tagged_one(work: Work) -> None:
    tagged = work.head()
    run = work.start()._replace(code_tree=None, tags={}, commit=tagged)
    work.write({"journal/record.md": "what was found\n"})
    work.git("add", "journal")
    work.git("commit", "-q", "--amend", "-m", "better words, and the record")
    reason = "the commit tag names a commit with the same code; cleanliness was not recorded"
    assert work.told(run) == ("unrecorded", reason)
    work.write({"params.yaml": "rate: 0.4\n"})
    work.commit("more")
    assert work.told(run) == ("contradicted", "the run's commit tag names another commit")


def test_the_commit_snapshot_answers_where_the_commit_is_gone(work: Work, tmp_path: Path) -> None:
    work.write({"metrics.json": "{}", "src/train.py": "edited\n"})
    run = work.start()
    sha = work.commit("as it ran")
    with Repository.discover(work.root).objects as objects:
        commits = Commits(objects, work.root)
        kept = snapshot_of_commit(commits, sha, (), {"journal", "dvc.lock"}, [run])
    assert kept is not None
    assert decode_commit(encode_commit(kept)) == kept._replace(digest=kept_digest(kept))
    other = Work(tmp_path / "other")
    assert other.edge(run, sha, kept).verdict.value == "verified"
    assert other.edge(run._replace(code_tree="2" * 40), sha, kept).reason == OTHERS
    wrong = {**run.tags, "expdocs.sources": "v1:none"}
    unknown = other.edge(run._replace(code_tree="2" * 40, tags=wrong), sha, kept)
    assert unknown.verdict.value == "unreachable"


def kept_digest(kept: CommitSnapshot) -> str:
    return str(json.loads(encode_commit(kept))["sha256"])


def test_an_older_snapshot_of_a_commit_keeps_its_bytes(work: Work) -> None:
    with Repository.discover(work.root).objects as objects:
        commits = Commits(objects, work.root)
        run = work.start(("journal", "dvc.lock"))
        kept = snapshot_of_commit(commits, work.head(), (), {"journal", "dvc.lock"}, [run])
    assert kept is not None
    assert set(json.loads(encode_commit(kept))) == {
        *("schema_version", "sha256", "sha", "tree", "code_tree", "time", "data"),
        "code_tree_without",
    }


@pytest.mark.parametrize(
    ("recorded", "roots", "outs", "held", "free"),
    [
        ({"journal", "dvc.lock"}, {"journal"}, set(), ["dvc.lock"], ["a.dvc", "journal"]),
        ({"**/*.dvc", "out:a*.json"}, set(), {"a*.json"}, ["a.dvc", "dvc.lock"], ["a.json"]),
        ({"**/x*y", "**/", "**/*"}, set(), set(), ["x*y"], ["xay", "a"]),
    ],
)
def test_what_is_left_out_is_read_literally(
    recorded: set[str], roots: set[str], outs: set[str], held: list[str], free: list[str]
) -> None:
    found = parse_left_out(frozenset(recorded))
    assert (found.roots, found.outs) == (roots, outs)
    assert [name for name in (*held, *free) if found.names.hold(name, folder=False)] == held
