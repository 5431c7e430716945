"""Which runs have a story, counted by hand over a few evidence files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.config import Settings
from expdocs.edit.scaffold import record_of
from expdocs.evidence.lineage import descendants
from expdocs.evidence.models import Model, ModelVersion, encode_model, model_path
from expdocs.evidence.snapshots import (
    PopulationRun,
    RunSnapshot,
    encode_population,
    encode_run,
    population_path,
    run_path,
)
from expdocs.evidence.store import Evidence
from expdocs.facts.census import State
from expdocs.facts.coverage import Coverage, CoveredExperiment, Story, Tally, coverage
from expdocs.files import Entry
from expdocs.kinds.registry import load_registry
from expdocs.workspace import Workspace

EVIDENCE = "journal/evidence"
RECORD = """\
---
id: EXP-2026-11-20-{number}
kind: experiment
title: A story
status: {status}
date: 2026-11-20
authors: [ana]
project: {project}
runs:
{runs}
---
"""


def run(number: int) -> str:
    return f"{number:032x}"


def line(number: int, parent: int = 0, status: str = "FINISHED", life: str = "active") -> Any:
    above = run(parent) if parent else None
    return PopulationRun(run(number), above, status, None, "ana", life)


def population(experiment: str, *lines: Any, name: str = "") -> dict[str, bytes]:
    path = f"{EVIDENCE}/{population_path(experiment)}"
    return {path: encode_population(experiment, lines, name)}


def snapshot(number: int, experiment: str = "1", name: str = "churn") -> dict[str, bytes]:
    made = RunSnapshot(run(number), experiment, name, f"run {number}", "FINISHED", "active")
    return {f"{EVIDENCE}/{run_path(made.run_id)}": encode_run(made)}


def model(name: str, *runs: int | None) -> dict[str, bytes]:
    versions = [
        ModelVersion(str(n), run(one) if one else None) for n, one in enumerate(runs, start=1)
    ]
    return {f"{EVIDENCE}/{model_path(name)}": encode_model(Model(name, tuple(versions), {}))}


def record(
    number: int, *runs: int, sweeps: tuple[int, ...] = (), status: str = "proposed",
    project: str = "churn",
) -> dict[str, str]:  # fmt: skip
    lines = [f"  - {{id: {run(one)}, as: r{one}, role: candidate}}" for one in runs]
    lines += [f"  - {{parent: {run(one)}, as: s{one}, role: sweep}}" for one in sweeps]
    text = RECORD.format(number=number, status=status, project=project, runs="\n".join(lines))
    return {f"journal/EXP-2026-11-20-{number}.md": text}


@pytest.fixture
def covered(repo: Any) -> Any:
    """Count over a repository of these files, with these settings."""

    def call(*files: dict[str, Any], settings: str = "") -> Coverage:
        merged: dict[str, Any] = {"expdocs.toml": settings}
        for some in files:
            merged |= some
        workspace = Workspace.open(repo(merged).root)
        return coverage(workspace.corpus.records, workspace.evidence, workspace.settings)

    return call


def only(found: Coverage) -> CoveredExperiment:
    (one,) = found.experiments
    return one


def test_nothing_known_is_nothing_to_tell(covered: Any) -> None:
    found = covered()
    assert (found.figure, found.runs, found.experiments) == (0, Tally(), ())


def test_a_run_is_told_by_a_record_that_lists_it_and_by_no_draft(covered: Any) -> None:
    found = covered(
        population("1", *map(line, (1, 2, 3, 4)), name="search"),
        record(100, 1),
        record(200, 2, status="draft"),
        record(300, 3, status="rejected"),
    )
    one = only(found)
    assert one.runs == Tally(told=2, draft=1, untold=1)
    assert one.without == (run(2), run(4))
    assert (one.name, one.whole, one.story) == ("search", True, Story.TOLD)
    assert found.figure == 2


def test_a_misspelt_status_tells_no_more_than_a_draft(covered: Any) -> None:
    found = covered(population("1", line(1)), record(100, 1, status="accepte"))
    assert found.runs == Tally(draft=1)


def test_a_told_sweep_tells_of_its_children_and_theirs(covered: Any) -> None:
    runs = [line(1), line(2, 1), line(3, 2), line(4, 9), line(5)]
    found = covered(population("1", *runs), record(100, sweeps=(1,)))
    assert found.runs == Tally(told=3, untold=2)


def test_a_parent_listed_as_a_run_tells_of_itself_alone(covered: Any) -> None:
    found = covered(population("1", line(1), line(2, 1)), record(100, 1))
    assert found.runs == Tally(told=1, untold=1)


def test_failed_and_deleted_runs_count_and_are_told_apart(covered: Any) -> None:
    runs = [
        line(1),
        line(2, status="FAILED"),
        line(3, status="KILLED"),
        line(4, status="RUNNING"),
        line(5, status="SCHEDULED"),
        line(6, life="deleted"),
        line(7, status="FAILED", life="deleted"),
    ]
    one = only(covered(population("1", *runs), record(100, 1, 2)))
    assert {state: one.number(state) for state in State} == {
        State.FINISHED: 1,
        State.RUNNING: 2,
        State.FAILED: 2,
        State.DELETED: 2,
    }
    assert one.number(State.FAILED, Story.UNTOLD) == 1
    assert one.runs == Tally(told=2, untold=5)


def test_snapshots_that_no_population_holds_count_as_well(covered: Any) -> None:
    found = covered(population("1", line(1)), snapshot(1), snapshot(2, "2", "loose"))
    assert [(one.name, one.whole, one.runs.total) for one in found.experiments] == [
        ("churn", True, 1),
        ("loose", False, 1),
    ]


def test_two_trackers_may_give_two_experiments_one_id(covered: Any) -> None:
    found = covered(population("1", line(1), name="here"), snapshot(2, "1", "there"))
    assert [(one.experiment_id, one.name) for one in found.experiments] == [
        ("1", "here"),
        ("1", "there"),
    ]


EXCLUDED = """
[[untold]]
experiment = "scratch"
reason = "trying out the tracker"

[[untold]]
experiment = "search"
state = "failed"
reason = "out of memory before the first step"

[[untold]]
run = "00000000000000000000000000000005"
reason = "the wrong column"

[[untold]]
model = "demo"
reason = "shown at a fair"

[[untold]]
experiment = "scrtch"
reason = "misspelt"
"""


def test_a_reason_takes_the_place_of_a_story(covered: Any) -> None:
    found = covered(
        population("1", line(1), line(2), name="scratch"),
        population("2", line(3), line(4, status="FAILED"), line(5), line(6), name="search"),
        record(100, 3),
        model("demo", 6),
        settings=EXCLUDED,
    )
    search, scratch = found.experiments
    assert (scratch.runs, scratch.story) == (Tally(excluded=2), Story.EXCLUDED)
    assert search.runs == Tally(told=1, excluded=2, untold=1)
    assert found.registered == Tally(excluded=1)
    assert [one.used for one in found.exclusions] == [2, 1, 1, 1, 0]
    assert found.figure == 1


def test_what_is_told_is_not_left_out(covered: Any) -> None:
    runs = population("1", line(1), name="scratch")
    found = covered(runs, record(100, 1), settings=EXCLUDED)
    assert found.runs == Tally(told=1)


def test_a_version_is_told_by_its_run_and_not_left_out_with_its_experiment(covered: Any) -> None:
    found = covered(
        population("1", line(1), line(2), name="scratch"),
        model("Churn / EU", 1, 2, None, 77),
        record(100, 1),
        settings=EXCLUDED,
    )
    assert [(v.version, v.story) for v in found.versions] == [
        ("1", Story.TOLD),
        ("2", Story.UNTOLD),
        ("3", Story.UNTOLD),
        ("4", Story.UNTOLD),
    ]
    assert found.figure == 3


PROJECTS = """
project = "usual"

[experiments]
quiet = "set"
loud = "set"
"""


def test_the_project_is_that_of_most_records_else_the_setting(covered: Any) -> None:
    found = covered(
        population("1", line(1), line(2), line(3), name="loud"),
        population("2", line(4), name="quiet"),
        population("3", line(5), name="other"),
        record(100, 1, 2, project="heard"),
        record(200, 3, project="also"),
        settings=PROJECTS,
    )
    assert {one.name: one.project for one in found.experiments} == {
        "loud": "heard",
        "quiet": "set",
        "other": "usual",
    }
    assert found.projects == ("set", "usual", "heard")
    assert found.of("set").figure == 1


def test_the_project_of_a_version_is_that_of_its_experiment(covered: Any) -> None:
    found = covered(
        population("1", line(1), line(2), name="loud"),
        model("m", 2, 9),
        record(100, 1, project="heard"),
        record(200, 9, project="away"),
        settings=PROJECTS,
    )
    assert [one.project for one in found.versions] == ["heard", "away"]


def test_what_cannot_be_read_is_named_and_never_counted_as_told(covered: Any) -> None:
    (path, content), = population("1", line(1)).items()  # fmt: skip
    found = covered(
        {
            path: content.replace(b"FINISHED", b"FAILED"),
            f"{EVIDENCE}/population/8.jsonl": population("9", line(2))[
                f"{EVIDENCE}/population/9.jsonl"
            ],
            f"{EVIDENCE}/models/m.json": "{}",
            f"{EVIDENCE}/{run_path(run(3))}": b"\xff",
            f"{EVIDENCE}/mlflow/README.md": "no snapshot",
            f"{EVIDENCE}/mlflow/00/notes.json": "no run",
        }
    )
    assert found.runs == Tally()
    assert sorted(one.path.removeprefix(f"{EVIDENCE}/") for one in found.unreadable) == [
        f"mlflow/00/{run(3)}.json",
        "models/m.json",
        "population/1.jsonl",
        "population/8.jsonl",
    ]


def test_a_circle_of_parents_comes_to_an_end() -> None:
    assert descendants({"a"}, [("b", "a"), ("a", "b"), ("c", "c")]) == {"a", "b"}


# --- what holds for any runs


class InMemory:
    """A state of files of which nothing is on disk."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        under = tuple(f"{root}/" for root in roots)
        return [Entry(path, True) for path in sorted(self._files) if path.startswith(under)]

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


NUMBERS = st.integers(1, 9)
LINES = st.lists(
    st.tuples(NUMBERS, st.integers(0, 9), st.sampled_from(["FINISHED", "FAILED", "RUNNING"])),
    unique_by=lambda one: one[0],
)
TOLD = st.lists(st.tuples(NUMBERS, st.booleans(), st.sampled_from(["draft", "proposed"])))
EXPERIMENT = load_registry(InMemory({}), "schemas").get("experiment")


def counted(
    lines: list[tuple[int, int, str]], told: list[tuple[int, bool, str]], life: str = "active"
) -> Coverage:
    assert EXPERIMENT is not None
    runs = [line(number, parent, status, life) for number, parent, status in lines]
    texts = [
        record(100 + at, *(() if sweep else (one,)), sweeps=(one,) if sweep else (), status=status)
        for at, (one, sweep, status) in enumerate(told)
    ]
    records = [record_of(EXPERIMENT, text, path) for files in texts for path, text in files.items()]
    return coverage(records, Evidence(InMemory(population("1", *runs)), EVIDENCE), Settings())


@given(LINES, TOLD)
def test_deleting_runs_never_betters_the_figure(
    lines: list[tuple[int, int, str]], told: list[tuple[int, bool, str]]
) -> None:
    assert counted(lines, told).figure == counted(lines, told, "deleted").figure


@given(LINES, TOLD, TOLD)
def test_each_run_counts_once_and_telling_more_never_raises_the_figure(
    lines: list[tuple[int, int, str]],
    told: list[tuple[int, bool, str]],
    more: list[tuple[int, bool, str]],
) -> None:
    before, after = counted(lines, told), counted(lines, [*told, *more])
    assert before.runs.total == after.runs.total == len(lines)
    assert after.figure <= before.figure
    assert all(len(one.without) == one.runs.without for one in after.experiments)
