from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs import run_context, tags
from expdocs.run_context import git as git_beside
from tests.run_context.folders import OF_PROCESS, WITHOUT, Repository, clean_environment

MD5 = "5afc23b9622f8f9ffa60824f4e97d0d5"
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

Now = Callable[[], dict[str, str]]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class TestCodeTree:
    def test_a_clean_checkout(self, repository: Repository, now: Now) -> None:
        found = now()
        assert found == {
            "expdocs.commit": repository.git("rev-parse", "HEAD"),
            "expdocs.code_tree": repository.code_tree("journal", "decisions"),
            "expdocs.code_tree_without": json.dumps([*WITHOUT, "decisions", "journal"]),
            "expdocs.dirty": "false",
            "expdocs.changed": "{}",
            "expdocs.sources": repository.sources("src/model.py", "train.py"),
        }
        assert found["expdocs.code_tree"] != repository.git("rev-parse", "HEAD^{tree}")

    def test_edit_run_commit_gives_the_tree_of_the_commit(
        self, repository: Repository, now: Now
    ) -> None:
        before = repository.git("rev-parse", "HEAD")
        repository.write({"train.py": "print(2)\n", "new/file ü.py": "y\n"})
        (repository.root / "src/model.py").unlink()
        found = now()
        assert (found["expdocs.commit"], found["expdocs.dirty"]) == (before, "true")
        repository.commit()
        repository.write({"journal/late.md": "written after the run\n"})
        repository.commit()
        assert found["expdocs.code_tree"] == repository.code_tree("journal", "decisions")
        assert now()["expdocs.dirty"] == "false"

    def test_an_untracked_file_counts_and_an_ignored_one_does_not(
        self, repository: Repository, now: Now
    ) -> None:
        clean = now()
        repository.write({"scratch.tmp": "ignored\n"})
        assert now() == clean
        repository.write({"untracked.py": "counts\n"})
        assert now()["expdocs.code_tree"] != clean["expdocs.code_tree"]
        assert now()["expdocs.dirty"] == "true"

    def test_records_and_locks_do_not_count(self, repository: Repository, now: Now) -> None:
        clean = now()
        repository.write(
            {
                "journal/one.md": "changed\n",
                "journal/new.md": "new\n",
                "decisions/two.md": "staged\n",
                "dvc.lock": "schema: '2.0'\nstages: {}\n",
                "sub/dvc.lock": "changed\n",
                "new/dvc.lock": "new\n",
            }
        )
        repository.git("add", "decisions")
        assert now() == clean

    def test_what_is_staged_but_not_in_the_files_does_not_count(
        self, repository: Repository, now: Now
    ) -> None:
        clean = now()
        repository.write({"train.py": "print(9)\n"})
        repository.git("add", "-A")
        repository.write({"train.py": "print(1)\n"})
        assert now() == clean

    def test_a_change_right_after_a_commit_is_seen(self, repository: Repository, now: Now) -> None:
        # same size, same second: only the times that git keeps in its index tell
        for number in range(2, 8):
            repository.write({"train.py": f"print({number})\n"})
            repository.commit()
            repository.write({"train.py": f"print({number - 1})\n"})
            assert now()["expdocs.dirty"] == "true"

    def test_the_roots_of_the_configuration(self, repository: Repository, now: Now) -> None:
        repository.write(
            {
                "expdocs.toml": 'records = ["docs/log", "../x", "/etc", ".", "no[t]/there"]\n',
                "docs/log/a.md": "a\n",
                "docs/other.md": "b\n",
            }
        )
        repository.commit()
        found = now()
        assert json.loads(found["expdocs.code_tree_without"]) == [
            *WITHOUT,
            *("docs/log", "no[t]/there"),
        ]
        assert found["expdocs.code_tree"] == repository.code_tree("docs/log")
        repository.write({"journal/one.md": "no longer a record\n"})
        assert now()["expdocs.dirty"] == "true"

    def test_a_repository_without_commits(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: Now
    ) -> None:
        made = Repository(tmp_path / "new", clean_environment(tmp_path))
        made.root.mkdir()
        made.git("init", "-q")
        made.write({"expdocs.toml": ""})
        monkeypatch.chdir(made.root)
        found = now()
        assert "expdocs.commit" not in found
        assert found["expdocs.dirty"] == "true"
        assert found["expdocs.code_tree"] not in {"", EMPTY_TREE}

    def test_from_a_folder_below_and_in_a_linked_worktree(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: Now
    ) -> None:
        clean = now()
        monkeypatch.chdir(repository.root / "src")
        assert now() == clean
        repository.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "other")
        monkeypatch.chdir(tmp_path / "linked")
        assert now() == clean

    @pytest.mark.parametrize("setting", ["core.splitIndex", "core.untrackedCache", "index.sparse"])
    def test_other_forms_of_the_index(self, repository: Repository, now: Now, setting: str) -> None:
        clean = now()
        repository.git("config", setting, "true")
        if setting == "index.sparse":
            repository.git("sparse-checkout", "set", "src")
            assert not (repository.root / "sub").exists()
        repository.write({"z.py": "z\n"})
        repository.commit()
        found = now()
        assert found["expdocs.code_tree"] == repository.code_tree("journal", "decisions")
        assert found["expdocs.code_tree"] != clean["expdocs.code_tree"]
        assert found["expdocs.dirty"] == "false"

    def test_files_are_hashed_as_git_would_commit_them(
        self, repository: Repository, now: Now
    ) -> None:
        repository.write({".gitattributes": "*.py text eol=crlf\n"})
        repository.commit()
        (repository.root / "crlf.py").write_bytes(b"a\r\nb\r\n")
        found = now()
        repository.commit()
        assert found["expdocs.code_tree"] == repository.code_tree("journal", "decisions")


class TestLeavesNoTrace:
    def test_nothing_in_the_repository_changes(self, repository: Repository, now: Now) -> None:
        repository.write({"train.py": "print(2)\n", "new.py": "new\n", "journal/x.md": "x\n"})
        repository.git("add", "new.py")
        before = contents(repository.root)
        objects = repository.git("count-objects", "-v")
        assert now()["expdocs.dirty"] == "true"
        after = contents(repository.root)
        assert {path: content for path, (_, content) in after.items()} == {
            path: content for path, (_, content) in before.items()
        }
        # git touches objects that it meets again, so that `git gc` keeps them; nothing else moves
        touched = {path for path in after if after[path][0] != before[path][0]}
        assert {path for path in touched if not path.startswith(".git/objects/")} == set()
        assert repository.git("count-objects", "-v") == objects

    def test_no_temporary_folder_stays(
        self, repository: Repository, now: Now, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(scratch))
        assert "expdocs.code_tree" in now()
        assert list(scratch.iterdir()) == []

    def test_variables_of_a_git_hook_do_not_mislead(
        self, repository: Repository, now: Now, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clean = now()
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"):
            monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
        monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
        assert now() == clean


class TestData:
    def test_hashes_of_dvc_files_and_lock(self, repository: Repository, now: Now) -> None:
        repository.write(
            {
                "data/churn.csv.dvc": f"outs:\n- md5: {MD5}\n  size: 3\n  hash: md5\n"
                "  path: churn.csv\n",
                "data/old.csv.dvc": f"outs:\n- md5: {MD5}\n  path: old.csv\n",
                "raw.dvc": f"wdir: data\nouts:\n- {{md5: {MD5}.dir, hash: md5, path: raw}}\n",
                "cloud.dvc": "outs:\n- {etag: abc, path: cloud.csv}\n",
                "pipe/dvc.yaml": "stages:\n  fit:\n    wdir: ..\n  each:\n    foreach: [1]\n"
                "    do: {wdir: run}\n  odd:\n    wdir: ${x}\n",
                "pipe/dvc.lock": json.dumps(
                    {
                        "schema": "2.0",
                        "stages": {
                            "fit": {
                                "cmd": "x",
                                "deps": [
                                    {"path": "data/raw/a.csv", "hash": "md5", "md5": "1" * 32},
                                    {"path": "train.py", "hash": "md5", "md5": "2" * 32},
                                    {"path": "data/churn.csv", "hash": "md5", "md5": "3" * 32},
                                ],
                                "outs": [{"path": "model.pkl", "hash": "md5", "md5": "4" * 32}],
                            },
                            "each@1": {"outs": [{"path": "m", "hash": "md5", "md5": "5" * 32}]},
                            "odd": {"outs": [{"path": "o", "hash": "md5", "md5": "6" * 32}]},
                        },
                    }
                ),
            }
        )
        assert json.loads(now()["expdocs.data"]) == {
            "data/churn.csv": f"md5:{MD5}",
            "data/old.csv": f"md5-dos2unix:{MD5}",
            "data/raw": f"md5:{MD5}.dir",
            "data/raw/a.csv": "md5:" + "1" * 32,
            "model.pkl": "md5:" + "4" * 32,
            "pipe/run/m": "md5:" + "5" * 32,
        }

    def test_many_hashes_go_into_many_tags(self, repository: Repository, now: Now) -> None:
        out = "outs:\n- {{md5: {0:032x}, hash: md5, path: 'ü \"{0}\".csv'}}\n"
        repository.write({f"data/{i}.dvc": out.format(i) for i in range(180)})
        found = now()
        parts = {name: value for name, value in found.items() if name.startswith("expdocs.data")}
        # with a comma each: 10 entries of 58 characters, 90 of 59, 80 of 60: 10,690 in all
        assert sorted(parts) == ["expdocs.data", *(f"expdocs.data.{i}" for i in (1, 2))]
        assert max(len(value) for value in parts.values()) <= 4000
        together = [path for value in parts.values() for path in json.loads(value)]
        assert len(together) == 180
        assert 'data/ü "7".csv' in together

    def test_a_path_that_fills_a_tag_is_left_out(self, repository: Repository, now: Now) -> None:
        outs = [{"md5": MD5, "hash": "md5", "path": path} for path in ("x" * 4000, "y")]
        repository.write({"long.dvc": json.dumps({"outs": outs})})
        assert json.loads(now()["expdocs.data"]) == {"y": f"md5:{MD5}"}

    def test_there_are_at_most_21_tags(self, repository: Repository, now: Now) -> None:
        outs = "".join(
            f"- {{md5: {i:032x}, hash: md5, path: {'x' * 200}{i}}}\n" for i in range(1000)
        )
        repository.write({"many.dvc": f"outs:\n{outs}"})
        names = [name for name in now() if name.startswith("expdocs.data")]
        assert len(names) == 21

    @pytest.mark.parametrize(
        "content",
        [
            "[" * 100_000,
            "- " * 100_000,
            "{a: " * 100_000,
            "a: &a [*a]\nouts: *a\n",
            "outs: 5\n",
            "outs: [5, [], {}, {md5: 5}]\n",
            f"outs: [{{md5: {MD5}, hash: md5, path: ../../out}}]\n",
            f"outs: [{{md5: {MD5}, hash: md5, path: /etc/passwd}}]\n",
            f"outs: [{{md5: {MD5}, hash: sha, path: x}}]\n",
            f"outs: [{{md5: '{MD5}\n\n', hash: md5, path: x}}]\n",
            "? {a: b}\n: c\n",
            "%",
            "\0",
            "#" * (5 * 1024 * 1024),
            "",
        ],
    )
    def test_a_hostile_file_is_skipped_alone(
        self, repository: Repository, now: Now, content: str
    ) -> None:
        good = f"outs:\n- {{md5: {MD5}, hash: md5, path: good.csv}}\n"
        repository.write({"a.dvc": content, "b.dvc": good, "sub/dvc.lock": content})
        found = now()
        assert json.loads(found["expdocs.data"]) == {"good.csv": f"md5:{MD5}"}
        assert "expdocs.code_tree" in found

    def test_links_and_pipes_are_not_followed(
        self, repository: Repository, now: Now, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        outside.write_text(f"outs:\n- {{md5: {MD5}, hash: md5, path: x}}\n")
        (repository.root / "a.dvc").symlink_to(outside)
        assert "expdocs.data" not in now()
        assert "expdocs.code_tree" in now()


class TestNothingToSay:
    def test_outside_a_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert tags() == {}
        assert not run_context.ExpdocsRunContext().in_context()

    def test_a_repository_that_does_not_use_expdocs(self, repository: Repository) -> None:
        repository.write({"pyproject.toml": "[project]\n"})
        assert tags() == {}
        assert not run_context.ExpdocsRunContext().in_context()

    @pytest.mark.parametrize("content", ["[tool.expdocs", "\x01", "tool = 5", "[tool]\nexpdocs=1"])
    def test_a_broken_configuration(self, repository: Repository, content: str) -> None:
        repository.write({"pyproject.toml": content})
        assert tags() == {}

    def test_switched_off(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        assert tags() != {}
        monkeypatch.setenv("EXPDOCS_PROVENANCE", "0")
        assert tags() == {}
        assert not run_context.ExpdocsRunContext().in_context()

    def test_without_git(self, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        assert set(tags()) == OF_PROCESS

    def test_a_broken_repository(self, repository: Repository, now: Now) -> None:
        (repository.root / ".git/index").write_bytes(b"broken")
        assert set(now()) == {"expdocs.commit"}
        (repository.root / ".git/HEAD").write_bytes(b"")
        assert now() == {}

    def test_a_file_that_cannot_be_staged_leaves_the_tree_unrecorded(
        self, repository: Repository, now: Now
    ) -> None:
        # a nested repository without a commit: `git add` stops, and so would a commit
        (repository.root / "nested").mkdir()
        subprocess.run(
            ["git", "init", "-q", "nested"],
            cwd=repository.root,
            env=repository.environment,
            check=True,
        )
        assert set(now()) == {"expdocs.commit"}

    def test_a_filter_that_hangs_ends_at_the_deadline(
        self, repository: Repository, now: Now, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(git_beside, "SECONDS", 0.5)
        repository.git("config", "filter.slow.clean", "sleep 30")
        repository.write({".gitattributes": "*.bin filter=slow\n", "a.bin": "x"})
        started = time.monotonic()
        assert set(now()) == {"expdocs.commit"}
        assert time.monotonic() - started < 10


class TestOnceAProcess:
    def test_the_first_answer_stands(
        self, repository: Repository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = tags()
        repository.write({"train.py": "print(2)\n"})
        assert tags() == first
        first["expdocs.commit"] = "changed by the caller"
        assert tags() != first
        monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
        assert tags()["expdocs.dirty"] == "true"

    def test_each_repository_has_its_own(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = tags()
        other = Repository(tmp_path / "other", clean_environment(tmp_path))
        other.root.mkdir()
        other.git("init", "-q")
        other.write({"expdocs.toml": "records = []\n"})
        monkeypatch.chdir(other.root)
        assert tags()["expdocs.code_tree"] != first["expdocs.code_tree"]


_RUNS = """
import json, sys, mlflow, expdocs
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run() as fluent:
    pass
client = mlflow.MlflowClient()
bare = client.create_run("0").info.run_id
ours = client.create_run("0", tags=expdocs.tags()).info.run_id
ids = [fluent.info.run_id, bare, ours]
print(json.dumps([
    {k: v for k, v in client.get_run(i).data.tags.items() if k.startswith("expdocs.")} for i in ids
]))
"""


def test_real_runs_carry_the_tags(repository: Repository, tmp_path: Path, now: Now) -> None:
    repository.write(
        {
            "train.py": _RUNS,
            "a.dvc": f"outs:\n- {{md5: {MD5}, hash: md5, path: a}}\n",
        }
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "train.py", f"sqlite:///{tmp_path}/mlflow.db"],
        cwd=repository.root,
        env=repository.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    fluent, bare, ours = json.loads(done.stdout.splitlines()[-1])
    assert fluent == ours
    found = {name: value for name, value in fluent.items() if name not in OF_PROCESS}
    assert found == now()
    assert set(fluent) == {
        *("expdocs.commit", "expdocs.code_tree", "expdocs.code_tree_without", "expdocs.dirty"),
        *("expdocs.changed", "expdocs.sources", "expdocs.data", *OF_PROCESS),
    }
    assert bare == {}
    repository.commit("the code that ran")
    assert fluent["expdocs.code_tree"] == repository.code_tree("journal", "decisions")


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, expdocs.run_context; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"yaml", "mlflow", "git", "click", "expdocs.errors", "expdocs.canonical"}
