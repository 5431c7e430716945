"""Writing repairs: only over the text that was read, and never half."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from expdocs.edit.fix import carry_out, finish
from expdocs.edit.pending import Pending, Repair, apply_repair
from expdocs.errors import CannotRun
from expdocs.workspace import Workspace

SAME = Repair("a.md", "a.md", "old", "new", ("mended",))
MOVED = Repair("a.md", "b.md", "old", "new", ("renamed",))


@pytest.fixture
def workspace(repo: Any) -> Workspace:
    return Workspace.open(repo({"README.md": "x"}).root)


def state(workspace: Workspace) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(workspace.root.glob("[ab].md"))}


# What stands there, the repair, and what stands there afterwards; None where it is refused.
CASES = {
    "as it was read": ({"a.md": "old"}, SAME, {"a.md": "new"}),
    "done already": ({"a.md": "new"}, SAME, {"a.md": "new"}),
    "changed since": ({"a.md": "other"}, SAME, None),
    "gone": ({}, SAME, None),
    "to be renamed": ({"a.md": "old"}, MOVED, {"b.md": "new"}),
    "renamed half": ({"a.md": "old", "b.md": "new"}, MOVED, {"b.md": "new"}),
    "renamed already": ({"b.md": "new"}, MOVED, {"b.md": "new"}),
    "renamed half and changed": (
        {"a.md": "other", "b.md": "new"},
        MOVED,
        {"a.md": "other", "b.md": "new"},
    ),
    "the new name is taken": ({"a.md": "old", "b.md": "other"}, MOVED, None),
    "changed and not renamed": ({"a.md": "other"}, MOVED, None),
    "gone and not renamed": ({}, MOVED, None),
}


@pytest.mark.parametrize("case", CASES)
def test_a_repair_is_written_over_what_was_read(workspace: Workspace, case: str) -> None:
    before, repair, after = CASES[case]
    for name, text in before.items():
        (workspace.root / name).write_text(text)
    if after is None:
        with pytest.raises(CannotRun):
            apply_repair(workspace, repair)
        assert state(workspace) == before
    else:
        apply_repair(workspace, repair)
        apply_repair(workspace, repair)
        assert state(workspace) == after


def test_repairs_that_belong_together_are_kept_until_all_are_done(workspace: Workspace) -> None:
    (workspace.root / "a.md").write_text("old")
    (workspace.root / "c.md").write_text("changed since")
    repairs = [MOVED, Repair("c.md", "c.md", "old", "new", ("mended",))]
    with pytest.raises(CannotRun, match=r"c\.md was changed meanwhile"):
        list(carry_out(workspace, repairs))
    assert Pending(workspace).read() == repairs
    done, notes = finish(workspace)
    assert (done, notes) == ([MOVED], ["left by an interrupted fix: c.md was changed meanwhile"])
    assert Pending(workspace).read() == []
    assert finish(workspace) == ([], [])


def test_names_that_are_no_text_are_kept_too(workspace: Workspace) -> None:
    name = os.fsdecode(b"\xff.md")
    (workspace.root / name).write_text("old")
    repair = Repair(name, "b.md", "old", "new", ("renamed",))
    Pending(workspace).write([repair])
    assert Pending(workspace).read() == [repair]
    finish(workspace)
    assert state(workspace) == {"b.md": "new"}


@pytest.mark.parametrize("content", [b"", b"[", b"{}x", b'[{"path": 1}]', b"\xff"])
def test_a_damaged_list_is_no_reason_to_stop(workspace: Workspace, content: bytes) -> None:
    Pending(workspace).write([MOVED])
    (path,) = (workspace.repository.common_dir / "expdocs").glob("fix-*.json")
    path.write_bytes(content)
    assert finish(workspace) == ([], [])
    assert not path.exists()


def test_a_list_cannot_write_outside_of_the_repository(
    workspace: Workspace, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("old")
    Pending(workspace).write([Repair("../outside.md", "../outside.md", "old", "new", ("x",))])
    finish(workspace)
    assert outside.read_text() == "old"
