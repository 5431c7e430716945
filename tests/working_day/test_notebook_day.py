"""Runs in a real Jupyter kernel, and data that no file of DVC tells of."""

from __future__ import annotations

from pathlib import Path

from jupyter_client.manager import start_new_kernel

from tests.working_day.days import Day, notebook

CELL = """\
import mlflow
from src.model import RATE
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="cell") as run:
    mlflow.log_param("train/rate", RATE)
    mlflow.log_metric("val_f1", 0.8)
open("run-id.log", "w").write(run.info.run_id)
"""


def in_kernel(day: Day, cell: str) -> str:
    """Run a cell in a kernel of its own, in the folder; returns the id of its run."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(day.root))
    try:
        reply = client.execute_interactive(cell, timeout=120, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return (day.root / "run-id.log").read_text()


OPEN = "the files beside the notebook are as they were; what its cells ran is not recorded"


def test_a_notebook_that_is_saved_with_its_outputs(day: Day) -> None:
    day.begin().write({"explore.ipynb": notebook(CELL)})
    run = in_kernel(day, CELL)
    day.write({"explore.ipynb": notebook(CELL, "print(1)", outputs=True)})
    sha = day.commit("the notebook")
    path = day.record(run)
    text = path.read_text()
    before = text.partition("commit: ")[2].split()[0]
    path.write_text(text.replace(before, sha))
    assert day.verdicts()["code", ""] == "unrecorded"
    assert day.check() == (0, ["EVD204"])
    assert OPEN in day.messages()
    assert "run it as a script" in day.messages()


def test_a_notebook_beside_a_module_that_changed_is_contradicted(day: Day) -> None:
    day.begin().write({"explore.ipynb": notebook(CELL)})
    run = in_kernel(day, CELL)
    path = day.record(run)
    day.write({"src/model.py": "RATE = 0.7\n"})
    sha = day.commit("another rate")
    text = path.read_text()
    before = text.partition("commit: ")[2].split()[0]
    path.write_text(text.replace(before, sha))
    assert day.verdicts()["code", ""] == "contradicted"
    assert "this commit holds: src/model.py" in day.messages()


def test_a_notebook_without_tags(day: Day, monkeypatch) -> None:
    monkeypatch.setenv("EXPDOCS_PROVENANCE", "0")
    day.begin().write({"explore.ipynb": notebook(CELL)})
    run = in_kernel(day, CELL)
    sha = day.commit("the notebook")
    path = day.record(run)
    path.write_text(path.read_text().replace("commit: # ?", f"commit: {sha} # ?"))
    assert day.verdicts()["code", ""] in ("unrecorded", "unreachable")
    assert day.check() == (0, ["EVD204"])


SQL = """\
import mlflow
from mlflow.data.meta_dataset import MetaDataset
from mlflow.data.http_dataset_source import HTTPDatasetSource
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="sql") as run:
    source = HTTPDatasetSource("https://warehouse.example.org/orders")
    mlflow.log_input(MetaDataset(source, name="orders", digest="snapshot-41"), context="training")
    mlflow.log_metric("val_f1", 0.8)
print(run.info.run_id)
"""


def test_data_in_a_warehouse_is_declared_and_blocks_nobody(day: Day) -> None:
    day.begin().write({"train.py": SQL})
    sha = day.commit("reads a table")
    path = day.record(day.train())
    assert sha in path.read_text()
    entry = "{name: orders, source: warehouse.orders, digest: snapshot-41, as_of: 2026-11-01}"
    declared = path.read_text().replace("data:\n", f"data:\n  - {entry}\n", 1)
    if entry not in declared:
        declared = _with_data(path, entry)
    path.write_text(declared)
    assert day.verdicts()["data", "orders"] == "unrecorded"
    assert day.check("--strict") == (0, [])


def _with_data(path: Path, entry: str) -> str:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("data:")]
    place = next(i for i, line in enumerate(lines) if line.startswith("commit:"))
    return "\n".join([*lines[: place + 1], "data:", f"  - {entry}", *lines[place + 1 :]]) + "\n"
