"""A repository in memory, complete enough that every rule has something to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from expdocs.config import Settings, load_settings
from expdocs.evidence.commits import Commits
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    commit_path,
    encode_commit,
    encode_population,
    encode_run,
    population_path,
    run_path,
)
from expdocs.evidence.store import Evidence
from expdocs.files import Entry
from expdocs.findings import Finding
from expdocs.kinds.registry import Registry, load_registry
from expdocs.objects import GitObject
from expdocs.records.corpus import Corpus, load_record
from expdocs.records.record import Record
from expdocs.rules.context import Context
from expdocs.rules.engine import check_corpus

RECORD = "journal/EXP-2026-11-20-417-fuzz.md"
SHA = "a90bd60b358f5a0e14ebb675d030786e6362f1ba"
RUNS = {
    "weights": "9e20a4f780104459a8c141c87a951182",
    "smote-1": "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b",
    "smote-2": "0c1d2e3f405162738495a6b7c8d9eaf0",
}
_TREE = "36158e5af4f18f0f6178f0f520ec6af0e43b9441"
_HASH = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
_SETTINGS = b'project = "churn"\nunits = ["ms"]\n\n[people.ana]\nname = "Ana"\n'
_OTHER = b"""\
---
id: DEC-2026-11-20-100
kind: decision
title: Stop the line
status: draft
links: [{type: decides, target: EXP-2026-11-20-417}]
---
"""


class Memory:
    """Files by path, as a commit or a working tree would hold them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def list(self, roots: Sequence[str]) -> list[Entry]:
        """Return the files under ``roots``, sorted by path."""
        under = tuple(f"{root}/" for root in roots)
        found = [path for path in sorted(self._files) if path in roots or path.startswith(under)]
        return [Entry(path, regular=True, size=len(self._files[path])) for path in found]

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None."""
        return self._files.get(path)


class _NoObjects:
    """An object store that lost everything, so that the committed snapshots answer."""

    partial = True

    def get(self, sha: str, path: str | None = None) -> GitObject | None:
        return None


def _run(label: str, value: float) -> RunSnapshot:
    points = [Point(step, value - 0.01 * (3 - step)) for step in range(4)]
    metric = Metric(points[0], points[-1], points[0], points[-1], 4, tuple(points))
    return RunSnapshot(
        RUNS[label], "1", "churn", label, "FINISHED", "active", "2026-11-20T10:00:00.000Z",
        commit=SHA, code_tree=_TREE, code_tree_without=("decisions", "dvc.lock", "journal"),
        data={"data/churn.csv": _HASH}, params={"c": "0.1"}, metrics={"val_f1": metric},
    )  # fmt: skip


def _evidence() -> dict[str, bytes]:
    runs = [_run(label, 0.79 + 0.02 * n) for n, label in enumerate(RUNS)]
    left_out = ("decisions", "dvc.lock", "journal")
    commit = CommitSnapshot(
        SHA, _TREE, _TREE, "2026-11-20T10:00:00Z", {"data/churn.csv": _HASH}, left_out
    )
    others = [
        PopulationRun(f"{n:032x}", RUNS["weights"], "FINISHED", None, None, "active", {"val_f1": n})
        for n in range(3)
    ]
    return {
        f"journal/evidence/{commit_path(SHA)}": encode_commit(commit),
        f"journal/evidence/{population_path('1')}": encode_population("1", others),
        **{f"journal/evidence/{run_path(run.run_id)}": encode_run(run) for run in runs},
    }


FILES = _evidence()
SETTINGS: Settings = load_settings(Memory({"expdocs.toml": _SETTINGS}).read)
REGISTRY: Registry = load_registry(Memory({}), SETTINGS.schemas)
EVIDENCE = Evidence(Memory(FILES), SETTINGS.evidence)


def loaded(data: bytes, path: str = RECORD) -> tuple[Record | None, list[Finding]]:
    """Read one record file as a check does."""
    files = Memory({path: data})
    return load_record(files.list([path])[0], files, REGISTRY)


_DECISION, _ = loaded(_OTHER, "decisions/DEC-2026-11-20-100-stop.md")


def findings(data: bytes) -> tuple[Record | None, list[Finding]]:
    """Check a record beside another one and the evidence of three runs."""
    record, said = loaded(data)
    records = tuple(one for one in (_DECISION, record) if one)
    unread = frozenset() if record else frozenset([RECORD])
    corpus = Corpus(SETTINGS, REGISTRY, records, tuple(said), unread)
    commits = Commits(_NoObjects(), Path("/nowhere"), _snapshot_of)  # type: ignore[arg-type]
    context = Context(
        SETTINGS, REGISTRY, corpus.index, EVIDENCE, commits, False, lambda: corpus
    )  # fmt: skip
    return record, check_corpus(context)


def _snapshot_of(sha: str) -> CommitSnapshot | None:
    found = EVIDENCE.commit(sha)
    return found if isinstance(found, CommitSnapshot) else None
