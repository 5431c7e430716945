"""The table of what can change, row by row: each change is made to the real thing and looked at.

The table stands in docs/what-can-change.md. One repository with real runs, DVC data, a remote and a
registered model is made once; every row gets a copy of it, in which nothing is wrong before.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from expdocs.evidence.models import encode_model, model_path
from expdocs.evidence.snapshots import (
    commit_path,
    decode_commit,
    decode_run,
    encode_commit,
    encode_run,
    run_path,
)
from expdocs.trackers.mlflow import connect

PAGE = Path(__file__).parent.parent.parent / "docs" / "what-can-change.md"

TRAIN = """\
import os
import sys

import mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("churn")
for name, shift in (("weights", 0.0), ("smote", 0.03)):
    with mlflow.start_run(run_name=name):
        mlflow.log_params({"c": 0.1, "sampler": name})
        dataset = MetaDataset(HTTPDatasetSource("http://example.org/d"), name="d", digest="5afc23")
        mlflow.log_input(dataset)
        for step, value in enumerate((0.70, 0.79, 0.74)):
            mlflow.log_metric("val_f1", value + shift, step=step)
os.environ["EXPDOCS_PROVENANCE"] = "off"
client = mlflow.MlflowClient()
for name in ("manual", "open"):
    run_id = client.create_run("1", run_name=name).info.run_id
    client.log_metric(run_id, "val_f1", 0.5)
    if name == "manual":
        client.set_terminated(run_id)
client.create_registered_model("churn")
for number in (1, 2):
    client.create_model_version("churn", "file:///nowhere", run_id)
client.set_registered_model_alias("churn", "champion", "2")
"""
FILES = {
    "prepare.py": "open('features.csv', 'w').write(open('raw.csv').read() + '3,4\\n')\n",
    "train.py": "print('to do')\n",
    "params.yaml": "c: 0.1\n",
    ".gitignore": "mlflow.db\nmlruns/\n",
    "raw.csv": "a,b\n1,2\n",
    "expdocs.toml": 'project = "churn"\nprotected_branch = "main"\n'
    '[people.ana]\nname = "Ana"\nemails = ["ana@example.org"]\n',
}
EXPERIMENT = (
    "new", "experiment", "SMOTE helps", "--baseline", "weights", "--run", "smote",
    "--metric", "val_f1", "--effect", "0.02", "--approach", "smote", "--verdict", "iterate",
    "--hypothesis", "SMOTE raises val_f1 by 0.02",
)  # fmt: skip
BODY = {
    "Motivation": "Recall is low.",
    "Observations": "From [0.740](run:weights#val_f1) to [0.770](run:smote#val_f1).",
    "Conclusion": "It holds.",
    "Next steps": "More seeds.",
}


@dataclass
class Place:
    """A folder with a repository ``work``, its ``origin.git`` and the DVC remote ``store``.

    A row may look ``at`` another folder, with other ``options``.
    """

    top: Path
    at: Path
    options: tuple[str, ...] = ()
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.top / "work"

    def run(self, *command: str, at: Path | None = None, **environment: str) -> str:
        done = subprocess.run(
            command, cwd=at or self.root, env={**os.environ, **environment}, check=False,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def git(self, *arguments: str, at: Path | None = None) -> str:
        return self.run("git", *arguments, at=at)

    def dvc(self, *arguments: str) -> str:
        return self.run(sys.executable, "-m", "dvc", "-q", *arguments)

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.root / "mlflow.db") as connection:
            found = connection.execute(statement, values).fetchall()
        connection.close()
        return found

    def run_id(self, name: str = "smote") -> str:
        return str(self.sql("select run_uuid from runs where name = ?", name)[0][0])

    @property
    def client(self) -> Any:
        from mlflow import MlflowClient

        return MlflowClient(f"sqlite:///{self.root / 'mlflow.db'}")

    @property
    def code(self) -> str:
        """The commit that the record cites."""
        found = re.search(r"^commit: ([0-9a-f]{40})$", self.record.read_text(), re.MULTILINE)
        assert found
        return found[1]

    @property
    def tag(self) -> str:
        return f"expdocs/{self.code[:12]}"

    @property
    def record(self) -> Path:
        return next(self.root.glob("journal/experiments/**/*.md"))

    def evidence(self, path: object) -> Path:
        return self.root / "journal" / "evidence" / str(path)

    def cloned(self, *options: str) -> Path:
        target = self.top / "clone"
        self.git("clone", "-q", *options, f"file://{self.top}/origin.git", str(target), at=self.top)
        # The tracker is the same; DVC data is left to its own rows.
        self.options = ("--tracker", f"sqlite:///{self.root}/mlflow.db", "--skip", "dvc")
        self.at = target
        return target


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Path:
    """Make everything once: code on a branch, runs, data in a remote, a proposed record."""
    top = tmp_path_factory.mktemp("change")
    place = Place(top, top / "work")
    place.run("git", "init", "-q", "--bare", "-b", "main", "origin.git", at=top)
    place.run("git", "init", "-q", "-b", "main", "work", at=top)
    (top / "store").mkdir()
    for name, content in FILES.items():
        (place.root / name).write_text(content)
    place.git("remote", "add", "origin", "../origin.git")
    place.dvc("init")
    place.dvc("remote", "add", "-d", "store", "../store")
    place.dvc("add", "raw.csv")
    stage = ("-d", "prepare.py", "-d", "raw.csv", "-o", "features.csv")
    place.dvc("stage", "add", "-n", "prepare", *stage, f"{sys.executable} prepare.py")
    place.dvc("repro")
    place.dvc("push")
    place.git("add", "-A")
    place.git("commit", "-qm", "data")
    place.git("push", "-q", "origin", "main")
    place.git("switch", "-qc", "smote")
    (place.root / "train.py").write_text(TRAIN)
    place.git("commit", "-qam", "train")
    place.run(sys.executable, "train.py")
    _recorded(place)
    place.git("add", "-A")
    place.git("commit", "-qm", "record")
    place.git("push", "-q", "origin", "smote", "--tags")
    return top


def _recorded(place: Place) -> None:
    expdocs = (sys.executable, "-m", "expdocs")
    place.run(*expdocs, *EXPERIMENT)
    place.run(*expdocs, "evidence", "pull", "--experiment", "churn")
    with connect(None, place.root) as tracker:
        model = tracker.model("churn")
    assert model is not None
    target = place.evidence(model_path("churn"))
    target.parent.mkdir()
    target.write_bytes(encode_model(model))
    section, lines = "", []
    for line in place.record.read_text().splitlines():
        section = line[3:] if line.startswith("## ") else section
        lines.append(BODY[section] if line.startswith("<!-- ?") else line)
    text = "\n".join(lines) + "\n"
    place.record.write_text(text.replace("status: draft", "status: proposed"))


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A copy of everything."""
    top = tmp_path / "change"
    shutil.copytree(made, top, symlinks=True)
    # What MLflow and DVC remember of a folder is of the folder that was copied.
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    copied = Place(top, top / "work")
    yield copied
    for server in copied.started:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


# --- what is done, by the first cell of its row

CHANGES: dict[str, Callable[[Place], None]] = {}


def change(name: str) -> Callable[[Callable[[Place], None]], Callable[[Place], None]]:
    def keep(function: Callable[[Place], None]) -> Callable[[Place], None]:
        assert name not in CHANGES
        CHANGES[name] = function
        return function

    return keep


@change("A metric's value is replaced in the tracker's database")
def _(place: Place) -> None:
    statement = "update metrics set value = 0.99 where run_uuid = ? and step = 2"
    place.sql(statement, place.run_id())


@change("A further step of a metric is logged on a finished run")
def _(place: Place) -> None:
    place.client.log_metric(place.run_id(), "val_f1", 0.85, step=3)


@change("A new metric is logged on a finished run")
def _(place: Place) -> None:
    place.client.log_metric(place.run_id(), "test_f1", 0.75)


@change("A parameter is added to a finished run")
def _(place: Place) -> None:
    place.client.log_param(place.run_id(), "late", "1")


@change("A parameter is changed (MLflow refuses it; its database does not)")
def _(place: Place) -> None:
    with pytest.raises(Exception, match="Changing param values is not allowed"):
        place.client.log_param(place.run_id(), "c", "0.2")
    place.sql("update params set value = '0.2' where key = 'c' and run_uuid = ?", place.run_id())


@change("The commit tag of a run is replaced")
def _(place: Place) -> None:
    place.client.set_tag(place.run_id(), "mlflow.source.git.commit", "a" * 40)


@change("A commit tag is written on a run that had none")
def _(place: Place) -> None:
    place.client.set_tag(place.run_id("manual"), "mlflow.source.git.commit", place.code)


@change("The code tree tag of a run is replaced")
def _(place: Place) -> None:
    place.client.set_tag(place.run_id(), "expdocs.code_tree", "b" * 40)


@change("The data tag of a run is replaced")
def _(place: Place) -> None:
    place.client.set_tag(place.run_id(), "expdocs.data", '{"raw.csv": "md5:' + "0" * 32 + '"}')


@change("The digest of a logged dataset is replaced in the tracker's database")
def _(place: Place) -> None:
    place.sql("update datasets set digest = 'ffffff'")


@change("The status of a finished run is changed")
def _(place: Place) -> None:
    place.client.set_terminated(place.run_id(), "FAILED")


@change("A run that was still running when it was pulled goes on")
def _(place: Place) -> None:
    place.client.log_metric(place.run_id("open"), "val_f1", 0.6, step=1)
    place.client.set_terminated(place.run_id("open"))


@change("A run is renamed")
def _(place: Place) -> None:
    place.client.update_run(place.run_id(), name="the good one")


@change("A run is deleted")
def _(place: Place) -> None:
    place.client.delete_run(place.run_id())


@change("A run is deleted for good (`mlflow gc`)")
def _(place: Place) -> None:
    run_id = place.run_id()
    place.client.delete_run(run_id)
    uri = f"sqlite:///{place.root}/mlflow.db"
    gc = (sys.executable, "-m", "mlflow", "gc", "--backend-store-uri", uri, "--run-ids", run_id)
    place.run(*gc, MLFLOW_TRACKING_URI=uri)


@change("A run is started in an experiment whose population was pulled")
def _(place: Place) -> None:
    place.client.create_run("1", run_name="one more")


@change("An experiment is deleted with its runs")
def _(place: Place) -> None:
    place.client.delete_experiment("1")


@change("An experiment is renamed")
def _(place: Place) -> None:
    place.client.rename_experiment("1", "churn-2026")


@change("The alias of a registered model is moved")
def _(place: Place) -> None:
    place.client.set_registered_model_alias("churn", "champion", "1")


@change("The alias of a registered model is removed")
def _(place: Place) -> None:
    place.client.delete_registered_model_alias("churn", "champion")


@change("A version of a registered model is deleted")
def _(place: Place) -> None:
    place.client.delete_model_version("churn", "1")


@change("A registered model is deleted")
def _(place: Place) -> None:
    place.client.delete_registered_model("churn")


@change("The tracker is down")
def _(place: Place) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place.options = ("--tracker", f"http://127.0.0.1:{port}")


@change("The tracker refuses the credentials")
def _(place: Place) -> None:
    place.options = ("--tracker", _started(place))


@change("The tracker is gone, and nobody says where another one is")
def _(place: Place) -> None:
    (place.root / "mlflow.db").unlink()


@change("Another tracker is asked")
def _(place: Place) -> None:
    uri = f"sqlite:///{place.top}/other.db"
    place.run(sys.executable, "-m", "mlflow", "db", "upgrade", uri)
    place.options = ("--tracker", uri)


def _started(place: Place) -> str:
    """Start a server that asks for a password which nobody configured."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uri = f"sqlite:///{place.root}/mlflow.db"
    (place.top / "auth.ini").write_text(
        "[mlflow]\ndefault_permission = READ\nadmin_username = admin\n"
        f"admin_password = a-long-password-1\ndatabase_uri = sqlite:///{place.top}/auth.db\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    command = [sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    settings = {"MLFLOW_AUTH_CONFIG_PATH": str(place.top / "auth.ini")}
    settings["MLFLOW_FLASK_SERVER_SECRET_KEY"] = "secret"
    with (place.top / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--backend-store-uri", uri], cwd=place.top, stdout=log, stderr=log,
            env={**os.environ, **settings}, start_new_session=True,
        )  # fmt: skip
    place.started.append(server)
    for _ in range(300):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2),
        ):
            return f"http://127.0.0.1:{port}"
        assert server.poll() is None, (place.top / "server.log").read_text()
        time.sleep(0.2)
    raise AssertionError((place.top / "server.log").read_text())


# --- git


@change("The commit is amended, its tag is kept")
def _(place: Place) -> None:
    place.git("reset", "-q", "--soft", place.code)
    place.git("commit", "-q", "--amend", "-m", "train and record")
    place.git("push", "-q", "--force", "origin", "smote")


def _untagged(place: Place) -> None:
    place.git("tag", "-d", place.tag)
    place.git("push", "-q", "origin", f":refs/tags/{place.tag}")


@change("The commit is amended, its tag is deleted")
def _(place: Place) -> None:
    place.git("reset", "-q", "--soft", place.code)
    place.git("commit", "-q", "--amend", "-m", "train and record")
    place.git("push", "-q", "--force", "origin", "smote")
    _untagged(place)


@change("The branch is rebased, the tag of the commit is deleted")
def _(place: Place) -> None:
    place.git("switch", "-q", "main")
    place.git("commit", "-q", "--allow-empty", "-m", "meanwhile")
    place.git("rebase", "-q", "main", "smote")
    place.git("push", "-q", "--force", "origin", "smote")
    _untagged(place)


@change("The branch is force-pushed without the commit, and cloned anew")
def _(place: Place) -> None:
    place.git("reset", "-q", "--soft", "main")
    place.git("commit", "-qm", "one commit")
    _untagged(place)
    place.git("push", "-q", "--force", "origin", "smote")
    place.cloned("--branch", "smote")


def _squashed(place: Place) -> None:
    place.git("switch", "-q", "main")
    place.git("merge", "-q", "--squash", "smote")
    place.git("commit", "-qm", "SMOTE (squashed)")
    place.git("push", "-q", "origin", "main", ":smote")
    place.git("branch", "-qD", "smote")


@change("The branch is squashed and deleted, the tag is pushed, and all is cloned anew")
def _(place: Place) -> None:
    _squashed(place)
    place.cloned()


@change("The branch is squashed and deleted, the tag was never pushed, and all is cloned anew")
def _(place: Place) -> None:
    _untagged(place)
    _squashed(place)
    place.cloned()


@change("The clone is shallow")
def _(place: Place) -> None:
    place.cloned("--depth", "1", "--branch", "smote")


@change("The commit is rewritten and git has dropped it")
def _(place: Place) -> None:
    place.git("reset", "-q", "--soft", "main")
    place.git("commit", "-qm", "one commit")
    place.git("update-ref", "-d", "refs/remotes/origin/smote")
    _untagged(place)
    place.git("reflog", "expire", "--expire=now", "--all")
    place.git("gc", "-q", "--prune=now")


@change("`git replace` shows another commit in its place")
def _(place: Place) -> None:
    place.git("replace", place.code, "main")


@change("The tag of the commit is moved")
def _(place: Place) -> None:
    place.git("tag", "-f", place.tag, "main")


# --- DVC


def _objects(place: Place, name: str) -> list[Path]:
    """The objects of raw.csv in the cache and in the remote."""
    pointer = (place.root / "raw.csv.dvc").read_text()
    found = re.search(r"md5: ([0-9a-f]{32})$", pointer, re.MULTILINE)
    assert found
    folders = {"cache": place.root / ".dvc" / "cache", "remote": place.top / "store"}
    return [folders[one] / "files" / "md5" / found[1][:2] / found[1][2:] for one in name.split()]


def _removed(place: Place, name: str) -> None:
    for path in _objects(place, name):
        path.chmod(0o644)
        path.unlink()


@change("A data object is deleted from the cache; the remote has it")
def _(place: Place) -> None:
    _removed(place, "cache")


@change("A data object is deleted from the remote; the cache here has it")
def _(place: Place) -> None:
    _removed(place, "remote")


@change("A data object is deleted from the cache and the remote")
def _(place: Place) -> None:
    _removed(place, "cache remote")


@change("The data remote cannot be reached, and the cache is empty")
def _(place: Place) -> None:
    _removed(place, "cache")
    (place.top / "store").rename(place.top / "elsewhere")


def _cites_the_next_commit(place: Place) -> None:
    before = place.code
    place.git("commit", "-qam", "other data")
    place.record.write_text(
        place.record.read_text().replace(before, place.git("rev-parse", "HEAD"))
    )


@change("A `.dvc` file is edited, and the record cites the commit that did it")
def _(place: Place) -> None:
    pointer = place.root / "raw.csv.dvc"
    pointer.write_text(re.sub("md5: [0-9a-f]{32}", f"md5: {'f' * 32}", pointer.read_text()))
    _cites_the_next_commit(place)


@change("`dvc.lock` is written anew, and the record cites the commit that did it")
def _(place: Place) -> None:
    script = place.root / "prepare.py"
    script.write_text(script.read_text().replace("3,4", "5,6"))
    place.dvc("repro")
    _cites_the_next_commit(place)


# --- the committed evidence itself


@change("The snapshot of a run is edited by hand")
def _(place: Place) -> None:
    path = place.evidence(run_path(place.run_id()))
    path.write_bytes(path.read_bytes().replace(b"0.77", b"0.87"))


@change("The snapshot of a run is edited, and its digest is computed anew")
def _(place: Place) -> None:
    path = place.evidence(run_path(place.run_id()))
    run = decode_run(path.read_bytes())
    metric = run.metrics["val_f1"]
    better = metric._replace(last=metric.last._replace(value=0.95))
    path.write_bytes(encode_run(run._replace(metrics={"val_f1": better})))


@change("The snapshot of a run is swapped for that of another run")
def _(place: Place) -> None:
    other = place.evidence(run_path(place.run_id("weights")))
    place.evidence(run_path(place.run_id())).write_bytes(other.read_bytes())


@change("The snapshot of a run is deleted")
def _(place: Place) -> None:
    place.evidence(run_path(place.run_id())).unlink()


@change("The snapshot of a commit is edited, and its digest is computed anew")
def _(place: Place) -> None:
    path = place.evidence(commit_path(place.code))
    path.write_bytes(encode_commit(decode_commit(path.read_bytes())._replace(tree="c" * 40)))


@change("The report of a verification is edited by hand")
def _(place: Place) -> None:
    place.run(sys.executable, "-m", "expdocs", "evidence", "verify", "--all", "--write")
    [path] = place.evidence("verdicts").iterdir()
    path.write_bytes(path.read_bytes().replace(b'"left_out":0', b'"left_out":1'))


# --- the page against what happens


class Row(NamedTuple):
    """One row of the table."""

    change: str
    command: str
    field: str
    verdict: str
    said: str


def rows() -> Iterator[Row]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == len(Row._fields) and "---" not in line:
            yield Row(cells[0], *(cell.strip("`") for cell in cells[1:]))


ROWS = [row for row in rows() if row.change != "What changed"]


def test_the_page_tells_of_every_change_that_is_tested() -> None:
    assert list(dict.fromkeys(row.change for row in ROWS)) == list(CHANGES)
    assert len(CHANGES) >= 20


def test_nothing_is_wrong_before(place: Place, run_cli: Any) -> None:
    ran = run_cli("evidence", "verify", "--all", "--json", cwd=place.root)
    found = json.loads(ran.out)
    assert ran.code == 0
    assert found["summary"]["contradicted"] == found["summary"]["unreachable"] == 0
    subjects = {one["subject"].partition(":")[0] for one in found["verdicts"]}
    assert subjects == {"mlflow", "model", "git", "dvc"}
    # Two runs were started without the run context, and nothing else lacks anything.
    weak = {one["subject"] for one in found["verdicts"] if one["verdict"] == "unrecorded"}
    assert weak == {f"mlflow:{place.run_id(name)}" for name in ("manual", "open")}
    assert run_cli("check", "--strict", cwd=place.root).code == 0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.change[:50]} {row.command}")
def test_a_change_is_told_as_the_page_says(row: Row, place: Place, run_cli: Any) -> None:
    CHANGES[row.change](place)
    said = _check(place, run_cli) if row.command == "check" else _verified(place, run_cli)
    pattern = ".*?".join(re.escape(part) for part in row.said.split("…"))
    field = ".*".join(re.escape(part) for part in row.field.split("…"))
    fitting = [
        one for one in said
        if re.fullmatch(field, one[0]) and one[1] == row.verdict and re.search(pattern, one[2])
    ]  # fmt: skip
    assert fitting, "\n".join(str(one) for one in said if one[1] != "verified" or one[2])


def _verified(place: Place, run_cli: Any) -> list[tuple[str, str, str]]:
    ran = run_cli("evidence", "verify", "--all", "--json", *place.options, cwd=place.at)
    assert ran.err == ""
    found = json.loads(ran.out)
    counts = found["summary"]
    code = 1 if counts["contradicted"] else 3 if counts["unreachable"] else 0
    assert ran.code == code
    return [(one["field"], one["verdict"], one["reason"]) for one in found["verdicts"]]


def _check(place: Place, run_cli: Any) -> list[tuple[str, str, str]]:
    found = run_cli("check", "--format", "json", cwd=place.at).findings()
    return [(one["rule"], one["severity"], one["message"]) for one in found]
