"""The index that is kept between questions: fresh, and trusted only when it is whole."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import pytest

from expdocs.narrative.why.answer import Answer, Question
from expdocs.narrative.why.composing import answer
from tests.narrative.why.journal import EXPERIMENTS, FOREST, SMOTE, STOP_FOREST, files

QUESTIONS = ("random forest", "smote", "随机森林", "what leaked into the features", "transformers")


def kept(root: Path) -> Path:
    (found,) = (root / ".git" / "expdocs").glob("why-*")
    return found


def answers(root: Path, open_at: Any) -> list[Answer]:
    shelf = open_at(root)
    return [answer(Question(question), shelf) for question in QUESTIONS]


def anew(root: Path, open_at: Any) -> list[Answer]:
    """Answers without anything kept."""
    kept(root).unlink()
    return answers(root, open_at)


def test_a_second_question_reads_no_record_that_did_not_change(
    journal: Any, open_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answers(journal.root, open_at)
    # Files that were written a moment ago might be written again; these are older.
    journal.git("commit", "-qm", "x", "--allow-empty")
    age(journal.root)
    assert answers(journal.root, open_at) == first
    before = kept(journal.root).stat().st_mtime_ns
    assert answers(journal.root, open_at) == first
    assert kept(journal.root).stat().st_mtime_ns == before


def age(root: Path) -> None:
    """Wait until the clock of the file system has moved on."""
    import time

    newest = max(path.stat().st_ctime for path in root.rglob("*.md"))
    while time.time() < newest + 2.2 and newest == int(newest):
        time.sleep(0.05)
    time.sleep(0.15)


def test_edits_new_files_and_deletions_are_seen_at_once(journal: Any, open_at: Any) -> None:
    answers(journal.root, open_at)
    journal.write({SMOTE.path: SMOTE.text().replace("blur the border", "smear the edge")})
    (journal.root / STOP_FOREST.path).unlink()
    other = EXPERIMENTS[0].text().replace(FOREST.id, "EXP-2026-05-01-999")
    journal.write({"journal/experiments/2026/EXP-2026-05-01-999.md": other})
    found = answers(journal.root, open_at)
    assert "smear the edge" in str(found[1])
    assert [one.source.name for one in found[0].decided] == []
    assert {one.source.name for one in found[0].tested} == {FOREST.id, "EXP-2026-05-01-999"}
    assert found == anew(journal.root, open_at)


def test_the_index_is_the_same_however_it_came_about(journal: Any, open_at: Any) -> None:
    for one in EXPERIMENTS:
        journal.write({one.path: one.text().replace("Nothing else", "Hardly anything")})
        answers(journal.root, open_at)
        journal.write({one.path: one.text()})
        grown = answers(journal.root, open_at)
    assert grown == anew(journal.root, open_at)


def test_settings_and_kinds_belong_to_what_it_rests_on(journal: Any, open_at: Any) -> None:
    answers(journal.root, open_at)
    journal.write({"expdocs.toml": 'project = "churn"\nexclude = ["decisions/**"]\n'})
    assert not answers(journal.root, open_at)[0].decided


def _flipped(content: bytes) -> bytes:
    at = len(content) * 2 // 3
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _forged(content: bytes) -> bytes:
    """Not a database, with the right checksum."""
    head, _, _ = content.partition(b"\n")
    rest = b"SQLite format 3\0" + b"\xff" * 4096
    return json.dumps({**json.loads(head), "check": zlib.crc32(rest)}).encode() + b"\n" + rest


def _emptied(content: bytes) -> bytes:
    """A sound database with the right checksum that lacks every table."""
    head, _, _ = content.partition(b"\n")
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE other (a)")
    rest = db.serialize()
    db.close()
    return json.dumps({**json.loads(head), "check": zlib.crc32(rest)}).encode() + b"\n" + rest


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"\n",
        lambda _: b'{"form": 3}\n',
        lambda _: b"[" * 100_000 + b"\n",
        lambda content: content[: len(content) // 2],
        lambda content: content + b"\0",
        lambda content: content.replace(b'"form": "expdocs', b'"form": "another'),
        _flipped,
        _forged,
        _emptied,
    ],
    ids=["empty", "line", "json", "deep", "cut", "longer", "form", "flipped", "forged", "emptied"],
)
def test_a_damaged_index_is_made_anew(journal: Any, open_at: Any, damage: Any) -> None:
    first = answers(journal.root, open_at)
    place = kept(journal.root)
    place.write_bytes(damage(place.read_bytes()))
    assert answers(journal.root, open_at) == first


def test_a_folder_that_cannot_be_written_costs_only_time(
    repo: Any, run_program: Any, open_at: Any
) -> None:
    made = repo(files())
    (made.root / ".git" / "expdocs").write_text("in the way")
    ran = run_program("why", "random forest", cwd=made.root)
    assert (ran.code, ran.err) == (0, "")
    assert STOP_FOREST.id in ran.out


def test_each_worktree_has_its_own_and_old_ones_go(journal: Any, open_at: Any) -> None:
    for number in range(6):
        path = journal.root.parent / f"tree-{number}"
        journal.git("worktree", "add", "-q", "--detach", str(path))
        answers(path, open_at)
    assert len(list((journal.root / ".git" / "expdocs").glob("why-*"))) == 4
