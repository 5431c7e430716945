"""Tags and notes that lead from runs of a real tracker to their records."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.trackers.mlflow import connect
from expdocs.trackers.notes import (
    BEGIN,
    END,
    NOTE_CHARACTERS,
    NoteProblem,
    Story,
    note_with,
    tags_of,
)

RECORD = """\
---
id: {id}
kind: experiment
title: {title}
status: draft
date: 2026-11-20
authors: [ana]
runs:
  - {{id: {run}, as: weights, role: baseline}}
---

## Motivation

Because.
"""
SITE = 'site = "https://example.org/journal/"\n'
FIRST, SECOND = "EXP-2026-11-20-417", "EXP-2026-11-20-418"


@pytest.fixture
def work(database: Path, filled: Any, repo: Any) -> Any:
    """A repository whose two records tell of one run of a copied tracker."""
    run = filled.ids["weights"]
    made = repo({
        "expdocs.toml": SITE,
        f"journal/{FIRST}.md": RECORD.format(id=FIRST, title="SMOTE *helps*", run=run),
        f"journal/{SECOND}.md": RECORD.format(id=SECOND, title="It does not", run=run),
    })  # fmt: skip
    database.rename(made.root / "mlflow.db")
    return made


def tags(work: Any, run_id: str) -> dict[str, str]:
    with sqlite3.connect(work.root / "mlflow.db") as connection:
        rows = connection.execute("select key, value from tags where run_uuid = ?", (run_id,))
        found = dict(rows.fetchall())
    connection.close()
    return found


def test_a_run_leads_to_every_record_that_tells_of_it(work: Any, filled: Any, run_cli: Any) -> None:
    run_id = filled.ids["weights"]
    before = tags(work, run_id)
    ran = run_cli("evidence", "link", FIRST, cwd=work.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("1 linked, 0 linked before, 0 not linked\n")
    assert tags(work, run_id) == before | {
        "expdocs.record": f"{FIRST}, {SECOND}",
        "expdocs.record.title": "SMOTE *helps* | It does not",
        "expdocs.record.url": f"https://example.org/journal/records/{FIRST.lower()}.html"
        f" https://example.org/journal/records/{SECOND.lower()}.html",
    }


def test_linking_again_writes_nothing(work: Any, run_cli: Any) -> None:
    assert run_cli("evidence", "link", "--all", "--note", cwd=work.root).code == 0
    content = (work.root / "mlflow.db").read_bytes()
    ran = run_cli("evidence", "link", "--all", "--note", cwd=work.root)
    assert ran.out == "0 linked, 1 linked before, 0 not linked\n"
    assert (work.root / "mlflow.db").read_bytes() == content


def test_a_dry_run_says_what_it_would_write_and_writes_nothing(work: Any, run_cli: Any) -> None:
    content = (work.root / "mlflow.db").read_bytes()
    ran = run_cli("evidence", "link", "--all", "--note", "--dry-run", cwd=work.root)
    assert f"would write expdocs.record = {FIRST}, {SECOND}" in ran.out
    assert "would write mlflow.note.content = the block of expdocs" in ran.out
    assert ran.out.endswith("1 to be linked, 0 linked before, 0 not linked\n")
    assert (work.root / "mlflow.db").read_bytes() == content


def test_links_are_no_evidence_and_no_drift(work: Any, filled: Any, run_cli: Any) -> None:
    run_id = filled.ids["weights"]
    assert run_cli("evidence", "pull", run_id, cwd=work.root).code == 0
    before = {p: p.read_bytes() for p in work.root.glob("journal/evidence/**/*.json")}
    assert run_cli("evidence", "link", "--all", "--note", cwd=work.root).code == 0
    ran = run_cli("evidence", "verify", run_id, cwd=work.root)
    assert "0 contradicted, 0 unrecorded" in ran.out
    assert run_cli("evidence", "pull", run_id, cwd=work.root).out.startswith("0 written")
    assert {p: p.read_bytes() for p in work.root.glob("journal/evidence/**/*.json")} == before


def test_what_people_wrote_into_the_note_stays(work: Any, filled: Any, run_cli: Any) -> None:
    from mlflow import MlflowClient

    run_id = filled.ids["weights"]
    client = MlflowClient(f"sqlite:///{work.root}/mlflow.db")
    client.set_tag(run_id, "mlflow.note.content", "  Ran on the **old** GPU.\n")
    assert run_cli("evidence", "link", FIRST, "--note", cwd=work.root).code == 0
    note = tags(work, run_id)["mlflow.note.content"]
    assert note.startswith(f"  Ran on the **old** GPU.\n\n\n{BEGIN}\n")
    assert r"[EXP\-2026\-11\-20\-417 SMOTE \*helps\*](https://example.org/" in note
    client.set_tag(run_id, "mlflow.note.content", f"Before {note} after")
    (work.root / f"journal/{SECOND}.md").unlink()
    assert run_cli("evidence", "link", FIRST, "--note", cwd=work.root).code == 0
    changed = tags(work, run_id)["mlflow.note.content"]
    assert changed.startswith("Before   Ran on the **old** GPU.")
    assert changed.endswith(f"{END} after")
    assert "418" not in changed


def test_runs_that_cannot_be_linked_are_named_and_stop_no_other(
    work: Any, filled: Any, run_cli: Any
) -> None:
    gone, unknown = filled.ids["gone"], "f" * 32
    for number, run in ((1, gone), (2, unknown)):
        name = f"EXP-2026-11-21-00{number}"
        text = RECORD.format(id=name, title="Other", run=run)
        work.write({f"journal/{name}.md": text})
    ran = run_cli("evidence", "link", "--all", cwd=work.root)
    assert ran.code == 1
    assert f"run {gone[:12]} is not linked: the run was deleted in the tracker" in ran.err
    assert f"run {unknown[:12]} is not linked: the tracker has no such run" in ran.err
    assert ran.out.endswith("1 linked, 0 linked before, 2 not linked\n")


def test_a_tracker_that_is_down_is_told_and_changes_nothing(work: Any, run_cli: Any) -> None:
    before = work.state()
    ran = run_cli("evidence", "link", "--all", "--tracker", "http://127.0.0.1:9", cwd=work.root)
    assert ran.code == 3
    assert "cannot be reached" in ran.err
    assert work.state() == before


def test_without_a_site_no_address_is_written(work: Any, filled: Any, run_cli: Any) -> None:
    work.write({"expdocs.toml": ""})
    ran = run_cli("evidence", "link", FIRST, cwd=work.root)
    assert "does not say where the site is" in ran.err
    assert "expdocs.record.url" not in tags(work, filled.ids["weights"])


def test_it_works_through_a_server(server: str, filled: Any, work: Any, run_cli: Any) -> None:
    run_id = filled.ids["seed"]
    text = RECORD.format(id="EXP-2026-11-21-009", title="Seeds", run=run_id)
    work.write({"journal/EXP-2026-11-21-009.md": text})
    done = run_cli("evidence", "link", "EXP-2026-11-21-009", "--tracker", server, cwd=work.root)
    assert (done.code, done.err) == (0, "")
    with connect(server, work.root) as tracker:
        [[_, run]] = tracker.look_up([run_id])
    assert run is not None
    assert "expdocs.record" not in run.tags
    again = run_cli("evidence", "link", "EXP-2026-11-21-009", "--tracker", server, cwd=work.root)
    assert again.out == "0 linked, 1 linked before, 0 not linked\n"


# --- notes and tags as text

STORIES = st.lists(
    st.builds(Story, st.just(FIRST), st.text(max_size=200), st.just("https://e.org/x")),
    min_size=1, max_size=60,
)  # fmt: skip
NOTES = st.text(max_size=300).filter(lambda text: BEGIN not in text and END not in text)


@given(NOTES, STORIES, STORIES, NOTES)
def test_a_note_keeps_every_character_of_people(
    human: str, first: list[Story], second: list[Story], later: str
) -> None:
    once = note_with(human, first)
    assert once.startswith(human)
    assert len(once) <= NOTE_CHARACTERS
    assert note_with(once, first) == once
    changed = note_with(once + later, second)
    assert changed.startswith(human)
    assert changed.endswith(later)
    assert changed.count(BEGIN) == changed.count(END) == 1


@pytest.mark.parametrize(
    "note", [BEGIN, END, f"{END} {BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", "x" * 7_990]
)
def test_a_note_without_a_place_for_the_block_is_left_alone(note: str) -> None:
    with pytest.raises(NoteProblem):
        note_with(note, [Story(FIRST, "A title", "")])


def test_a_note_with_little_room_counts_the_records() -> None:
    told = [Story(FIRST, "x" * 200, "") for _ in range(3)]
    assert "- 3 records\n" in note_with("x" * 7_850, told)


@given(STORIES)
def test_tags_fit(told: list[Story]) -> None:
    found = tags_of(told)
    assert max(len(value) for value in found.values()) <= 5_000
    assert found["expdocs.record"].startswith(FIRST)


def test_more_records_than_fit_are_counted() -> None:
    told = [Story(f"EXP-2026-11-20-{n:03}", "t" * 100, "https://e.org/x") for n in range(200)]
    found = tags_of(told)
    shown = found["expdocs.record"].count("EXP-")
    # By hand: 100 characters and " | " between them, so that 48 titles take 4,941 of 5,000.
    assert shown == 48
    assert found["expdocs.record"].endswith(" and 152 more")
