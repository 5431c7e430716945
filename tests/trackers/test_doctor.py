"""`expdocs doctor`: a line for each fact, and 3 only where something that is set up fails."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _no_tracker(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MLFLOW_TRACKING_URI", "EXPDOCS_PROVENANCE", "EXPDOCS_PROVENANCE_PARENT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def facts(run_cli: Any) -> Any:
    """The facts about a folder, by topic; the last one of each."""

    def find(root: Path, code: int = 0) -> dict[str, dict[str, str]]:
        ran = run_cli("doctor", "--json", cwd=root)
        assert (ran.code, ran.err) == (code, "")
        document = json.loads(ran.out)
        counted = [fact["state"] for fact in document["facts"]]
        assert document["version"] == 1
        assert {s: counted.count(s) for s in document["summary"]} == document["summary"]
        return {fact["topic"]: fact for fact in document["facts"]}

    return find


def test_a_repository_in_which_all_is_well(checked_repo: Any, run_cli: Any, facts: Any) -> None:
    before = checked_repo.state()
    found = facts(checked_repo.root)
    assert {topic: fact["state"] for topic, fact in found.items()} == {
        "extra mlflow": "ok",
        "extra dvc": "ok",
        "extra site": "ok",
        "extra stats": "ok",
        "configuration": "ok",
        "clone": "ok",
        "hooks": "off",
        "protected branch": "warn",
        "provenance": "ok",
        "tracker": "off",
        "data": "off",
    }
    assert "code_tree" in found["provenance"]["message"]
    assert found["hooks"]["hint"] == "run: expdocs init --git-hooks"
    assert checked_repo.state() == before
    lines = run_cli("doctor", cwd=checked_repo.root).out.splitlines()
    assert len(lines) == len(found)
    assert "ok     configuration: read from expdocs.toml" in lines


@pytest.mark.parametrize("empty", [True, False])
def test_outside_and_in_an_empty_repository(tmp_path: Path, facts: Any, empty: bool) -> None:
    if empty:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    found = facts(tmp_path)
    assert found["provenance"]["state"] == "off"
    assert found["configuration" if empty else "git"]["state"] == "off"
    assert found["configuration" if empty else "git"]["hint"].startswith("run: ")


def test_a_broken_configuration_hides_nothing_else(checked_repo: Any, facts: Any) -> None:
    checked_repo.write({"expdocs.toml": "colour = 1\n"})
    found = facts(checked_repo.root, code=3)
    assert found["configuration"]["state"] == "broken"
    assert "'colour' is not a setting" in found["configuration"]["message"]
    assert found["clone"]["state"] == "ok"


class TestGit:
    def test_a_shallow_clone(self, checked_repo: Any, tmp_path: Path, facts: Any) -> None:
        checked_repo.git("clone", "-q", "--depth=1", checked_repo.root.as_uri(), f"{tmp_path}/one")
        found = facts(tmp_path / "one")
        assert (found["clone"]["state"], found["clone"]["hint"]) == (
            "warn",
            "run: git fetch --unshallow",
        )
        assert found["protected branch"]["state"] == "ok"

    def test_hooks(self, checked_repo: Any, run_cli: Any, facts: Any) -> None:
        assert run_cli("init", "--git-hooks", cwd=checked_repo.root).code == 0
        hint = facts(checked_repo.root)["hooks"]["hint"]
        assert hint == "run: git config core.hooksPath hooks"
        checked_repo.git("config", "core.hooksPath", "hooks")
        assert facts(checked_repo.root)["hooks"]["state"] == "ok"

    def test_tags_that_are_missing_here_or_on_the_remote(
        self, checked_repo: Any, tmp_path: Path, facts: Any
    ) -> None:
        remote = tmp_path / "remote.git"
        checked_repo.git("init", "-q", "--bare", str(remote))
        # the branch that others build on lacks the commit that the record cites
        checked_repo.git("remote", "add", "origin", str(remote))
        checked_repo.git("checkout", "-q", "--orphan", "squashed")
        checked_repo.git("commit", "-qm", "squashed")
        checked_repo.git("push", "-q", "origin", "squashed:main")
        checked_repo.write({"expdocs.toml": 'protected_branch = "main"\n'})
        checked_repo.git("branch", "-q", "-m", "main", "old")
        checked_repo.git("fetch", "-q")
        name = f"expdocs/{checked_repo.code[:12]}"
        found = facts(checked_repo.root)["cited commits"]
        assert (found["state"], found["hint"]) == ("warn", "run: expdocs evidence pull --all")
        assert name in found["message"]
        checked_repo.git("tag", name, checked_repo.code)
        found = facts(checked_repo.root)["cited commits"]
        assert (found["state"], found["hint"]) == ("warn", f"run: git push origin {name}")
        checked_repo.git("push", "-q", "origin", name)
        found = facts(checked_repo.root)["cited commits"]
        assert (found["state"], found["message"]) == ("ok", "1 are kept, 1 of them by a tag")
        remote.rename(tmp_path / "gone.git")
        found = facts(checked_repo.root)["cited commits"]
        assert found["state"] == "warn"
        assert "could not be asked" in found["message"]


class TestProvenance:
    def test_switched_off(
        self, checked_repo: Any, facts: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EXPDOCS_PROVENANCE", "off")
        found = facts(checked_repo.root)["provenance"]
        assert (found["state"], found["hint"]) == ("off", "unset it")

    def test_code_that_cannot_be_recorded(
        self, checked_repo: Any, facts: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked_repo.git("init", "-q", "nested")  # without a commit: `git add` stops
        monkeypatch.setattr("expdocs.run_context._found", {})
        assert facts(checked_repo.root)["provenance"]["state"] == "warn"


class TestTracker:
    def test_a_database(self, checked_repo: Any, facts: Any) -> None:
        code = "import mlflow; mlflow.MlflowClient('sqlite:///mlflow.db').search_experiments()"
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=checked_repo.root,
            check=True,
            capture_output=True,
        )
        found = facts(checked_repo.root)["tracker"]
        assert found["state"] == "ok"
        assert found["message"].endswith("/mlflow.db answers")

    @pytest.mark.parametrize(
        ("uri", "said"),
        [
            ("sqlite:///nowhere.db", "does not exist"),
            ("gopher://ana:hunter2@host", "gopher://host"),
            ("http://ana:hunter2@127.0.0.1:PORT", "cannot be reached"),
        ],
    )
    def test_one_that_fails_is_broken_and_shows_no_password(
        self,
        checked_repo: Any,
        facts: Any,
        monkeypatch: pytest.MonkeyPatch,
        uri: str,
        said: str,
    ) -> None:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri.replace("PORT", str(port)))
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        found = facts(checked_repo.root, code=3)["tracker"]
        assert found["state"] == "broken"
        assert said in found["message"]
        assert "hunter2" not in json.dumps(found)

    def test_a_server(
        self, checked_repo: Any, facts: Any, server: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", str(getattr(server, "uri", server)))
        found = facts(checked_repo.root)
        assert found["tracker"]["state"] == "ok"
        assert found["credentials"]["message"] == "the tracker answers without any"


class TestData:
    def dvc(self, root: Path, *arguments: str) -> None:
        program = [sys.executable, "-W", "ignore", "-m", "dvc", *arguments]
        subprocess.run(program, cwd=root, check=True, capture_output=True)

    def test_remotes(self, checked_repo: Any, facts: Any, tmp_path: Path) -> None:
        self.dvc(checked_repo.root, "init", "-q")
        assert facts(checked_repo.root)["data"]["state"] == "warn"
        (tmp_path / "store").mkdir()
        self.dvc(checked_repo.root, "remote", "add", "-d", "near", str(tmp_path / "store"))
        found = facts(checked_repo.root)["data"]
        assert (found["state"], found["message"]) == ("ok", "remote near can be read")
        self.dvc(checked_repo.root, "remote", "add", "far", str(tmp_path / "not there"))
        found = facts(checked_repo.root, code=3)["data"]
        assert found["state"] == "broken"
        assert "remote far" in found["message"]

    def test_a_broken_configuration(self, checked_repo: Any, facts: Any) -> None:
        checked_repo.write({".dvc/config": "[[\n"})
        assert facts(checked_repo.root, code=3)["data"]["state"] == "broken"


WITHOUT_EXTRAS = """
import sys, importlib.util
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"mlflow", "dvc", "material", "mkdocs"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
find = importlib.util.find_spec
def absent(name, package=None):
    try:
        return find(name, package)
    except ModuleNotFoundError:
        return None
importlib.util.find_spec = absent
from expdocs.__main__ import main
sys.argv = ["expdocs", "doctor"]
main()
"""


def test_without_any_extra(checked_repo: Any, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    checked_repo.write({".dvc/config": "", "mlflow.db": ""})
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS],
        cwd=checked_repo.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    hint = "python -m pip install 'expdocs[mlflow]'"
    assert (
        f"off    extra mlflow: is not installed; for pulling runs and tagging them run: {hint}"
        in (done.stdout)
    )
    assert "mlflow.db was not asked: MLflow is not installed" in done.stdout
    assert "DVC is not installed, so no remote was asked" in done.stdout
    assert "MLflow is not installed here, so no run gets tags" in done.stdout
