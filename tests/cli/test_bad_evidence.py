"""Evidence that was edited, cut off, swapped or is no evidence at all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from expdocs.canonical import canonical_bytes

Edit = Callable[[bytes], bytes]


def sealed(document: dict[str, Any]) -> bytes:
    """A document whose digest fits, whatever it says: made by an attacker who knows how."""
    document.pop("sha256", None)
    digest = hashlib.sha256(canonical_bytes(document)).hexdigest()
    return canonical_bytes({**document, "sha256": digest}) + b"\n"


def resealed(change: Callable[[dict[str, Any]], object]) -> Edit:
    def edit(data: bytes) -> bytes:
        document = json.loads(data)
        change(document)
        return sealed(document)

    return edit


def put(key: str, value: Any) -> Edit:
    return resealed(lambda document: document.update({key: value}))


EDITS: dict[str, Edit] = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[:-10],
    "one byte short": lambda data: data[1:],
    "an edited value": lambda data: data.replace(b"0.7912", b"0.7913"),
    "an edited digest": lambda data: re.sub(rb'"sha256":"[0-9a-f]', b'"sha256":"g', data),
    "another digest": lambda data: re.sub(rb'("sha256":")[0-9a-f]{8}', rb"\g<1>00000000", data),
    "a digest twice": lambda data: data.replace(b'{"branch', b'{"sha256":"a","branch', 1),
    "a key twice": lambda data: data.replace(b'"user":"ana"', b'"user":"ana","user":"bo"'),
    "NaN": lambda data: data.replace(b"0.7912", b"NaN"),
    "Infinity": lambda data: data.replace(b"0.7912", b"-Infinity"),
    "a number out of range": lambda data: data.replace(b"0.7912", b"1e999"),
    "a huge integer": lambda data: data.replace(b"0.7912", b"9" * 5000),
    "a comment": lambda data: data + b"// why\n",
    "two documents": lambda data: data + data,
    "a list": lambda data: b"[" + data + b"]",
    "a number": lambda data: b"1",
    "null": lambda data: b"null",
    "text": lambda data: b"not JSON",
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "not UTF-8": lambda data: data.replace(b'"ana"', b'"\xff"'),
    "a lone surrogate": lambda data: data.replace(b'"ana"', b'"\\ud800"'),
    "nested": lambda data: b"[" * 100_000,
    "nested objects": lambda data: b'{"a":' * 100_000,
    "huge": lambda data: data + b" " * 17_000_000,
    "a Git LFS pointer": lambda data: b"version https://git-lfs.github.com/spec/v1\n",
    "a merge conflict": lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data,
    "no digest": lambda data: re.sub(rb',"sha256":"[0-9a-f]*"', b"", data),
    "no version": resealed(lambda document: document.pop("schema_version")),
    "a later version": put("schema_version", 99),
    "version true": put("schema_version", True),
    "version 0": put("schema_version", 0),
    "no metrics": resealed(lambda document: document.pop("metrics")),
    "metrics a list": put("metrics", []),
    "a metric null": put("metrics", {"val_f1": None}),
    "a point of three": put("metrics", {"val_f1": {"first": [0, 1, 2]}}),
    "params a list": put("params", ["c"]),
    "a param that is a number": put("params", {"c": 0.1}),
    "status null": put("status", None),
    "a foreign run id": put("run_id", "0" * 32),
    "a path for a run id": put("run_id", "../../etc/passwd"),
    "an experiment id with a path": put("experiment_id", "../x"),
    "dirty a text": put("dirty", "yes"),
    "data a text": put("data", "data/churn.csv"),
}


def edited(repo: Any, path: str, edit: Edit) -> None:
    before = (repo.root / path).read_bytes()
    after = edit(before)
    assert after != before
    repo.write({path: after})


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_broken_run_snapshot(checked_repo: Any, only_finding: Any, edit: Edit) -> None:
    path = checked_repo.snapshot("weights")
    edited(checked_repo, path, edit)
    assert only_finding(checked_repo) == ("EVD102", path, 1, 1)


COMMIT_EDITS: dict[str, Edit] = {
    "cut off": lambda data: data[:-10],
    "an edited hash": lambda data: data.replace(b"5afc", b"5afd"),
    "a key twice": lambda data: data.replace(b'{"code', b'{"sha":"a","code', 1),
    "another commit": put("sha", "0" * 40),
    "a short tree": put("tree", "abc"),
    "data a list": put("data", []),
}


@pytest.mark.parametrize("edit", COMMIT_EDITS.values(), ids=COMMIT_EDITS)
def test_a_broken_commit_snapshot(checked_repo: Any, only_finding: Any, edit: Edit) -> None:
    path = f"journal/evidence/git/{checked_repo.code}.json"
    edited(checked_repo, path, edit)
    assert only_finding(checked_repo) == ("EVD102", path, 1, 1)


def test_a_commit_snapshot_with_another_tree(checked_repo: Any, only_finding: Any) -> None:
    path = f"journal/evidence/git/{checked_repo.code}.json"
    target = checked_repo.root / path
    target.write_bytes(put("tree", "0" * 40)(target.read_bytes()))
    assert only_finding(checked_repo) == ("EVD202", path, 1, 1)


def test_swapped_snapshots(checked_repo: Any, run_cli: Any) -> None:
    one, two = checked_repo.snapshot("weights"), checked_repo.snapshot("smote-1")
    a, b = (checked_repo.root / one).read_bytes(), (checked_repo.root / two).read_bytes()
    checked_repo.write({one: b, two: a})
    ran = run_cli("check", "--format=json", cwd=checked_repo.root)
    found = [(f["rule"], f["path"]) for f in ran.findings()]
    assert (ran.code, found) == (1, sorted([("EVD102", one), ("EVD102", two)], key=lambda f: f[1]))


def test_a_resealed_lie_is_caught_by_the_citations(checked_repo: Any, run_cli: Any) -> None:
    points = {key: [0, 0.9] for key in ("first", "last", "min", "max")}
    metric = {"val_f1": {**points, "count": 1}}
    edited(checked_repo, checked_repo.snapshot("smote-2"), put("metrics", metric))
    ran = run_cli("check", "--format=json", cwd=checked_repo.root)
    assert ran.code == 1
    assert [f["rule"] for f in ran.findings()] == ["CLM201", "CLM104"]


def test_broken_evidence_stops_an_acceptance(checked_repo: Any, only_problem: Any) -> None:
    target = checked_repo.root / checked_repo.snapshot("weights")
    target.write_bytes(b"{}")
    said = only_problem(checked_repo, 1, "accept", "EXP-2026-11-20-417", "--by", "li")
    assert "EVD102" in said


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"outs: 1\n", b"outs: [[a]]\n", b"- a\n"])
def test_a_broken_dvc_file(checked_repo: Any, only_finding: Any, content: bytes) -> None:
    text = checked_repo.text
    checked_repo.write({"data/churn.csv.dvc": content})
    checked_repo.git("rm", "-rqf", "--cached", "journal")
    checked_repo.git("commit", "-qam", "broken")
    sha, tree = checked_repo.git("rev-parse", "HEAD"), checked_repo.git("rev-parse", "HEAD^{tree}")
    for label in checked_repo.runs:
        target = checked_repo.root / checked_repo.snapshot(label)
        target.write_bytes(put("code_tree", tree)(target.read_bytes()))
    (checked_repo.root / f"journal/evidence/git/{checked_repo.code}.json").unlink()
    checked_repo.write({checked_repo.record: text.replace(checked_repo.code, sha)})
    found = only_finding(checked_repo, "--ignore=EVD205,CLM108")
    assert found == ("EVD212", checked_repo.record, 19, 34)
