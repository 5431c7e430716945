"""expdocs show and expdocs list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.narrative.why.journal import (
    CHINESE,
    FOREST,
    NEW_METRIC,
    OLD_METRIC,
    SMOTE,
    STACKING,
    STOP_FOREST,
    WEIGHTS,
    files,
)


@pytest.fixture
def journal(repo: Any) -> Any:
    return repo(files())


# --- show


def test_an_experiment_reads_like_this(checked_repo: Any, run_cli: Any) -> None:
    ran = run_cli("show", "EXP-2026-11-20-417", cwd=checked_repo.root)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == [
        "EXP-2026-11-20-417  Oversampling helps the minority class",
        "experiment    proposed: it waits to be accepted",
        "date          2026-11-20",
    ]
    code_and_data = "code verified; data verified"
    assert next(line for line in lines if code_and_data in line).startswith(
        f"runs          weights baseline: {code_and_data}"
    )
    assert "0.791  run:EXP-2026-11-20-417/weights#val_f1" in ran.out


def test_an_edge_that_is_not_verified_says_why(checked_repo: Any, run_cli: Any) -> None:
    other = "b" * 32
    text = checked_repo.text.replace("5afc23b9622f8f9ffa60824f4e97d0d5", other)
    checked_repo.write({checked_repo.record: text})
    ran = run_cli("show", "EXP-2026-11-20-417", "--json", cwd=checked_repo.root)
    edges = json.loads(ran.out)["runs"][0]["edges"]
    assert [(one["edge"], one["verdict"]) for one in edges][:2] == [
        ("code", "verified"),
        ("data", "contradicted"),
    ]
    assert edges[1]["reason"]


def test_links_are_shown_from_both_ends(journal: Any, run_cli: Any) -> None:
    def links(name: str) -> list[tuple[list[str], str]]:
        ran = run_cli("show", name, "--json", cwd=journal.root)
        return [(one["types"], one["id"]) for one in json.loads(ran.out)["links"]]

    assert links(STOP_FOREST.id) == [(["cites", "decides"], FOREST.id)]
    assert links(FOREST.id) == [(["cited by", "decided by"], STOP_FOREST.id)]
    assert (["superseded by"], NEW_METRIC.id) in links(OLD_METRIC.id)


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        (STACKING.id, "draft: it may still change"),
        (OLD_METRIC.id, f"superseded by {NEW_METRIC.id}"),
        (FOREST.id, "accepted, by whom is open"),
    ],
)
def test_the_status_is_said_in_words(journal: Any, run_cli: Any, name: str, standing: str) -> None:
    lines = run_cli("show", name, cwd=journal.root).out.splitlines()
    assert lines[1].partition("  ")[2].strip() == standing


def test_gates_unknowns_and_acceptance_are_shown(journal: Any, run_cli: Any) -> None:
    run = next(iter(FOREST.evidence()))[0].rpartition("/")[2].removesuffix(".json")
    text = STOP_FOREST.text().replace(
        "links: ",
        f"gates:\n  - {{metric: val_f1, op: '>=', value: 0.9, run: {run}}}\n"
        f"  - {{metric: loss, op: '<', value: 1, run: {run}}}\n"
        "question: {unknown: nobody wrote it down}\n"
        "accepted: {by: li, date: 2026-01-16T10:00:00Z}\nlinks: ",
    )
    text = text.replace("deciders: [li]", "deciders: {unknown: ask Mei}")
    journal.write({STOP_FOREST.path: text})
    out = run_cli("show", STOP_FOREST.id, cwd=journal.root).out
    assert "accepted by li on 2026-01-16 (claimed: no review is recorded)" in out
    assert "val_f1 >= 0.9: not met, run" in out
    assert "has 0.8\n" in out
    assert "has no metric 'loss'" in out
    assert "deciders: ask Mei" in out


def test_numbers_that_do_not_hold_say_so(journal: Any, run_cli: Any) -> None:
    journal.write({FOREST.path: FOREST.text().replace("[0.795]", "[0.895]")})
    out = run_cli("show", FOREST.path, cwd=journal.root).out
    assert f"0.895  mean:{FOREST.id}/forest#val_f1: the evidence has 0.795" in out


def test_a_record_that_is_not_there_is_one_error(journal: Any, run_cli: Any) -> None:
    ran = run_cli("show", "EXP-2026-01-01-000", cwd=journal.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: no record has the id or path 'EXP-2026-01-01-000'\n")


def test_a_file_that_is_no_record_says_why(journal: Any, run_cli: Any) -> None:
    journal.write({"journal/broken.md": "---\nid: [\n---\n"})
    ran = run_cli("show", "journal/broken.md", cwd=journal.root)
    assert ran.code == 2
    assert "error: journal/broken.md:" in ran.err


def test_hostile_text_stays_on_its_line(journal: Any, run_cli: Any) -> None:
    bad = '"A forest \\e[2J\\u202e\\nstatus        accepted by everybody"'
    text = FOREST.text().replace(FOREST.title, bad).replace("tags: [trees]", 'tags: ["\\e[31m"]')
    journal.write({FOREST.path: text, STOP_FOREST.path: STOP_FOREST.text() + "\x1b]0;owned\x07"})
    for arguments in (("show", FOREST.id), ("show", STOP_FOREST.id), ("list",)):
        out = run_cli(*arguments, cwd=journal.root).out
        assert not [c for c in out if not c.isprintable() and c != "\n"]
        assert not [line for line in out.splitlines() if line.startswith("status ")]


# --- list


def listed(ran: Any) -> list[str]:
    assert ran.code == 0, ran.err
    return [one["id"] for one in json.loads(ran.out)["records"]]


def test_a_list_reads_like_this(journal: Any, run_cli: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ran = run_cli("list", "--tag", "imbalance", cwd=journal.root)
    assert ran.out.splitlines() == [
        "EXP-2026-01-22-103  accepted  2026-01-22  promoted  class-weights  "
        "Class weights lift the recall of…",
        "EXP-2026-01-20-102  accepted  2026-01-20  archived  smote          "
        "Oversampling does not help the m…",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "decision", "--status", "superseded"], [OLD_METRIC.id]),
        (["--status", "draft"], [STACKING.id]),
        (["--project", "shanghai", "--kind", "experiment", "--approach", "随机森林"], [CHINESE.id]),
        (["--tag", "imbalance", "--sort", "id"], [SMOTE.id, WEIGHTS.id]),
        (["--tag", "imbalance", "--sort", "title"], [WEIGHTS.id, SMOTE.id]),
        (["--since", "2026-01-20", "--until", "2026-01-22"], [WEIGHTS.id, SMOTE.id]),
        (["--author", "li"], []),
        (["--tag", "imbalance", "--tag", "vision"], []),
    ],
)
def test_what_is_asked_for_is_listed(
    journal: Any, run_cli: Any, options: list[str], expected: list[str]
) -> None:
    assert listed(run_cli("list", "--json", *options, cwd=journal.root)) == expected


def test_everything_is_listed_the_newest_first(journal: Any, run_cli: Any) -> None:
    found = listed(run_cli("list", "--json", cwd=journal.root))
    assert found == sorted(found, key=lambda name: name[4:], reverse=True)
    assert len(found) == 21


@pytest.mark.parametrize("columns", [20, 60, 80, 100, 300])
def test_rows_fit_the_terminal(journal: Any, run_cli: Any, monkeypatch: Any, columns: int) -> None:
    from expdocs.cli.columns import width_of

    monkeypatch.setenv("COLUMNS", str(columns))
    rows = run_cli("list", cwd=journal.root).out.splitlines()
    assert len(rows) == 21
    assert max(map(width_of, rows)) <= min(max(columns, 60), 120)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--kind", "experimant"], "there is no kind 'experimant'"),
        (["--status", "done"], "there is no status 'done'"),
    ],
)
def test_an_unknown_name_is_one_error(
    journal: Any, run_cli: Any, options: list[str], message: str
) -> None:
    ran = run_cli("list", *options, cwd=journal.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {message}\n  hint: ")


def test_nothing_to_list_is_no_failure(repo: Any, run_cli: Any) -> None:
    made = repo({"expdocs.toml": 'project = "churn"\n'})
    ran = run_cli("list", cwd=made.root)
    assert (ran.code, ran.out, ran.err) == (0, "", "no record fits\n")


def test_colours_are_for_terminals_alone(journal: Any, run_program: Any) -> None:
    ran = run_program("list", cwd=journal.root, env={"FORCE_COLOR": "1"})
    assert "\x1b" not in ran.out
