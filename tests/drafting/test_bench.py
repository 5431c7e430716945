"""A draft is made beside the working tree: all of it is written at the end, or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from expdocs.drafting.bench import Bench, git_add
from expdocs.edit.scaffold import drafted
from expdocs.errors import CannotRun
from expdocs.records.record import Record
from expdocs.workspace import Workspace


def draft_on(bench: Bench, trained: Any) -> Record:
    kind = bench.workspace.registry.get("experiment")
    assert kind is not None
    (run_id,) = bench.run_ids(["smote-0"])
    runs = [{"id": run_id, "as": "smote-0", "role": "candidate"}]
    metric = {"name": "val_f1", "goal": "maximize"}
    values = {"runs": runs, "metric": metric, "commit": trained.git("rev-parse", "HEAD")}
    draft = drafted(bench.workspace, kind, "On a bench", date(2026, 11, 20), values)
    bench.add(draft, again=True)
    return draft


def test_all_is_seen_before_it_is_written_and_there_afterwards(trained: Any) -> None:
    bench = Bench(Workspace.open(trained.root))
    draft = draft_on(bench, trained)
    mended = bench.mend(draft)
    assert "| `smote-0` | candidate | 0.812 |" in mended.file.text
    assert bench.workspace.record(draft.id).file.text == mended.file.text
    listed = [entry.path for entry in bench.workspace.files.list(["journal"])]
    assert draft.path in listed
    assert trained.git("status", "--short") == ""
    bench.write()
    assert (trained.root / draft.path).read_text() == mended.file.text
    on_disk = Workspace.open(trained.root)
    assert on_disk.evidence.run(trained.run_id("smote-0")) == bench.snapshot(
        trained.run_id("smote-0")
    )
    assert sorted(entry.path for entry in on_disk.files.list(["journal"])) == listed
    # The history of the metric that the draft names came with the second question.
    assert bench.snapshot(trained.run_id("smote-0")).metrics["val_f1"].history


def test_an_id_that_was_taken_meanwhile_leaves_nothing_behind(trained: Any) -> None:
    bench = Bench(Workspace.open(trained.root))
    draft = draft_on(bench, trained)
    other = trained.root / draft.path.replace("on-a-bench", "of-another-process")
    other.parent.mkdir(parents=True)
    other.write_text(draft.file.text)
    before = trained.git("status", "--short", "--untracked-files=all")
    with pytest.raises(CannotRun, match="was taken meanwhile"):
        bench.write()
    assert trained.git("status", "--short", "--untracked-files=all") == before


def test_commits_that_the_protected_branch_lacks_are_tagged_when_all_is_written(
    trained: Any,
) -> None:
    trained.git("switch", "-qc", "side")
    trained.git("commit", "-qm", "on the side", "--allow-empty")
    bench = Bench(Workspace.open(trained.root))
    draft_on(bench, trained)
    assert trained.git("tag") == ""
    bench.write()
    assert trained.git("tag") == f"expdocs/{trained.git('rev-parse', 'HEAD')[:12]}"


def test_new_leaves_nothing_behind_when_one_of_its_runs_is_nowhere(trained, run_cli) -> None:
    ran = run_cli(
        *("new", "experiment", "Half of it", "--run", "smote-0", "--run", "nobody"),
        cwd=trained.root,
    )
    assert ran.code == 1
    assert trained.git("status", "--short") == ""


def test_what_is_to_be_copied_is_quoted_for_a_shell() -> None:
    assert git_add("journal/evidence", "a b.md") == "git add journal/evidence 'a b.md'"
