from __future__ import annotations

import json
from typing import Any

from expdocs.evidence.snapshots import Metric, Point, RunSnapshot, encode_run, with_digest
from expdocs.workspace import Workspace

RUN, OTHER = "a" * 32, "b" * 32


def snapshot(value: float) -> RunSnapshot:
    point = Point(0, value)
    metrics = {"val_f1": Metric(point, point, point, point, 1)}
    run = RunSnapshot(RUN, "1", "churn", "smote", "FINISHED", "active", metrics=metrics)
    return with_digest(run)


def test_old_evidence_is_read_with_its_reasons(repo: Any) -> None:
    first, second = snapshot(0.5), snapshot(0.75)
    folder = "journal/evidence/replaced"

    def note(**about: str) -> bytes:
        return json.dumps(about).encode()

    made = repo(
        {
            "expdocs.toml": "",
            f"{folder}/{first.digest}.json": encode_run(first),
            f"{folder}/{first.digest}.reason.json": note(
                digest=first.digest, run_id=RUN, reason="logged twice"
            ),
            f"{folder}/{first.digest}.0123abcd.reason.json": note(
                digest=first.digest, run_id=RUN, reason="and once more"
            ),
            f"{folder}/{second.digest}.reason.json": note(
                digest=second.digest, run_id=RUN, reason="its document is lost"
            ),
            f"{folder}/{'c' * 64}.reason.json": note(
                digest="c" * 64, experiment_id="7", reason="a child was deleted"
            ),
            f"{folder}/{'d' * 64}.reason.json": b"{not JSON",
            f"{folder}/{'e' * 64}.reason.json": note(digest="../../etc", run_id=RUN, reason="?"),
            f"{folder}/{'f' * 64}.reason.json": note(digest="f" * 64, run_id=RUN),
        }
    )
    evidence = Workspace.open(made.root).evidence
    found = evidence.replaced(RUN)
    expected = [
        (first.digest, "logged twice", first),
        (first.digest, "and once more", first),
        (second.digest, "its document is lost", None),
    ]
    assert [(one.digest, one.reason, one.run) for one in found] == sorted(
        expected, key=lambda one: one[:2]
    )
    assert found[0].path == f"{folder}/{found[0].digest}.json"
    (population,) = evidence.replaced("7")
    assert population.path == f"{folder}/{'c' * 64}.jsonl"
    assert (population.reason, population.run) == ("a child was deleted", None)
    assert evidence.replaced(OTHER) == ()


def test_a_document_of_another_run_is_not_taken_for_it(repo: Any) -> None:
    run = snapshot(0.5)
    folder = "journal/evidence/replaced"
    about = {"digest": run.digest, "run_id": OTHER, "reason": "swapped"}
    made = repo(
        {
            "expdocs.toml": "",
            f"{folder}/{run.digest}.json": encode_run(run),
            f"{folder}/{run.digest}.reason.json": json.dumps(about).encode(),
        }
    )
    (found,) = Workspace.open(made.root).evidence.replaced(OTHER)
    assert found.run is None
