"""expdocs log on runs that MLflow recorded: roles, sections, sources, and what it refuses."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TEXT = """\
# Oversampling, day two

We wanted to know whether SMOTE is worth its price. I expected it to raise val_f1 by at least 0.02
over weights, which is our baseline.

smote-0 reached 0.8124 and smote-1 0.8152, with weights-0 at 0.7912 before.
Borderline SMOTE did not converge. Interestingly, smote-2 came to val_f1 of 81.4 %.

In short, the hypothesis held.

Next:
- try focal loss
- more seeds

Open question: why does the latency_ms of smote-0 double?

The coffee machine is fixed.
"""
ALL = ("weights-0", "weights-1", "weights-2", "smote-0", "smote-1", "smote-2")


def runs_of(*names: str) -> list[str]:
    return [part for name in names for part in ("--run", name)]


def front_matter(text: str) -> str:
    return text.split("\n---\n", maxsplit=1)[0]


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0].strip()


@pytest.fixture
def written(trained: Any, run_cli: Any) -> str:
    (trained.root / "day.md").write_text(TEXT)
    ran = run_cli("log", "day.md", *runs_of(*ALL), "--approach", "smote", cwd=trained.root)
    assert ran.code == 0, ran.err
    path = ran.out.splitlines()[-1]
    assert ran.out.splitlines()[-2] == f"git add journal/evidence {path}"
    return str((trained.root / path).read_text())


def test_runs_have_roles_groups_and_what_the_tracker_knows(written, trained) -> None:
    head = front_matter(written)
    for number in range(3):
        name = f"weights-{number}"
        entry = f"{{id: {trained.run_id(name)}, as: {name}, role: baseline, group: weights-seeds}}"
        assert entry in head
        name = f"smote-{number}"
        entry = f"{{id: {trained.run_id(name)}, as: {name}, role: candidate, group: smote-seeds}}"
        assert entry in head
    assert "metric: {name: val_f1, goal: maximize, effect: 0.02}" in head
    assert f"commit: {trained.git('rev-parse', 'HEAD')}\n" in head
    assert "authors: [ana]" in head
    assert "| `smote-seeds` | mean ± sd of 3 | 0.814 ± 0.0014 |" in written


def test_the_words_of_the_text_tell_title_hypothesis_and_sections(written) -> None:
    assert "title: Oversampling, day two\n" in written
    assert "over weights, which is our baseline." in front_matter(written)
    assert section(written, "Motivation").startswith("We wanted to know whether SMOTE")
    assert section(written, "What did not work") == "Borderline SMOTE did not converge."
    assert section(written, "Conclusion") == "In short, the hypothesis held."
    assert section(written, "Next steps") == "Next:\n\n- try focal loss\n- more seeds"
    assert section(written, "Open questions").startswith("Open question: why does the")
    assert section(written, "Notes") == "The coffee machine is fixed."


def test_numbers_that_can_be_one_value_alone_are_cited(written) -> None:
    seen = section(written, "Observations")
    assert "[0.8124](run:smote-0#val_f1) and smote-1 [0.8152](run:smote-1#val_f1)" in seen
    assert "at [0.7912](run:weights-0#val_f1) before" in seen
    # 81.4 % is a value of one run and the mean of its group as well.
    assert "val_f1 of 81.4 %." in section(written, "Most interesting finding")


def test_the_best_run_is_named_and_cited_below_the_table(written, trained, run_cli) -> None:
    said = "Best single run by `val_f1`: `smote-1` with [0.8152](run:smote-1#val_f1)."
    assert section(written, "Runs").endswith(f"<!-- /expdocs:runs -->\n\n{said}")
    (trained.root / "day.md").write_text("今天跑了三次。")
    runs = runs_of("weights-0", "smote-0", "broken", "blind")
    ran = run_cli("log", "day.md", *runs, "--metric", "val_f1", "--dry-run", cwd=trained.root)
    assert "按 `val_f1` 最好的单次运行：`smote-0`，[0.8124](run:smote-0#val_f1)。" in ran.out
    one = run_cli(
        *("log", "day.md", "--run", "smote-0", "--run", "broken", "--metric", "val_f1"),
        *("--dry-run",),
        cwd=trained.root,
    )
    assert "最好的" not in one.out  # there is only one number


def test_a_run_that_is_named_twice_keeps_the_role_that_was_given(trained, run_cli) -> None:
    (trained.root / "day.md").write_text("Result: all ran.\n")
    since = ("--since-last-entry", "churn", "--baseline", "first=focal", "--json", "--dry-run")
    ran = run_cli("log", "day.md", *since, cwd=trained.root)
    (focal,) = [r for r in json.loads(ran.out)["runs"] if r.get("id") == trained.run_id("focal")]
    assert (focal["as"], focal["role"]) == ("first", "baseline")


def test_the_draft_is_clean_but_for_what_the_author_left_open(written, trained, run_cli) -> None:
    found = run_cli("check", "--format", "json", cwd=trained.root).findings()
    assert {one["rule"] for one in found} == {"CLM107"}
    assert {one["message"][:4] for one in found} == {"0.02", "81.4"}


def test_since_the_last_entry_takes_what_is_new_of_one_experiment(trained, run_cli) -> None:
    (trained.root / "day.md").write_text("Results: all of it.\n")
    since = ("log", "day.md", "--since-last-entry", "churn", "--metric", "val_f1")
    ran = run_cli(*since, "--json", cwd=trained.root)
    assert ran.code == 0, ran.err
    runs = json.loads(ran.out)["runs"]
    labels = {run["as"]: run for run in runs}
    assert labels.keys() == {*ALL, "focal", "broken", "blind", "search"}
    assert labels["search"]["parent"] == trained.run_id("search")
    assert labels["search"]["role"] == "sweep"
    nothing = run_cli(*since, cwd=trained.root)
    assert (nothing.code, nothing.out) == (1, "")
    assert "no run of 'churn' was started since 20" in nothing.err
    trained.python("mlflow.set_experiment('churn')\nwith mlflow.start_run(run_name='late'): pass")
    again = json.loads(run_cli(*since, "--json", cwd=trained.root).out)
    assert [run["as"] for run in again["runs"]] == ["late"]
    other = run_cli(*since, "--author", "li", "--json", "--dry-run", cwd=trained.root)
    assert other.code == 1  # of another author all are new, but for those that records list


def test_a_dry_run_prints_the_draft_and_writes_nothing(trained, run_cli) -> None:
    (trained.root / "day.md").write_text(TEXT)
    before = tree(trained.root)
    ran = run_cli("log", "day.md", *runs_of(*ALL), "--dry-run", cwd=trained.root)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("---\nid: EXP-")
    assert "| `smote-seeds` | mean ± sd of 3 |" in ran.out
    assert "[0.8124](run:smote-0#val_f1)" in ran.out
    assert tree(trained.root) == before
    assert trained.git("tag") == ""


def tree(root: Path) -> dict[str, bytes]:
    own = (".git/expdocs/", "mlflow.db")  # locks, and what MLflow does to its own database
    return {
        name: path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not (name := path.relative_to(root).as_posix()).startswith(own)
        and name != ".git/index"
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "day.md is empty"),
        (b" \r\n\t\n", "day.md is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "day.md is not UTF-8 (byte 1)"),
        (b"ran\x00smote", "day.md is no text: it holds zero bytes"),
        ("résumé".encode("utf-16"), "day.md is not UTF-8 (byte 1)"),
        (b"x" * (1024 * 1024 + 1), "day.md has 1.0 MiB; a record has at most 1 MiB"),
        (b"---\n", "the text has no words to make a title of"),
    ],
)
def test_what_is_no_text_is_refused(content, said, trained, run_cli) -> None:
    (trained.root / "day.md").write_bytes(content)
    before = tree(trained.root)
    ran = run_cli("log", "day.md", "--run", "smote-0", cwd=trained.root)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {said}")
    assert tree(trained.root) == before


def test_a_record_that_would_grow_too_large_is_not_written(trained, run_cli) -> None:
    text = "Result: it ran.\n\n" * 61_680
    assert len(text) < 1024 * 1024
    (trained.root / "day.md").write_text(text)
    before = tree(trained.root)
    ran = run_cli("log", "day.md", "--title", "Long", cwd=trained.root)
    assert ran.code == 1
    assert "the draft would have 1.0 MiB" in ran.err
    assert tree(trained.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--run", "Best of all=smote-0"), "runs[0].as: 'Best of all' does not have the form"),
        (("--run", "a=smote-0", "--run", "a=smote-1"), "the label 'a' is given to two runs"),
        (
            ("--run", "smote-0", "--metric", "val_f1", "--effect", "-1"),
            "metric.effect: -1.0 is less",
        ),
        (("--verdict", "maybe"), "verdict: 'maybe' is not one of"),
        (("--title", "two\nlines"), "error: title: "),
        (("--link", "tests:CMP-2026-01-01-001"), "no record has the id"),
        (("--since-last-entry", "churns"), "has no experiment named 'churns'"),
    ],
)
def test_what_the_record_could_not_hold_is_refused(arguments, said, trained, run_cli) -> None:
    (trained.root / "day.md").write_text(TEXT)
    before = tree(trained.root)
    ran = run_cli("log", "day.md", *arguments, cwd=trained.root)
    assert (ran.code, ran.out) in [(1, ""), (2, "")]
    assert said in ran.err
    assert tree(trained.root) == before


def test_a_run_that_is_nowhere_changes_nothing(trained, run_cli) -> None:
    (trained.root / "day.md").write_text(TEXT)
    before = tree(trained.root)
    ran = run_cli("log", "day.md", *runs_of("smote-0", "nobody"), cwd=trained.root)
    assert (ran.code, ran.out) == (1, "")
    assert "does not know the run nobody" in ran.err
    assert tree(trained.root) == before


def test_runs_of_other_experiments_deleted_ones_and_repeats_are_taken(trained, run_cli) -> None:
    (trained.root / "day.md").write_text("Both ran.\n")
    names = ("gone", "elsewhere", "gone", trained.run_id("smote-0")[:12])
    ran = run_cli("log", "day.md", *runs_of(*names), "--json", cwd=trained.root)
    assert ran.code == 0, ran.err
    assert [r["as"] for r in json.loads(ran.out)["runs"]] == ["smote-0", "gone", "elsewhere"]
    assert run_cli("check", "--select", "REC,CLM", cwd=trained.root).code == 0


def test_citations_that_hold_stay_and_others_are_shown_as_text(trained, run_cli) -> None:
    sha = trained.git("rev-parse", "HEAD")
    good = f"[0.8124](run:smote-0#val_f1) by [train.py](git:{sha}:train.py)"
    wrong = ("[0.9](run:smote-0#val_f1)", "[x](git:1234)", f"[y](git:{sha}:no.py)", "[1](run:a#b)")
    text = "\n\n".join([good, *wrong])
    (trained.root / "day.md").write_text(text)
    ran = run_cli("log", "day.md", "--run", "smote-0", "--title", "x", cwd=trained.root)
    assert ran.code == 0, ran.err
    draft = (trained.root / ran.out.splitlines()[-1]).read_text()
    assert good in draft
    for one in wrong:
        assert f"```text\n{one}\n```" in draft
    assert run_cli("check", "--select", "REC,CLM", cwd=trained.root).code == 0


def test_crlf_and_a_byte_order_mark_are_no_part_of_the_text(trained, run_cli) -> None:
    (trained.root / "day.md").write_bytes(b"\xef\xbb\xbfResult: a\r\nNext: b\r\n")
    ran = run_cli("log", "day.md", "--json", cwd=trained.root)
    found = json.loads(ran.out)
    assert "\r" not in found["text"]
    assert found["parts"] == {"observations": ["Result: a"], "next-steps": ["Next: b"]}


def test_text_comes_from_a_pipe(trained) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "expdocs", "log", "--json"],
        cwd=trained.root,
        input="下一步试试 focal loss。SMOTE 没有奏效。".encode(),
        capture_output=True,
        check=True,
    )
    parts = json.loads(done.stdout)["parts"]
    assert parts == {"next-steps": ["下一步试试 focal loss。"], "failures": ["SMOTE 没有奏效。"]}


# --- the editor


def edited(trained: Any, script: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Run the command on a terminal with a script as the editor; its code and what it printed."""
    editor = trained.root / "editor.py"
    editor.write_text(f"import sys\npath = sys.argv[-1]\n{script}\n")
    main, other = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "expdocs", "log", *arguments],
            cwd=trained.root,
            env={**os.environ, "GIT_EDITOR": f"{sys.executable} '{editor}'", **env},
            stdin=other,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    finally:
        os.close(main)
        os.close(other)
    return done.returncode, done.stdout.decode()


WRITE = "old = open(path).read(); open(path, 'w').write('Result: it ran.\\n' + old)"


def test_the_editor_is_asked_and_what_is_below_the_line_is_left_out(trained) -> None:
    code, out = edited(trained, WRITE)
    assert code == 0, out
    text = (trained.root / out.splitlines()[-1]).read_text()
    assert section(text, "Observations") == "Result: it ran."
    assert ">8" not in text
    assert not (trained.root / ".git/expdocs/LOG.md").exists()


def test_gits_own_setting_names_the_editor(trained) -> None:
    trained.git("config", "core.editor", f"{sys.executable} '{trained.root / 'editor.py'}'")
    env = {name: value for name, value in os.environ.items() if name != "GIT_EDITOR"}
    main, other = pty.openpty()
    (trained.root / "editor.py").write_text(f"import sys\npath = sys.argv[-1]\n{WRITE}\n")
    done = subprocess.run(
        [sys.executable, "-m", "expdocs", "log"],
        cwd=trained.root,
        env=env,
        stdin=other,
        capture_output=True,
        check=True,
    )
    os.close(main)
    os.close(other)
    assert b"journal/experiments" in done.stdout


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("sys.exit(3)", "the editor ended with 3: nothing was logged"),
        ("pass", "nothing was written, so nothing was logged"),
        ("open(path, 'wb').write(b'\\xff\\xfe')", "the editor saved what is not UTF-8"),
        ("import os; os.remove(path)", "nothing was written, so nothing was logged"),
    ],
)
def test_an_editor_that_gives_nothing_ends_the_command(script, said, trained) -> None:
    before = tree(trained.root)
    code, out = edited(trained, script)
    assert code == 1
    assert out.startswith(f"error: {said}")
    after = tree(trained.root)
    after.pop("editor.py")
    assert after == before


def test_what_was_written_is_kept_for_the_next_time_when_the_command_fails(trained) -> None:
    code, out = edited(trained, WRITE, "--run", "nobody")
    assert code == 1
    assert "the text is kept in" in out
    code, out = edited(trained, "pass", "--run", "smote-0")
    assert code == 0, out
    assert "Result: it ran." in (trained.root / out.splitlines()[-1]).read_text()


def test_an_editor_that_is_not_there_is_named(trained) -> None:
    code, out = edited(trained, "", GIT_EDITOR="/no/such/editor")
    assert code == 3
    assert "the editor /no/such/editor cannot be started" in out
