"""What runs and stages write into the working tree is no code, and hides none."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run_context.folders import WITHOUT, Repository, clean_environment

Now = Callable[[], dict[str, str]]
MD5 = "5afc23b9622f8f9ffa60824f4e97d0d5"
GENERATED = (
    *("data/model.pkl.dvc", "nb/look.ipynb", "train.log", "src/.gitignore", "x.pyc"),
    *("src/__pycache__/a.txt", ".ipynb_checkpoints/b.txt", "mlruns/0/meta.yaml", "mlflow.db"),
    *("deep/mlartifacts/1/m", "mlflow.db-wal", "deep/er/dvc.lock"),
)


@pytest.mark.parametrize("path", GENERATED)
def test_a_generated_file_changes_no_code_tree(repository: Repository, now: Now, path: str) -> None:
    clean = now()
    repository.write({path: "written\n"})
    assert now() == clean
    repository.commit()
    found = now()
    assert found["expdocs.dirty"] == "false"
    assert found["expdocs.code_tree"] == clean["expdocs.code_tree"]
    assert found["expdocs.code_tree"] == repository.code_tree("journal", "decisions")


@pytest.mark.parametrize(
    "path", ["dvc.lock.py", "mylog", "a.dvcx", "xdvc.lock", "mlruns", "log/a.txt", "__pycache__x/a"]
)
def test_a_name_that_is_only_alike_is_code(repository: Repository, now: Now, path: str) -> None:
    clean = now()
    repository.write({path: "x\n"})
    found = now()
    assert found["expdocs.dirty"] == "true"
    repository.commit()
    assert found["expdocs.code_tree"] == repository.code_tree("journal", "decisions")
    assert found["expdocs.code_tree"] != clean["expdocs.code_tree"]


def test_a_generated_file_that_was_deleted_leaves_the_tree_clean(
    repository: Repository, now: Now
) -> None:
    repository.write({"nb/only.ipynb": "{}\n"})
    repository.commit()
    (repository.root / "nb/only.ipynb").unlink()
    assert now()["expdocs.dirty"] == "false"
    assert now()["expdocs.code_tree"] == repository.code_tree("journal", "decisions")


def test_outs_that_git_keeps_are_no_code_even_before_they_exist(
    repository: Repository, now: Now
) -> None:
    pipeline = {
        "metrics": ["totals.json"],
        "stages": {
            "fit": {
                "cmd": "python train.py",
                "wdir": "pipe",
                "outs": ["model.pkl", {"kept.txt": {"cache": False}}],
                "metrics": [{"metrics.json": {"cache": False}}],
                "plots": [{"${item}.csv": {"cache": False}}, {"plots": {"cache": False}}],
            }
        },
    }
    repository.write({"dvc.yaml": json.dumps(pipeline)})
    repository.commit()
    clean = now()
    outs = ["pipe/kept.txt", "pipe/metrics.json", "pipe/plots", "totals.json"]
    assert json.loads(clean["expdocs.code_tree_without"]) == sorted(
        [*WITHOUT, "decisions", "journal", *(f"out:{path}" for path in outs)]
    )
    repository.write(
        {
            **dict.fromkeys(("pipe/kept.txt", "pipe/metrics.json", "totals.json"), "1\n"),
            "pipe/plots/a.csv": "1\n",
        }
    )
    assert now() == clean
    repository.commit("what the run wrote")
    assert clean["expdocs.code_tree"] == repository.code_tree("journal", "decisions", *outs)
    assert now()["expdocs.code_tree"] == clean["expdocs.code_tree"]


def test_outs_of_a_lock_count_where_git_tracks_them(repository: Repository, now: Now) -> None:
    outs = [{"path": path, "hash": "md5", "md5": MD5} for path in ("m.json", "data.csv", "a*b")]
    lock = {"schema": "2.0", "stages": {"fit": {"cmd": "x", "outs": outs}}}
    repository.write({"dvc.lock": json.dumps(lock), "m.json": "1\n", "a*b": "1\n"})
    repository.commit()
    named = json.loads(now()["expdocs.code_tree_without"])
    assert [name for name in named if name.startswith("out:")] == ["out:m.json"]
    assert now()["expdocs.code_tree"] == repository.code_tree("journal", "decisions", "m.json")


def test_code_behind_an_out_is_seen_by_the_digest_of_sources(
    repository: Repository, now: Now
) -> None:
    outs = [{"path": "src", "hash": "md5", "md5": f"{MD5}.dir"}]
    lock = {"schema": "2.0", "stages": {"fit": {"cmd": "x", "outs": outs}}}
    repository.write({"dvc.lock": json.dumps(lock)})
    repository.commit()
    before = now()
    repository.write({"src/model.py": "x = 2\n"})
    after = now()
    assert after["expdocs.code_tree"] == before["expdocs.code_tree"]
    assert after["expdocs.sources"] != before["expdocs.sources"]
    blob = hashlib.sha1(b"blob 6\0x = 2\n").hexdigest()
    assert json.loads(after["expdocs.changed"]) == {"src/model.py": blob}


class TestSources:
    def test_sources_are_told_by_their_names(self, repository: Repository, now: Now) -> None:
        repository.write(
            {
                "Makefile": "all:\n",
                "deep/Dockerfile": "FROM x\n",
                "NotMakefile": "x\n",
                "journal/a.py": "record\n",
                "a.md": "x\n",
                "z ü.R": "x\n",
                "tab\tname 0\tb.py": "x\n",
            }
        )
        repository.commit()
        paths = ["Makefile", "deep/Dockerfile", "src/model.py", "tab\tname 0\tb.py", "train.py"]
        assert now()["expdocs.sources"] == repository.sources(*paths, "z ü.R")

    def test_a_submodule_is_one_of_the_files(self, repository: Repository, now: Now) -> None:
        module = Repository(repository.root / "lib.py", repository.environment)
        module.root.mkdir()
        module.git("init", "-q")
        module.write({"inside.py": "not counted\n"})
        commit = module.commit()
        new = now()
        assert json.loads(new["expdocs.changed"]) == {"lib.py": commit}
        repository.commit()
        paths = ["lib.py", "src/model.py", "train.py"]
        assert now()["expdocs.sources"] == new["expdocs.sources"] == repository.sources(*paths)
        assert now()["expdocs.code_tree"] == repository.code_tree("journal", "decisions")

    def test_changed_names_edited_new_and_deleted_sources(
        self, repository: Repository, now: Now
    ) -> None:
        repository.write({"train.py": "print(2)\n", "new ü.py": "y\n", "notes.txt": "n\n"})
        repository.write({"journal/one.py": "y\n"})
        (repository.root / "src/model.py").unlink()
        changed = json.loads(now()["expdocs.changed"])
        assert changed == {
            "new ü.py": repository.git("hash-object", "new ü.py"),
            "src/model.py": "",
            "train.py": repository.git("hash-object", "train.py"),
        }

    def test_changed_is_left_out_when_it_is_too_long(
        self, repository: Repository, now: Now
    ) -> None:
        repository.write({f"generated/{number:03}.py": "x\n" for number in range(70)})
        found = now()
        assert "expdocs.changed" not in found
        assert found["expdocs.dirty"] == "true"


LOCK = {
    "schema": "2.0",
    "stages": {
        "prepare": {
            "cmd": "x",
            "deps": [{"path": "raw.csv", "hash": "md5", "md5": "1" * 32}],
            "outs": [{"path": "clean.csv", "hash": "md5", "md5": "2" * 32}],
        },
        "train@a": {
            "cmd": "y",
            "deps": [{"path": "clean.csv", "hash": "md5", "md5": "3" * 32}],
            "outs": [{"path": "model.pkl", "hash": "md5", "md5": "4" * 32}],
        },
    },
}


class TestRunningStage:
    """`dvc repro` writes the lock when a stage has ended: until then it tells of the last time."""

    @pytest.mark.parametrize("stage", ["train@a", "sub/dvc.yaml:train@a"])
    def test_its_own_outs_are_not_data_that_it_read(
        self, repository: Repository, now: Now, monkeypatch: pytest.MonkeyPatch, stage: str
    ) -> None:
        repository.write({"dvc.lock": json.dumps(LOCK)})
        both = {"clean.csv": "md5:" + "2" * 32, "model.pkl": "md5:" + "4" * 32}
        assert json.loads(now()["expdocs.data"]) == both
        monkeypatch.setenv("DVC_STAGE", stage)
        found = now()
        assert json.loads(found["expdocs.data"]) == {"clean.csv": "md5:" + "2" * 32}
        assert found["expdocs.stage"] == stage

    def test_a_stage_of_a_dvc_file(
        self, repository: Repository, now: Now, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = "cmd: x\nouts:\n- {{md5: {}, hash: md5, path: {}}}\n"
        repository.write({"a.dvc": out.format(MD5, "a"), "b.dvc": out.format(MD5, "b")})
        monkeypatch.setenv("DVC_STAGE", "a.dvc")
        assert json.loads(now()["expdocs.data"]) == {"b": f"md5:{MD5}"}

    def test_dvc_itself_tells_the_stage(self, repository: Repository, tmp_path: Path) -> None:
        script = "import json, sys, expdocs\njson.dump(expdocs.tags(), open(sys.argv[1], 'w'))\n"
        script += "import os\nopen('model.pkl', 'wb').write(os.urandom(8))\n"
        told = tmp_path / "tags.json"
        command = f'"{sys.executable}" train.py "{told}"'
        stages = {"train": {"cmd": command, "deps": ["data.csv"], "outs": ["model.pkl"]}}
        repository.write({"train.py": script, "dvc.yaml": json.dumps({"stages": stages})})
        repository.write({"data.csv": "1\n", ".gitignore": "/data.csv\n/.dvc/tmp\n"})
        environment = clean_environment(tmp_path) | {"DVC_NO_ANALYTICS": "1"}

        def dvc(*arguments: str) -> None:
            program = [sys.executable, "-W", "ignore", "-m", "dvc", *arguments]
            subprocess.run(
                program, cwd=repository.root, env=environment, check=True, capture_output=True
            )

        dvc("init", "-q")
        dvc("add", "-q", "data.csv")
        dvc("repro", "-q")
        repository.commit("as the stage ran first")
        dvc("repro", "-q", "-f")
        found = json.loads(told.read_text())
        data = "md5:" + hashlib.md5(b"1\n").hexdigest()
        assert json.loads(found["expdocs.data"]) == {"data.csv": data}
        assert (found["expdocs.stage"], found["expdocs.dirty"]) == ("train", "false")
        repository.commit("what the stage wrote")
        tree = repository.code_tree("journal", "decisions")
        assert found["expdocs.code_tree"] == tree
