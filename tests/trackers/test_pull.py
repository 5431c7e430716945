"""Pulling from a real database: what is written, what waits, what is refused, what is left."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.models import Model, ModelVersion, decode_model
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Population,
    commit_path,
    decode_commit,
    decode_population,
    decode_run,
    encode_commit,
)
from expdocs.workspace import Workspace

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

UNKNOWN = "0" * 32
DAY = "journal/experiments/2026/11"


class Work:
    """A repository, a tracker that may be changed, and the program."""

    def __init__(self, root: Path, database: Path, ids: dict[str, str], run_cli: Any) -> None:
        self.root, self.database, self.ids, self._run_cli = root, database, ids, run_cli

    def pull(self, *arguments: str) -> Any:
        return self._run_cli("evidence", "pull", *arguments, cwd=self.root)

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.database)) as connection, connection:
            assert connection.execute(statement, values).rowcount > 0

    def change(self, name: str, metric: str, value: float) -> None:
        for table in ("metrics", "latest_metrics"):
            self.sql(
                f"UPDATE {table} SET value = ? WHERE run_uuid = ? AND key = ?",
                *(value, self.ids[name], metric),
            )

    def record(self, number: int, status: str, runs: str, text: str) -> Path:
        """Write a record that is complete enough to rest on its runs."""
        path = self.root / f"{DAY}/EXP-2026-11-20-{number}-x.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        front = f"id: EXP-2026-11-20-{number}\nkind: experiment\ntitle: T\nstatus: {status}\n"
        path.write_text(f"---\n{front}runs:\n{runs}---\n\n## Observations\n\n{text}\n")
        return path

    @property
    def snapshots(self) -> dict[str, Any]:
        found = (self.root / "journal/evidence/mlflow").rglob("*.json")
        return {run.run_id: run for run in (decode_run(path.read_bytes()) for path in found)}

    def population(self, name: str) -> Population:
        path = self.root / f"journal/evidence/population/{self.ids[name]}.jsonl"
        return decode_population(path.read_bytes())

    @property
    def documents(self) -> dict[str, bytes]:
        found = (self.root / "journal/evidence").rglob("*")
        return {str(p.relative_to(self.root)): p.read_bytes() for p in found if p.is_file()}


@pytest.fixture
def work(
    repo: Any, run_cli: Any, filled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Work:
    made = repo({"expdocs.toml": ""})
    database = Path(shutil.copy(filled.database, tmp_path / "changing.db"))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{database}")
    return Work(made.root, database, filled.ids, run_cli)


SWEEP = "  - {{parent: {}, role: sweep, as: sweep}}\n"
CANDIDATE = "  - {{id: {}, role: candidate, as: it}}\n"


class TestEachRunForItself:
    def test_a_run_that_is_gone_stops_no_other(self, work: Work) -> None:
        done = work.pull(UNKNOWN, work.ids["weights"], "1" * 32, work.ids["gone"])
        assert done.code == 1
        assert f"does not know the runs {UNKNOWN}, {'1' * 32}\n" in done.err
        assert {*work.snapshots} == {work.ids["weights"], work.ids["gone"]}
        assert "2 written, 0 unchanged" in done.out

    def test_all_of_a_pull_being_gone_is_one_message(self, work: Work) -> None:
        done = work.pull(UNKNOWN)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("error: the tracker ")
        assert not (work.root / "journal").exists()

    def test_a_name_that_fits_no_run_is_refused_before_anything(self, work: Work) -> None:
        done = work.pull(work.ids["weights"], "nobody")
        assert (done.code, done.out) == (1, "")
        assert not (work.root / "journal").exists()

    def test_a_run_that_is_too_large_is_named(self, work: Work, monkeypatch: Any) -> None:
        monkeypatch.setattr("expdocs.evidence.documents.MAX_BYTES", 1200)
        done = work.pull(work.ids["weights"], work.ids["seed"])
        assert done.code == 1
        assert f"run {work.ids['weights'][:12]}: the document is larger" in done.err
        assert {*work.snapshots} == {work.ids["seed"]}

    def test_an_edited_snapshot_is_pulled_anew(self, work: Work) -> None:
        work.pull(work.ids["weights"])
        (path,) = (work.root / "journal/evidence/mlflow").rglob("*.json")
        before = path.read_bytes()
        path.write_bytes(before.replace(b"FINISHED", b"FINISHEX"))
        done = work.pull("--missing", work.ids["weights"])
        assert (done.code, path.read_bytes()) == (0, before)


class TestContradictions:
    @pytest.fixture
    def relied_on(self, work: Work) -> Work:
        runs = CANDIDATE.format(work.ids["weights"])
        work.record(417, "proposed", runs, "It reached [0.75](run:it#val_f1).")
        assert work.pull("--all").code == 0
        work.change("weights", "val_f1", 0.5)
        return work

    def test_what_changed_waits_and_what_is_new_does_not(self, relied_on: Work) -> None:
        before = relied_on.documents
        done = relied_on.pull("--since", "2026-11-20")
        assert done.code == 1
        assert "metrics.val_f1@last: 0.75 is now 0.5" in done.out
        assert "nothing that has changed was written" in done.err
        after = relied_on.documents
        assert {path: after[path] for path in before} == before
        assert len(relied_on.snapshots) == 8
        again = relied_on.pull("--since", "2026-11-20")
        assert (again.code, relied_on.documents) == (1, after)
        assert again.err == "nothing was written; to replace it say why: --replace REASON\n"

    def test_a_reason_replaces_and_keeps_the_old_one_readable(self, relied_on: Work) -> None:
        run_id = relied_on.ids["weights"]
        old = relied_on.snapshots[run_id]
        assert relied_on.pull("--all", "--replace", "logged twice").code == 0
        assert relied_on.snapshots[run_id].metrics["val_f1"].last.value == 0.5
        (kept,) = Workspace.open(relied_on.root).evidence.replaced(run_id)
        assert (kept.reason, kept.run) == ("logged twice", old)
        # the value comes back, and is replaced once more
        relied_on.change("weights", "val_f1", 0.75)
        assert relied_on.pull("--all", "--replace", "back").code == 0
        relied_on.change("weights", "val_f1", 0.5)
        assert relied_on.pull("--all", "--replace", "again").code == 0
        kept = Workspace.open(relied_on.root).evidence.replaced(run_id)
        assert sorted(one.reason for one in kept) == ["again", "back", "logged twice"]
        assert len({one.digest for one in kept}) == 3

    def test_what_a_draft_rests_on_is_replaced(self, relied_on: Work) -> None:
        for path in (relied_on.root / DAY).iterdir():
            path.write_text(path.read_text().replace("proposed", "draft"))
        assert relied_on.pull("--all").code == 0
        assert relied_on.snapshots[relied_on.ids["weights"]].metrics["val_f1"].last.value == 0.5
        assert not (relied_on.root / "journal/evidence/replaced").exists()


class TestPopulations:
    @pytest.fixture(
        params=["[0.25](mean:sweep#val_f1)", "[0.5](run:sweep#val_f1@max)", "[3](count:sweep)"]
    )
    def swept(self, request: pytest.FixtureRequest, work: Work) -> Work:
        work.record(417, "draft", SWEEP.format(work.ids["sweep"]), f"It is {request.param}.")
        assert work.pull("--all").code == 0
        for path in (work.root / DAY).iterdir():
            path.write_text(path.read_text().replace("draft", "proposed"))
        return work

    def add_child(self, work: Work, number: int) -> str:
        run_id = f"{number:032x}"
        names = "name, source_type, source_name, entry_point_name, user_id, status, end_time"
        names += ", source_version, lifecycle_stage, artifact_uri, experiment_id, deleted_time"
        work.sql(
            f"INSERT INTO runs (run_uuid, start_time, {names})"
            f" SELECT ?, start_time + 99, {names} FROM runs WHERE name = 'trial 0'",
            run_id,
        )
        work.sql(
            "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.parentRunId', ?, ?)",
            *(work.ids["sweep"], run_id),
        )
        for table, more in (("metrics", "timestamp, step, is_nan"),
                            ("latest_metrics", "timestamp, step, is_nan")):  # fmt: skip
            work.sql(
                f"INSERT INTO {table} (key, value, run_uuid, {more}) VALUES"
                " ('val_f1', 0.875, ?, 0, 0, 0)",
                run_id,
            )
        return run_id

    def test_it_has_every_run_with_its_name_and_its_experiment(self, work: Work) -> None:
        work.record(417, "draft", SWEEP.format(work.ids["sweep"]), "[3](count:sweep)")
        assert work.pull("--all").code == 0
        found = work.population("other")
        assert found.experiment_name == "other"
        assert {run.name for run in found.runs} == {"sweep", "trial 0", "trial 1", "trial 2"}

    def test_a_name_that_is_a_secret_is_withheld(self, work: Work) -> None:
        token = "gh" + "p_" + "R7kq2ZxT9vLm4WbN8sYc1DfG6hJp3QaE5uXo"
        work.sql("UPDATE runs SET name = ? WHERE name = 'trial 1'", token)
        work.sql("UPDATE tags SET value = ? WHERE value = 'trial 1'", token)
        done = work.pull("--experiment", "other")
        assert (done.code, "run_name looks like a secret" in done.err) == (1, True)
        assert {run.name for run in work.population("other").runs} >= {"[withheld]", "trial 0"}
        assert not any(token.encode() in data for data in work.documents.values())

    def test_unchanged_it_is_not_written(self, swept: Work) -> None:
        before = swept.documents
        assert swept.pull("--all").out == "0 written, 2 unchanged\n"
        assert swept.documents == before

    def test_a_child_that_is_deleted_contradicts(self, swept: Work) -> None:
        before = swept.documents
        name = "UPDATE runs SET lifecycle_stage = 'deleted' WHERE name = 'trial 2'"
        swept.sql(name)
        done = swept.pull("--all")
        assert done.code == 1
        assert f"contradicted: run {swept.ids['trial 2'][:12]} population" in done.out
        assert swept.documents == before
        assert swept.pull("--all", "--replace", "it diverged").code == 0
        assert len(swept.population("other").runs) == 4
        (kept,) = Workspace.open(swept.root).evidence.replaced(swept.ids["other"])
        assert kept.reason == "it diverged"
        path = f"journal/evidence/population/{swept.ids['other']}.jsonl"
        assert (swept.root / kept.path).read_bytes() == before[path]

    def test_a_child_that_is_new_contradicts(self, swept: Work) -> None:
        before = swept.documents
        added = self.add_child(swept, 7)
        done = swept.pull("--all")
        assert done.code == 1
        assert f"contradicted: run {added[:12]} population" in done.out
        assert "None is now" in done.out
        assert swept.documents == before

    def test_a_run_beside_the_sweep_does_not(self, swept: Work) -> None:
        added = self.add_child(swept, 7)
        swept.sql("UPDATE tags SET value = ? WHERE run_uuid = ?", "f" * 32, added)
        done = swept.pull("--all")
        assert (done.code, "1 written, 1 unchanged" in done.out) == (0, True)
        assert len(swept.population("other").runs) == 5

    def test_a_changed_value_contradicts_where_it_is_relied_on(self, swept: Work) -> None:
        swept.change("trial 1", "val_f1", 0.99)
        counted = "count:" in next((swept.root / DAY).iterdir()).read_text()
        done = swept.pull("--all")
        assert done.code == (0 if counted else 1)
        if not counted:
            assert "population.metrics.val_f1: 0.25 is now 0.99" in done.out

    def test_a_child_gone_for_good_contradicts(self, swept: Work) -> None:
        for table in ("metrics", "latest_metrics", "tags", "params", "runs"):
            statement = f"DELETE FROM {table} WHERE run_uuid = ?"
            with closing(sqlite3.connect(swept.database)) as connection, connection:
                connection.execute(statement, (swept.ids["trial 2"],))
        done = swept.pull("--all")
        assert done.code == 1
        assert "is now None" in done.out

    def test_the_experiment_of_a_sweep_costs_no_history(self, work: Work, monkeypatch: Any) -> None:
        from expdocs.trackers.histories import Histories

        asked: list[str] = []
        real = Histories.metrics

        def metrics(self: Any, runs: Any, keep: Any) -> Any:
            asked.extend(run.info.run_id for run in runs)
            return real(self, runs, keep)

        monkeypatch.setattr(Histories, "metrics", metrics)
        work.record(417, "draft", SWEEP.format(work.ids["sweep"]), "[3](count:sweep)")
        work.pull("--all")
        assert asked == [work.ids["sweep"]]

    def test_grandchildren_are_in_it_under_their_own_parents(self, work: Work) -> None:
        grandchild = self.add_child(work, 7)
        statement = "UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.parentRunId'"
        work.sql(statement, work.ids["trial 1"], grandchild)
        work.record(417, "draft", SWEEP.format(work.ids["sweep"]), "[3](count:sweep)")
        assert work.pull("--all").code == 0
        parents = {run.run_id: run.parent_run_id for run in work.population("other").runs}
        assert parents[grandchild] == work.ids["trial 1"]
        assert parents[work.ids["trial 1"]] == work.ids["sweep"]


class TestByWhat:
    def test_an_experiment_with_its_population(self, work: Work) -> None:
        done = work.pull("--experiment", "churn")
        assert done.code == 0, done.err
        names = ("weights", "it's", "seed", "seed 2")
        assert {run.experiment_name for run in work.snapshots.values()} == {"churn"}
        assert len(work.snapshots) == len(names)
        population = work.population("churn")
        assert (population.experiment_name, len(population.runs)) == ("churn", 5)
        assert work.pull("--experiment", "churn").out == "0 written, 5 unchanged\n"

    def test_several_experiments_since_a_time(self, work: Work) -> None:
        since = "2026-11-20T12:00:09+02:00"
        done = work.pull("--experiment", "churn", "--experiment", "other", "--since", since)
        assert done.code == 0, done.err
        assert {*work.snapshots} == {work.ids["trial 0"], work.ids["trial 1"]}
        assert len(work.population("churn").runs) + len(work.population("other").runs) == 9

    def test_a_day_without_runs(self, work: Work) -> None:
        done = work.pull("--since", "2100-01-01")
        assert (done.code, done.out) == (0, "0 written, 0 unchanged\n")

    def test_an_unknown_experiment(self, work: Work) -> None:
        done = work.pull("--experiment", "chrun")
        assert (done.code, done.out) == (1, "")
        assert "no experiment named 'chrun'" in done.err
        assert "did you mean 'churn'?" in done.err

    @pytest.mark.parametrize("since", ["yesterday", "", "2026-13-01", "0001-01-01T00:00+23:00"])
    def test_a_day_that_is_none(self, work: Work, since: str) -> None:
        done = work.pull("--since", since)
        assert (done.code, done.out) == (2, "")
        assert not (work.root / "journal").exists()

    def test_a_registered_model(self, work: Work) -> None:
        from mlflow import MlflowClient

        client = MlflowClient(f"sqlite:///{work.database}")
        client.create_registered_model("Churn / eu".replace("/", "&"))
        for run in ("weights", "seed"):
            client.create_model_version("Churn & eu", "s3://bucket/model", work.ids[run])
        client.set_registered_model_alias("Churn & eu", "champion", "1")
        done = work.pull("--model", "Churn & eu@champion")
        assert done.code == 0, done.err
        assert {*work.snapshots} == {work.ids["weights"]}
        (path,) = (work.root / "journal/evidence/models").iterdir()
        model = decode_model(path.read_bytes())
        versions = (
            ModelVersion("1", work.ids["weights"]),
            ModelVersion("2", work.ids["seed"]),
        )
        expected = Model("Churn & eu", versions, {"champion": "1"}, "mlflow", model.digest)
        assert model == expected
        assert Workspace.open(work.root).evidence.model("Churn & eu") == expected
        client.set_registered_model_alias("Churn & eu", "champion", "2")
        assert work.pull("--model", "Churn & eu/1").code == 0
        assert decode_model(path.read_bytes()).aliases == {"champion": "2"}
        again = work.pull("--model", "Churn & eu@champion")
        assert (again.code, {*work.snapshots}) == (0, {work.ids["weights"], work.ids["seed"]})
        client._tracking_client.store.engine.dispose()

    @pytest.mark.parametrize(
        ("reference", "code"), [("absent@x", 1), ("absent/1", 1), ("absent", 2), ("", 2)]
    )
    def test_a_model_that_is_not_there(self, work: Work, reference: str, code: int) -> None:
        done = work.pull("--model", reference)
        assert (done.code, done.out) == (code, "")
        assert done.err.startswith("error: ")
        assert not (work.root / "journal").exists()

    def test_missing_asks_only_for_what_has_no_snapshot(self, work: Work) -> None:
        work.pull(work.ids["weights"])
        work.change("weights", "val_f1", 0.5)
        done = work.pull("--missing", "--experiment", "churn")
        assert (done.code, len(work.snapshots)) == (0, 4)
        assert work.snapshots[work.ids["weights"]].metrics["val_f1"].last.value == 0.75
        assert "unchanged" in work.pull("--experiment", "churn").out
        assert work.snapshots[work.ids["weights"]].metrics["val_f1"].last.value == 0.5

    def test_nothing_or_too_much(self, work: Work) -> None:
        for arguments in ((), ("--all", "--since", "2026-11-20"), ("--all", "--model", "a/1")):
            assert work.pull(*arguments).code == 2


def test_a_commit_keeps_the_hashes_that_git_no_longer_tells(work: Work, repo: Any) -> None:
    made = repo({"expdocs.toml": "", "data.csv.dvc": DVC}, name="other")
    sha = made.git("rev-parse", "HEAD")
    known = {"data.csv": f"md5:{'a' * 32}", "elsewhere.csv": f"md5:{'b' * 32}"}
    earlier = CommitSnapshot(sha, "2" * 40, "3" * 40, "2026-11-20T10:00:00Z", known, ("journal",))
    path = made.root / f"journal/evidence/{commit_path(sha)}"
    path.parent.mkdir(parents=True)
    path.write_bytes(encode_commit(earlier))
    moved = Work(made.root, work.database, work.ids, work._run_cli)
    moved.record(417, "draft", "", f"See [the code](git:{sha}).")
    done = moved.pull("--all")
    assert done.code == 0, done.err
    found = decode_commit(path.read_bytes())
    assert found.tree == made.git("rev-parse", "HEAD^{tree}")
    # git tells the one anew, and what it cannot tell is kept
    assert found.data == {"data.csv": f"md5:{'c' * 32}", "elsewhere.csv": f"md5:{'b' * 32}"}


DVC = f"outs:\n- md5: {'c' * 32}\n  hash: md5\n  size: 9\n  path: data.csv\n"
