"""Records that break YAML, the encoding or the schema: one finding at the right place."""

from __future__ import annotations

from typing import Any

import pytest

RUN = "9e20a4f780104459a8c141c87a951182"
Change = tuple[str, str]

# What is replaced in the example record, and rule, line and column of the one finding.
YAML: dict[str, tuple[Change, tuple[str, int, int]]] = {
    "open quote": (('0d5"}', "0d5}"), ("REC110", 19, 34)),
    "open bracket": (("authors: [ana]", "authors: [ana"), ("REC110", 8, 8)),
    "second colon": (("title: Over", "title: So: Over"), ("REC110", 4, 10)),
    "no colon": (("project: churn", "project churn"), ("REC110", 8, 1)),
    "at sign": (("approach: smote", "approach: @smote"), ("REC110", 10, 11)),
    "tab as indent": (("  - {id: 77", "\t- {id: 77"), ("REC110", 15, 1)),
    "key twice": (("date: 2026-11-20\n", "date: 2026-11-20\nstatus: draft\n"), ("REC111", 7, 1)),
    "key twice in a run": (("as: weights", "as: weights, as: w"), ("REC111", 14, 57)),
    "key twice, quoted": (("project: churn", '"status": draft'), ("REC111", 8, 1)),
    "anchor": (("tags: [", "tags: &t ["), ("REC112", 9, 7)),
    "alias": (("tags: [imbalance]", "tags: *t"), ("REC112", 9, 7)),
    "alias as key": (("project: churn", "*p : churn"), ("REC112", 8, 1)),
    "merge key": (("project: churn", "<<: {project: churn}"), ("REC112", 8, 1)),
    "tag": (("title: Over", "title: !!str Over"), ("REC113", 4, 8)),
    "tag that runs code": (
        ("title: Over", "title: !!python/object/apply:os.system Over"),
        ("REC113", 4, 8),
    ),
    "tag on a list": (("tags: [", "tags: !!set ["), ("REC113", 9, 7)),
    "unknown tag handle": (("title: Over", "title: !e!x Over"), ("REC113", 4, 8)),
    "second document": (("project: churn", "...\nproject: churn"), ("REC114", 9, 1)),
    "second document, named": (("project: churn", "--- {}\nproject: churn"), ("REC114", 8, 1)),
    "directive": (("---\nid:", "---\n%YAML 1.1\n--- \nid:"), ("REC114", 2, 1)),
    "list as key": (("project: churn", "? [a]\n: churn"), ("REC110", 8, 3)),
    "NUL": (("title: Over", "title: O\0ver"), ("REC110", 4, 9)),
    "control character": (("title: Over", "title: O\x1b[31mver"), ("REC110", 4, 9)),
    "non-ASCII before the fault": (("title: Over", "title: 数é😀: : Over"), ("REC110", 4, 11)),
    "deep": (("tags: [imbalance]", f"tags: {'[' * 50_000}"), ("REC115", 9, 22)),
    "deep in blocks": (("tags: [imbalance]", f"tags:\n  {'- ' * 40}a"), ("REC115", 10, 33)),
    "many": (("tags: [imbalance]", f"tags: [{'a,' * 30_000}]"), ("REC115", 9, 39_988)),
    "large": (("tags: [imbalance]", f"tags: [{'a' * 200_000}]"), ("REC115", 1, 1)),
    "a list": (("---\nid: EXP-2026-11-20-417\n", "---\n- a\n---\n"), ("REC120", 2, 1)),
    "a text": (("---\nid: EXP-2026-11-20-417\n", "---\nonly words\n---\n"), ("REC120", 2, 1)),
    "nothing": (("---\nid: EXP-2026-11-20-417\n", "---\n---\n"), ("REC120", 2, 1)),
    "only a comment": (("---\nid: EXP-2026-11-20-417\n", "---\n# a\n---\n"), ("REC120", 2, 1)),
}


def changed(repo: Any, change: Change) -> None:
    old, new = change
    assert repo.text.count(old) == 1
    repo.write({repo.record: repo.text.replace(old, new)})


@pytest.mark.parametrize(("change", "expected"), YAML.values(), ids=YAML)
def test_broken_yaml(
    checked_repo: Any, only_finding: Any, change: Change, expected: tuple[str, int, int]
) -> None:
    changed(checked_repo, change)
    rule, path, line, column = only_finding(checked_repo)
    assert (rule, line, column) == expected
    assert path == checked_repo.record


def test_billion_laughs(checked_repo: Any, only_finding: Any) -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    changed(checked_repo, ("project: churn", "\n".join(lines)))
    assert only_finding(checked_repo)[0::2] == ("REC112", 8)


FIELDS: dict[str, tuple[Change, tuple[str, int, int]]] = {
    "short SHA": (("commit: ", "commit: 1234567 #"), ("REC205", 17, 9)),
    "SHA that looks like a float": (("commit: ", "commit: 12e4567 #"), ("REC205", 17, 9)),
    "SHA with a blank": (("commit: ", "commit: a "), ("REC205", 17, 9)),
    "branch for a commit": (("commit: ", "commit: main #"), ("REC205", 17, 9)),
    "upper-case run id": ((f"id: {RUN}", f"id: {RUN.upper()}"), ("REC205", 14, 10)),
    "short run id": ((f"id: {RUN}", f"id: {RUN[:12]}"), ("REC205", 14, 10)),
    "run id of another tracker": ((f"id: {RUN}", "id: 3fxk2a1b"), ("REC205", 14, 10)),
    "run id as UUID": (
        (f"id: {RUN}", "id: 9e20a4f7-8010-4459-a8c1-41c87a951182"),
        ("REC205", 14, 10),
    ),
    "run id in Arabic digits": ((f"id: {RUN}", f"id: {'٠' * 32}"), ("REC205", 14, 10)),
    "run page": ((f"id: {RUN}", f'id: "http://h/#/runs/{RUN}"'), ("REC205", 14, 10)),
    "run without an id": ((f"{{id: {RUN}, as", "{as"), ("REC201", 14, 5)),
    "run id empty": ((f"id: {RUN}", "id: "), ("REC207", 14, 6)),
    "run id a list": ((f"id: {RUN}", "id: [a]"), ("REC203", 14, 10)),
    "runs a text": (("tags: [imbalance]", "tags: imbalance"), ("REC203", 9, 7)),
    "kind unknown": (("kind: experiment", "kind: recipe"), ("REC121", 3, 7)),
    "kind a list": (("kind: experiment", "kind: [experiment]"), ("REC121", 3, 7)),
    "kind a mapping": (("kind: experiment", "kind: {a: b}"), ("REC121", 3, 7)),
    "kind empty": (("kind: experiment", "kind:"), ("REC201", 3, 1)),
    "kind in capitals": (("kind: experiment", "kind: Experiment"), ("REC121", 3, 7)),
    "kind a path": (("kind: experiment", "kind: ../experiment"), ("REC121", 3, 7)),
    "kind missing": (("kind: experiment\n", ""), ("REC201", 1, 1)),
    "id of another kind": (("id: EXP-2026", "id: DEC-2026"), ("REC205", 2, 5)),
    "no id": (("id: EXP-2026-11-20-417\n", ""), ("REC201", 1, 1)),
    "a day that is none": (("date: 2026-11-20", "date: 2026-02-30"), ("REC205", 6, 7)),
    "status unknown": (("status: proposed", "status: done"), ("REC204", 5, 9)),
    "misspelt field": (("verdict: iterate", "verdict: iterate\nveredict: a"), ("REC202", 21, 1)),
    "escape sequence": (("title: Over", 'title: "\\e[31mOver" #'), ("REC206", 4, 8)),
    "title over two lines": (("title: Over", 'title: "a\\nb" #'), ("REC206", 4, 8)),
    "huge title": (("title: Over", f"title: {'a' * 60_000}"), ("REC206", 4, 8)),
    "number too large": (("effect: 0.02", f"effect: {'9' * 5000}"), ("REC203", 12, 48)),
    "infinite effect": (("effect: 0.02", "effect: 1e999"), ("REC203", 12, 48)),
    "negative effect": (("effect: 0.02", "effect: -0.02"), ("REC206", 12, 48)),
    "path out of the repository": (
        ("{path: data/churn.csv", "{path: ../churn.csv"),
        ("REC206", 19, 12),
    ),
    "unknown without a reason": (("verdict: iterate", "verdict: {unknown: }"), ("REC207", 20, 11)),
}


@pytest.mark.parametrize(("change", "expected"), FIELDS.values(), ids=FIELDS)
def test_broken_fields(
    checked_repo: Any, only_finding: Any, change: Change, expected: tuple[str, int, int]
) -> None:
    changed(checked_repo, change)
    rule, _, line, column = only_finding(checked_repo)
    assert (rule, line, column) == expected


def test_a_run_without_snapshot(checked_repo: Any, only_finding: Any) -> None:
    changed(checked_repo, (f"id: {RUN}", f"id: {'0' * 32}"))
    assert only_finding(checked_repo) == ("EVD101", checked_repo.record, 14, 10)


def test_a_commit_that_is_not_there(checked_repo: Any, only_finding: Any) -> None:
    changed(checked_repo, (f"commit: {checked_repo.code}", f"commit: {'0' * 40}"))
    assert only_finding(checked_repo) == ("EVD201", checked_repo.record, 17, 9)


BYTES: dict[str, tuple[bytes, tuple[str, int, int]]] = {
    "empty": (b"", ("REC103", 1, 1)),
    "blank": (b" \n\t\n", ("REC103", 1, 1)),
    "10 MB": (b"a" * 10_000_000, ("REC102", 1, 1)),
    "10 MB of lines": (b"---\n" + b"a: 1\n" * 2_000_000, ("REC102", 1, 1)),
    "UTF-16": ("---\nid: a\n".encode("utf-16"), ("REC101", 1, 1)),
    "Latin-1": ("---\ntitle: né\n---\n".encode("latin-1"), ("REC101", 2, 9)),
    "cut character": ("---\n数数".encode()[:-1], ("REC101", 2, 2)),
    "encoded surrogate": (b"---\na: \xed\xa0\x80\n---\n", ("REC101", 2, 4)),
    "overlong": (b"---\na: \xc0\xaf\n---\n", ("REC101", 2, 4)),
    "only NUL": (b"\0" * 100, ("REC105", 1, 1)),
    "an image": (b"\x89PNG\r\n\x1a\n\0\0", ("REC101", 1, 1)),
    "no front matter": (b"# Title\n", ("REC105", 1, 1)),
    "front matter after a blank": (b"\n---\nid: a\n---\n", ("REC105", 1, 1)),
    "front matter never closed": (b"---\nid: a\n", ("REC108", 1, 1)),
    "only dashes": (b"---", ("REC108", 1, 1)),
    "lone CR": (b"---\rid: a\rkind: experiment\r---\r", ("REC105", 1, 1)),
    "TOML front matter": (b"+++\nid = 'a'\n+++\n", ("REC105", 1, 1)),
    "merge conflict": (
        b"---\n<<<<<<< HEAD\nid: a\n=======\nid: b\n>>>>>>> x\n---\n",
        ("REC109", 2, 1),
    ),
}


@pytest.mark.parametrize(("content", "expected"), BYTES.values(), ids=BYTES)
def test_broken_bytes(
    checked_repo: Any, only_finding: Any, content: bytes, expected: tuple[str, int, int]
) -> None:
    path = "journal/EXP-2026-11-20-418-bad.md"
    checked_repo.write({path: content})
    rule, found, line, column = only_finding(checked_repo)
    assert (rule, found, line, column) == (expected[0], path, *expected[1:])


def test_crlf_is_a_warning(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write({checked_repo.record: checked_repo.text.replace("\n", "\r\n")})
    assert only_finding(checked_repo) == ("REC107", checked_repo.record, 1, 4)


def test_crlf_does_not_move_places(checked_repo: Any, run_cli: Any) -> None:
    changed(checked_repo, ("status: proposed", "status: done"))
    checked_repo.write({checked_repo.record: checked_repo.text.replace("\n", "\r\n")})
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    assert [(f["rule"], f["line"], f["column"]) for f in found] == [
        ("REC107", 1, 4),
        ("REC204", 5, 9),
    ]


def test_byte_order_mark(checked_repo: Any, only_finding: Any) -> None:
    checked_repo.write({checked_repo.record: "\ufeff" + checked_repo.text})
    assert only_finding(checked_repo) == ("REC106", checked_repo.record, 1, 1)


@pytest.mark.parametrize("control", ["\0", "\x1b]0;x\x07", "\x85", "\u2028", "\r", "\ud7ff"])
def test_control_characters_in_the_body_break_nothing(
    checked_repo: Any, run_cli: Any, control: str
) -> None:
    changed(checked_repo, ("More seeds.", f"More{control} seeds and [0.5](run:nobody#val_f1)."))
    ran = run_cli("check", cwd=checked_repo.root)
    assert ran.code == 1
    assert ran.out.count("CLM102") == 1
    assert control not in ran.out or control == "\ud7ff"


def test_what_a_record_says_cannot_steer_the_terminal(checked_repo: Any, run_cli: Any) -> None:
    changed(checked_repo, ("status: proposed", 'status: "\\e[2J\\x9b31m\\u202edone"'))
    ran = run_cli("check", cwd=checked_repo.root)
    assert ran.code == 1
    assert not {"\x1b", "\x9b", "\u202e"} & set(ran.out)


def test_one_bad_file_hides_no_other(checked_repo: Any, run_cli: Any) -> None:
    checked_repo.write({
        "journal/a.md": b"\xff",
        "journal/b.md": b"",
        "decisions/c.md": b"---\n- a\n---\n",
    })  # fmt: skip
    changed(checked_repo, ("status: proposed", "status: done"))
    found = run_cli("check", "--format=json", cwd=checked_repo.root).findings()
    assert [(f["path"], f["rule"]) for f in found] == [
        ("decisions/c.md", "REC120"),
        ("journal/a.md", "REC101"),
        ("journal/b.md", "REC103"),
        (checked_repo.record, "REC204"),
    ]
