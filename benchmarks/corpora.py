"""A git repository with a made-up journal of N records in which `expdocs check` finds nothing.

    python benchmarks/corpora.py DIR N [--citations K] [--seed S]

Of 100 records 85 are experiments (two runs, three cited numbers, a run table, links), ten are
decisions that cite experiments, five are compacts; statuses are mixed, acceptances are real. The
history alternates between a commit of code, parameters and data and a commit with the records
about it and their evidence, so that late commits hold a large journal, as they do in practice.
Everything is derived from N, K and the seed alone, commit ids included.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import texts
from history import History, Made
from plans import FIRST_DAY, PEOPLE, Planned, plan

from expdocs.edit.scaffold import record_of
from expdocs.evidence.snapshots import (
    CommitSnapshot,
    Dataset,
    Metric,
    Point,
    RunSnapshot,
    commit_path,
    encode_commit,
    encode_run,
    run_path,
)
from expdocs.evidence.store import Evidence
from expdocs.facts.citations import Facts
from expdocs.facts.cited import facts_digest
from expdocs.facts.tables import run_table
from expdocs.kinds.registry import load_registry
from expdocs.records.digest import record_digest
from expdocs.records.record import Record

MOST_BLOCKS = 300
A_BLOCK = 10
EPOCHS = 20
EVIDENCE = "journal/evidence"
WITHOUT = ("decisions", "dvc.lock", "journal")
CODE = (".gitignore", "README.md", "data", "expdocs.toml", "params.yaml", "src")
MODULES = ("load", "clean", "features", "split", "train", "evaluate", "calibrate", "report")


class Written:
    """Files that were written so far, for the library to read (the protocol `Files`)."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def list(self, _roots: Sequence[str]) -> tuple[()]:
        """Return nothing: whoever asks for a list gets the shipped kinds alone."""
        return ()

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None."""
        return self.contents.get(path)


class Experiments:
    """The experiments so far: all of a corpus that resolving a citation asks for."""

    def __init__(self) -> None:
        self._by_id: dict[str, Record] = {}

    def add(self, record: Record) -> None:
        """Add a record."""
        self._by_id[record.id] = record

    def knows(self, record_id: str) -> bool:
        """Whether there is an experiment of this id."""
        return record_id in self._by_id

    def record(self, record_id: str) -> Record | None:
        """Return the experiment of this id, or None."""
        return self._by_id.get(record_id)

    find = record


class Code:
    """What one commit holds of code, parameters and data, and the ids it got."""

    def __init__(self, block: int) -> None:
        self.block = block
        self.data_hash = f"md5:{_hex(('data', block // 7), 32)}"
        self.parameters = {
            "learning_rate": f"0.0{1 + block % 9}",
            "n_estimators": str(200 + block % 11 * 50),
            "seed": str(block % 5),
            "test_size": "0.2",
        }
        self.time = datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=8)
        self.ids = Made("", "", "")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files that this commit changes; the first one brings all."""
        first = self.block == 0
        yield "params.yaml", "".join(f"{k}: {v}\n" for k, v in self.parameters.items()).encode()
        yield "data/churn.csv.dvc", _dvc_file("churn.csv", self.data_hash)
        for index, name in enumerate(MODULES):
            if first or index == self.block % len(MODULES):
                yield f"src/{name}.py", f'"""{name}, version {self.block}."""\n'.encode()
        if first:
            yield from _once()


def _once() -> Iterator[tuple[str, bytes]]:
    people = "".join(f'{key} = {{name = "{name}"}}\n' for key, name in PEOPLE.items())
    settings = f'project = "churn"\nprotected_branch = "main"\n\n[people]\n{people}'
    yield "expdocs.toml", settings.encode()
    yield "README.md", b"# Churn\n\nWho leaves, and what we tried.\n"
    yield ".gitignore", b"/data/*.csv\n/site/\n"
    yield "data/orders.csv.dvc", _dvc_file("orders.csv", f"md5:{_hex('orders', 32)}")
    for area in ("api", "jobs", "reports"):
        for name in MODULES:
            yield f"src/{area}/{name}.py", f'"""{name} of {area}."""\n'.encode()


def _dvc_file(name: str, value: str) -> bytes:
    md5 = value.removeprefix("md5:")
    return f"outs:\n- md5: {md5}\n  size: 1048576\n  hash: md5\n  path: {name}\n".encode()


def _hex(of: object, digits: int) -> str:
    return f"{random.Random(repr(of)).getrandbits(4 * digits):0{digits}x}"


class Maker:
    """Writes the records of a plan, each with its evidence, digests computed by the library."""

    def __init__(self, citations: int, seed: int) -> None:
        self._citations = citations
        self._rng = random.Random(seed)
        self._seed = seed
        self._written = Written()
        self._registry = load_registry(self._written, "schemas")
        self._evidence = Evidence(self._written, EVIDENCE)
        self._runs: dict[str, texts.Runs] = {}
        self._records = Experiments()

    def files(self, one: Planned, code: Code) -> Iterator[tuple[str, bytes]]:
        """Yield a record and its evidence."""
        if one.kind == "experiment":
            self._runs[one.id] = _runs(one, code, self._seed)
            for run in self._runs[one.id].values():
                yield self._keep(f"{EVIDENCE}/{run_path(run.run_id)}", encode_run(run))
        yield one.path, self._text(one, code).encode()

    def _text(self, one: Planned, code: Code) -> str:
        facts = Facts(self._records, self._evidence)  # type: ignore[arg-type]
        record = self._record(one, self._plain(one, code))
        if one.kind == "experiment":
            record = self._record(one, _with_table(record, facts))
            self._records.add(record)
        if not one.accepted:
            return record.file.text
        line = texts.acceptance(one, record_digest(record), facts_digest(record, facts))
        return record.file.text.replace("\n---\n", f"\n{line}\n---\n", 1)

    def _plain(self, one: Planned, code: Code) -> str:
        if one.kind == "experiment":
            runs, value = self._runs[one.id], code.data_hash
            return texts.experiment(one, runs, value, self._citations, self._rng)
        if one.kind == "decision":
            runs = self._runs[one.experiments[0].id]
            return texts.decision(one, runs, self._citations, self._rng)
        return texts.compact(one, code.data_hash, self._rng)

    def _record(self, one: Planned, text: str) -> Record:
        kind = self._registry.get(one.kind)
        assert kind is not None
        return record_of(kind, text, one.path)

    def _keep(self, path: str, content: bytes) -> tuple[str, bytes]:
        self._written.contents[path] = content
        return path, content


def _with_table(record: Record, facts: Facts) -> str:
    table = run_table(record, facts)
    assert table is not None
    begin, end = "<!-- expdocs:runs -->\n", "<!-- /expdocs:runs -->"
    return record.file.text.replace(begin + end, f"{begin}{table.markdown()}\n{end}")


def _runs(one: Planned, code: Code, seed: int) -> dict[str, RunSnapshot]:
    """Return the two runs of an experiment, as the tracker would have held them."""
    return {label: _run(one, label, code, seed) for label in ("baseline", "candidate")}


def _run(one: Planned, label: str, code: Code, seed: int) -> RunSnapshot:
    rng = random.Random(f"{seed}/{one.id}/{label}")
    begun = code.time + timedelta(minutes=rng.randrange(5, 50))
    variant = {"sampler": one.approach} if label == "candidate" else {"sampler": "none"}
    return RunSnapshot(
        run_id=f"{rng.getrandbits(128):032x}",
        experiment_id=str(1 + one.block % 9),
        experiment_name="churn",
        run_name=f"{one.approach}-{label}",
        status="FINISHED",
        lifecycle_stage="active",
        start_time=f"{begun:%Y-%m-%dT%H:%M:%S}.000Z",
        end_time=f"{begun + timedelta(minutes=4):%Y-%m-%dT%H:%M:%S}.000Z",
        user=one.authors[0],
        source_name="src/train.py",
        source_type="LOCAL",
        commit=code.ids.sha,
        branch="main",
        code_tree=code.ids.code_tree,
        code_tree_without=WITHOUT,
        dirty=False,
        data={texts.DATA: code.data_hash},
        params={**code.parameters, **variant, "model": "gbm", "objective": "binary"},
        datasets=(Dataset("churn", code.data_hash.removeprefix("md5:"), "local", "training"),),
        metrics=dict(_metrics(rng, label)),
    )


def _metrics(rng: random.Random, label: str) -> Iterator[tuple[str, Metric]]:
    """Yield the metrics of a run; those that records name come with their history.

    Candidates are better than baselines, as decisions that promote them have to say.
    """
    least, most = (0.55, 0.7) if label == "baseline" else (0.75, 0.9)
    for name in (texts.PRIMARY, texts.SECONDARY, "val_precision", "train_loss", "val_loss"):
        final, gap = rng.uniform(least, most), rng.uniform(0.05, 0.25)
        noise = [rng.gauss(0, 0.004) for _ in range(EPOCHS)]
        values = [final - gap * math.exp(-step / 5) + noise[step] for step in range(EPOCHS)]
        points = tuple(Point(step, round(value, 6)) for step, value in enumerate(values))
        low, high = min(points, key=_value), max(points, key=_value)
        named = name in (texts.PRIMARY, texts.SECONDARY)
        yield name, Metric(points[0], points[-1], low, high, EPOCHS, points if named else ())


def _value(point: Point) -> float:
    return point.value


def _commit_evidence(code: Code) -> tuple[str, bytes]:
    ids = code.ids
    time = f"{code.time:%Y-%m-%dT%H:%M:%SZ}"
    hashes = {texts.DATA: code.data_hash}
    snapshot = CommitSnapshot(ids.sha, ids.tree, ids.code_tree, time, hashes, WITHOUT)
    return f"{EVIDENCE}/{commit_path(ids.sha)}", encode_commit(snapshot)


def make(root: Path, count: int, citations: int = 3, seed: int = 1) -> None:
    """Make the repository; ``root`` must not exist yet."""
    blocks = max(1, min(MOST_BLOCKS, count // A_BLOCK))
    planned = plan(count, blocks, random.Random(f"plan {seed}"))
    maker, history = Maker(citations, seed), History(root)
    for block in range(blocks):
        mine = [one for one in planned if one.block == block]
        code = Code(block)
        code.time += mine[0].day - FIRST_DAY
        seconds = int(code.time.timestamp())
        history.commit(f"Change the training, {block}", seconds, dict(code.files()))
        code.ids = history.made(CODE)
        files = dict([_commit_evidence(code)])
        for one in mine:
            files.update(maker.files(one, code))
        history.commit(f"Record what was tried, {block}", seconds + 3600, files)
    history.close()


def main() -> None:
    """Read the command line and make the repository."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, metavar="DIR", help="must not exist yet")
    parser.add_argument("count", type=int, metavar="N", help="how many records")
    parser.add_argument("--citations", type=int, default=3, metavar="K", help="numbers a record")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    given = parser.parse_args()
    make(given.root, given.count, given.citations, given.seed)


if __name__ == "__main__":
    main()
