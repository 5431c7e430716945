"""Entries that are no ordinary files, and names that no one would choose."""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

OK = (0, "1 record checked: no findings\n", "")
BAD = "journal/EXP-2026-11-20-418-bad.md"


def seen(ran: Any) -> tuple[int, str, str]:
    return ran.code, ran.out, ran.err


def test_a_symbolic_link_to_a_file_outside(
    checked_repo: Any, only_finding: Any, tmp_path: Path
) -> None:
    outside = tmp_path / "secret.md"
    outside.write_text("---\nkind: experiment\n---\n", "utf-8")
    (checked_repo.root / BAD).symlink_to(outside)
    assert only_finding(checked_repo) == ("REC104", BAD, 1, 1)


@pytest.mark.parametrize("target", ["nowhere.md", "EXP-2026-11-20-418-bad.md", "/dev/zero", "."])
def test_a_symbolic_link_that_leads_nowhere(
    checked_repo: Any, only_finding: Any, target: str
) -> None:
    (checked_repo.root / BAD).symlink_to(target)
    assert only_finding(checked_repo) == ("REC104", BAD, 1, 1)


def test_a_symbolic_link_in_the_index(checked_repo: Any, only_finding: Any) -> None:
    (checked_repo.root / BAD).symlink_to("/etc/hostname")
    checked_repo.git("add", "-A")
    assert only_finding(checked_repo, "--staged") == ("REC104", BAD, 1, 1)


def test_a_record_folder_that_is_a_link(
    checked_repo: Any, only_finding: Any, tmp_path: Path
) -> None:
    (checked_repo.root / "journal").rename(tmp_path / "elsewhere")
    (checked_repo.root / "journal").symlink_to(tmp_path / "elsewhere")
    assert only_finding(checked_repo) == ("REC104", "journal", 1, 1)


def test_a_record_folder_that_is_a_file(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write({"decisions": "none yet\n"})
    assert only_finding(checked_repo) == ("REC104", "decisions", 1, 1)


def test_evidence_behind_a_link_is_no_evidence(
    checked_repo: Any, run_cli: Any, tmp_path: Path
) -> None:
    (checked_repo.root / "journal/evidence").rename(tmp_path / "evidence")
    (checked_repo.root / "journal/evidence").symlink_to(tmp_path / "evidence")
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["line"]) for f in found] == [
        ("EVD101", 14),
        ("EVD101", 15),
        ("EVD101", 16),
        ("EVD205", 17),
    ]


def test_a_snapshot_that_is_a_link(checked_repo: Any, only_finding: Any, tmp_path: Path) -> None:
    snapshot = checked_repo.root / checked_repo.snapshot("weights")
    snapshot.rename(tmp_path / "run.json")
    snapshot.symlink_to(tmp_path / "run.json")
    assert only_finding(checked_repo) == ("EVD101", checked_repo.record, 14, 10)


def test_a_snapshot_that_is_a_folder(checked_repo: Any, only_finding: Any) -> None:
    snapshot = checked_repo.root / checked_repo.snapshot("weights")
    snapshot.unlink()
    snapshot.mkdir()
    assert only_finding(checked_repo) == ("EVD101", checked_repo.record, 14, 10)


def test_a_fifo_in_place_of_a_tracked_record(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write({BAD: "x"})
    checked_repo.commit()
    (checked_repo.root / BAD).unlink()
    os.mkfifo(checked_repo.root / BAD)
    assert only_finding(checked_repo) == ("REC104", BAD, 1, 1)


def test_a_fifo_that_git_does_not_know(checked_repo: Any, run_cli: Any) -> None:
    os.mkfifo(checked_repo.root / BAD)
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def test_a_folder_named_like_a_record(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({"journal/x.md/notes.txt": "a", "journal/y.md/.gitkeep": ""})
    (checked_repo.root / "journal/empty.md").mkdir()
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def test_a_submodule_in_the_journal(checked_repo: Any, repo: Any, only_finding: Any) -> None:
    other = repo({"EXP-2026-11-20-500-x.md": "no record"}, name="other")
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.root))
    checked_repo.git(*add, "journal/other.md")
    assert only_finding(checked_repo) == ("REC104", "journal/other.md", 1, 1)


def test_a_repository_nested_in_the_journal(checked_repo: Any, repo: Any, run_cli: Any) -> None:
    made = repo({"EXP-2026-11-20-500-x.md": "no record"}, name="nested")
    made.root.rename(checked_repo.root / "journal/nested")
    assert seen(run_cli("check", cwd=checked_repo.root)) == OK


def without_the_rights_of_root() -> None:
    """Give up what lets root read every file, in a process about to be started."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            assert libc.prctl(24, capability, 0, 0, 0) == 0  # PR_CAPBSET_DROP


@pytest.mark.parametrize(
    ("path", "code", "rule"),
    [
        ("{record}", 1, "REC104"),
        ("{snapshot}", 1, "EVD102"),
        ("expdocs.toml", 3, ""),
        ("journal/experiments", 3, ""),
    ],
)
def test_what_may_not_be_read(
    checked_repo: Any, run_program: Any, path: str, code: int, rule: str
) -> None:
    places = {"record": checked_repo.record, "snapshot": checked_repo.snapshot("weights")}
    target = checked_repo.root / path.format(**places)
    before = target.stat().st_mode
    target.chmod(0)
    try:
        ran = run_program("check", cwd=checked_repo.root, before=without_the_rights_of_root)
    finally:
        target.chmod(before)
    assert ran.code == code
    assert "Traceback" not in ran.out + ran.err
    if rule:
        assert (ran.out.count(rule), ran.err) == (1, "")
    else:
        assert (ran.out, ran.err.count("error:")) == ("", 1)


def _named(name: str | bytes) -> Callable[[Any], None]:
    def make(root: Path) -> None:
        with open(os.fsencode(root / "journal") + b"/" + os.fsencode(name), "wb") as file:  # noqa: PTH123
            file.write(b"x")

    return make


NAMES: dict[str, str | bytes] = {
    "newline": "a\nb.md",
    "tab": "a\tb.md",
    "escape": "a\x1b[31mb.md",
    "not UTF-8": b"a\xff.md",
    "quotes": "a'\"`b.md",
    "blank first": " a.md",
    "option": "--help.md",
    "pathspec": ":(exclude)*.md",
    "glob": "[a-z]*?.md",
    "non-ASCII": "実験 é 😀.md",
    "decomposed": "é.md",
    "long": "a" * 250 + ".md",
    "backslash": "a\\b.md",
    "percent": "%0A%s{0}.md",
    "upper suffix": "A.MD",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_strange_names(checked_repo: Any, run_cli: Any, only_finding: Any, name: Any) -> None:
    _named(name)(checked_repo.root)
    rule, path, line, column = only_finding(checked_repo)
    assert (rule, line, column) == ("REC105", 1, 1)
    assert os.fsencode(path) == b"journal/" + os.fsencode(name)
    text = run_cli("check", cwd=checked_repo.root)
    assert (text.code, text.err) == (1, "")
    # Place and message, hint, the line, the caret, and the summary.
    assert len(text.out.splitlines()) == 5
    assert "\x1b" not in text.out
    alone = run_cli("check", "--format=json", "--", path, cwd=checked_repo.root)
    assert [f["path"] for f in alone.findings()] == [path]


def test_names_that_differ_in_case(checked_repo: Any, only_finding: Any) -> None:
    twin = checked_repo.record.replace("oversampling", "OVERSAMPLING")
    checked_repo.write({twin: checked_repo.text})
    # Upper case sorts first, and the first by path keeps the id.
    assert only_finding(checked_repo) == ("REC301", checked_repo.record, 2, 5)


def test_a_repository_path_with_blanks_and_other_scripts(
    checked_repo: Any, run_cli: Any, tmp_path: Path
) -> None:
    for name in ("my experiments é 実験", "line\nbreak", "quote'\"", "-C", os.fsdecode(b"\xff")):
        checked_repo.root.rename(tmp_path / name)
        assert seen(run_cli("check", cwd=tmp_path / name)) == OK
        (tmp_path / name).rename(checked_repo.root)


def test_a_terminal_that_knows_only_ascii(checked_repo: Any, run_program: Any) -> None:
    checked_repo.write({"journal/é.md": "x"})
    ran = run_program("check", cwd=checked_repo.root, env={"PYTHONIOENCODING": "ascii"})
    assert (ran.code, ran.err) == (1, "")
    assert "REC105" in ran.out
    as_json = run_program(
        "check", "--format=json", cwd=checked_repo.root, env={"PYTHONIOENCODING": "ascii"}
    )
    assert json.loads(as_json.out)["findings"][0]["path"] == "journal/é.md"
