"""Data and parameter edges against files of DVC in a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.commits import Commits
from expdocs.evidence.edges import Edge
from expdocs.evidence.parameters import flat_parameters
from expdocs.evidence.shapes import Dataset, RunSnapshot
from expdocs.evidence.triangle import edges_of
from expdocs.records.record import RunUse
from expdocs.repository import Repository

A, B, C = ("md5:" + letter * 32 for letter in "abc")
LOCK = f"""\
schema: '2.0'
datasets:
- {{name: orders, type: dvc, url: u, path: p, rev_lock: v43}}
- {{name: orders, type: url, url: u, meta: {{version_id: v44}}}}
- {{name: other, type: dc, url: u, version: 45}}
- broken
stages:
  prepare:
    cmd: p
    deps: [{{path: data/raw, hash: md5, md5: {A[4:]}.dir}}]
    outs: [{{path: data/clean.csv, hash: md5, md5: {B[4:]}}}]
  train:
    cmd: t
    deps: [{{path: data/clean.csv, hash: md5, md5: {B[4:]}}}]
    params:
      params.yaml: {{train: {{rate: 0.5, layers: [8, 4]}}}}
    outs: [{{path: model.bin, hash: md5, md5: {C[4:]}}}]
  other:
    cmd: o
    params: {{params.yaml: {{seed: 1}}, conf/more.toml: {{depth: 3}}}}
  others:
    cmd: o
    params: {{params.yaml: {{seed: 2}}}}
"""
FILES = {
    "dvc.lock": LOCK,
    "dvc.yaml": "stages:\n  train: {cmd: t}\n  new: {cmd: n, params: [{conf/new.json: [width]}]}\n",
    "params.yaml": "train: {rate: 0.9, kind: tree}\nnames: [a, b]\ntop: 1\n",
    "conf/more.toml": "[deep]\ndepth = 4\n",
    "conf/new.json": '{"width": 7}',
    "nested/params.yaml": "only: there\ntop: 2\n",
    "cloud.csv.dvc": "deps: [{path: s3://b/k, etag: '\"e1\"'}]\nouts: [{path: cloud.csv}]\n",
    "imported.dvc": "deps:\n- path: data\n"
                    f"  repo: {{url: https://a:b@example.org/other, rev_lock: {'1' * 40}}}\n"
                    f"outs: [{{path: imported, hash: md5, md5: {A[4:]}}}]\n",
    "orders.csv.dvc": "deps: [{path: s3://key:word@bucket/orders.csv, etag: e}]\n"
                      f"outs: [{{path: orders.csv, hash: md5, md5: {A[4:]}}}]\n",
    "old.csv.dvc": f"outs: [{{path: old.csv, md5: {A[4:]}}}]\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "all")
    return root


def _git(root: Path, *arguments: str) -> str:
    base = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    base |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *arguments]
    done = subprocess.run(command, cwd=root, env=base, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _run(**fields: Any) -> RunSnapshot:
    return RunSnapshot("0" * 32, "1", "churn", "one", "FINISHED", "active", **fields)


def _edges(root: Path, run: RunSnapshot, *data: dict[str, str]) -> list[Edge]:
    with Repository.discover(root).objects as objects:
        use = RunUse(run.run_id, (), commit=_git(root, "rev-parse", "HEAD"), data=data)
        return list(edges_of(use, run, Commits(objects, root)))


def _data(root: Path, run: RunSnapshot, **entry: str) -> tuple[str, str]:
    (edge,) = (edge for edge in _edges(root, run, entry) if edge.name == "data")
    return edge.verdict.value, edge.reason


AGREE, NONE = "record, commit and run agree", "the commit agrees; the run recorded no data"


@pytest.mark.parametrize(
    ("path", "said", "recorded", "stage", "expected"),
    [
        ("data/clean.csv", B, {"data/clean.csv": B}, "", ("verified", AGREE)),
        ("data/clean.csv", B, {"data/clean.csv": B}, "train", ("verified", AGREE)),
        ("data/clean.csv", B, {"data/clean.csv": A}, "train",
         ("contradicted", "the run read other data")),
        ("data/clean.csv", B, {}, "train", ("unrecorded", NONE)),
        ("model.bin", C, {"model.bin": A}, "train", ("unrecorded",
         "the commit agrees; the stage that ran writes it, so the run did not read it")),
        ("model.bin", C, {"model.bin": A}, "pipelines/dvc.yaml:train", ("unrecorded",
         "the commit agrees; the stage that ran writes it, so the run did not read it")),
        ("data/clean.csv", B, {"data/clean.csv": A}, "prepare", ("unrecorded",
         "the commit agrees; the stage that ran writes it, so the run did not read it")),
        ("model.bin", C, {"model.bin": A}, "prepare", ("unrecorded", NONE)),
        ("model.bin", C, {"model.bin": A}, "", ("contradicted", "the run read other data")),
        ("model.bin", C, {"model.bin": A}, "gone", ("contradicted", "the run read other data")),
        ("model.bin", A, {}, "", ("contradicted", "the commit tracks other data")),
        ("imported", A, {"imported": A}, "", ("verified",
         f"{AGREE}; imported from https://example.org/other at 111111111111")),
        ("orders.csv", A, {"orders.csv": A}, "", ("verified",
         f"{AGREE}; imported from s3://bucket/orders.csv")),
        ("cloud.csv", 'etag:"e1"', {}, "", ("unrecorded", "the hashes have different forms")),
        ("old.csv", f"md5-dos2unix:{A[4:]}", {"old.csv": f"md5-dos2unix:{A[4:]}"}, "",
         ("unrecorded", "the hashes have different forms")),
        ("old.csv", A, {}, "", ("unrecorded", "the hashes have different forms")),
        ("none.csv", A, {}, "", ("contradicted", "DVC does not track this path at the commit")),
        ("elsewhere@data", A, {}, "",
         ("unreachable", "the record names no commit of the repository that tracks the data")),
    ],
)  # fmt: skip
def test_data(
    root: Path, path: str, said: str, recorded: dict[str, str], stage: str, expected: object
) -> None:
    run = _run(data=recorded, tags={"expdocs.stage": stage} if stage else {})
    assert _data(root, run, path=path, hash=said) == expected


def test_a_stage_in_a_computed_folder_leaves_absence_open(root: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "-q", str(root), str(work)], check=True)
    (work / "dvc.yaml").write_text("stages: {train: {cmd: t, wdir: '${folder}'}}\n")
    _git(work, "commit", "-qam", "a computed folder")
    expected = "dvc.yaml computes the folder of stage train, which DVC alone can tell"
    assert _data(work, _run(), path="models/model.bin", hash=C) == ("unreachable", expected)


@pytest.mark.parametrize(
    ("digest", "reason"),
    [
        ("v41", "declared, not checked; the run logged a dataset with this digest"),
        ("v42", "declared, not checked"),
        ("v43", "declared, not checked; dvc.lock keeps it at this version"),
        ("v44", "declared, not checked; dvc.lock keeps it at this version"),
        ("45", "declared, not checked"),
        ("", "declared, not checked"),
    ],
)
def test_declared_data_is_shown_and_no_finding(root: Path, digest: str, reason: str) -> None:
    run = _run(datasets=(Dataset("orders", "v41", "sql", "training"),))
    entry = {"name": "orders", "source": "warehouse.orders", "digest": digest}
    (edge,) = (edge for edge in _edges(root, run, entry) if edge.name == "data")
    assert (edge.verdict.value, edge.reason, edge.told) == ("unrecorded", reason, False)
    assert edge.subject == "orders"


@pytest.mark.parametrize(
    ("name", "logged", "stage", "expected"),
    [
        ("train.rate", "0.5", "", ("verified", "dvc.lock and the run agree", True)),
        ("train/rate", "0.50", "", ("verified", "dvc.lock and the run agree", True)),
        ("train.rate", "0.9", "", ("unrecorded", "dvc.lock has another value", True)),
        ("train.layers", "[8, 4]", "", ("verified", "dvc.lock and the run agree", True)),
        ("train.layers", "[8,4]", "", ("verified", "dvc.lock and the run agree", True)),
        ("train.layers", "(8, 4)", "", ("verified", "dvc.lock and the run agree", True)),
        ("train.layers", "[8, 5]", "", ("unrecorded", "dvc.lock has another value", True)),
        ("train/layers/1", "4", "", ("verified", "dvc.lock and the run agree", True)),
        ("train.kind", "tree", "", ("verified", "params.yaml and the run agree", True)),
        ("names", "['a', 'b']", "", ("verified", "params.yaml and the run agree", True)),
        ("seed", "1", "other", ("verified", "dvc.lock and the run agree", True)),
        ("seed", "1", "others", ("unrecorded", "dvc.lock has another value", True)),
        ("seed", "1", "", ("unrecorded",
         "the commit declares several values, and dvc.lock has another one", False)),
        ("seed", "3", "", ("unrecorded", "dvc.lock has another value", True)),
        ("deep.depth", "4", "", ("verified", "conf/more.toml and the run agree", True)),
        ("width", "7", "", ("verified", "conf/new.json and the run agree", True)),
        ("top", "1", "", ("verified", "params.yaml and the run agree", True)),
        ("only", "there", "", ("verified", "nested/params.yaml and the run agree", True)),
        ("undeclared", "1", "", None),
    ],
)  # fmt: skip
def test_parameters(root: Path, name: str, logged: str, stage: str, expected: object) -> None:
    run = _run(params={name: logged}, tags={"expdocs.stage": stage} if stage else {})
    found = [edge for edge in _edges(root, run) if edge.name == "parameters"]
    told = [(edge.verdict.value, edge.reason, edge.told) for edge in found]
    assert told == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.yaml", b"a: {b: 1, c: [x, {d: 2}]}", {"a.b": 1, "a.c.0": "x", "a.c.1.d": 2}),
        ("a.toml", b"[a]\nb = 1", {"a.b": 1}),
        ("a.json", b'{"a": {"b": null}}', {"a.b": None}),
        ("a.json", b"[" * 100_000, {}),
        ("a.toml", b"\xff", {}),
        ("a.py", b"rate = 1", {}),
        ("a.yaml", b"&a [*a]", {}),
    ],
)
def test_files_of_parameters(name: str, content: bytes, expected: dict[str, Any]) -> None:
    found = flat_parameters(content, name)
    assert {key: value for key, value in found.items() if not isinstance(value, list)} == expected


@pytest.mark.parametrize(
    ("status", "stage", "expected"),
    [
        ("FINISHED", "active", ("verified", "the run finished")),
        ("RUNNING", "active", ("unrecorded", "the run is RUNNING, not FINISHED")),
        ("FINISHED", "deleted", ("unrecorded", "the run was deleted in the tracker")),
    ],
)
def test_whether_the_run_came_to_its_end(
    root: Path, status: str, stage: str, expected: tuple[str, str]
) -> None:
    run = _run()._replace(status=status, lifecycle_stage=stage)
    (edge,) = (edge for edge in _edges(root, run) if edge.name == "run")
    assert ((edge.verdict.value, edge.reason), edge.told) == (expected, False)
