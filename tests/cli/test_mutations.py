"""One wrong character in a sound record: always noticed, never twice, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

# What may be flipped without anybody noticing: prose, and values that bind to nothing.
FREE_LINES = ("title:", "date:", "authors:", "tags:", "approach:", "hypothesis:", "project:")


def flipped(character: str) -> str:
    """Another character of the same sort, so that the form stays as it is."""
    if character.isdigit():
        return str((int(character) + 5) % 10)
    if "a" <= character <= "f":
        return chr((ord(character) - ord("a") + 1) % 6 + ord("a"))
    return "x" if character != "x" else "y"


def changed_at(text: str, at: int) -> str:
    return text[:at] + flipped(text[at]) + text[at + 1 :]


def position(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def findings(repo: Any, run_cli: Any, text: str) -> list[tuple[str, int]]:
    repo.write({repo.record: text})
    ran = run_cli("check", "--format=json", cwd=repo.root)
    assert ran.err == ""
    found = ran.findings()
    errors = [f for f in found if f["severity"] == "error"]
    assert ran.code == (1 if errors else 0)
    return [(f["rule"], f["line"]) for f in found]


def places(text: str, pattern: str, group: int = 1) -> Iterator[int]:
    for match in re.finditer(pattern, text):
        yield from range(match.start(group), match.end(group))


def test_every_digit_of_a_run_id(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    head = text.index("\n---\n")
    for at in places(text[:head], r"id: ([0-9a-f]{32})"):
        line = position(text, at)[0]
        assert findings(checked_repo, run_cli, changed_at(text, at)) == [("EVD101", line)]


def test_every_digit_of_the_commit(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    for at in places(text, r"(?m)^commit: ([0-9a-f]{40})"):
        assert findings(checked_repo, run_cli, changed_at(text, at)) == [("EVD201", 17)]


def test_every_digit_of_the_data_hash(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    for at in places(text, r"md5:([0-9a-f]{32})"):
        assert findings(checked_repo, run_cli, changed_at(text, at)) == [("EVD212", 19)]


def test_every_letter_of_the_data_path(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    for at in places(text, r"path: (data/churn\.csv)"):
        if text[at] not in "/.":
            assert findings(checked_repo, run_cli, changed_at(text, at)) == [("EVD212", 19)]


def test_every_digit_of_a_linked_commit(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    linked = r"(?:git:|csv@)([0-9a-f]{40})"
    for at in places(text, linked):
        line = position(text, at)[0]
        assert findings(checked_repo, run_cli, changed_at(text, at)) == [("CLM108", line)]


def test_every_digit_of_a_cited_number(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    checked = 0
    for match in re.finditer(r"\[([+]?[0-9.]+)\]\((?:run|delta|mean|ratio):", text):
        for at in range(match.start(1), match.end(1)):
            if text[at].isdigit():
                line = position(text, at)[0]
                assert findings(checked_repo, run_cli, changed_at(text, at)) == [("CLM104", line)]
                checked += 1
    assert checked == 4 + 5 + 5 + 4 + 4


def test_every_digit_of_the_run_table(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    start, end = text.index("| `weights`"), text.index("<!-- /expdocs:runs")
    line = position(text, text.index("<!-- expdocs:runs"))[0]
    cells = list(places(text[start:end], r"\| ([0-9.]+) \|"))
    for at in cells:
        if text[start + at].isdigit():
            changed = changed_at(text, start + at)
            assert findings(checked_repo, run_cli, changed) == [("CLM201", line)]
    assert len(cells) == 3 * 6


@pytest.mark.parametrize("target", ["weights#", "smote-1#", "#val_f1)", "mean:seeds"])
def test_every_letter_of_what_a_citation_names(
    checked_repo: Any, run_cli: Any, target: str
) -> None:
    text = checked_repo.text
    body = text.index("## Observations")
    start = text.index(target, body)
    for at in range(start, start + len(target)):
        if text[at] in "#()-:" or text[start:at].count(":") < target.count(":"):
            continue
        found = findings(checked_repo, run_cli, changed_at(text, at))
        assert len(found) == 1
        assert found[0][0] in ("CLM101", "CLM102", "CLM103")
        assert found[0][1] == position(text, at)[0]


def test_a_line_left_out(checked_repo: Any, run_cli: Any) -> None:
    lines = checked_repo.text.splitlines(keepends=True)
    end = lines.index("---\n", 1)
    unnoticed = []
    for number, line in enumerate(lines):
        text = "".join([*lines[:number], *lines[number + 1 :]])
        found = findings(checked_repo, run_cli, text)
        if not found:
            unnoticed.append((number, line))
    front = [line.partition(":")[0] for number, line in unnoticed if number <= end]
    # All that may be missing from a proposed record.
    assert front == ["tags"]
    held = ("|", "#", "---", "<!--")
    assert [line for number, line in unnoticed if number > end and line.startswith(held)] == []


def test_a_character_flipped_anywhere(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    end = text.index("\n---\n", 4)
    for at in range(0, end, 7):
        changed = changed_at(text, at)
        found = findings(checked_repo, run_cli, changed)
        line = text.splitlines()[position(text, at)[0] - 1]
        assert found or line.startswith(FREE_LINES) or "as:" in line or "effect" in line, line


@pytest.mark.parametrize(
    "junk", ["\t", "\0", "{", "]", '"', "&a ", "*a", "!x ", "\r", "%", "\ufeff"]
)
def test_junk_put_anywhere(checked_repo: Any, run_cli: Any, junk: str) -> None:
    text = checked_repo.text
    for at in range(0, len(text), 41):
        findings(checked_repo, run_cli, text[:at] + junk + text[at:])


def test_cut_off_anywhere(checked_repo: Any, run_cli: Any) -> None:
    text = checked_repo.text
    for at in range(0, text.index("## Observations"), 23):
        assert findings(checked_repo, run_cli, text[:at]) != []
