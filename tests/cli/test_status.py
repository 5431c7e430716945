"""expdocs evidence status: the figure, the holes, what cannot be known, the exit code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from expdocs.evidence.models import Model, ModelVersion, encode_model, model_path
from expdocs.evidence.snapshots import PopulationRun, encode_population, population_path

LISTED = "9e20a4f780104459a8c141c87a951182"


def population(experiment: str, name: str, *runs: PopulationRun) -> dict[str, bytes]:
    path = f"journal/evidence/{population_path(experiment)}"
    return {path: encode_population(experiment, runs, name)}


def line(run_id: str, status: str = "FINISHED", life: str = "active") -> PopulationRun:
    return PopulationRun(run_id, None, status, None, "ana", life)


def runs(count: int, first: int = 0) -> list[PopulationRun]:
    return [line(f"{first + number:032x}") for number in range(count)]


def model(name: str, run_id: str | None) -> dict[str, bytes]:
    made = Model(name, (ModelVersion("3", run_id),), {})
    return {f"journal/evidence/{model_path(name)}": encode_model(made)}


def test_all_told(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(population("1", "churn", line(LISTED)) | model("m", LISTED))
    ran = run_cli("evidence", "status", "--fail-over", "0", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "0 without a story: 0 of 3 runs, 0 of 1 registered versions\n"
        "0 of 1 experiments without any\n"
        "of all runs: 3 finished\n"
    )


def test_holes_by_project_the_largest_first(checked_repo: Any, run_cli: Any) -> None:
    bad = [line("a" * 32, "FAILED"), line("b" * 32, life="deleted")]
    checked_repo.write(
        population("1", "churn", line(LISTED), *runs(2))
        | population("7", "fraud search", *runs(3, first=100), *bad)
        | model("scorer", "c" * 32)
        | {
            "expdocs.toml": 'project = "churn"\n[experiments]\n"fraud search" = "fraud"\n'
            '[[untold]]\nrun = "00000000000000000000000000000001"\nreason = "the wrong file"\n'
        }
    )
    ran = run_cli("evidence", "status", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "7 without a story: 6 of 10 runs, 1 of 1 registered versions\n"
        "1 of 2 experiments without any\n"
        "of all runs: 8 finished, 1 failed, 1 deleted\n"
        "\n"
        "fraud: 5 without a story\n"
        "  fraud search: 5 of 5 runs (3 finished, 1 failed, 1 deleted)\n"
        "churn: 2 without a story\n"
        "  churn: 1 of 5 runs (1 finished)\n"
        "  model scorer, version 3: run cccccccccccc\n"
        "\n"
        "left out: 1 by run 000000000000: the wrong file\n"
    )


def test_one_project(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(
        population("1", "churn", *runs(2))
        | population("7", "fraud", *runs(3, first=100))
        | {"expdocs.toml": '[experiments]\nfraud = "fraud"\n'}
    )
    ran = run_cli("evidence", "status", "--project", "fraud", "--json", cwd=checked_repo.root)
    found = json.loads(ran.out)
    assert (found["figure"], found["runs"]["total"]) == (3, 3)
    assert [one["project"] for one in found["projects"]] == ["fraud"]


def test_json_names_every_run_without_a_story(checked_repo: Any, run_cli: Any) -> None:
    settings = '[[untold]]\nexperiment = "idle"\nstate = "failed"\nreason = "nothing ran"\n'
    checked_repo.write(population("1", "churn", *runs(1)) | {"expdocs.toml": settings})
    found = json.loads(run_cli("evidence", "status", "--json", cwd=checked_repo.root).out)
    assert found["version"] == 1
    assert found["runs"] == {
        "total": 4, "without": 1, "told": 3, "excluded": 0, "draft": 0, "untold": 1,
    }  # fmt: skip
    (experiment,) = found["projects"][0]["experiments"]
    assert (experiment["id"], experiment["name"], experiment["whole"]) == ("1", "churn", True)
    assert experiment["without"] == ["0" * 32]
    assert experiment["states"]["finished"]["untold"] == 1
    assert found["left_out"] == [
        {"reason": "nothing ran", "experiment": "idle", "state": "failed", "count": 0}
    ]
    assert found["unreadable"] == []


@pytest.mark.parametrize(("limit", "code"), [("1", 1), ("2", 0), ("3", 0)])
def test_the_exit_code_is_a_gate_for_a_team(
    limit: str, code: int, checked_repo: Any, run_cli: Any
) -> None:
    checked_repo.write(population("1", "churn", *runs(2)))
    ran = run_cli("evidence", "status", "--fail-over", limit, cwd=checked_repo.root)
    assert ran.code == code
    assert ("more than" in ran.err) == (code == 1)


def test_a_gate_is_shut_where_evidence_cannot_be_read(checked_repo: Any, run_cli: Any) -> None:
    path = "journal/evidence/population/1.jsonl"
    checked_repo.write({path: "{}\n"})
    plain = run_cli("evidence", "status", cwd=checked_repo.root)
    assert plain.code == 0
    assert f"not counted: {path}: the key 'schema_version' is missing" in plain.out
    ran = run_cli("evidence", "status", "--fail-over", "999", cwd=checked_repo.root)
    assert (ran.code, "cannot be read" in ran.err) == (1, True)


def test_the_output_stays_short_and_counts_the_rest(checked_repo: Any, run_cli: Any) -> None:
    names = [f"experiment {n:02}" for n in range(30)]
    files = {}
    for n, name in enumerate(names, 2):
        files |= population(str(n), name, *runs(n, first=1000 * n))
    files["expdocs.toml"] = 'project = "churn"\n' + "".join(
        f'[[untold]]\nexperiment = "none {n}"\nreason = "a reason"\n' for n in range(9)
    )
    for n in range(9):
        files[f"journal/evidence/population/bad{n}.jsonl"] = b"no"
    checked_repo.write(files)
    ran = run_cli("evidence", "status", cwd=checked_repo.root)
    lines = ran.out.splitlines()
    assert len(lines) <= 21
    assert lines[5] == "  experiment 29: 31 of 31 runs (31 finished)"
    assert "and 23 more; all of them: expdocs evidence status --json" in lines
    assert "left out: 0 by 7 more reasons" in lines
    assert lines[-1] == "not counted: 7 more files that cannot be read"


def test_models_without_any_run(repo: Any, run_cli: Any) -> None:
    made = repo(model("scorer", None))
    ran = run_cli("evidence", "status", cwd=made.root)
    assert ran.out == (
        "1 without a story: 0 of 0 runs, 1 of 1 registered versions\n"
        "0 of 0 experiments without any\n"
        "\n"
        "no project: 1 without a story\n"
        "  model scorer, version 3: no run\n"
    )


def test_a_record_that_cannot_be_read_tells_of_nothing(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({checked_repo.record: checked_repo.text.encode() + b"\xff"})
    ran = run_cli("evidence", "status", "--fail-over", "2", cwd=checked_repo.root)
    assert ran.code == 1
    assert ran.out.startswith("3 without a story: 3 of 3 runs\n")
    assert ran.err.splitlines() == [
        "1 record file cannot be read, so nothing in there counts; see: expdocs check",
        "3 without a story, more than 2",
    ]


def test_an_empty_repository(repo: Any, run_cli: Any) -> None:
    made = repo({}, commit=False)
    ran = run_cli("evidence", "status", "--fail-over", "0", cwd=made.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "journal/evidence knows of no run; see: expdocs evidence pull --help\n"


def test_names_from_a_tracker_cannot_steer_a_terminal(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(population("1", "a\x1b[31m\nb", *runs(1)))
    ran = run_cli("evidence", "status", cwd=checked_repo.root)
    assert "  a�[31m�b: 1 of 1 runs (1 finished)\n" in ran.out


def test_ten_thousand_runs(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write(population("1", "churn", *runs(10_000)))
    ran = run_cli("evidence", "status", cwd=checked_repo.root)
    assert ran.out.startswith("10000 without a story: 10000 of 10003 runs\n")


def test_no_repository(only_problem: Any, run_cli: Any, tmp_path: Any) -> None:
    ran = run_cli("evidence", "status", cwd=tmp_path)
    assert (ran.code, ran.out) == (3, "")
    assert "is not inside a git repository" in ran.err
