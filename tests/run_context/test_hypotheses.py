"""The hypotheses of open drafts, as a run finds them and as the record tells them offline."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from expdocs.kinds.registry import load_registry
from expdocs.records.digest import hypothesis_digest
from expdocs.records.frontmatter import read_record
from expdocs.records.record import Record
from tests.run_context.folders import Repository

Now = Callable[[], dict[str, str]]
DRAFT = """---
id: {id}
kind: experiment
title: Oversampling
status: {status}
date: 2026-11-20
authors: {authors}
hypothesis: {hypothesis}
---

## Motivation
"""
FOLDER = "journal/experiments/2026/11"


class _NoFiles:
    def list(self, roots):
        return []

    def read(self, path):
        return None


KIND = load_registry(_NoFiles(), "schemas").get("experiment")


def draft(
    hypothesis: str, status: str = "draft", authors: str = "[ana]", number: int = 417
) -> dict[str, str]:
    name = f"EXP-2026-11-20-{number}"
    text = DRAFT.format(id=name, status=status, authors=authors, hypothesis=hypothesis)
    return {f"{FOLDER}/{name}-oversampling.md": text}


def v1(text: str) -> str:
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}"


def tagged(found: dict[str, str]) -> dict[str, str]:
    tags: dict[str, str] = json.loads(found.get("expdocs.hypothesis", "{}"))
    return tags


@pytest.mark.parametrize(
    ("hypothesis", "meant"),
    [
        ("SMOTE raises F1 by 0.02.", "SMOTE raises F1 by 0.02."),
        ("'SMOTE  raises\\tF1'", "SMOTE raises\\tF1"),
        ('"SMOTE\\traises F1 ü"', "SMOTE raises F1 ü"),
        (">-\n  SMOTE raises\n  F1.\n", "SMOTE raises F1."),
        ("|\n  SMOTE raises\n\n  F1.\n", "SMOTE raises F1."),
        ("{exploratory: What helps?}", "exploratory: What helps?"),
        ("0.10", "0.10"),
        ("true # sure", "true"),
    ],
)
def test_run_and_record_tell_the_same(
    repository: Repository, now: Now, hypothesis: str, meant: str
) -> None:
    files = draft(hypothesis)
    repository.write(files)
    assert tagged(now()) == {"EXP-2026-11-20-417": v1(meant)}
    for path, text in files.items():
        for spelled in (text, text.replace("\n", "\r\n"), f"\ufeff{text}"):
            (repository.root / path).write_bytes(spelled.encode())
            record = Record(path, KIND, read_record(spelled.encode()))
            assert hypothesis_digest(record) == v1(meant)
            assert tagged(now()) == {"EXP-2026-11-20-417": v1(meant)}


@pytest.mark.parametrize(
    "hypothesis", ["", "# ? what you expect", "{unknown: later}", "[a]", "' '"]
)
def test_where_nothing_is_expected_yet_nothing_is_told(
    repository: Repository, now: Now, hypothesis: str
) -> None:
    files = draft(hypothesis)
    repository.write(files)
    assert "expdocs.hypothesis" not in now()
    for path, text in files.items():
        assert hypothesis_digest(Record(path, KIND, read_record(text.encode()))) is None


def test_only_open_drafts_of_the_author(repository: Repository, now: Now) -> None:
    repository.write(
        {
            "pyproject.toml": "[tool.expdocs.people.li-wei]\nemails = ['ANA@example.org']\n",
            **draft("mine, by address", authors="[joe, li-wei]", number=101),
            **draft("of somebody else", authors="[joe]", number=102),
            **draft("no longer open", status="proposed", authors="[li-wei]", number=103),
            **draft("by a name that is not mine here", authors="[ana]", number=104),
        }
    )
    assert tagged(now()) == {"EXP-2026-11-20-101": v1("mine, by address")}


def test_a_draft_counts_before_it_is_committed_and_when_git_ignores_it(
    repository: Repository, now: Now
) -> None:
    repository.write({**draft("soon"), ".gitignore": "journal/\n"})
    clean = now()
    assert tagged(clean) == {"EXP-2026-11-20-417": v1("soon")}
    repository.write(draft("later"))
    assert tagged(now()) == {"EXP-2026-11-20-417": v1("later")}
    assert now()["expdocs.code_tree"] == clean["expdocs.code_tree"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"draft",
        b"---\nkind: experiment\nstatus: draft\n",
        b"---\nstatus: draft\nkind: [experiment\n---\n",
        b"---\n" + b"[" * 50_000 + b"\nstatus: draft\n---\n",
        b"---\nid: 5\nkind: experiment\nstatus: draft\nauthors: ana\nhypothesis: x\n---\n",
        b"---\nid: {a: b}\nkind: experiment\nstatus: draft\nauthors: ana\nhypothesis: x\n---\n",
        b"---\nid: &a EXP-2026-11-20-001\nkind: experiment\nstatus: draft\nx: *a\n---\n",
        b"\xff\xfe---\nstatus: draft\n---\n",
        b"---\nstatus: draft\n---\n" + b"x" * (2 * 1024 * 1024),
    ],
)
def test_a_broken_draft_hides_no_other(repository: Repository, now: Now, content: bytes) -> None:
    repository.write(draft("stays"))
    (repository.root / FOLDER / "EXP-2026-11-21-999.md").write_bytes(content)
    assert tagged(now()) == {"EXP-2026-11-20-417": v1("stays")}


def test_links_and_evidence_are_not_read(repository: Repository, now: Now, tmp_path: Path) -> None:
    for text in draft("not here").values():
        (tmp_path / "outside.md").write_text(text)
        repository.write({"journal/evidence/mlflow/EXP-2026-11-20-417.md": text})
    (repository.root / "journal/linked.md").symlink_to(tmp_path / "outside.md")
    (repository.root / "decisions/folder").symlink_to(tmp_path)
    assert "expdocs.hypothesis" not in now()


def test_of_many_drafts_the_latest_are_told(repository: Repository, now: Now) -> None:
    for number in range(60):
        repository.write(draft("x", number=100 + number))
    old = next(iter(draft("old", number=99).values()))
    repository.write({f"{FOLDER}/EXP-2025-01-01-099.md": old.replace("2026-11-20", "2025-01-01")})
    found = now()
    assert len(found["expdocs.hypothesis"]) <= 4000
    # two braces less one comma, and 91 characters each
    assert len(tagged(found)) == (4000 - 1) // 91
    assert "EXP-2025-01-01-099" not in tagged(found)


def test_git_knows_no_author(
    repository: Repository, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(draft("of nobody", authors="['']"))
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"):
        monkeypatch.delenv(name)
    repository.git("config", "user.useConfigOnly", "true")
    found = now()
    assert "expdocs.hypothesis" not in found
    assert "expdocs.code_tree" in found
