"""expdocs similar: what it prints, what it takes, what it refuses."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

DRAFT = """\
---
id: EXP-2026-11-20-500
kind: experiment
title: Oversampling once more
status: draft
date: 2026-11-20
authors: [ana]
hypothesis: SMOTE raises validation F1.
runs:
  - {id: 0c1d2e3f405162738495a6b7c8d9eaf0, as: again, role: candidate}
---
"""


def said(run_cli: Any, repo: Any, *arguments: str) -> str:
    ran = run_cli("similar", *arguments, cwd=repo.root)
    assert ran.code == 0, ran.err
    return str(ran.out)


def test_the_same_was_run_before(checked_repo: Any, run_cli: Any) -> None:
    options = ("--param", "c=0.10", "--param", "seed=2", "--data", "data/churn.csv")
    assert said(run_cli, checked_repo, *options, "--within", "0").splitlines() == [
        "the same: run 77aa03b1c2d9 smote-1 (churn)",
        "  EXP-2026-11-20-417 (proposed, iterate): Oversampling helps the minority class",
        "    The hypothesis held, by a factor of 1.027, with train.py and churn.csv.",
    ]


def test_what_is_near_names_what_differs(checked_repo: Any, run_cli: Any) -> None:
    # Seeds reach from 0 to 4: the nearest is one quarter away in one of two parameters.
    out = said(run_cli, checked_repo, "--param", "c=0.1", "--param", "seed=4")
    assert out.splitlines() == [
        "0.12 apart: run 0c1d2e3f4051 smote-2 (churn)",
        "  seed: 3 (yours 4)",
        "  EXP-2026-11-20-417 (proposed, iterate): Oversampling helps the minority class",
        "    The hypothesis held, by a factor of 1.027, with train.py and churn.csv.",
        "  and 1 more of its runs",
    ]


def test_nothing_like_it(checked_repo: Any, run_cli: Any) -> None:
    out = said(run_cli, checked_repo, "--param", "trees=100", "gradient", "boosting")
    assert out == "nothing like it among 3 runs with a snapshot\n"


def test_by_words(checked_repo: Any, run_cli: Any) -> None:
    out = said(run_cli, checked_repo, "minority", "oversampling")
    assert out.startswith("100% of the words: EXP-2026-11-20-417 (proposed, iterate): Overs")


def test_from_a_draft_its_own_runs_excluded(checked_repo: Any, run_cli: Any) -> None:
    path = "journal/EXP-2026-11-20-500.md"
    checked_repo.write({path: DRAFT})
    out = json.loads(said(run_cli, checked_repo, "EXP-2026-11-20-500", "--json"))
    assert out["version"] == 1
    assert (out["runs"], out["unreadable"]) == (3, 0)
    assert out["asked"][0]["params"] == {"c": "0.1", "seed": "3"}
    found = {one["run_name"]: one for one in out["similar"]}
    assert "smote-2" not in found
    assert found["smote-1"]["differing"] == [{"name": "seed", "asked": "3", "tried": "2"}]
    assert found["smote-1"]["distance"] == pytest.approx(1 / 6)
    assert found["smote-1"]["records"] == [
        {
            "id": "EXP-2026-11-20-417",
            "path": checked_repo.record,
            "title": "Oversampling helps the minority class",
            "status": "proposed",
            "verdict": "iterate",
            "conclusion": (
                "The hypothesis held, by a factor of 1.027, with train.py and churn.csv."
            ),
        }
    ]
    by_path = said(run_cli, checked_repo, path)
    assert by_path == said(run_cli, checked_repo, "EXP-2026-11-20-500")


def test_a_file_of_parameters(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"next.yaml": "c: 1.0e-1\nforest: {trees: 9}\nseeds: [1, 2]\n"})
    ran = run_cli("similar", "--params", "next.yaml", "--param", "seed=1", cwd=checked_repo.root)
    assert ran.out.splitlines()[0] == "the same: run 9e20a4f78010 weights (churn)"
    assert ran.err.startswith("no run logged forest.trees")
    assert ran.err.endswith("of next.yaml: not compared\n")


def test_data_is_taken_as_dvc_tracks_it_now(checked_repo: Any, run_cli: Any) -> None:
    pointer = checked_repo.root / "data/churn.csv.dvc"
    pointer.write_text(pointer.read_text().replace("5afc", "6afc"))
    options = ("--param", "seed=2", "--data", "data/churn.csv", "--within", "1", "--json")
    found = json.loads(said(run_cli, checked_repo, *options))["similar"]
    assert found[0]["differing"] == [
        {
            "name": "data/churn.csv",
            "asked": "md5:6afc23b9622f8f9ffa60824f4e97d0d5",
            "tried": "md5:5afc23b9622f8f9ffa60824f4e97d0d5",
        }
    ]


LOCK = """\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - {path: raw.csv, hash: md5, md5: 11111111111111111111111111111111, size: 1}
    outs:
    - {path: out.csv, hash: md5, md5: 22222222222222222222222222222222, size: 1}
"""


@pytest.mark.parametrize(
    ("path", "digest"), [("work/out.csv", "2"), ("work/raw.csv", "1"), ("x/in.csv", "3")]
)
def test_data_of_stages_and_of_other_folders(
    path: str, digest: str, repo: Any, run_cli: Any
) -> None:
    other = "wdir: ../x\nouts:\n- {path: in.csv, hash: md5, md5: %s, size: 1}\n" % ("3" * 32)
    made = repo({"work/dvc.lock": LOCK, "work/in.dvc": other, "work/dvc.yaml": "stages: {}\n"})
    out = json.loads(said(run_cli, made, "--data", path, "--json"))
    assert out["asked"][0]["data"] == {path: f"md5:{digest * 32}"}


def test_several_paths_from_a_folder_below(repo: Any, run_cli: Any) -> None:
    made = repo({"work/dvc.lock": LOCK})
    options = ("--data", "out.csv", "--data", str(made.root / "work/raw.csv"), "--json")
    ran = run_cli("similar", *options, cwd=made.root / "work")
    assert json.loads(ran.out)["asked"][0]["data"] == {
        "work/out.csv": f"md5:{'2' * 32}",
        "work/raw.csv": f"md5:{'1' * 32}",
    }


def test_a_file_in_a_tracked_folder_by_the_cache(repo: Any, run_cli: Any) -> None:
    listing = json.dumps([{"md5": "4" * 32, "relpath": "a/b.csv"}]).encode()
    digest = hashlib.md5(listing, usedforsecurity=False).hexdigest()
    pointer = f"outs:\n- {{path: raw, hash: md5, md5: {digest}.dir, size: 1}}\n"
    cache = f".dvc/cache/files/md5/{digest[:2]}/{digest[2:]}.dir"
    made = repo({"raw.dvc": pointer, cache: listing, ".dvc/config": "", ".gitignore": "cache\n"})
    out = json.loads(said(run_cli, made, "--data", "raw/a/b.csv", "--json"))
    assert out["asked"][0]["data"] == {"raw/a/b.csv": f"md5:{'4' * 32}"}
    ran = run_cli("similar", "--data", "raw/a/c.csv", cwd=made.root)
    assert (ran.code, "DVC does not track raw/a/c.csv" in ran.err) == (2, True)


BAD_FILES = {
    "missing": (None, "cannot be read: No such file"),
    "not UTF-8": (b"\xff", "cannot be read: it is not UTF-8"),
    "no YAML": ("a: [b\n", "next.yaml: "),
    "a list": ("- a\n", "holds no parameters"),
    "a text": ("c=1\n", "holds no parameters"),
    "empty": ("", "holds no parameters"),
    "large": ("#" * (1024 * 1024 + 1), "is larger than 1 MiB"),
}


@pytest.mark.parametrize(("content", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_holds_no_parameters(
    content: Any, message: str, checked_repo: Any, only_problem: Any
) -> None:
    if content is not None:
        checked_repo.write({"next.yaml": content})
    assert message in only_problem(checked_repo, 2, "similar", "--params", "next.yaml")


def test_a_folder_is_no_file(checked_repo: Any, only_problem: Any) -> None:
    assert "Is a directory" in only_problem(checked_repo, 2, "similar", "--params", "data")


def test_an_empty_repository(repo: Any, run_cli: Any) -> None:
    made = repo({}, commit=False)
    assert said(run_cli, made, "smote") == "nothing like it among 0 runs with a snapshot\n"


def test_names_cannot_steer_a_terminal(checked_repo: Any, run_cli: Any) -> None:
    out = said(run_cli, checked_repo, "--param", "seed=2", "--param", "c=\x1b[31m", "--within", "1")
    assert "\x1b" not in out
    assert "(yours �[31m)" in out


def test_damaged_snapshots_are_told(checked_repo: Any, run_cli: Any) -> None:
    path = checked_repo.root / checked_repo.snapshot("weights")
    path.write_bytes(b"{}")
    out = said(run_cli, checked_repo, "--param", "seed=2")
    assert out.endswith("1 of 3 snapshots cannot be read\n")
