"""Child processes of a sweep: what they take over from their parent, and when they do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs.run_context.children import VARIABLE
from tests.run_context.folders import Repository

Now = Callable[[], dict[str, str]]
# Each line of its output is one process's tags. Between parent and child, `between` runs.
PARENT = """
import json, subprocess, sys, time, expdocs
print(json.dumps(expdocs.tags()), flush=True)
time.sleep(0.05)
exec(open("between.txt").read())
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
"""
CHILD = "import json, expdocs\nprint(json.dumps(expdocs.tags()))\n"
POOL = """
import json, multiprocessing, sys, expdocs
def tell(number):
    return expdocs.tags()
if __name__ == "__main__":
    print(json.dumps(expdocs.tags()))
    open("result.txt", "w").write("the sweep writes this")
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        for found in pool.map(tell, range(2)):
            print(json.dumps(found))
"""
LOKY = """
import json, expdocs
from joblib import Parallel, delayed
print(json.dumps(expdocs.tags()))
open("result.txt", "w").write("the sweep writes this")
for found in Parallel(n_jobs=2, backend="loky")(delayed(expdocs.tags)() for _ in range(2)):
    print(json.dumps(found))
"""


def lines(repository: Repository, *arguments: str, **more: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=repository.root,
        env=repository.environment | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def sweep(repository: Repository) -> Callable[..., list[dict[str, str]]]:
    """The tags of a parent and of the child that it starts after `between`."""
    repository.write({"parent.py": PARENT, "child.py": CHILD, "config.yaml": "lr: 1\n"})

    def run(between: str = "", *arguments: str, **more: str) -> list[dict[str, str]]:
        repository.write({"between.txt": between})
        repository.commit("a sweep")
        return lines(repository, "parent.py", "child.py", *arguments, **more)

    return run


class TestWorkers:
    @pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
    def test_of_multiprocessing_agree_with_their_parent(
        self, repository: Repository, method: str
    ) -> None:
        repository.write({"train.py": POOL})
        repository.commit()
        # the file that the sweep writes is named on the command line, as results often are
        parent, *children = lines(repository, "train.py", method, "result.txt")
        assert len(children) == 2
        assert children == [parent, parent]
        assert parent["expdocs.dirty"] == "false"
        assert parent["expdocs.command"].endswith(f"train.py {method} result.txt")

    def test_of_joblib_agree_with_their_parent(self, repository: Repository) -> None:
        repository.write({"train.py": LOKY})
        repository.commit()
        parent, *children = lines(repository, "train.py")
        assert children == [parent, parent]
        assert parent["expdocs.dirty"] == "false"

    def test_that_load_changed_code_find_out_anew(self, repository: Repository) -> None:
        changed = POOL.replace("the sweep writes this", "").replace(
            'open("result.txt", "w").write("")',
            'open("src/model.py", "w").write("x = 2\\n")',
        )
        changed = changed.replace("import json", "import sys; sys.path[:0] = ['src']\nimport json")
        changed = changed.replace("def tell(number):", "def tell(number):\n    import model")
        repository.write({"train.py": changed})
        repository.commit()
        parent, *children = lines(repository, "train.py", "spawn")
        assert [child["expdocs.dirty"] for child in children] == ["true", "true"]
        assert children[0]["expdocs.sources"] != parent["expdocs.sources"]


class TestPrograms:
    def test_take_over_what_the_parent_found(
        self, sweep: Callable[..., list[dict[str, str]]]
    ) -> None:
        between = 'open("result.txt", "w").write("beside the code")'
        parent, child = sweep(between, "--lr", "0.1", SEED="3")
        own = {"expdocs.command"}
        assert {k: v for k, v in child.items() if k not in own} == {
            k: v for k, v in parent.items() if k not in own
        }
        assert child["expdocs.dirty"] == "false"
        assert child["expdocs.command"].endswith(" child.py --lr 0.1")
        assert parent["expdocs.seeds"] == '{"SEED":"3"}'

    @pytest.mark.parametrize(
        "between",
        [
            'open("config.yaml", "w").write("lr: 2\\n")',
            'open("child.py", "a").write("# edited\\n")',
            'import os; os.remove("config.yaml")',
            'open("new.yaml", "w").write("lr: 2\\n")',
        ],
        ids=["configuration", "code", "deleted", "named on the command line"],
    )
    def test_find_out_anew_when_their_files_changed(
        self, sweep: Callable[..., list[dict[str, str]]], between: str
    ) -> None:
        parent, child = sweep(between, "--config=new.yaml")
        assert parent["expdocs.dirty"] == "false"
        assert child["expdocs.dirty"] == "true"
        assert child["expdocs.code_tree"] != parent["expdocs.code_tree"]

    def test_find_out_anew_on_another_commit(
        self, repository: Repository, sweep: Callable[..., list[dict[str, str]]]
    ) -> None:
        switch = 'subprocess.run(["git", "checkout", "-q", "other"], check=True)'
        repository.commit("before")
        repository.git("branch", "other")
        repository.write({"src/model.py": "x = 2\n"})
        parent, child = sweep(switch)
        assert child["expdocs.commit"] == repository.git("rev-parse", "other")
        assert child["expdocs.commit"] != parent["expdocs.commit"]
        assert child["expdocs.code_tree"] != parent["expdocs.code_tree"]

    def test_find_out_anew_in_another_stage(
        self, sweep: Callable[..., list[dict[str, str]]]
    ) -> None:
        between = 'import os; os.environ["DVC_STAGE"] = "train"; open("r.txt", "w").close()'
        parent, child = sweep(between)
        assert (parent["expdocs.dirty"], child["expdocs.dirty"]) == ("false", "true")
        assert child["expdocs.stage"] == "train"

    def test_in_another_repository_have_tags_of_their_own(
        self,
        repository: Repository,
        tmp_path: Path,
        sweep: Callable[..., list[dict[str, str]]],
    ) -> None:
        other = Repository(tmp_path / "other", repository.environment)
        other.root.mkdir()
        other.git("init", "-q")
        other.write({"expdocs.toml": ""})
        commit = other.commit()
        there = f"import os; os.chdir({str(other.root)!r})"
        _, child = sweep(f'{there}; sys.argv[1] = "../work folder/child.py"')
        assert child["expdocs.commit"] == commit

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "{",
            "[]",
            "[" * 100_000,
            '{"ROOT": 5}',
            '{"ROOT": {"pid": 1, "looked": "x", "stage": "", "tags": {}}}',
            '{"ROOT": {"pid": 1, "looked": 1, "stage": "", "tags": [1]}}',
            '{"ROOT": {"pid": 1, "looked": 9e18, "stage": "", "tags": {"expdocs.x": "y"}}}',
        ],
    )
    def test_are_not_led_astray_by_a_strange_variable(
        self, repository: Repository, given: str
    ) -> None:
        repository.write({"child.py": CHILD})
        commit = repository.commit()
        variable = given.replace("ROOT", str(repository.root))
        (found,) = lines(repository, "child.py", **{VARIABLE: variable})
        assert found["expdocs.commit"] == commit
        assert "expdocs.x" not in found

    def test_find_out_anew_where_the_tags_are_too_long_to_hand_on(
        self, repository: Repository, now: Now
    ) -> None:
        outs = "".join(f"- {{md5: {i:032x}, hash: md5, path: p{i}}}\n" for i in range(400))
        repository.write({"many.dvc": f"outs:\n{outs}"})
        now()
        assert VARIABLE not in os.environ


def test_a_notebook_finds_out_each_time(repository: Repository) -> None:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(repository.root), env=repository.environment
    )
    try:
        told: list[str] = []

        def cell(code: str) -> dict[str, str]:
            told.clear()
            client.execute_interactive(
                code,
                timeout=60,
                output_hook=lambda message: told.append(message["content"].get("text", "")),
            )
            found: dict[str, str] = json.loads("".join(told))
            return found

        ask = "import expdocs, json; print(json.dumps(expdocs.tags()))"
        first = cell(ask)
        repository.write({"train.py": "print(2)\n", "look.ipynb": "{}\n"})
        second = cell(ask)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert (first["expdocs.kernel"], first["expdocs.dirty"]) == ("true", "false")
    assert second["expdocs.dirty"] == "true"
    assert "train.py" in json.loads(second["expdocs.changed"])
    repository.commit()
    assert second["expdocs.code_tree"] == repository.code_tree("journal", "decisions")


STUDY = """
import sys, json, warnings, mlflow, optuna, expdocs
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
mlflow.set_tracking_uri(sys.argv[1])
def objective(trial):
    with mlflow.start_run(run_name=f"trial-{trial.number}", nested=True):
        x = trial.suggest_float("x", -1, 1)
        mlflow.log_param("x", x)
        return x * x
with mlflow.start_run(run_name="study"):
    optuna.create_study().optimize(objective, n_trials=3)
# What Lightning's MLFlowLogger does with its argument `tags`.
client = mlflow.MlflowClient()
client.create_run(experiment_id="0", tags={**expdocs.tags(), "mlflow.runName": "lightning"})
for run in client.search_runs(["0"]):
    print(json.dumps({k: v for k, v in run.data.tags.items() if k.startswith("expdocs.")}))
"""


def test_trials_of_optuna_and_runs_by_the_client(repository: Repository, tmp_path: Path) -> None:
    repository.write({"study.py": STUDY})
    repository.commit()
    found = lines(repository, "study.py", f"sqlite:///{tmp_path}/mlflow.db")
    assert len(found) == 5
    assert all(one == found[0] for one in found)
    assert found[0]["expdocs.code_tree"] == repository.code_tree("journal", "decisions")
