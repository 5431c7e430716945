from __future__ import annotations

import hashlib
import json
import math
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Dataset,
    Difference,
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    SnapshotProblem,
    commit_path,
    decode_commit,
    decode_population,
    decode_run,
    differences,
    encode_commit,
    encode_population,
    encode_run,
    fact,
    population_path,
    run_path,
    with_digest,
)

RUN = "9e20a4f780104459a8c141c87a951182"
SHA = "a90bd60b358f5a0e14ebb675d030786e6362f1ba"

F1 = Metric(
    first=Point(0, 0.5),
    last=Point(2, 0.75),
    minimum=Point(0, 0.5),
    maximum=Point(1, 0.8125),
    points=3,
    history=(Point(0, 0.5), Point(1, 0.8125), Point(2, 0.75)),
)
SNAPSHOT = RunSnapshot(
    run_id=RUN,
    experiment_id="1",
    experiment_name="churn",
    run_name="weights",
    status="FINISHED",
    lifecycle_stage="active",
    start_time="2026-11-20T10:00:00.125Z",
    user="ana",
    commit=SHA,
    code_tree="1" * 40,
    code_tree_without=("decisions", "dvc.lock", "journal"),
    dirty=False,
    data={"data/churn.csv": "md5:5afc23b9622f8f9ffa60824f4e97d0d5"},
    params={"c": "0.1"},
    datasets=(Dataset("churn", "5afc23b9", "local", "training"),),
    models=("m-" + "2" * 32,),
    metrics={"val_f1": F1},
    tags={"expdocs.extra": "x"},
)


def document(**changes: Any) -> dict[str, Any]:
    return {**json.loads(encode_run(SNAPSHOT)), **changes}


def signed(content: dict[str, Any]) -> bytes:
    """A document whose digest is right, computed independently of the code under test.

    ``json.dumps`` with sorted keys is RFC 8785 as long as keys are ASCII and numbers are plain.
    """
    rest = {key: value for key, value in content.items() if key != "sha256"}
    plain = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(plain.encode()).hexdigest()
    whole = json.dumps({**rest, "sha256": digest}, sort_keys=True, separators=(",", ":"))
    return whole.encode()


def problem(data: bytes) -> SnapshotProblem:
    with pytest.raises(SnapshotProblem) as caught:
        decode_run(data)
    return caught.value


class TestPaths:
    def test_a_run_lies_under_its_first_two_digits(self) -> None:
        assert run_path(RUN) == PurePosixPath(f"mlflow/9e/{RUN}.json")

    def test_a_commit_and_a_population_lie_by_id(self) -> None:
        assert commit_path(SHA) == PurePosixPath(f"git/{SHA}.json")
        assert population_path("ab_1-2") == PurePosixPath("population/ab_1-2.jsonl")

    @pytest.mark.parametrize("bad", ["", "../x", "9E20", RUN + "\n", "g" * 32, RUN + "0"])
    def test_what_is_no_run_id_has_no_path(self, bad: str) -> None:
        with pytest.raises(ValueError, match="run id"):
            run_path(bad)

    @pytest.mark.parametrize("bad", ["", "..", "a/b", "x" * 65, "1\n", "ä"])
    def test_unsafe_experiment_ids_have_no_path(self, bad: str) -> None:
        with pytest.raises(ValueError, match="experiment id"):
            population_path(bad)

    def test_a_short_sha_has_no_path(self) -> None:
        with pytest.raises(ValueError, match="sha"):
            commit_path(SHA[:12])


class TestRunDocument:
    def test_reading_gives_back_what_was_written(self) -> None:
        assert decode_run(encode_run(SNAPSHOT)) == with_digest(SNAPSHOT)

    def test_the_digest_is_over_the_rest_of_the_canonical_document(self) -> None:
        content = json.loads(encode_run(SNAPSHOT))
        assert signed(content) == encode_run(SNAPSHOT).rstrip(b"\n")
        assert with_digest(SNAPSHOT).digest == content["sha256"]

    def test_the_order_of_mappings_does_not_change_a_byte(self) -> None:
        one = SNAPSHOT._replace(params={"a": "1", "b": "2"})
        other = SNAPSHOT._replace(params={"b": "2", "a": "1"})
        assert encode_run(one) == encode_run(other)

    def test_the_old_digest_of_a_snapshot_does_not_leak_into_the_new_one(self) -> None:
        assert encode_run(SNAPSHOT._replace(digest="0" * 64)) == encode_run(SNAPSHOT)

    def test_non_finite_values_are_named(self) -> None:
        wild = Metric(
            Point(0, -math.inf), Point(1, math.nan), Point(0, -math.inf), Point(2, 1e300), 3
        )
        data = encode_run(SNAPSHOT._replace(metrics={"loss": wild}))
        metric = json.loads(data)["metrics"]["loss"]
        assert (metric["first"], metric["last"]) == ([0, "-inf"], [1, "nan"])
        read = decode_run(data).metrics["loss"]
        assert read.first.value == -math.inf
        assert math.isnan(read.last.value)
        assert read.maximum.value == 1e300

    def test_steps_beyond_the_safe_integers_survive(self) -> None:
        far = Point(2**60 + 1, 0.5)
        changed = SNAPSHOT._replace(metrics={"m": Metric(far, far, far, far, 1)})
        assert decode_run(encode_run(changed)).metrics["m"].first == far

    def test_keys_of_a_later_pull_are_accepted(self) -> None:
        assert decode_run(signed(document(later={"a": [1]}))).params == {"c": "0.1"}

    def test_a_reformatted_file_with_the_same_content_is_accepted(self) -> None:
        big = SNAPSHOT._replace(metrics={"m": F1._replace(first=Point(0, 1e20))})
        pretty = json.dumps(json.loads(encode_run(big)), indent=2)
        assert decode_run(pretty.encode()) == with_digest(big)

    def test_a_parameter_named_like_the_digest_is_no_danger(self) -> None:
        digest = with_digest(SNAPSHOT).digest
        tricky = SNAPSHOT._replace(params={"sha256": digest, "x": f'"sha256":"{digest}",'})
        assert decode_run(encode_run(tricky)) == with_digest(tricky)
        itself = json.loads(encode_run(tricky))
        itself["params"]["sha256"] = itself["sha256"]
        assert "edited by hand" in problem(json.dumps(itself).encode()).message

    @given(
        value=st.floats(),
        step=st.integers(-(2**63), 2**63 - 1),
        name=st.text(st.characters(exclude_categories=["Cs"])),
    )
    def test_every_value_step_and_name_survives(self, value: float, step: int, name: str) -> None:
        point = Point(step, value)
        metric = Metric(point, point, point, point, 1, (point,))
        changed = SNAPSHOT._replace(metrics={name: metric}, params={name: name})
        data = encode_run(changed)
        read = decode_run(data)
        assert read.params == {name: name}
        again = read.metrics[name].history[0]
        assert again.step == step
        assert again.value == value or math.isnan(value)
        assert encode_run(read) == data


class TestBrokenDocuments:
    def test_a_changed_value(self) -> None:
        data = encode_run(SNAPSHOT).replace(b"0.8125", b"0.9125")
        found = problem(data)
        assert "edited by hand" in found.message
        assert "evidence pull" in found.hint

    def test_a_digest_of_another_document(self) -> None:
        other = json.loads(encode_run(SNAPSHOT._replace(user="bob")))["sha256"]
        assert "edited by hand" in problem(json.dumps(document(sha256=other)).encode()).message

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "not JSON"),
            (b"{", "not JSON"),
            (b"[]", "JSON object"),
            (b"\xff\xfe{}", "UTF-8"),
            (b'{"a": NaN}', "NaN"),
            (b'{"a": -Infinity}', "Infinity"),
            (b'{"a": 1, "a": 1}', "same key twice"),
            (b'{"a": {"b": 1, "b": 2}}', "same key twice"),
            (b'{"a":' * 100_000, "nested too deeply"),
            (b"[" * 100_000, "nested too deeply"),
            (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
            (b'{"a": "\\ud800"}', "UTF-8"),
            (b" " * (16 * 1024 * 1024 + 1), "16 MB"),
            (b"{}", "schema_version"),
            (b'{"schema_version": true}', "schema_version"),
            (b'{"schema_version": 1}', "sha256"),
            (b'{"schema_version": 1, "sha256": 5}', "sha256"),
        ],
    )
    def test_what_is_no_document(self, data: bytes, message: str) -> None:
        assert message in problem(data).message

    def test_a_newer_version_asks_for_an_upgrade(self) -> None:
        found = problem(signed(document(schema_version=2)))
        assert "schema version 2" in found.message
        assert "upgrade" in found.hint

    @pytest.mark.parametrize("key", sorted(set(document()) - {"sha256", "schema_version"}))
    def test_a_missing_key_is_named(self, key: str) -> None:
        content = document()
        del content[key]
        assert f"'{key}'" in problem(signed(content)).message

    @pytest.mark.parametrize(
        "changes",
        [
            {"run_id": "../../etc"},
            {"experiment_id": 1},
            {"run_name": None},
            {"user": 5},
            {"dirty": "false"},
            {"params": []},
            {"params": {"c": 1}},
            {"models": "m-1"},
            {"models": [None]},
            {"datasets": [{}]},
            {"datasets": ["x"]},
            {"metrics": []},
            {"metrics": {"m": []}},
            {"metrics": {"m": {"count": 1}}},
        ],
    )
    def test_wrong_types_are_problems(self, changes: dict[str, Any]) -> None:
        assert problem(signed(document(**changes))).message

    @pytest.mark.parametrize(
        "point",
        [[1], [1, 2, 3], ["x", 1], [1, "0.5"], [1, None], [True, 1], [1, []], 5, "ab", [1.5, 1]],
    )
    def test_points_of_a_wrong_form_are_problems(self, point: object) -> None:
        metric = {"first": point, "last": [0, 1], "min": [0, 1], "max": [0, 1], "count": 1}
        assert problem(signed(document(metrics={"m": metric}))).message

    @given(st.binary(max_size=200))
    def test_no_bytes_raise_anything_else(self, data: bytes) -> None:
        for read in (decode_run, decode_commit, decode_population):
            with pytest.raises(SnapshotProblem):
                read(data)

    @given(
        st.sampled_from(sorted(set(document()) - {"sha256", "schema_version"})),
        st.recursive(
            st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab"),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner),
        ),
    )
    def test_any_json_under_any_key_is_read_or_is_a_problem(self, key: str, value: object) -> None:
        try:
            decode_run(signed(document(**{key: value})))
        except SnapshotProblem as found:
            assert found.message  # noqa: PT017 - either way out is right, others are not

    def test_text_that_utf8_cannot_hold_is_not_written(self) -> None:
        with pytest.raises(SnapshotProblem):
            encode_run(SNAPSHOT._replace(user="\ud800"))


class TestCommitsAndPopulations:
    def test_a_commit_survives(self) -> None:
        commit = CommitSnapshot(
            SHA, "2" * 40, "3" * 40, "2026-11-20T10:00:00Z", {"a": "md5:x"}, ("j",)
        )
        data = encode_commit(commit)
        assert decode_commit(data) == commit._replace(digest=json.loads(data)["sha256"])
        with pytest.raises(SnapshotProblem, match="edited"):
            decode_commit(data.replace(b"md5:x", b"md5:y"))

    def test_a_population_has_a_header_and_a_line_for_every_run_by_id(self) -> None:
        late = PopulationRun("b" * 32, None, "FINISHED", None, "ana", "active", {"f1": math.nan})
        early = PopulationRun("a" * 32, "b" * 32, "FAILED", "2026-11-20T10:00:00Z", None, "deleted")
        data = encode_population("7", [late, early])
        lines = [json.loads(line) for line in data.splitlines()]
        assert [line.get("run_id", "header") for line in lines] == ["header", "a" * 32, "b" * 32]
        population = decode_population(data)
        assert population.experiment_id == "7"
        assert population.runs[0] == early
        assert math.isnan(population.runs[1].metrics["f1"])
        assert population.digest == lines[0]["sha256"]

    def test_names_are_written_where_there_are_some_and_missed_nowhere(self) -> None:
        named = PopulationRun("a" * 32, None, "FINISHED", None, None, "active", name="très bien")
        bare = PopulationRun("b" * 32, None, "FINISHED", None, None, "active")
        data = encode_population("7", [named, bare], "churn / eu")
        header, first, second = (json.loads(line) for line in data.splitlines())
        assert (header["experiment_name"], first["name"]) == ("churn / eu", "très bien")
        assert "name" not in second
        population = decode_population(data)
        assert (population.experiment_name, population.runs) == ("churn / eu", (named, bare))
        old = encode_population("7", [bare])
        assert b"name" not in old
        assert decode_population(old).experiment_name == ""

    def test_a_run_taken_out_of_a_population_is_noticed(self) -> None:
        runs = [PopulationRun(c * 32, None, "FINISHED", None, None, "active") for c in "abc"]
        lines = encode_population("7", runs).splitlines(keepends=True)
        with pytest.raises(SnapshotProblem, match="edited"):
            decode_population(b"".join(lines[:2] + lines[3:]))

    def test_an_empty_population_is_one(self) -> None:
        assert decode_population(encode_population("7", [])).runs == ()


class TestFacts:
    @pytest.mark.parametrize(
        ("key", "expected"),
        [
            ("metrics.val_f1", 0.75),
            ("metrics.val_f1@last", 0.75),
            ("metrics.val_f1@first", 0.5),
            ("metrics.val_f1@min", 0.5),
            ("metrics.val_f1@max", 0.8125),
            ("metrics.val_f1@count", 3.0),
            ("metrics.val_f1@step=1", 0.8125),
            ("metrics.val_f1@step=9", None),
            ("metrics.val_f1@mean", None),
            ("metrics.other", None),
            ("params.c", "0.1"),
            ("params.d", None),
            ("attributes.status", "FINISHED"),
            ("attributes.end_time", None),
            ("attributes.params", None),
            ("commit", SHA),
            ("code_tree", "1" * 40),
            ("dirty", "false"),
            ("data.data/churn.csv", "md5:5afc23b9622f8f9ffa60824f4e97d0d5"),
            ("datasets.churn", "5afc23b9"),
            ("tags.expdocs.extra", "x"),
            ("", None),
        ],
    )
    def test_a_fact_by_key(self, key: str, expected: object) -> None:
        assert fact(SNAPSHOT, key) == expected

    def test_the_last_step_is_known_without_a_history(self) -> None:
        bare = SNAPSHOT._replace(metrics={"val_f1": F1._replace(history=())})
        assert fact(bare, "metrics.val_f1@step=2") == 0.75
        assert fact(bare, "metrics.val_f1@step=1") is None

    def test_equal_snapshots_do_not_differ_nan_included(self) -> None:
        nan = Point(0, math.nan)
        wild = SNAPSHOT._replace(metrics={"m": Metric(nan, nan, nan, nan, 1, (nan,))})
        assert differences(wild, decode_run(encode_run(wild))) == ()

    def test_changes_are_named_by_key(self) -> None:
        changed = F1._replace(last=Point(2, 0.9), history=(*F1.history[:2], Point(2, 0.9)))
        new = SNAPSHOT._replace(
            metrics={"val_f1": changed}, params={"d": "1"}, commit=None, status="FAILED"
        )
        assert differences(SNAPSHOT, new) == (
            Difference("attributes.status", "FINISHED", "FAILED"),
            Difference("commit", SHA, None),
            Difference("metrics.val_f1@last", 0.75, 0.9),
            Difference("metrics.val_f1@step=2", 0.75, 0.9),
            Difference("params.c", "0.1", None),
            Difference("params.d", None, "1"),
        )

    def test_a_history_not_asked_for_is_no_difference(self) -> None:
        bare = SNAPSHOT._replace(metrics={"val_f1": F1._replace(history=())})
        assert differences(SNAPSHOT, bare) == ()
        assert differences(bare, SNAPSHOT) == ()

    def test_a_step_lost_from_a_whole_history_is_a_difference(self) -> None:
        less = SNAPSHOT._replace(metrics={"val_f1": F1._replace(history=F1.history[1:])})
        assert differences(SNAPSHOT, less) == (Difference("metrics.val_f1@step=0", 0.5, None),)

    def test_two_datasets_of_one_name_are_both_there(self) -> None:
        two = SNAPSHOT._replace(
            datasets=(Dataset("d", "1", "local", "train"), Dataset("d", "2", "local", "test")),
        )
        assert fact(two, "datasets.d") == "1,2"
