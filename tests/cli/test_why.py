"""expdocs why in a terminal, for programs, and under attack."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest

from tests.narrative.why.journal import ANSWERED, FOREST, OLD_METRIC, STOP_FOREST, files

LINE = re.compile(r"(?P<name>[A-Z]{3}-\d{4}-\d\d-\d\d-\d{3}):(?P<line>\d+)  +\S")


@pytest.fixture
def journal(repo: Any) -> Any:
    return repo(files())


def test_the_answer_reads_like_this(
    journal: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    ran = run_cli("why", "why", "did", "we", "drop", "smote?", cwd=journal.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[:9] == [
        "DEC-2026-01-25-202:4   decision    Weigh the classes instead of making customers up",
        "DEC-2026-01-25-202:4               (accepted; 2026-01-25)",
        "DEC-2026-01-25-202:14  rejected    SMOTE",
        "DEC-2026-01-25-202:14  reason      “Synthetic customers blurred the border.”",
        "DEC-2026-01-25-202:26  decision    “Losses are weighted by inverse frequency.”",
        "",
        "EXP-2026-01-20-102:4   experiment  Oversampling does not help the minority class",
        "EXP-2026-01-20-102:4               (accepted, archived; 2026-01-20)",
        "EXP-2026-01-20-102:25  motivation  “One customer in twenty leaves, so the minority class",
    ]
    assert ran.out.splitlines()[-2:] == [
        "EXP-2026-01-20-102:14  value       0.800  run:EXP-2026-01-20-102/base#val_f1",
        "EXP-2026-01-20-102:15  value       0.790  run:EXP-2026-01-20-102/smote#val_f1",
    ]


def test_every_line_names_a_line_of_a_record(journal: Any, run_cli: Any) -> None:
    lengths = {
        path.stem: len(path.read_text(encoding="utf-8").splitlines())
        for path in journal.root.rglob("*.md")
    }
    for question in ANSWERED:
        ran = run_cli("why", question, cwd=journal.root)
        assert (ran.code, ran.err) == (0, "")
        for line in filter(None, ran.out.splitlines()):
            found = LINE.match(line)
            assert found, line
            assert 1 <= int(found["line"]) <= lengths[found["name"]]


@pytest.mark.parametrize("columns", ["20", "60", "80", "200"])
def test_lines_fit_the_terminal(
    journal: Any, run_cli: Any, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    ran = run_cli("why", "random forest", cwd=journal.root)
    prose = [line for line in ran.out.splitlines() if "mean:" not in line]
    assert max(map(len, prose)) <= max(67, min(int(columns), 120))


def test_what_is_superseded_names_its_successor(journal: Any, run_cli: Any) -> None:
    out = run_cli("why", "accuracy", cwd=journal.root).out
    assert f"supersedes  {OLD_METRIC.id}" in out
    assert "(superseded, no longer in force; 2026-01-05)" in out.replace(
        f"\n{OLD_METRIC.id}:4                ", " "
    )


def test_silence_is_one_line_and_exit_code_one(journal: Any, run_cli: Any) -> None:
    ran = run_cli("why", "did we never try transformers?", cwd=journal.root)
    assert (ran.code, ran.out, ran.err) == (1, "the records do not say\n", "")


def test_an_empty_journal_says_nothing(repo: Any, run_cli: Any) -> None:
    made = repo({"expdocs.toml": 'project = "churn"\n'})
    assert run_cli("why", "random forest", cwd=made.root).code == 1
    assert run_cli("why", "random forest", "--json", cwd=made.root).code == 1


def test_json_has_everything_that_is_printed(journal: Any, run_cli: Any) -> None:
    ran = run_cli("why", "random forest", "--json", cwd=journal.root)
    document = json.loads(ran.out)
    assert {key: document[key] for key in ("version", "question", "words", "found", "unread")} == {
        "version": 1,
        "question": "random forest",
        "words": ["random", "forest"],
        "found": True,
        "unread": 0,
    }
    (decision,) = document["decisions"]
    assert (decision["record"]["id"], decision["record"]["path"]) == (
        STOP_FOREST.id,
        STOP_FOREST.path,
    )
    assert decision["option"] == {"name": "Random forest", "outcome": "rejected", "line": 14}
    (experiment,) = document["experiments"]
    assert experiment["outcome"]["name"] == "refuted"
    assert [value["source"] for value in experiment["values"]] == [
        f"mean:{FOREST.id}/base#val_f1",
        f"mean:{FOREST.id}/forest#val_f1",
    ]


def test_files_that_cannot_be_read_are_counted(journal: Any, run_cli: Any) -> None:
    journal.write({
        "journal/broken.md": "no front matter",
        "journal/bytes.md": b"---\nid: \xff\n---\n",
        "journal/kind.md": "---\nid: EXP-2026-01-01-001\nkind: nothing\n---\nrandom forest\n",
    })  # fmt: skip
    ran = run_cli("why", "random forest", cwd=journal.root)
    assert ran.code == 0
    assert ran.err == "3 files could not be read: run: expdocs check\n"
    assert json.loads(run_cli("why", "x", "--json", cwd=journal.root).out)["unread"] == 3


def test_nothing_in_the_repository_changes(journal: Any, run_cli: Any) -> None:
    before = journal.state()
    run_cli("why", "random forest", cwd=journal.root)
    assert journal.state() == before


# --- attacks

HOSTILE = (
    '"', '""', "'", "*", "random*", "NEAR(random forest)", "random AND", "OR", "text:random",
    "piece_text MATCH 'x'", "'; DROP TABLE file; --", "{text} : random", "^random",
    "random + forest", "(((((", ")", "\\", "%", "_", "-", "--", "[0-9]+(a|b)*$",
    "random\0forest", "\x1b[31mrandom\x1b[0m", "random\u202eforest", "\ud800", "a" * 100_000,
    "random forest " * 7_000, "“”", "٠١٢", "🌲🌲 forest", "ｒａｎｄｏｍ　ｆｏｒｅｓｔ",
    "\u0301\u0302", "𝔯𝔞𝔫𝔡𝔬𝔪 forest", "ß ſt İ ı", "ไม่มีป่า", "ក ខ គ",
)  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE, ids=lambda question: ascii(question)[:30])
def test_no_question_breaks_it(journal: Any, run_cli: Any, question: str) -> None:
    ran = run_cli("why", "--", question, cwd=journal.root)
    assert ran.code in (0, 1), ran.err
    assert ran.err == ""
    assert (ran.out == "the records do not say\n") is (ran.code == 1)
    assert (
        json.loads(run_cli("why", "--json", "--", question, cwd=journal.root).out)["version"] == 1
    )


def test_a_question_of_many_words_is_answered(journal: Any, run_cli: Any) -> None:
    words = " ".join(f"w{number}" for number in range(15_000))
    assert run_cli("why", words, cwd=journal.root).code == 1
    assert run_cli("why", "random forest " * 7_000, cwd=journal.root).code == 0


def test_hostile_text_of_a_record_breaks_no_line(journal: Any, run_cli: Any) -> None:
    hostile = "Bel\a \x1b[2J\x1b]0;owned\x07 \u202e \u2028 \x9b31m " + "x" * 20_000
    text = FOREST.text().replace(FOREST.conclusion, hostile)
    journal.write({FOREST.path: text.replace("Trees are", "<script>alert(1)</script> Trees are")})
    ran = run_cli("why", "random forest", cwd=journal.root)
    assert ran.code == 0
    assert not [c for c in ran.out if not c.isprintable() and c != "\n"]
    for line in filter(None, ran.out.splitlines()):
        assert LINE.match(line)
        assert len(line) <= 120


def test_a_record_of_very_many_paragraphs_is_read(journal: Any, run_cli: Any) -> None:
    body = "".join(f"## {n}\n\n[1](run:base-1#val_f1) larch\n\n" for n in range(25_000))
    journal.write({FOREST.path: FOREST.text() + body, "decisions/x.md": "- larch\n" * 100_000})
    ran = run_cli("why", "larch", cwd=journal.root)
    assert ran.code == 0
    assert ran.out.startswith(f"{FOREST.id}:4 ")


def test_a_name_of_a_file_that_is_no_text_is_read(journal: Any, run_cli: Any) -> None:
    text = FOREST.text().replace(FOREST.id, "EXP-2026-05-05-555").replace("random-forest", "larch")
    path = journal.root / os.fsdecode(b"journal/\xff-larch.md")
    path.write_text(text, encoding="utf-8")
    for command in (("why", "larch"), ("list",), ("show", "EXP-2026-05-05-555")):
        for options in ((), ("--json",)):
            ran = run_cli(*command, *options, cwd=journal.root)
            assert (ran.code, ran.err) == (0, "")
            assert "EXP-2026-05-05-555" in ran.out
    path.unlink()
    assert run_cli("why", "larch", cwd=journal.root).code == 1


def test_a_hostile_outcome_is_no_column(journal: Any, run_cli: Any) -> None:
    text = STOP_FOREST.text().replace("outcome: rejected", 'outcome: "no\\e[2J\\n" ')
    journal.write({STOP_FOREST.path: text.replace('[2J\\n"', f'[2J\\n{"x" * 5000}"')})
    out = run_cli("why", "random forest", cwd=journal.root).out
    assert not [c for c in out if not c.isprintable() and c != "\n"]
    assert max(map(len, out.splitlines())) <= 120


def test_a_very_long_title_is_cut(journal: Any, run_cli: Any) -> None:
    text = FOREST.text().replace("title: A random forest", "title: A random forest " + "x" * 3_000)
    journal.write({FOREST.path: text})
    for arguments in (("why", "random forest"), ("show", FOREST.id), ("list",)):
        out = run_cli(*arguments, cwd=journal.root).out
        assert "…" in out
        assert out.count("x") < 1000
        assert len(out) < 20_000


def test_a_title_cannot_pretend_to_be_another_line(journal: Any, run_cli: Any) -> None:
    title = f'"A random forest\\n{STOP_FOREST.id}:1   decision   All is well"'
    text = FOREST.text().replace("A random forest does not beat logistic regression", title)
    journal.write({FOREST.path: text})
    out = run_cli("why", "random forest", cwd=journal.root).out
    assert not [line for line in out.splitlines() if line.startswith(f"{STOP_FOREST.id}:1 ")]


def test_a_record_without_an_id_is_cited_by_its_path(journal: Any, run_cli: Any) -> None:
    path = "journal/notes.md"
    text = (
        FOREST.text().replace(f"id: {FOREST.id}\n", "").replace("random-forest", "isolation-forest")
    )
    journal.write({path: text.replace("status: accepted", "status: draft")})
    out = run_cli("why", "isolation forest", cwd=journal.root).out
    assert out.startswith(f"{path}:3 ")


def test_a_decision_with_odd_options_is_read(journal: Any, run_cli: Any) -> None:
    text = STOP_FOREST.text()
    start, end = text.index("options:"), text.index("criteria:")
    for options in (
        "options: random forest\n",
        "options: [random forest, 3, [random forest]]\n",
        "options:\n  - {name: [random forest], outcome: {a: b}}\n  - {name: random forest}\n",
        "options: {unknown: random forest}\n",
        "options:\n  - {name: random forest, outcome: 3, reason: [x], experiments: random}\n",
    ):
        journal.write({STOP_FOREST.path: text[:start] + options + text[end:]})
        ran = run_cli("why", "random forest", cwd=journal.root)
        assert (ran.code, ran.err) == (0, "")
