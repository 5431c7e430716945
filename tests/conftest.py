"""What every test may use: real repositories, the real program, and two guards.

``repo(files)``    makes a git repository from ``{path: text or bytes}`` and commits it.
``checked_repo``   a repository with one complete proposed experiment; ``check`` finds nothing.
``run_cli(*args)`` runs the program in this process and returns exit code, stdout and stderr.
``run_program()``  the same as a process of its own.

Always on: an environment without user or system configuration, no socket to anything but this
machine, and a failure when a test writes below the real home folder.
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from expdocs.cli.program import run
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Metric,
    Point,
    RunSnapshot,
    commit_path,
    encode_commit,
    encode_run,
    run_path,
)

# No test asserts a time: a slow machine is no defect.
settings.register_profile("expdocs", settings.get_profile("default"), deadline=None)
if not os.environ.get("CI"):
    settings.load_profile("expdocs")

NOW = "2026-11-20T10:00:00Z"

# --- guards


class _Guard:
    """What the interpreter's audit events are held against, from the first test on."""

    on = False
    home = os.path.realpath(Path.home())
    written: list[str] = []  # noqa: RUF012 - one for the process, like the hook

    @classmethod
    def event(cls, name: str, arguments: tuple[Any, ...]) -> None:
        if not cls.on:
            return
        if name == "socket.connect":
            cls._connecting(arguments[1])
        elif name == "socket.getaddrinfo" and not _loopback(arguments[0]):
            raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {arguments[0]}")
        elif name == "open" and isinstance(arguments[0], str) and arguments[2] & _WRITING:
            cls._writing(arguments[0])

    @classmethod
    def _connecting(cls, address: object) -> None:
        if isinstance(address, tuple) and not _loopback(address[0]):
            raise RuntimeError(f"tests have no network: {address}")

    @classmethod
    def _writing(cls, path: str) -> None:
        target = os.path.abspath(path)  # noqa: PTH100 - pathlib would be slow on every open
        if target.startswith(f"{cls.home}/") and not target.startswith(_WRITABLE):
            cls.written.append(target)


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# A checkout, the interpreter or the temporary folder may themselves lie below the home folder.
_WRITABLE = tuple(
    os.path.realpath(folder) + "/"
    for folder in (Path(__file__).parent.parent, tempfile.gettempdir(), sys.prefix,
                   sysconfig.get_path("stdlib"))
)  # fmt: skip


def _loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


sys.addaudithook(_Guard.event)


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give all tests a home of their own and no network; yields the environment."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("GIT_", "MLFLOW_", "DVC_"))]:
            patch.delenv(name)
        for name in ("PYTHONDONTWRITEBYTECODE", "EXPDOCS_DEBUG", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        # A browser for tests is installed once, below the real home.
        patch.setenv("PLAYWRIGHT_BROWSERS_PATH", _browsers())
        for name, value in _environment(home).items():
            patch.setenv(name, value)
        _Guard.on = True
        yield dict(os.environ)
        _Guard.on = False
    assert not _Guard.written, f"tests wrote below the real home folder: {_Guard.written}"


def _browsers() -> str:
    cache = os.environ.get("XDG_CACHE_HOME", f"{_Guard.home}/.cache")
    return os.environ.get("PLAYWRIGHT_BROWSERS_PATH", f"{cache}/ms-playwright")


def _environment(home: Path) -> dict[str, str]:
    who = {"NAME": "Ana", "EMAIL": "ana@example.org", "DATE": NOW}
    roles = ("AUTHOR", "COMMITTER")
    return {
        "HOME": str(home),
        "COLUMNS": "100",
        **{f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "CACHE", "DATA", "STATE")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_{name}": value for role in roles for name, value in who.items()},
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DVC_NO_ANALYTICS": "true",
    }


# --- the program


@dataclass(frozen=True)
class Ran:
    """How a run of the program ended and what it printed."""

    code: int
    out: str
    err: str

    def findings(self) -> list[dict[str, Any]]:
        """The findings of ``check --format json``."""
        found: list[dict[str, Any]] = json.loads(self.out)["findings"]
        return found


RunCli = Callable[..., Ran]


@pytest.fixture
def run_cli(monkeypatch: pytest.MonkeyPatch) -> RunCli:
    """Run the program in this process: ``run_cli("check", "--strict", cwd=folder)``.

    Streams are strict UTF-8, as on a terminal; the current folder is as before afterwards.
    """

    def call(*arguments: str, cwd: Path | None = None) -> Ran:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            if cwd is not None:
                patch.chdir(cwd)
            else:
                patch.chdir(Path.cwd())
            code = run(list(arguments))
        return Ran(code, *(s.buffer.getvalue().decode() for s in (out, err)))

    return call


@pytest.fixture
def run_program() -> RunCli:
    """Run the program as a process: ``run_program("check", cwd=folder, env={…}, timeout=60)``.

    ``before`` is called in the new process before the program starts.
    """

    def call(
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        before: Callable[[], object] | None = None,
    ) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "expdocs", *arguments],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            preexec_fn=before,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


# --- repositories

Content = str | bytes


@dataclass(frozen=True)
class Repo:
    """A git repository with a working tree at ``root``."""

    root: Path

    def git(self, *arguments: str) -> str:
        """Run git here and return what it printed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, Content]) -> None:
        """Write files, byte for byte."""
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, message: str = "change") -> str:
        """Commit everything and return the commit's id."""
        self.git("add", "-A")
        self.git("commit", "-qm", message, "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def state(self) -> dict[str, str]:
        """Every file below the root with a digest of its bytes.

        Files of ``.git`` too, but the index, and the program's own lock and cache.
        """
        found = {}
        for folder, names, files in os.walk(self.root):
            if folder == str(self.root / ".git"):
                names[:] = [name for name in names if name != "expdocs"]
            for name in [*files, *(n for n in names if (Path(folder) / n).is_symlink())]:
                path = Path(folder) / name
                if path != self.root / ".git" / "index":
                    found[os.fsencode(path).decode(errors="replace")] = _digest(path)
        return found


def _digest(path: Path) -> str:
    if path.is_symlink():
        return f"link to {os.readlink(path)}"  # noqa: PTH115
    if not path.is_file():
        return "no file"
    return hashlib.sha256(path.read_bytes()).hexdigest()


MakeRepo = Callable[..., Repo]


@pytest.fixture
def repo(tmp_path: Path) -> MakeRepo:
    """Make a repository: ``repo({"a.md": "text"}, name="repo", commit=True)``."""

    def make(
        files: Mapping[str, Content] | None = None, *, name: str = "repo", commit: bool = True
    ) -> Repo:
        return _make_repo(tmp_path / name, files or {}, commit=commit)

    return make


def _make_repo(root: Path, files: Mapping[str, Content], *, commit: bool) -> Repo:
    root.mkdir(parents=True)
    made = Repo(root)
    made.git("init", "-q", "-b", "main")
    made.write(files)
    if commit:
        made.commit("first")
    return made


# --- an example in which everything holds

RUNS = {
    "weights": "9e20a4f780104459a8c141c87a951182",
    "smote-1": "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b",
    "smote-2": "0c1d2e3f405162738495a6b7c8d9eaf0",
}
DATA_HASH = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
_F1 = {"weights": 0.7912, "smote-1": 0.8124, "smote-2": 0.8152}
_DVC = """\
outs:
- md5: 5afc23b9622f8f9ffa60824f4e97d0d5
  size: 1024
  hash: md5
  path: churn.csv
"""
_SETTINGS = """\
project = "churn"

[people.ana]
name = "Ana"
emails = ["ana@example.org"]
"""
_CODE = {
    "expdocs.toml": _SETTINGS,
    "train.py": "print('train')\n",
    "params.yaml": "c: 0.1\n",
    "data/churn.csv.dvc": _DVC,
    "data/.gitignore": "/churn.csv\n",
}
_RECORD = """\
---
id: EXP-2026-11-20-417
kind: experiment
title: Oversampling helps the minority class
status: proposed
date: 2026-11-20
authors: [ana]
project: churn
tags: [imbalance]
approach: smote
hypothesis: SMOTE raises validation F1 by at least 0.02 over class weights.
metric: {name: val_f1, goal: maximize, effect: 0.02}
runs:
  - {id: 9e20a4f780104459a8c141c87a951182, as: weights, role: baseline}
  - {id: 77aa03b1c2d94f6e8a5b1c0d9e8f7a6b, as: smote-1, role: candidate, group: seeds}
  - {id: 0c1d2e3f405162738495a6b7c8d9eaf0, as: smote-2, role: candidate, group: seeds}
commit: @COMMIT@
data:
  - {path: data/churn.csv, hash: "md5:5afc23b9622f8f9ffa60824f4e97d0d5"}
verdict: iterate
---

## Motivation

The minority class is rare, and weights alone left recall low.

## Runs

<!-- expdocs:runs -->
| Run | Role | val_f1 | Parameters | MLflow run |
| --- | --- | --- | --- | --- |
| `weights` | baseline | 0.7912 | `seed=1` | `9e20a4f78010` |
| `smote-1` | candidate | 0.8124 | `seed=2` | `77aa03b1c2d9` |
| `smote-2` | candidate | 0.8152 | `seed=3` | `0c1d2e3f4051` |
| `seeds` | mean ± sd of 2 | 0.8138 ± 0.0020 | – | – |
<!-- /expdocs:runs -->

## Observations

The baseline reached [0.791](run:weights#val_f1), the first seed [0.8124](run:smote-1#val_f1).
That is [+0.0212](delta:weights..smote-1#val_f1); over both seeds [0.814](mean:seeds#val_f1).

## Conclusion

The hypothesis held, by a factor of [1.027](ratio:weights..smote-1#val_f1), with
[train.py](git:@COMMIT@:train.py) and [churn.csv](dvc:data/churn.csv@@COMMIT@).

## Next steps

More seeds.
"""


@dataclass(frozen=True)
class CheckedRepo(Repo):
    """A repository with one proposed experiment at ``record``, resting on the commit ``code``.

    ``RUNS`` of this module maps its labels to run ids; metric, in the order of labels: 0.7912,
    0.8124, 0.8152.
    """

    code: str
    record: str = "journal/experiments/2026/11/EXP-2026-11-20-417-oversampling.md"
    runs = RUNS
    data_hash = DATA_HASH

    @property
    def text(self) -> str:
        """The record's text."""
        return (self.root / self.record).read_text(encoding="utf-8")

    def snapshot(self, label: str) -> str:
        """The path of a run's snapshot."""
        return f"journal/evidence/{run_path(RUNS[label])}"


@pytest.fixture(scope="session")
def _checked_template(tmp_path_factory: pytest.TempPathFactory) -> CheckedRepo:
    made = _make_repo(tmp_path_factory.mktemp("checked") / "repo", _CODE, commit=True)
    sha, tree = made.git("rev-parse", "HEAD"), made.git("rev-parse", "HEAD^{tree}")
    template = CheckedRepo(made.root, sha)
    # The first commit has no records, so that its tree is its code tree.
    commit = CommitSnapshot(
        sha, tree, tree, NOW, {"data/churn.csv": DATA_HASH}, ("decisions", "dvc.lock", "journal")
    )
    template.write({
        template.record: _RECORD.replace("@COMMIT@", sha),
        f"journal/evidence/{commit_path(sha)}": encode_commit(commit),
        **{template.snapshot(label): encode_run(_run(label, sha, tree)) for label in RUNS},
    })  # fmt: skip
    template.commit("record")
    return template


def _run(label: str, sha: str, tree: str) -> RunSnapshot:
    point = Point(0, _F1[label])
    return RunSnapshot(
        run_id=RUNS[label],
        experiment_id="1",
        experiment_name="churn",
        run_name=label,
        status="FINISHED",
        lifecycle_stage="active",
        start_time="2026-11-20T10:00:00.000Z",
        end_time="2026-11-20T10:01:00.000Z",
        user="ana",
        commit=sha,
        code_tree=tree,
        code_tree_without=("decisions", "dvc.lock", "journal"),
        data={"data/churn.csv": DATA_HASH},
        params={"c": "0.1", "seed": str(list(RUNS).index(label) + 1)},
        metrics={"val_f1": Metric(point, point, point, point, 1)},
    )


@pytest.fixture
def checked_repo(_checked_template: CheckedRepo, tmp_path: Path) -> CheckedRepo:
    """A fresh copy of a repository in which ``expdocs check`` finds nothing."""
    root = tmp_path / "checked"
    shutil.copytree(_checked_template.root, root, symlinks=True)
    return CheckedRepo(root, _checked_template.code)
