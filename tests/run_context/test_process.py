"""What a process tells of itself: command line, Python, seeds, lock file or installation."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs import tags
from expdocs.run_context import process
from tests.run_context.folders import Repository

Now = Callable[[], dict[str, str]]
TELLS = "import expdocs, json; print(json.dumps(expdocs.tags()))\n"


def told(repository: Repository, *arguments: str, cwd: Path | None = None) -> dict[str, str]:
    """The tags of a process of its own."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd or repository.root,
        env=repository.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            (["train.py", "--lr", "0.1", "data set"], "train.py --lr 0.1 'data set'"),
            (["-u", "-m", "train", "--seed=4"], "-u -m train --seed=4"),
            (["train.py", "--token", "x1", "--api-key=y2"], None),
            (["-c", TELLS, "--lr", "1"], "-c [redacted] --lr 1"),
            (["-B", "-c", TELLS, "password=z3"], "-B -c [redacted] password=[redacted]"),
        ],
    )
    def test_it_is_told_without_secrets(
        self, repository: Repository, arguments: list[str], shown: str | None
    ) -> None:
        repository.write({"train.py": TELLS})
        shown = shown or "train.py --token [redacted] --api-key=[redacted]"
        name = Path(sys.executable).name
        assert told(repository, *arguments)["expdocs.command"] == f"{name} {shown}"

    def test_an_ordinary_command_line_can_be_copied(self, repository: Repository) -> None:
        repository.write({"train.py": TELLS})
        arguments = ["train.py", "--name", "it's ü", "", "a\\b", "--set", "model.depth=3"]
        line = told(repository, *arguments)["expdocs.command"]
        assert shlex.split(line)[1:] == arguments

    def test_an_endless_one_is_cut(self, repository: Repository) -> None:
        repository.write({"train.py": TELLS})
        line = told(repository, "train.py", *["file.csv"] * 2000)["expdocs.command"]
        assert 3900 <= len(line) <= 4010
        assert line.endswith("file.csv …")


def test_python_is_told(repository: Repository) -> None:
    assert tags()["expdocs.python"] == platform.python_version()


class TestSeeds:
    def test_numbers_only(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        given = {
            "PYTHONHASHSEED": "0",
            "SEED": "42",
            "RANDOM_SEED": "-7",
            "PL_GLOBAL_SEED": " 1234 ",
            "churn_seed": "5",
            "WORD_SEED": "witch collapse practice",
            "EMPTY_SEED": "",
            "WALLET_SECRET_SEED": "77",
            "SEEDLING": "9",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        assert json.loads(tags()["expdocs.seeds"]) == {
            "PL_GLOBAL_SEED": "1234",
            "PYTHONHASHSEED": "0",
            "RANDOM_SEED": "-7",
            "SEED": "42",
            "churn_seed": "5",
        }

    def test_none_is_no_tag(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PYTHONHASHSEED", raising=False)
        assert "expdocs.seeds" not in tags()


class TestLock:
    @pytest.mark.parametrize(
        ("files", "first"),
        [
            (["requirements-dev.txt", "requirements.txt"], "requirements.txt"),
            (["requirements-gpu.txt", "requirements-dev.txt"], "requirements-dev.txt"),
            (["requirements.txt", "pylock.toml"], "pylock.toml"),
            (["pylock.toml", "conda-lock.yml"], "conda-lock.yml"),
            (["conda-lock.yml", "Pipfile.lock"], "Pipfile.lock"),
            (["Pipfile.lock", "pdm.lock"], "pdm.lock"),
            (["pdm.lock", "poetry.lock"], "poetry.lock"),
            (["poetry.lock", "uv.lock"], "uv.lock"),
        ],
    )
    def test_the_first_lock_file_stands_for_the_environment(
        self, repository: Repository, now: Now, files: list[str], first: str
    ) -> None:
        repository.write({name: f"pins of {name}\n" for name in files})
        digest = hashlib.sha256(f"pins of {first}\n".encode()).hexdigest()
        assert now()["expdocs.lock"] == f"{first}:sha256:{digest}"
        assert "expdocs.environment" not in tags()

    def test_the_nearest_one_counts(
        self, repository: Repository, now: Now, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository.write({"uv.lock": "all\n", "services/churn/poetry.lock": "churn\n"})
        (repository.root / "services/churn/deep").mkdir()
        monkeypatch.chdir(repository.root / "services/churn/deep")
        assert now()["expdocs.lock"].startswith("services/churn/poetry.lock:sha256:")

    def test_one_above_the_repository_or_behind_a_link_does_not(
        self, repository: Repository, now: Now, tmp_path: Path
    ) -> None:
        (tmp_path / "uv.lock").write_text("of somebody else\n")
        (repository.root / "uv.lock").symlink_to(tmp_path / "uv.lock")
        (repository.root / "poetry.lock").mkdir()
        assert "expdocs.lock" not in now()
        assert "expdocs.environment" in tags()


def test_the_environment_is_what_importlib_finds(repository: Repository) -> None:
    found: dict[str, str] = {}
    for one in importlib.metadata.distributions():
        found.setdefault(re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(), one.version)
    assert len(found) > 100
    assert process.installed() == found
    lines = "".join(f"{name}=={found[name]}\n" for name in sorted(found))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    assert tags()["expdocs.environment"] == f"v1:{digest}"


class TestFromElsewhere:
    def test_the_main_script_tells_the_repository(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        repository.write({"src/train.py": TELLS})
        repository.commit()
        here = told(repository, "src/train.py")
        script = str(repository.root / "src/train.py")
        elsewhere = told(repository, script, cwd=tmp_path)
        assert elsewhere["expdocs.code_tree"] == repository.code_tree("journal", "decisions")
        assert elsewhere | {"expdocs.command": ""} == here | {"expdocs.command": ""}

    def test_so_does_one_that_is_in_a_repository_without_expdocs(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        repository.write({"train.py": TELLS})
        (tmp_path / "dotfiles/.git").mkdir(parents=True)
        found = told(repository, str(repository.root / "train.py"), cwd=tmp_path / "dotfiles")
        assert "expdocs.code_tree" in found

    def test_the_current_folder_comes_first(self, repository: Repository, tmp_path: Path) -> None:
        repository.write({"train.py": TELLS})
        other = Repository(tmp_path / "other", repository.environment)
        other.root.mkdir()
        other.git("init", "-q")
        other.write({"expdocs.toml": ""})
        commit = other.commit()
        found = told(repository, str(repository.root / "train.py"), cwd=other.root)
        assert found["expdocs.commit"] == commit

    def test_an_installed_program_tells_nothing(self, repository: Repository) -> None:
        # the interpreter's own folder stands in a repository here, as a `.venv` does
        repository.write({".venv/lib/site-packages/tool.py": TELLS})
        script = repository.root / ".venv/lib/site-packages/tool.py"
        assert told(repository, str(script), cwd=repository.root.parent) == {}
