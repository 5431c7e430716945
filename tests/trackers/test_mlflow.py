from __future__ import annotations

import json
import math
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from expdocs.errors import ExpdocsError, Refused, UsageError
from expdocs.evidence.models import Model, ModelVersion
from expdocs.evidence.snapshots import Dataset, Metric, Point, RunSnapshot, decode_run, encode_run
from expdocs.trackers.conversion import instant, metric_of, thinned, without_credentials
from expdocs.trackers.mlflow import Tracker, TrackerError, connect

# MLflow's own imports warn on newer Python and SQLAlchemy; sqlite connections end with its engine
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

UNKNOWN = "0" * 32


@pytest.fixture(params=["server", "sqlite"])
def tracker(request: pytest.FixtureRequest, filled: Any, tmp_path: Path) -> Iterator[Tracker]:
    uri = f"sqlite:///{filled.database}"
    if request.param == "server":
        uri = request.getfixturevalue("server")
    with connect(uri, tmp_path) as made:
        yield made


def test_a_run_with_everything(tracker: Tracker, filled: Any) -> None:
    ids = filled.ids
    (run,) = tracker.fetch([ids["weights"]], {ids["weights"]: {"val_f1", "loss", "again"}})
    metrics = dict(run.metrics)
    points = (Point(0, 0.5), Point(1, 0.8125), Point(2, 0.75))
    assert metrics.pop("val_f1") == Metric(*(points[i] for i in (0, 2, 0, 1)), 3, points)
    wild = metrics.pop("wild")
    assert (wild.first.value, wild.last.value, wild.points) == (math.inf, -math.inf, 3)
    assert (wild.minimum, wild.maximum) == (Point(2, -math.inf), Point(0, math.inf))
    assert wild.history == ()
    loss = metrics.pop("loss")
    assert (loss.points, len(loss.history), loss.minimum) == (500, 200, Point(333, 0.0))
    again = metrics.pop("again")
    assert (again.first, again.last, again.points) == (Point(7, 3.0), Point(7, 2.0), 3)
    assert again.history == (Point(7, 2.0),)
    assert metrics == {}
    assert run == RunSnapshot(
        run_id=ids["weights"],
        experiment_id=ids["churn"],
        experiment_name="churn",
        run_name="weights",
        status="FINISHED",
        lifecycle_stage="active",
        start_time="2026-11-20T10:00:00.125Z",
        end_time="2026-11-20T10:01:00.125Z",
        user="ana",
        source_name="https://git.example/repo#train.py",
        source_type="LOCAL",
        commit="a" * 40,
        branch="main",
        parent_run_id=None,
        tracker="mlflow",
        code_tree="b" * 40,
        code_tree_without=("decisions", "journal"),
        dirty=True,
        data={"data/churn.csv": "md5:1", "data/raw": "md5:2.dir"},
        params={"c": "0.1", "url": "postgresql://host/db"},
        datasets=(Dataset("churn", "5afc23b9.dir", "http", "training"),),
        models=(ids["model"],),
        metrics=run.metrics,
        tags={"expdocs.note": "kept"},
        digest=run.digest,
    )
    data = encode_run(run)
    assert decode_run(data) == run
    assert b"secret" not in data
    assert b"127.0.0.1" not in data


def test_server_and_database_give_the_same_bytes(server: str, filled: Any, tmp_path: Path) -> None:
    ids = [filled.ids[name] for name in ("weights", "gone", "trial 1")]
    wanted = {ids[0]: {"val_f1"}}
    with connect(server, tmp_path) as one, connect(f"sqlite:///{filled.database}", tmp_path) as two:
        first = [encode_run(run) for run in one.fetch(ids, wanted)]
        second = [encode_run(run) for run in two.fetch(ids, wanted)]
    assert first == second
    assert len(set(first)) == 3


def test_runs_of_several_experiments_come_in_the_order_asked(tracker: Tracker, filled: Any) -> None:
    names = ["trial 2", "weights", "sweep", "it's", "weights"]
    found = list(tracker.fetch([filled.ids[name] for name in names]))
    assert [run.run_name for run in found] == ["trial 2", "weights", "sweep", "it's"]
    assert [run.experiment_name for run in found] == ["other", "churn", "other", "churn"]
    assert found[0].parent_run_id == filled.ids["sweep"]


def test_a_deleted_run_is_still_fetched(tracker: Tracker, filled: Any) -> None:
    alone, beside = filled.ids["gone"], filled.ids["weights"]
    (run,) = tracker.fetch([alone])
    assert (run.lifecycle_stage, run.metrics["val_f1"].last) == ("deleted", Point(0, 0.25))
    assert [run.lifecycle_stage for run in tracker.fetch([beside, alone])] == ["active", "deleted"]


def test_all_unknown_runs_are_named_before_anything_is_given(tracker: Tracker, filled: Any) -> None:
    with pytest.raises(Refused) as caught:
        next(tracker.fetch([filled.ids["weights"], UNKNOWN, "x'y", "1" * 32]))
    for bad in (UNKNOWN, "x'y", "1" * 32):
        assert bad in caught.value.message
    assert filled.ids["weights"] not in caught.value.message


def test_looking_up_gives_none_for_what_is_not_there(tracker: Tracker, filled: Any) -> None:
    names = ["trial 2", "weights", "gone", "sweep"]
    ids = [filled.ids[name] for name in names]
    wanted = [UNKNOWN, ids[0], "x'y", ids[1], "1" * 32, *ids[2:], ids[0], ""]
    found = list(tracker.look_up(wanted, {ids[1]: {"val_f1"}}))
    assert [run_id for run_id, _ in found] == [*wanted[:-2], ""]
    runs = {run_id: run for run_id, run in found if run is not None}
    assert [run.run_name for run in runs.values()] == names
    assert len(runs[ids[1]].metrics["val_f1"].history) == 3
    assert list(tracker.look_up([])) == []


class TestResolve:
    def test_ids_and_addresses_are_taken_as_they_are(self, tracker: Tracker) -> None:
        assert tracker.resolve(f" {UNKNOWN.upper()} ") == UNKNOWN
        for form in (
            "http://host:5000/#/experiments/1/runs/{}",
            "https://host/x/#/experiments/1/runs/{}/model-metrics",
            "https://host/#/workspaces/a/experiments/1/runs/{}/overview?o=1",
            "runs:/{}/model",
        ):
            assert tracker.resolve(form.format(UNKNOWN)) == UNKNOWN

    def test_prefix_name_and_last(self, tracker: Tracker, filled: Any) -> None:
        ids = filled.ids
        assert tracker.resolve(ids["weights"][:12]) == ids["weights"]
        assert tracker.resolve("weights") == ids["weights"]
        assert tracker.resolve("it's") == ids["it's"]
        assert tracker.resolve("gone") == ids["gone"]
        # trial 0 started ten seconds after the first run, later than all others
        assert tracker.resolve("last") == ids["trial 0"]

    def test_an_ambiguous_name_lists_the_runs(self, tracker: Tracker) -> None:
        with pytest.raises(Refused, match="'seed' fits 2 runs") as caught:
            tracker.resolve("seed")
        assert "2026-11-20T10:00:02.125Z" in caught.value.message
        assert "2026-11-20T10:00:03.125Z" in caught.value.message

    @pytest.mark.parametrize(
        "wanted", ["nobody", "abc", "", "a' OR 1=1", "'\"", "a\\", "%", "x" * 2000, "https://h/#/x"]
    )
    def test_what_names_no_run_is_refused(self, tracker: Tracker, wanted: str) -> None:
        with pytest.raises(Refused, match="does not know"):
            tracker.resolve(wanted)

    def test_an_ambiguous_prefix_lists_the_runs(self, database: Path, tmp_path: Path) -> None:
        with sqlite3.connect(database) as connection:
            rows = connection.execute("SELECT run_uuid FROM runs WHERE name = 'seed'").fetchall()
            for number, (old,) in enumerate(rows):
                connection.execute("PRAGMA foreign_keys = OFF")
                new = f"feed{number}" + "0" * 27
                for table in ("tags", "runs"):
                    connection.execute(
                        f"UPDATE {table} SET run_uuid = ? WHERE run_uuid = ?", (new, old)
                    )
        connection.close()
        with connect(None, tmp_path) as tracker:
            with pytest.raises(Refused, match="'feed' fits 2 runs"):
                tracker.resolve("feed")
            assert tracker.resolve("feed1") == "feed1" + "0" * 27


class TestPopulations:
    def test_every_run_of_an_experiment(self, tracker: Tracker, filled: Any) -> None:
        runs = tracker.population(filled.ids["other"], ["val_f1"])
        order = ["sweep", "trial 2", "trial 1", "trial 0"]
        assert [run.run_id for run in runs] == [filled.ids[name] for name in order]
        assert [dict(run.metrics) for run in runs] == [
            {},
            {"val_f1": 0.5},
            {"val_f1": 0.25},
            {"val_f1": 0.0},
        ]
        assert {run.parent_run_id for run in runs[1:]} == {filled.ids["sweep"]}
        assert [run.name for run in runs] == order
        assert tracker.experiment_name(filled.ids["other"]) == "other"

    def test_deleted_runs_belong_to_it(self, tracker: Tracker, filled: Any) -> None:
        runs = {run.run_id: run for run in tracker.population(filled.ids["churn"], [])}
        assert runs[filled.ids["gone"]].lifecycle_stage == "deleted"
        assert len(runs) == 5

    def test_an_unknown_experiment_is_refused(self, tracker: Tracker) -> None:
        with pytest.raises(Refused, match="no experiment '999'"):
            tracker.population("999", [])

    def test_children_of_a_run(self, tracker: Tracker, filled: Any) -> None:
        found = tracker.children(filled.ids["sweep"], {"val_f1"})
        assert [run.metrics["val_f1"] for run in found] == [0.5, 0.25, 0.0]
        assert tracker.children(filled.ids["weights"]) == []
        with pytest.raises(Refused):
            tracker.children(UNKNOWN)


class TestConnecting:
    def test_the_database_of_the_repository_is_the_default(
        self, database: Path, tmp_path: Path, filled: Any
    ) -> None:
        with connect(None, tmp_path) as tracker:
            assert tracker.resolve("weights") == filled.ids["weights"]

    def test_nothing_is_created_where_nothing_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for uri in (None, "sqlite:///mlflow.db", f"sqlite:///{tmp_path}/x/mlflow.db", "./mlruns"):
            with pytest.raises(TrackerError) as caught:
                connect(uri, tmp_path)
            assert "MLFLOW_TRACKING_URI" in caught.value.hint
        assert list(tmp_path.iterdir()) == []

    def test_the_environment_names_the_tracker(
        self, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server + "/")
        with connect(None, tmp_path) as tracker:
            assert tracker.shown == server

    def test_an_alias_stands_for_the_host(self, server: str, tmp_path: Path, filled: Any) -> None:
        with connect("team", tmp_path, {"team": server, "old": "http://old"}) as tracker:
            (run,) = tracker.fetch([filled.ids["it's"]])
        assert run.tracker == "team"
        with connect(server + "/", tmp_path, {"team": server}) as tracker:
            assert tracker.alias == "team"

    def test_an_old_schema_is_named_and_left_alone(self, database: Path, tmp_path: Path) -> None:
        _set_revision(database, "451aebb31d03")  # MLflow 1.0's
        before = database.read_bytes()
        with pytest.raises(TrackerError, match="older MLflow") as caught:
            connect(None, tmp_path)
        assert "mlflow db upgrade sqlite:///" in caught.value.hint
        assert database.read_bytes() == before

    def test_an_old_database_that_lacks_tables_is_left_alone(
        self, database: Path, tmp_path: Path
    ) -> None:
        _set_revision(database, "451aebb31d03")
        with sqlite3.connect(database) as connection:
            connection.execute("DROP TABLE trace_tags")
        connection.close()
        before = database.read_bytes()
        with pytest.raises(TrackerError, match="older MLflow"):
            connect(None, tmp_path)
        assert database.read_bytes() == before

    def test_the_schema_of_a_newer_mlflow(self, database: Path, tmp_path: Path) -> None:
        _set_revision(database, "f" * 12)
        with pytest.raises(TrackerError, match="does not know"):
            connect(None, tmp_path)

    @pytest.mark.parametrize("content", [b"", b"no database at all" * 100])
    def test_a_file_that_is_no_database(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "mlflow.db").write_bytes(content)
        with pytest.raises(TrackerError, match=r"no MLflow database|cannot be read"):
            connect(None, tmp_path)
        assert (tmp_path / "mlflow.db").read_bytes() == content

    def test_a_database_damaged_further_in(
        self, database: Path, tmp_path: Path, filled: Any
    ) -> None:
        with connect(None, tmp_path) as tracker:
            with sqlite3.connect(database) as connection:
                connection.execute("DROP TABLE latest_metrics")
            connection.close()
            with pytest.raises(TrackerError, match="cannot be read"):
                list(tracker.fetch([filled.ids["weights"]]))

    def test_a_folder_of_runs_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "mlruns").mkdir()
        with pytest.raises(TrackerError, match="no longer reads runs from folders") as caught:
            connect(f"file://{tmp_path}/mlruns", tmp_path)
        assert "MLFLOW_ALLOW_FILE_STORE" in caught.value.hint

    def test_limits_for_requests_are_only_defaults(
        self, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "77")
        monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES")
        connect(server, tmp_path)
        assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "77"
        assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "2"


def _set_revision(database: Path, revision: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


Scripted = Callable[[Callable[[str], tuple[int, str, bytes]]], str]


class TestFailures:
    @pytest.mark.parametrize(
        ("status", "kind", "body", "message"),
        [
            (500, "text/html", b"<h1>oops</h1>", "HTTP 500"),
            (500, "application/json", b'{"error_code": "INTERNAL_ERROR", "message": "x"}', "500"),
            (503, "text/plain", b"", "HTTP 503"),
            (429, "text/plain", b"", "429"),
            (200, "text/html", b"<html><body>Sign in</body></html>", "no MLflow server"),
            (200, "application/json", b"{}", "no MLflow server"),
            (200, "application/json", b"[]", "no MLflow server"),
            (200, "application/json", b'{"run": 5}', "no MLflow server"),
            (200, "application/json", b'{"run": {"info": {"run_id": "x"}}}', "no MLflow server"),
            (200, "application/json", b"\xff\xfe", "no MLflow server"),
            (404, "text/html", b"<h1>Not found</h1>", "no MLflow server"),
            (401, "text/plain", b"Unauthorized", "refuses the credentials"),
            (403, "text/html", b"<p>no", "refuses the credentials"),
            (403, "application/json", b'{"error_code": "PERMISSION_DENIED"}', "refuses the cred"),
        ],
    )
    def test_an_answer_of_no_use_is_one_sentence(
        self, scripted: Scripted, tmp_path: Path, status: int, kind: str, body: bytes, message: str
    ) -> None:
        uri = scripted(lambda path: (status, kind, body))
        with pytest.raises(TrackerError) as caught:
            list(connect(uri, tmp_path).fetch([UNKNOWN]))
        assert message in caught.value.message
        assert uri in caught.value.message
        assert caught.value.hint
        assert "\n" not in caught.value.message
        assert caught.value.exit_code == 3

    def test_every_call_is_guarded(self, scripted: Scripted, tmp_path: Path) -> None:
        tracker = connect(scripted(lambda path: (401, "text/plain", b"no")), tmp_path)
        for call in (
            lambda: tracker.resolve("last"),
            lambda: tracker.resolve("weights"),
            lambda: tracker.children(UNKNOWN),
            lambda: tracker.population("1", []),
            lambda: list(tracker.fetch([UNKNOWN])),
        ):
            with pytest.raises(TrackerError, match="refuses the credentials"):
                call()

    def test_a_server_that_is_down(self, tmp_path: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            uri = f"http://127.0.0.1:{probe.getsockname()[1]}"
        with pytest.raises(TrackerError, match="cannot be reached"):
            list(connect(uri, tmp_path).fetch([UNKNOWN]))

    def test_a_name_that_is_no_host(self, tmp_path: Path) -> None:
        with pytest.raises(TrackerError, match=r"cannot be reached|not valid"):
            list(connect("http://nowhere.invalid", tmp_path).fetch([UNKNOWN]))

    def test_a_server_that_does_not_answer(
        self, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")

        def slow(path: str) -> tuple[int, str, bytes]:
            time.sleep(3)
            return 200, "text/plain", b""

        with pytest.raises(TrackerError, match="did not answer in time") as caught:
            list(connect(scripted(slow), tmp_path).fetch([UNKNOWN]))
        assert "MLFLOW_HTTP_REQUEST_TIMEOUT" in caught.value.hint

    def test_credentials_are_never_shown(self, scripted: Scripted, tmp_path: Path) -> None:
        uri = scripted(lambda path: (500, "text/html", b"")).replace("://", "://ana:pa@ss@")
        with pytest.raises(TrackerError) as caught:
            list(connect(uri, tmp_path).fetch([UNKNOWN]))
        assert "ss@" not in caught.value.message + caught.value.hint
        assert "ana" not in caught.value.message

    def test_a_scheme_that_mlflow_does_not_know(self, tmp_path: Path) -> None:
        with pytest.raises(TrackerError, match="gopher"):
            list(connect("gopher://x", tmp_path).fetch([UNKNOWN]))

    def test_nothing_appears_on_the_terminal_with_our_own_limits(
        self,
        scripted: Scripted,
        server: str,
        database: Path,
        filled: Any,
        mlflow_environment: dict[str, str],
    ) -> None:
        asked: list[str] = []

        def down(path: str) -> tuple[int, str, bytes]:
            asked.append(path)
            return 503, "text/plain", b""

        code = f"""
from datetime import UTC, datetime
from pathlib import Path
from expdocs.errors import ExpdocsError
from expdocs.trackers.mlflow import connect
for uri in ({scripted(down)!r}, "http://127.0.0.1:9", {server!r}, None):
    try:
        with connect(uri, Path({str(database.parent)!r})) as tracker:
            print(tracker.resolve("weights"))
    except ExpdocsError as error:
        print(error.message)
"""
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**mlflow_environment, "PYTHONWARNINGS": "default"},
            check=True,
        )
        assert done.stderr == ""
        failing, unreachable, *found = done.stdout.splitlines()
        assert "HTTP 503" in failing
        assert len(asked) == 3  # once, and two retries
        assert "cannot be reached" in unreachable
        assert found == [filled.ids["weights"]] * 2

    def test_without_mlflow_the_extra_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "mlflow", None)
        with pytest.raises(ExpdocsError) as caught:
            connect("http://x", tmp_path)
        assert "expdocs[mlflow]" in caught.value.hint


class TestConversion:
    def test_credentials_in_addresses(self) -> None:
        assert without_credentials("see http://u:p@h/x and pg://a@b@c/d") == (
            "see http://h/x and pg://c/d"
        )
        assert without_credentials("http://h/x?mail=a@b.c") == "http://h/x?mail=a@b.c"

    def test_thinning_keeps_ends_and_extremes(self) -> None:
        values = [float(i % 97) for i in range(10_000)]
        values[4321], values[8765] = -5.0, 500.0
        points = [Point(i * 3, value) for i, value in enumerate(values)]
        kept = thinned(points)
        assert len(kept) == 200
        for index in (0, 4321, 8765, 9999):
            assert points[index] in kept
        assert list(kept) == sorted(kept)
        assert set(kept) <= set(points)
        assert thinned(points) == kept

    def test_thinning_leaves_200_points_alone(self) -> None:
        points = [Point(i, math.nan) for i in range(200)]
        assert len(thinned(points)) == 200
        assert len(thinned([*points, Point(200, math.nan)])) == 200

    def test_a_metric_of_nan_alone(self) -> None:
        metric = metric_of([Point(0, math.nan), Point(1, math.nan)], keep_history=False)
        assert (metric.minimum.step, metric.maximum.step, metric.points) == (0, 0, 2)

    def test_extremes_are_found_first_and_past_nan(self) -> None:
        points = [Point(0, math.nan), Point(1, 2.0), Point(2, 1.0), Point(3, 1.0), Point(4, 2.0)]
        metric = metric_of(points, keep_history=False)
        assert (metric.minimum, metric.maximum) == (Point(2, 1.0), Point(1, 2.0))

    @pytest.mark.parametrize(
        ("milliseconds", "expected"),
        [
            (1795168800125, "2026-11-20T10:00:00.125Z"),
            (1, "1970-01-01T00:00:00.001Z"),
            (0, None),
            (None, None),
            (-5, None),
            (10**30, None),
        ],
    )
    def test_instants(self, milliseconds: int | None, expected: str | None) -> None:
        assert instant(milliseconds) == expected


class TestWholeExperiments:
    def test_an_experiment_has_a_name(self, tracker: Tracker, filled: Any) -> None:
        ids = filled.ids
        assert tracker.experiment_id("churn") == ids["churn"]
        assert tracker.experiment_name(ids["churn"]) == "churn"
        assert tracker.experiment_name("999") is None
        assert tracker.has_experiment(ids["churn"], "churn")
        assert not tracker.has_experiment(ids["churn"], "other")
        with pytest.raises(Refused, match="no experiment named 'chrun'") as caught:
            tracker.experiment_id("chrun")
        assert "'churn'" in caught.value.hint

    @pytest.mark.parametrize("name", ["", "'", "a\"b'c", "x" * 5000, "../..", "\n"])
    def test_odd_names_name_no_experiment(self, tracker: Tracker, name: str) -> None:
        with pytest.raises(Refused, match="no experiment named"):
            tracker.experiment_id(name)

    def test_its_runs_are_those_that_were_not_deleted(self, tracker: Tracker, filled: Any) -> None:
        ids = filled.ids
        churn = ["weights", "it's", "seed", "seed 2"]
        assert {*tracker.run_ids([ids["churn"]])} >= {ids[name] for name in churn}
        assert len(tracker.run_ids([ids["churn"]])) == 4
        assert len(tracker.run_ids([ids["churn"], ids["other"]])) == 8
        assert tracker.run_ids([]) == []

    def test_runs_since_a_time(self, tracker: Tracker, filled: Any) -> None:
        # trial 1 started 9 seconds after the first run, trial 0 ten
        since = datetime(2026, 11, 20, 10, 0, 9, 125_000, UTC)
        order = [filled.ids["trial 1"], filled.ids["trial 0"]]
        assert tracker.run_ids(None, since) == order
        assert tracker.run_ids([filled.ids["other"]], since) == order
        assert tracker.run_ids([filled.ids["churn"]], since) == []
        assert tracker.run_ids(None, datetime(2100, 1, 1, tzinfo=UTC)) == []


class TestDeletedExperiments:
    @pytest.fixture
    def tracker(self, database: Path, tmp_path: Path, filled: Any) -> Iterator[Tracker]:
        with connect(None, tmp_path) as made:
            made._client.delete_experiment(filled.ids["other"])
            yield made

    def test_their_runs_are_found_by_name_prefix_and_id(
        self, tracker: Tracker, filled: Any
    ) -> None:
        trial = filled.ids["trial 1"]
        assert tracker.resolve("trial 1") == trial
        assert tracker.resolve(trial[:12]) == trial
        (run,) = tracker.fetch([trial])
        assert (run.lifecycle_stage, run.experiment_name) == ("deleted", "other")

    def test_they_are_still_populations(self, tracker: Tracker, filled: Any) -> None:
        other = tracker.experiment_id("other")
        assert other == filled.ids["other"]
        assert len(tracker.population(other, [])) == 4
        assert len(tracker.run_ids([other])) == 4
        assert len(tracker.run_ids()) == 4  # those of churn

    def test_the_last_run_is_one_that_is_there(self, tracker: Tracker, filled: Any) -> None:
        assert tracker.resolve("last") == filled.ids["seed"]


class TestModels:
    @pytest.fixture
    def tracker(self, database: Path, tmp_path: Path, filled: Any) -> Iterator[Tracker]:
        with connect(None, tmp_path) as made:
            client = made._client
            for name in ("churn model", 'it\'s "odd"', "单"):
                client.create_registered_model(name)
            source = "s3://bucket/model"
            for run in ("weights", "seed"):
                client.create_model_version("churn model", source, filled.ids[run])
            client.create_model_version("单", "s3://bucket/elsewhere")
            client.set_registered_model_alias("churn model", "champion", "1")
            client.set_registered_model_alias("churn model", "next", "2")
            yield made

    def test_versions_and_aliases(self, tracker: Tracker, filled: Any) -> None:
        model = tracker.model("churn model")
        versions = (
            ModelVersion("1", filled.ids["weights"]),
            ModelVersion("2", filled.ids["seed"]),
        )
        assert model == Model("churn model", versions, {"champion": "1", "next": "2"})
        for reference in ("churn model@champion", "churn model/1", "models:/churn model/01"):
            assert tracker.model_version(reference) == (model, versions[0])
        assert tracker.model_version("models:/churn model@next") == (model, versions[1])

    def test_a_moved_alias_and_a_deleted_version(self, tracker: Tracker) -> None:
        tracker._client.set_registered_model_alias("churn model", "champion", "2")
        assert tracker.model_version("churn model@champion")[1].version == "2"
        tracker._client.delete_model_version("churn model", "2")
        model = tracker.model("churn model")
        assert model is not None
        assert [one.version for one in model.versions] == ["1"]

    def test_an_alias_that_is_a_number_is_no_version(self, tracker: Tracker) -> None:
        tracker._client.set_registered_model_alias("churn model", "1", "2")
        assert tracker.model_version("churn model@1")[1].version == "2"
        assert tracker.model_version("churn model/1")[1].version == "1"

    def test_a_version_without_a_run(self, tracker: Tracker) -> None:
        assert tracker.model_version("单/1")[1] == ModelVersion("1", None)

    def test_a_name_that_no_filter_can_hold(self, tracker: Tracker) -> None:
        with pytest.raises(ExpdocsError, match="odd"):
            tracker.model('it\'s "odd"')

    def test_what_is_not_there_is_refused_with_what_is(self, tracker: Tracker) -> None:
        assert tracker.model("absent") is None
        with pytest.raises(Refused, match="no registered model 'churn modle'") as caught:
            tracker.model_version("churn modle/1")
        assert "'churn model'" in caught.value.hint
        with pytest.raises(Refused, match="no version or alias 'champoin'") as caught:
            tracker.model_version("churn model@champoin")
        assert "'champion'" in caught.value.hint
        with pytest.raises(Refused, match="'7'") as caught:
            tracker.model_version("churn model/7")
        assert caught.value.hint == "there are: champion, next, 1, 2"

    @pytest.mark.parametrize("reference", ["churn", "", "@x", "a/b", "a/", "a@", "a:b@c", "a@b@c/"])
    def test_what_names_no_version(self, tracker: Tracker, reference: str) -> None:
        with pytest.raises(UsageError, match="names no version"):
            tracker.model_version(reference)

    def test_a_registry_of_its_own_is_not_created(
        self, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MLFLOW_REGISTRY_URI", f"sqlite:///{tmp_path / 'models.db'}")
        with connect(None, tmp_path) as other:
            with pytest.raises(TrackerError, match=r"models\.db does not exist"):
                other.model("churn model")
            assert not (tmp_path / "models.db").exists()


def test_a_server_that_takes_few_experiments_a_search(
    server: str, filled: Any, tmp_path: Path, proxied: Any
) -> None:
    """As hosted ones do: mlflow #13590."""
    from urllib.request import Request, urlopen

    sizes = []

    def answer(path: str, method: str, body: bytes, headers: Any) -> tuple[int, str, bytes]:
        if path.endswith("runs/search"):
            sizes.append(len(json.loads(body)["experiment_ids"]))
            if sizes[-1] > 2:
                said = {"error_code": "INVALID_PARAMETER_VALUE", "message": "too many experiments"}
                return 400, "application/json", json.dumps(said).encode()
        asked = Request(server + path, data=body or None, method=method)
        asked.add_header("Content-Type", "application/json")
        with urlopen(asked, timeout=20) as passed:
            return passed.status, "application/json", passed.read()

    with connect(proxied(answer), tmp_path) as tracker:
        assert tracker.resolve("weights") == filled.ids["weights"]
        assert tracker.resolve("last") == filled.ids["trial 0"]
        assert len(tracker.run_ids()) == 8
    # Default, churn and other: three are refused once, then it is one at a time
    assert sizes.count(3) == 1
    assert max(sizes[1:]) == 1
