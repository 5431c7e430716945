"""The kept inputs of every fuzz target, past crashes among them, and a few thousand new ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import run
from fuzz.mutator import inputs
from fuzz.targets import TARGETS

ROOT = Path(run.FOLDER).parent
# As many as take about a second together with the others.
BURST = {"record": 600, "prose": 1500, "snapshot": 1500, "kind": 1500}


@pytest.mark.parametrize("target", TARGETS)
def test_every_kept_input(target: str) -> None:
    kept = run.seeds(target)
    assert len(kept) >= 2
    for data in kept:
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_a_burst_of_new_inputs(target: str) -> None:
    count = 0
    for data in inputs(run.seeds(target), BURST.get(target, 3000), seed=20261120):
        TARGETS[target](data)
        count += 1
    assert count == BURST.get(target, 3000)


def test_every_target_has_a_corpus_and_a_place_in_the_run() -> None:
    assert {path.name for path in run.CORPUS.iterdir()} == set(TARGETS) == set(run.NAMES)


def test_mutations_are_the_same_for_one_seed_and_others_for_another() -> None:
    seeds = run.seeds("prose")
    assert list(inputs(seeds, 50, 1)) == list(inputs(seeds, 50, 1))
    assert list(inputs(seeds, 50, 1)) != list(inputs(seeds, 50, 2))


def test_a_run_reports_inputs_and_no_crash() -> None:
    command = [sys.executable, "-m", "fuzz.run", "gitobject", "--plain", "--inputs", "200"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(" 200 inputs ") == 2
    assert done.stdout.count("no crash") == 2


def test_an_input_that_breaks_a_target_is_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(data: bytes) -> None:
        assert len(data) < 1000

    monkeypatch.setitem(TARGETS, "prose", broken)
    monkeypatch.setattr(run, "FOUND", tmp_path / "found")
    report = run.run_plain("prose", 5000, 60, 1)
    (written,) = (tmp_path / "found").iterdir()
    assert report.failed == f"broken by {written}"
    assert len(written.read_bytes()) >= 1000
    assert "AssertionError" in capsys.readouterr().out
