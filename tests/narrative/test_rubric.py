"""The rubric on a real repository: each seeded defect takes one check away, and no other."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from expdocs.evidence.snapshots import RunSnapshot, decode_run, encode_run, run_path
from expdocs.narrative.dossier.case import named, subject_of
from expdocs.narrative.dossier.ground import Ground, ground_of
from expdocs.narrative.dossier.rubric import CHECKS, GROUPS, Rubric, rubric_of
from expdocs.narrative.page import Sources
from expdocs.workspace import Workspace
from tests.narrative.reproducible import (
    RECORD_PATH,
    RERUN_PATH,
    Reproducible,
    make,
)

RECORD = "EXP-2026-11-20-417"


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Reproducible:
    return make(tmp_path_factory.mktemp("reproducible") / "work")


@pytest.fixture
def work(_template: Reproducible, tmp_path: Path) -> Reproducible:
    shutil.copytree(_template.root.parent, tmp_path / "copy", symlinks=True)
    copy = Reproducible(tmp_path / "copy" / "work")
    copy.change(".dvc/config", str(_template.root.parent / "store"), str(tmp_path / "copy/store"))
    return copy


@contextmanager
def grounded(root: Path) -> Iterator[Ground]:
    workspace = Workspace.open(root)
    with workspace.context() as context:
        yield ground_of(
            Sources(
                context.settings,
                context.corpus,
                context.facts,
                context.commits,
                workspace.repository,
                workspace.files,
            )
        )


def judged(root: Path, wanted: str = RECORD) -> Rubric:
    with grounded(root) as ground:
        evidence = ground.facts.evidence
        name = named(wanted, ground.corpus, evidence)
        return rubric_of(subject_of(name, ground.corpus, evidence), ground)


def verdicts(rubric: Rubric) -> dict[str, str]:
    return {one.id: one.verdict.value for one in rubric.results}


def runs(work: Reproducible) -> list[str]:
    lines = (work.root / RECORD_PATH).read_text().splitlines()
    return [line.split("id: ")[1][:32] for line in lines if line.startswith("  - {id: ")]


def resnap(work: Reproducible, change: Callable[[RunSnapshot], RunSnapshot]) -> None:
    """Write the snapshots of the record's runs anew, as if the runs had recorded otherwise."""
    for run_id in runs(work):
        path = work.root / "journal/evidence" / run_path(run_id)
        path.write_bytes(encode_run(change(decode_run(path.read_bytes()))))


def untagged(*names: str) -> Callable[[Reproducible], None]:
    def seed(work: Reproducible) -> None:
        resnap(work, lambda run: run._replace(tags=_without(run.tags, names)))

    return seed


def _without(tags: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if name not in names}


def tagged(name: str, value: str) -> Callable[[Reproducible], None]:
    def seed(work: Reproducible) -> None:
        resnap(work, lambda run: run._replace(tags={**run.tags, name: value}))

    return seed


def edited(old: str, new: str) -> Callable[[Reproducible], None]:
    def seed(work: Reproducible) -> None:
        work.change(RECORD_PATH, old, new)

    return seed


# --- one defect a check


def rewritten(work: Reproducible) -> None:
    """The protected branch begins anew; the commit is still in the object store."""
    work.git("checkout", "-q", "--orphan", "other")
    work.commit("the same files, another history")
    work.git("branch", "-qM", "other", "main")


def other_code(work: Reproducible) -> None:
    digest = "v1:" + "0" * 64
    resnap(
        work,
        lambda run: run._replace(
            code_tree="0" * 40,
            tags={**_without(run.tags, ("expdocs.changed",)), "expdocs.sources": digest},
        ),
    )


def other_data(work: Reproducible) -> None:
    text = (work.root / RECORD_PATH).read_text()
    work.write(RECORD_PATH, text.replace(work.md5, "0" * 32))


def lost_data(work: Reproducible) -> None:
    for folder in (work.root.parent / "store", work.root / ".dvc" / "cache"):
        shutil.rmtree(folder / "files")
    _verify_later(work)


def changed_in_the_tracker(work: Reproducible) -> None:
    with sqlite3.connect(work.root / "mlflow.db") as connection:
        for table in ("metrics", "latest_metrics"):
            connection.execute(f"update {table} set value = 0.9 where run_uuid = ?", runs(work)[:1])
    connection.close()
    _verify_later(work)


def _verify_later(work: Reproducible) -> None:
    time.sleep(1.1)  # reports are named by the second
    command = [sys.executable, "-m", "expdocs", "evidence", "verify", "--all", "--write"]
    done = subprocess.run(command, cwd=work.root, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr


def without_repeats(work: Reproducible) -> None:
    text = (work.root / RECORD_PATH).read_text()
    work.write(RECORD_PATH, text.replace(", group: seeds", ""))
    work.expdocs("fix")


class Defect(NamedTuple):
    check: str
    verdict: str
    seed: Callable[[Reproducible], None]
    reason: str
    level: int


DEFECTS = {
    "history rewritten": Defect(
        "M1", "failed", rewritten, "main does not hold the commit", 1),
    "other code ran": Defect(
        "M2", "unknown", other_code, "which of them were changed was not recorded", 2),
    "another lock file": Defect(
        "M3", "failed", tagged("expdocs.lock", "requirements.txt:sha256:" + "0" * 64),
        "another requirements.txt", 2),
    "no environment": Defect(
        "M3", "unknown", untagged("expdocs.lock"), "recorded no environment", 2),
    "no lock file": Defect(
        "M3", "failed", lambda w: (untagged("expdocs.lock")(w),
                                   tagged("expdocs.environment", "v1:" + "0" * 64)(w))[0],
        "no lock file was there", 2),
    "no command": Defect(
        "M4", "unknown", untagged("expdocs.command"), "recorded no command", 2),
    "a program on the command line": Defect(
        "M4", "failed", tagged("expdocs.command", "python -c [redacted]"), "was left out", 2),
    "a command that was cut": Defect(
        "M4", "failed", tagged("expdocs.command", "python train.py …"), "too long", 2),
    "other data in the record": Defect("D1", "failed", other_data, "other data", 1),
    "data objects deleted": Defect("D2", "failed", lost_data, "the data object is missing", 2),
    "no contract": Defect(
        "D3", "unknown", edited("links: [{type: tests, target: CMP-2026-11-18-102}]\n", ""),
        "no record that it tests", 4),
    "no split": Defect(
        "D3", "unknown",
        lambda w: resnap(w, lambda run: run._replace(datasets=tuple(
            one._replace(context="") for one in run.datasets))),
        "names the split", 4),
    "another parameter in the text": Defect(
        "E1", "failed", edited("[0.1](run:one#params.rate)", "[0.2](run:one#params.rate)"),
        "run:one#params.rate", 1),
    "no seed": Defect("E2", "unknown", untagged("expdocs.seeds"), "names a seed", 2),
    "another number in the text": Defect(
        "E3", "failed", edited("The first seed reached [0.", "The first seed reached [1."),
        "run:one#val_f1", 1),
    "another number in the table": Defect(
        "E3", "failed", edited("| `one` | candidate | 0.", "| `one` | candidate | 1."),
        "the table of runs", 1),
    "no repeats": Defect("E4", "failed", without_repeats, "ran once", 3),
    "no hardware": Defect("E5", "unknown", untagged("expdocs.hardware"), "the machine", 4),
    "an empty section": Defect("E6", "failed", edited("Another model.\n", ""), "Next steps", 0),
    "a comment of the template": Defect(
        "E6", "failed", edited("Another model.", "<!-- ? The next thing -->"), "template", 0),
    "an unknown hypothesis": Defect(
        "E6", "failed", edited("{exploratory: How well does the mean do?}", "{unknown: forgotten}"),
        "hypothesis", 0),
    "changed in the tracker": Defect(
        "E7", "failed", changed_in_the_tracker, "changed in the tracker", 4),
}  # fmt: skip


def test_every_check_has_a_defect() -> None:
    assert {one.check for one in DEFECTS.values()} == {check.id for check in CHECKS}


def test_weights_are_those_of_the_rubric() -> None:
    weights = {check.id: check.weight for check in CHECKS}
    assert weights == {
        "M1": 10,
        "M2": 10,
        "M3": 10,
        "M4": 5,
        "D1": 10,
        "D2": 10,
        "D3": 5,
        "E1": 5,
        "E2": 5,
        "E3": 10,
        "E4": 5,
        "E5": 5,
        "E6": 5,
        "E7": 5,
    }
    assert sum(weights.values()) == 100


def test_a_whole_experiment_that_was_repeated_has_everything(work: Reproducible) -> None:
    rubric = judged(work.root)
    assert {one.reason for one in rubric.results if one.verdict != "passed"} == set()
    assert str(rubric.level) == "L4 reproduced"
    assert (rubric.score.passed, rubric.score.applicable) == (100, 100)
    assert [str(rubric.subscore(one)) for one in GROUPS.values()] == [
        *("35 of 35", "25 of 25", "40 of 40"),
    ]


@pytest.mark.parametrize("what", DEFECTS)
def test_a_defect_takes_its_check_and_no_other(what: str, work: Reproducible) -> None:
    defect = DEFECTS[what]
    defect.seed(work)
    rubric = judged(work.root)
    found = verdicts(rubric)
    assert {name: v for name, v in found.items() if v != "passed"} == {defect.check: defect.verdict}
    assert defect.reason in rubric.result(defect.check).reason
    assert rubric.level.number == defect.level
    weight = rubric.result(defect.check).weight
    assert (rubric.score.passed, rubric.score.applicable) == (100 - weight, 100)


# --- reruns


def _rerun(old: str, new: str) -> Callable[[Reproducible], None]:
    return lambda work: work.change(RERUN_PATH, old, new)


def _far_off(work: Reproducible) -> None:
    path = next(p for p in (work.root / "journal/evidence/mlflow").rglob("*.json")
                if decode_run(p.read_bytes()).run_name == "again")  # fmt: skip
    run = decode_run(path.read_bytes())
    metric = run.metrics["val_f1"]
    point = metric.last._replace(value=0.5)
    changed = metric._replace(first=point, last=point, minimum=point, maximum=point)
    path.write_bytes(encode_run(run._replace(metrics={"val_f1": changed})))


def _same_run(work: Reproducible) -> None:
    text = (work.root / RERUN_PATH).read_text()
    own = text.split("- {id: ")[1][:32]
    work.write(RERUN_PATH, text.replace(own, runs(work)[0]))


@pytest.mark.parametrize(
    "seed",
    [
        _rerun("authors: [li]", "authors: [ana]"),
        _rerun("authors: [li]", "authors: [li, ana]"),
        _rerun("status: proposed", "status: draft"),
        _rerun("status: proposed", "status: rejected"),
        _rerun("type: reproduces", "type: relates"),
        _rerun("as: seeds", "as: other"),
        _same_run,
        _far_off,
    ],
    ids=["its author", "an author", "a draft", "rejected", "other link", "other name", "its run",
         "far off"],
)  # fmt: skip
def test_only_a_rerun_by_somebody_else_within_tolerance_is_one(
    seed: Callable[[Reproducible], None], work: Reproducible
) -> None:
    seed(work)
    rubric = judged(work.root)
    assert str(rubric.level) == "L3 re-runnable"
    assert rubric.level.missing == ("rerun",)
    assert rubric.score.passed == 100


# --- the same runs from elsewhere


def test_a_shallow_clone_cannot_tell_and_passes_nothing(work: Reproducible, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    work.git("clone", "-q", "--depth", "1", f"file://{work.root}", str(clone))
    found = verdicts(judged(clone))
    # Snapshots of commit and runs tell the rest; the lock file itself is not in them.
    assert {name: v for name, v in found.items() if v != "passed"} == {
        "M1": "unknown",
        "M3": "unknown",
    }


def test_a_squashed_commit_is_known_by_its_snapshot_alone(work: Reproducible) -> None:
    rewritten(work)
    work.git("reflog", "expire", "--expire=now", "--all")
    work.git("gc", "-q", "--prune=now")
    rubric = judged(work.root)
    assert rubric.result("M1").verdict == "failed"
    assert "git does not have the commit" in rubric.result("M1").reason
    assert [rubric.result(one).verdict.value for one in ("M2", "D1")] == ["passed", "passed"]


def test_a_run_that_no_record_cites_is_judged_by_what_it_recorded(work: Reproducible) -> None:
    work.git("rm", "-q", RECORD_PATH)
    rubric = judged(work.root, "one")
    assert {name for name, verdict in verdicts(rubric).items() if verdict != "passed"} == {
        *("D3", "E3", "E4", "E6"),
    }
    assert rubric.level.number == 0


def test_a_changed_snapshot_proves_nothing(work: Reproducible) -> None:
    path = work.root / "journal/evidence" / run_path(runs(work)[0])
    path.write_bytes(path.read_bytes().replace(b'"rate":"0.1"', b'"rate":"0.3"'))
    rubric = judged(work.root)
    assert rubric.result("E7").verdict == "failed"
    assert rubric.result("E7").reason.startswith("one: its snapshot cannot be relied on")
    assert rubric.score.passed <= 40
    assert rubric.level.number <= 1


def test_a_notebook_leaves_code_and_command_open(work: Reproducible) -> None:
    tagged("expdocs.kernel", "true")(work)
    found = verdicts(judged(work.root))
    assert (found["M2"], found["M4"]) == ("unknown", "failed")


def test_no_input_data_leaves_the_denominator(work: Reproducible) -> None:
    text = (work.root / RECORD_PATH).read_text()
    entry = text[text.index("data:\n") : text.index("verdict:")]
    work.write(
        RECORD_PATH, text.replace(entry, "data: {none: The data are drawn by the script.}\n")
    )
    rubric = judged(work.root)
    assert [str(rubric.subscore(one)) for one in GROUPS.values()] == [
        *("35 of 35", "0 of 0", "40 of 40"),
    ]
    assert rubric.score.share == 1


def test_uncommitted_sources_are_proven_by_their_hashes(work: Reproducible) -> None:
    work.change("train.py", "rate, path = 0.1", "rate, path = 0.25")
    run = work.train(9, "dirty")
    work.expdocs("evidence", "pull", run)
    rubric = judged(work.root, "dirty")
    assert rubric.result("M2").verdict == "passed"
    assert "each is recorded by its hash" in rubric.result("M2").reason
    # The commit declares 0.1 and the command does not say otherwise.
    assert rubric.result("E1").verdict == "failed"


# --- names of runs


@pytest.mark.parametrize("name", ["two", "@prefix", "@id", "http://host/#/experiments/1/runs/@id"])
def test_a_run_is_found_by_what_people_call_it(name: str, work: Reproducible) -> None:
    run_id = runs(work)[1]
    wanted = name.replace("@prefix", run_id[:10]).replace("@id", run_id)
    with grounded(work.root) as ground:
        assert named(wanted, ground.corpus, ground.facts.evidence) == run_id
