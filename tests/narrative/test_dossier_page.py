"""The page of a dossier, what is printed of it, and what a check says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import decode_run, encode_run, run_path
from tests.narrative.reproducible import RECORD_PATH, RERUN_PATH, Reproducible, make

RECORD = "EXP-2026-11-20-417"
PAGE = "journal/synthesis/dossier-exp-2026-11-20-417.md"


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Reproducible:
    return make(tmp_path_factory.mktemp("page") / "work")


@pytest.fixture
def work(_made: Reproducible, tmp_path: Path) -> Reproducible:
    shutil.copytree(_made.root, tmp_path / "work", symlinks=True)
    return Reproducible(tmp_path / "work")


def first_run(work: Reproducible) -> str:
    return (work.root / RECORD_PATH).read_text().split("- {id: ")[1][:32]


def rules(run_cli: Any, root: Path) -> list[str]:
    found = run_cli("check", "--format", "json", "--select", "SYN,CLM,LNK,SEC", cwd=root)
    return [one["rule"] for one in found.findings()]


def test_a_page_is_written_checked_and_left_alone(work: Reproducible, run_cli: Any) -> None:
    done = run_cli("reproduce", RECORD, cwd=work.root)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == f"wrote {PAGE} (new)"
    assert done.out.splitlines()[-1] == "L4 reproduced, 100 of 100; 0 questions are open"
    assert rules(run_cli, work.root) == ["SYN301"]
    before = (work.root / PAGE).read_bytes()
    again = run_cli("reproduce", RECORD, cwd=work.root)
    assert again.out.splitlines()[0] == f"unchanged {PAGE}"
    assert (work.root / PAGE).read_bytes() == before


def test_the_page_tells_the_story_and_shows_what_code_found(
    work: Reproducible, run_cli: Any
) -> None:
    run_cli("reproduce", RECORD, cwd=work.root)
    text = (work.root / PAGE).read_text()
    assert "*The mean is enough* was recorded on 2026-11-20 and is proposed." in text
    assert "> How well does the mean do? (EXP-2026-11-20-417)" in text
    assert "*The mean is enough, again* of 2026-11-20 says that it is a rerun." in text
    assert "> Who cancelled within a month, known after a month. (CMP-2026-11-18-102)" in text
    assert "| Level | L4 reproduced |" in text
    assert f"](run:{RECORD}/one#val_f1)." in text
    assert "git worktree add --detach ../rerun-" in text
    assert "one of *The mean is enough* measured val\\_f1 as [0.8" in text


def test_a_new_verdict_is_rendered_and_a_new_snapshot_is_stale(
    work: Reproducible, run_cli: Any
) -> None:
    run_cli("reproduce", RECORD, cwd=work.root)
    for report in (work.root / "journal/evidence/verdicts").iterdir():
        report.unlink()
    # What verifications say is no part of what the page was written from.
    assert rules(run_cli, work.root) == ["SYN301"]
    done = run_cli("reproduce", RECORD, cwd=work.root)
    assert done.out.splitlines()[0].startswith(f"rendered {PAGE}")
    assert done.out.splitlines()[-1] == "L2 traceable, 85 of 100; 2 questions are open"
    path = work.root / "journal/evidence" / run_path(first_run(work))
    run = decode_run(path.read_bytes())
    path.write_bytes(encode_run(run._replace(tags={**run.tags, "expdocs.python": "3.12.1"})))
    assert rules(run_cli, work.root) == ["SYN201"]


def test_a_shallow_clone_calls_no_page_stale(
    work: Reproducible, run_cli: Any, tmp_path: Path
) -> None:
    run_cli("reproduce", RECORD, cwd=work.root)
    work.commit("dossier")
    clone = tmp_path / "clone"
    work.git("clone", "-q", "--depth", "1", f"file://{work.root}", str(clone))
    assert rules(run_cli, clone) == ["SYN301"]


def test_a_run_without_a_record_has_a_page_too(work: Reproducible, run_cli: Any) -> None:
    run_id = first_run(work)
    for path in (RECORD_PATH, RERUN_PATH):
        (work.root / path).unlink()
    done = run_cli("reproduce", "one", cwd=work.root)
    assert done.code == 0, done.err
    text = (work.root / f"journal/synthesis/dossier-{run_id}.md").read_text()
    assert f'title: "Reproduction dossier: {run_id[:12]}"' in text
    assert "no record tells of the run" in text
    assert rules(run_cli, work.root) == ["SYN301"]


def test_a_page_in_chinese_holds_before_the_verifier(work: Reproducible, run_cli: Any) -> None:
    done = run_cli("reproduce", RECORD, "--language", "zh", cwd=work.root)
    assert done.code == 0, done.err
    text = (work.root / PAGE).read_text()
    assert "## 要复现的内容" in text
    assert "| 级别 | L4 reproduced |" in text
    assert rules(run_cli, work.root) == ["SYN301"]


def test_json_has_all_of_it_and_writes_nothing(work: Reproducible, run_cli: Any) -> None:
    done = run_cli("reproduce", RECORD, "--json", cwd=work.root)
    found = json.loads(done.out)
    assert found["version"] == 1
    assert found["level"] == {"number": 4, "name": "reproduced", "missing": []}
    assert found["score"] == {"passed": 100, "applicable": 100}
    assert found["rerun"]["verdict"] == "passed"
    assert found["rerun"]["reason"].startswith("EXP-2026-11-20-500 found val_f1 as it should be")
    assert found["rerun"]["evidence"] == ["EXP-2026-11-20-500"]
    assert [one["id"] for one in found["checks"]] == [
        *("M1", "M2", "M3", "M4", "D1", "D2", "D3", "E1", "E2", "E3", "E4", "E5", "E6", "E7"),
    ]
    assert {one["label"] for one in found["runs"]} == {"one", "two"}
    titles = [step["title"] for step in found["scripts"][0]["steps"]]
    assert titles == ["Code", "Data", "Environment", "Run", "Compare"]
    parts = {one["what"]: one for one in found["setup"]}
    assert parts["code"]["value"] == "clean"
    assert parts["code"]["verdict"] == "verified"
    assert parts["environment"]["value"].startswith("requirements.txt sha256:")
    assert parts["hardware"]["value"] == "two cores, no accelerator"
    assert found["questions"] == []
    assert not (work.root / "journal/synthesis").exists()


def test_text_shows_the_commands_and_writes_nothing(work: Reproducible, run_cli: Any) -> None:
    done = run_cli("reproduce", "two", "--output", "text", cwd=work.root)
    lines = done.out.splitlines()
    assert lines[0].endswith(": L4 reproduced, 100 of 100 (method 35 of 35, data 25 of 25, "
                             "experiment 40 of 40)")  # fmt: skip
    assert lines[1].startswith("rerun by somebody else passed: EXP-2026-11-20-500 found val_f1")
    assert "env TRAIN_SEED=2 python train.py --name two" in lines
    assert not (work.root / "journal/synthesis").exists()


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("nowhere", "neither a record nor the committed evidence knows of 'nowhere'"),
        ("EXP-2026-11-20-999", "neither a record nor the committed evidence knows of"),
        ("f" * 32, "neither a record nor the committed evidence knows of"),
        ("CMP-2026-11-18-102", "CMP-2026-11-18-102 lists no runs"),
        ("\x1b[31m", "neither a record nor the committed evidence knows of"),
    ],
)
def test_what_cannot_be_found_is_said_in_one_line(
    what: str, message: str, work: Reproducible, run_cli: Any
) -> None:
    before = (work.root / RECORD_PATH).read_bytes()
    done = run_cli("reproduce", what, cwd=work.root)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.count("\n") == 2
    assert "\x1b" not in done.err
    assert (work.root / RECORD_PATH).read_bytes() == before


def test_a_name_of_two_runs_is_no_answer(work: Reproducible, run_cli: Any) -> None:
    for run_id in (first_run(work),):
        path = work.root / "journal/evidence" / run_path(run_id)
        path.write_bytes(encode_run(decode_run(path.read_bytes())._replace(run_name="two")))
    done = run_cli("reproduce", "two", cwd=work.root)
    assert done.code == 2
    assert "2 runs fit 'two'" in done.err


def test_a_run_of_another_repository_is_looked_up_there(
    work: Reproducible, run_cli: Any, tmp_path: Path
) -> None:
    other = tmp_path / "model"
    shutil.copytree(work.root, other, symlinks=True)
    text = (work.root / RECORD_PATH).read_text()
    sha = text.split("commit: ")[1][:40]
    text = text.replace(f"commit: {sha}", f"commit: model@{sha}")
    text = text.replace("{path: data/churn.csv", "{path: model@data/churn.csv")
    work.write(RECORD_PATH, text)
    settings = (work.root / "expdocs.toml").read_text()
    work.write("expdocs.toml", f'{settings}\n[repositories]\nmodel = "../model"\n')
    found = json.loads(run_cli("reproduce", RECORD, "--json", cwd=work.root).out)
    verdicts = {one["id"]: one["verdict"] for one in found["checks"]}
    # Nobody said which branch is protected there, and no remote was asked for its data.
    assert {name: v for name, v in verdicts.items() if v != "passed"} == {
        "M1": "unknown",
        "D2": "unknown",
    }
    code = found["scripts"][0]["steps"][0]["lines"]
    assert code == [
        f'git -C ../model worktree add --detach "$PWD"/../rerun-{sha[:12]} {sha}',
    ]
    (get,) = [line for line in found["scripts"][0]["steps"][1]["lines"] if "dvc get" in line]
    assert get.endswith(" ../model data/churn.csv")


def test_questions_go_to_authors_by_id(work: Reproducible, run_cli: Any) -> None:
    work.change(RECORD_PATH, "Another model.\n", "")
    found = json.loads(run_cli("reproduce", RECORD, "--json", cwd=work.root).out)
    (question,) = found["questions"]
    assert (question["check"], question["owner"]) == ("E6", "ana")
    assert question["asks"].endswith("?")
    assert "example.org" not in json.dumps(found)


def test_a_record_may_be_given_by_its_path(work: Reproducible, run_cli: Any) -> None:
    done = run_cli("reproduce", RECORD_PATH, "--output", "text", cwd=work.root)
    assert (done.code, done.out.split(":")[0]) == (0, RECORD)


def test_a_record_that_cannot_be_read_is_named(work: Reproducible, run_cli: Any) -> None:
    work.change(RECORD_PATH, "metric: {name", "metric: [name")
    done = run_cli("reproduce", RECORD, cwd=work.root)
    assert done.code == 2
    assert f"the record {RECORD} cannot be read" in done.err
    assert "expdocs check" in done.err


def test_a_shallow_clone_is_told_to_fetch(work: Reproducible, run_cli: Any, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    work.git("clone", "-q", "--depth", "1", f"file://{work.root}", str(clone))
    found = json.loads(run_cli("reproduce", RECORD, "--json", cwd=clone).out)
    lines = found["scripts"][0]["steps"][0]["lines"]
    assert lines[0] == "git fetch --unshallow --tags origin"
    assert lines[1].startswith("git worktree add --detach ../rerun-")


def test_a_squashed_commit_is_fetched_by_its_tag(work: Reproducible, run_cli: Any) -> None:
    sha = (work.root / RECORD_PATH).read_text().split("commit: ")[1][:40]
    work.git("checkout", "-q", "--orphan", "other")
    work.commit("squashed")
    work.git("branch", "-qM", "other", "main")
    work.git("reflog", "expire", "--expire=now", "--all")
    work.git("gc", "-q", "--prune=now")
    found = json.loads(run_cli("reproduce", RECORD, "--json", cwd=work.root).out)
    lines = found["scripts"][0]["steps"][0]["lines"]
    tag = f"refs/tags/expdocs/{sha[:12]}"
    assert f"git fetch origin {tag}:{tag}" in lines
