"""Dossiers of metrics with any name hold before the verifier."""

from __future__ import annotations

from typing import Any

import pytest

from expdocs.evidence.snapshots import decode_run, encode_run

NAMES = (
    "val_f1",
    "val/f1",
    "val f1",
    "F1-score",
    "précision",
    "val:f1",
    "top-5",
    "m.a",
    "准确率",
    "f1",
)


@pytest.mark.parametrize("name", NAMES)
def test_any_metric_has_a_page_in_each_language(checked_repo: Any, run_cli: Any, name: str) -> None:
    for label in checked_repo.runs:
        path = checked_repo.root / checked_repo.snapshot(label)
        run = decode_run(path.read_bytes())
        path.write_bytes(encode_run(run._replace(metrics={name: run.metrics["val_f1"]})))
    text = checked_repo.text.replace("metric: {name: val_f1", f'metric: {{name: "{name}"')
    text = text.replace("#val_f1", f"#{name.replace(' ', '%20')}")
    checked_repo.write({checked_repo.record: text})
    for language in ("en", "zh", "de"):
        ran = run_cli("reproduce", "EXP-2026-11-20-417", "--language", language,
                      cwd=checked_repo.root)  # fmt: skip
        assert ran.code == 0, ran.err
