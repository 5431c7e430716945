"""EVD106: which ways of telling of a sweep are enough."""

from __future__ import annotations

import json
from typing import Any

import pytest

from expdocs.canonical import canonical_bytes, sha256_of
from expdocs.evidence.snapshots import PopulationRun, encode_population

PARENT, STUDY = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "f" * 32
LISTED = "  - {id: 0c1d2e3f405162738495a6b7c8d9eaf0, as: smote-2, role: candidate, group: seeds}\n"


def run(run_id: str, parent: str | None, status: str = "FINISHED") -> PopulationRun:
    return PopulationRun(run_id, parent, status, None, None, "active")


@pytest.fixture
def swept(checked_repo: Any, run_cli: Any) -> Any:
    """Check the record with both seeds in one sweep; ``others`` are the sweep's other runs."""
    for label in ("smote-1", "smote-2"):
        path = checked_repo.root / checked_repo.snapshot(label)
        document = json.loads(path.read_text())
        del document["sha256"]
        document["parent_run_id"] = PARENT
        document["sha256"] = sha256_of(document)
        path.write_bytes(canonical_bytes(document) + b"\n")

    def call(*others: PopulationRun, more: str = "") -> list[tuple[str, str, int]]:
        seeds = [run(checked_repo.runs[label], PARENT) for label in ("smote-1", "smote-2")]
        data = encode_population("1", [run(PARENT, STUDY), *seeds, *others])
        text = checked_repo.text.replace(LISTED, LISTED + more)
        checked_repo.write({"journal/evidence/population/1.jsonl": data, checked_repo.record: text})
        ran = run_cli("check", "--format", "json", "--ignore", "EVD101,CLM2", cwd=checked_repo.root)
        return [(one["rule"], one["message"], one["line"]) for one in ran.findings()]

    return call


def test_all_runs_of_the_sweep_are_listed(swept: Any) -> None:
    assert swept(run("3" * 32, None), run("4" * 32, "5" * 32)) == []


def test_some_are_listed_and_both_numbers_are_told_once(swept: Any) -> None:
    found = swept(run("3" * 32, PARENT), run("4" * 32, PARENT, "FAILED"))
    said = "2 of the 4 runs in the sweep of run 0a1b2c3d4e5f are listed, not the others"
    assert found == [("EVD106", said, 15)]


@pytest.mark.parametrize("told", [PARENT, STUDY])
def test_the_sweep_or_what_it_belongs_to_is_told(swept: Any, told: str) -> None:
    more = f"  - {{parent: {told}, as: all, role: sweep}}\n"
    assert swept(run("3" * 32, PARENT), run(STUDY, None), more=more) == []


def test_another_sweep_does_not_tell_of_this_one(swept: Any) -> None:
    more = f"  - {{parent: {'9' * 32}, as: all, role: sweep}}\n"
    assert [rule for rule, *_ in swept(run("3" * 32, PARENT), more=more)] == ["EVD106"]


def test_without_a_population_nobody_knows(checked_repo: Any, run_cli: Any, swept: Any) -> None:
    ran = run_cli("check", cwd=checked_repo.root)
    assert (ran.code, ran.out) == (0, "1 record checked: no findings\n")


def test_a_population_that_comes_later_is_seen_by_the_next_check(
    checked_repo: Any, run_cli: Any, swept: Any
) -> None:
    assert run_cli("check", cwd=checked_repo.root).out == "1 record checked: no findings\n"
    assert [rule for rule, *_ in swept(run("3" * 32, PARENT))] == ["EVD106"]
    assert "EVD106" in run_cli("check", cwd=checked_repo.root).out
