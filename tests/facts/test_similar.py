"""What was tried before: the same first, then near by a distance worked out by hand, then words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from expdocs.evidence.leaks import WITHHELD
from expdocs.facts.gower import value_of
from expdocs.facts.similar import (
    Asked,
    Differing,
    Looked,
    Similar,
    Tried,
    Why,
    asked_by,
    look,
    similar,
    words_of_record,
)
from expdocs.workspace import Workspace

HASH, OTHER = "md5:" + "1" * 32, "md5:" + "2" * 32
DATA = "data/churn.csv"


def tried(
    number: int,
    params: Mapping[str, str],
    data: Mapping[str, str] | None = None,
    digests: frozenset[str] = frozenset(),
) -> Tried:
    values = {name: value_of(text) for name, text in params.items() if text != WITHHELD}
    hashes = {path: frozenset({value}) for path, value in (data or {}).items()}
    run_id = f"{number:032x}"
    return Tried(run_id, f"run {number}", "churn", params, values, hashes, digests, ())


def found(asked: Asked, *runs: Tried, within: float = 1) -> list[Similar]:
    return similar([asked], runs, [], within)


def only(asked: Asked, *runs: Tried) -> Similar:
    (one,) = found(asked, *runs)
    return one


def test_the_same_parameters_whatever_their_spelling() -> None:
    one = only(Asked({"c": "0.10", "fit": "true"}), tried(1, {"c": "0.1", "fit": "True"}))
    assert (one.why, one.score, one.differing) == (Why.SAME, 0, ())


def test_distances_by_hand_the_nearest_first() -> None:
    # Reach from zero: lr 0.4, depth 8. Of the first: |0.1-0.2|/0.4 = 1/4, |4-8|/8 = 1/2, another
    # sampler: (1/4 + 1/2 + 1) / 3 = 7/12. Of the second: (0 + 0 + 1) / 3. Of the third: 3/4 / 3.
    asked = Asked({"lr": "0.1", "depth": "4", "sampler": "smote"})
    runs = [
        tried(1, {"lr": "0.2", "depth": "8", "sampler": "none"}),
        tried(2, {"lr": "0.1", "depth": "4", "sampler": "weights"}),
        tried(3, {"lr": "0.4", "depth": "4", "sampler": "smote"}),
    ]
    result = found(asked, *runs)
    assert [one.tried.name for one in result if one.tried] == ["run 3", "run 2", "run 1"]
    assert [one.score for one in result] == pytest.approx([1 / 4, 1 / 3, 7 / 12], abs=1e-12)
    assert result[0].differing == (Differing("lr", "0.1", "0.4"),)
    assert [len(found(asked, *runs, within=at)) for at in (0.2, 0.25, 0.5)] == [0, 1, 2]


def test_what_was_given_must_be_there_and_more_is_no_difference() -> None:
    one = only(Asked({"c": "1", "new": "2"}), tried(1, {"c": "1", "old": "3"}))
    assert (one.score, one.differing) == (0.5, (Differing("new", "2", None),))


def test_where_all_parameters_are_known_one_more_is_a_difference() -> None:
    one = only(Asked({"c": "1"}, complete=True), tried(1, {"c": "1", "old": "3"}))
    assert (one.score, one.differing) == (0.5, (Differing("old", None, "3"),))


def test_a_file_may_serve_another_script_too() -> None:
    asked = Asked({"c": "1", "trees": "9"}, optional=frozenset({"c", "trees"}))
    one = only(asked, tried(1, {"c": "1", "seed": "3"}))
    assert (one.why, one.score, one.unknown) == (Why.NEAR, 0, ("seed",))
    assert found(asked, tried(2, {"seed": "3"})) == []


def test_a_value_that_was_withheld_is_not_compared() -> None:
    one = only(Asked({"c": "1", "key": "x"}), tried(1, {"c": "1", "key": WITHHELD}))
    assert (one.why, one.score) == (Why.SAME, 0)


@pytest.mark.parametrize(
    ("data", "digests", "score"),
    [
        ({DATA: HASH}, (), 0.0),
        ({"moved.csv": HASH}, (), 0.0),
        ({}, ("1" * 32,), 0.0),
        ({DATA: OTHER}, (), 0.5),
        ({"other.csv": OTHER}, (), 0.5),
    ],
)
def test_data_is_the_same_by_its_hash(
    data: dict[str, str], digests: tuple[str, ...], score: float
) -> None:
    one = only(Asked({"c": "1"}, {DATA: HASH}), tried(1, {"c": "1"}, data, frozenset(digests)))
    assert (one.score, one.unknown) == (score, ())
    assert (one.why is Why.SAME) == (score == 0)


@pytest.mark.parametrize("data", [{}, {DATA: "md5-dos2unix:" + "1" * 32}, {"data": HASH + ".dir"}])
def test_data_that_nobody_can_compare_is_never_the_same(data: dict[str, str]) -> None:
    one = only(Asked({"c": "1"}, {DATA: HASH}), tried(1, {"c": "1"}, data))
    assert (one.why, one.score, one.unknown) == (Why.NEAR, 0, (DATA,))


def test_nothing_to_compare_is_nothing_found() -> None:
    assert found(Asked(words="smote"), tried(1, {"c": "1"})) == []
    assert found(Asked(data={DATA: HASH}), tried(1, {"c": "1"})) == []


def test_own_runs_are_no_answer_and_each_run_is_one() -> None:
    runs = [tried(1, {"c": "1"}), tried(2, {"c": "2"})]
    own = frozenset({runs[0].run_id})
    asked = [Asked({"c": "1"}, own=own), Asked({"c": "2"}, own=own)]
    (one,) = similar(asked, runs, [], 1)
    assert (one.why, one.tried) == (Why.SAME, runs[1])


def test_the_order_does_not_depend_on_that_of_the_runs() -> None:
    runs = [tried(n, {"c": "1", "d": str(n % 3)}) for n in range(9)]
    asked = Asked({"c": "1", "d": "0"})
    assert found(asked, *runs) == found(asked, *reversed(runs))


# --- from a repository


def opened(repo: Any) -> tuple[Workspace, Looked]:
    workspace = Workspace.open(repo.root)
    return workspace, look(workspace.evidence, workspace.corpus.records)


def test_a_record_asks_with_its_runs_but_baselines(checked_repo: Any) -> None:
    workspace, _ = opened(checked_repo)
    (record,) = workspace.corpus.records
    asked = asked_by(record, workspace.evidence)
    assert [one.params for one in asked] == [{"c": "0.1", "seed": "2"}, {"c": "0.1", "seed": "3"}]
    assert [dict(one.data) for one in asked] == [{DATA: checked_repo.data_hash}] * 2
    assert asked[0].own == frozenset(checked_repo.runs.values())
    assert asked[0].words == (
        "Oversampling helps the minority class\n"
        "SMOTE raises validation F1 by at least 0.02 over class weights.\nsmote\nimbalance"
    )


def test_a_draft_without_runs_asks_with_its_data_and_words(checked_repo: Any) -> None:
    text = checked_repo.text
    begin, end = text.index("runs:\n"), text.index("commit:")
    question = "hypothesis: {exploratory: Does SMOTE help?}\n"
    start = text.index("hypothesis:")
    draft = text[:start] + question + text[text.index("metric:") : begin] + text[end:]
    checked_repo.write({checked_repo.record: draft.replace("proposed", "draft")})
    workspace, looked = opened(checked_repo)
    (record,) = workspace.corpus.records
    (asked,) = asked_by(record, workspace.evidence)
    assert (asked.params, asked.data) == ({}, {DATA: checked_repo.data_hash})
    assert "Does SMOTE help?" in words_of_record(record)
    # Nobody lists these runs now, so what they recorded themselves counts.
    result = similar([asked], looked.tried, workspace.corpus.records)
    assert [(one.why, one.score) for one in result] == [(Why.SAME, 0)] * 3


def test_a_broken_snapshot_is_counted(checked_repo: Any) -> None:
    path = checked_repo.root / checked_repo.snapshot("weights")
    path.write_bytes(path.read_bytes().replace(b"0.7912", b"0.8912"))
    _, looked = opened(checked_repo)
    assert (len(looked.tried), looked.unreadable) == (2, 1)


def test_words_find_records_that_no_run_found(checked_repo: Any) -> None:
    other = checked_repo.text.replace("-417", "-500").replace("Oversampling helps", "Focal loss on")
    checked_repo.write({"journal/EXP-2026-11-20-500.md": other})
    workspace, looked = opened(checked_repo)
    records = workspace.corpus.records
    (one,) = similar([Asked(words="oversampling helps")], looked.tried, records)
    assert (one.why, one.score, [r.id for r in one.records]) == (
        Why.WORDS,
        1,
        ["EXP-2026-11-20-417"],
    )
    same = similar([Asked({"seed": "2"}, words="oversampling helps")], looked.tried, records)
    assert [one.why for one in same] == [Why.SAME]
