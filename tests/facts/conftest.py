"""A repository whose second experiment has seeds on both sides and a sweep, with chosen values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from expdocs.evidence.snapshots import (
    Metric,
    Point,
    PopulationRun,
    RunSnapshot,
    encode_population,
    encode_run,
    population_path,
    run_path,
)

SEEDED = "EXP-2026-11-20-500"
SEEDED_PATH = f"journal/experiments/2026/11/{SEEDED}-seeds.md"
# Each metric has a last and a greatest value.
BASES = {"b1": (0.70, 0.75), "b2": (0.72, 0.75), "b3": (0.74, 0.76)}
CANDIDATES = {"c1": (0.80, 0.82), "c2": (0.81, 0.84), "c3": (0.79, 0.80), "c4": (0.80, 0.82)}
CHILDREN = {"s1": (0.60, 1.0), "s2": (0.65, 2.0), "s3": (float("nan"), 3.0), "s4": (0.55, 4.0)}


def run_id(name: str) -> str:
    """Return the id of a run by its name here."""
    return hashlib.md5(name.encode()).hexdigest()


def snapshot(
    name: str, metrics: Mapping[str, tuple[float, ...]], params: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """Return the snapshot file of a run; a metric is given by its values, step by step."""
    run = RunSnapshot(
        run_id=run_id(name),
        experiment_id="2",
        experiment_name="seeds",
        run_name=name,
        status="FINISHED",
        lifecycle_stage="active",
        params=params or {},
        metrics={metric: _metric(values) for metric, values in metrics.items()},
    )
    return {f"journal/evidence/{run_path(run.run_id)}": encode_run(run)}


def _metric(values: tuple[float, ...]) -> Metric:
    points = [Point(step, value) for step, value in enumerate(values)]
    ordered = sorted(points, key=lambda point: point.value)
    return Metric(points[0], points[-1], ordered[0], ordered[-1], len(points), tuple(points))


def _child(name: str, f1: float, loss: float, stage: str = "active") -> PopulationRun:
    metrics = {"val_f1": f1, "loss": loss}
    return PopulationRun(run_id(name), run_id("sweep"), "FINISHED", None, "ana", stage, metrics)


def evidence() -> dict[str, bytes]:
    """Return the evidence files of the second experiment."""
    files: dict[str, bytes] = {}
    for name, (last, greatest) in {**BASES, **CANDIDATES}.items():
        files |= snapshot(name, {"val_f1": (0.1, greatest, last)}, {"lr": "3e-4", "seed": name[1]})
    files |= snapshot("sweep", {})
    population = [_child(name, *values) for name, values in CHILDREN.items()]
    population.append(_child("s5", 0.99, 9.0, "deleted"))
    files[f"journal/evidence/{population_path('2')}"] = encode_population("2", population)
    return files


RUNS = "".join(
    [f"  - {{id: {run_id(name)}, as: {name}, role: baseline, group: base}}\n" for name in BASES]
    + [f"  - {{id: {run_id(n)}, as: {n}, role: candidate, group: cand}}\n" for n in CANDIDATES]
    + [f"  - {{parent: {run_id('sweep')}, as: search, role: sweep}}\n"]
)


def seeded_text(text: str) -> str:
    """Return the second experiment, a draft, made from the first; it has a place ``@SAYS@``."""
    head, _, tail = text.replace("EXP-2026-11-20-417", SEEDED).partition("runs:\n")
    text = f"{head}runs:\n{RUNS}commit:{tail.partition('commit:')[2]}"
    front = text.partition("## Motivation")[0].replace("status: proposed", "status: draft")
    return f"{front}## Observations\n\nHere it says @SAYS@ in short.\n"


@dataclass(frozen=True)
class Seeded:
    """The checked repository ``repo`` with the second experiment, whose id and path these are."""

    repo: Any
    id: str = SEEDED
    path: str = SEEDED_PATH

    @property
    def root(self) -> Path:
        """The top of the working tree."""
        return Path(self.repo.root)

    @property
    def text(self) -> str:
        """The second experiment's text."""
        return (self.root / self.path).read_text(encoding="utf-8")

    def say(self, text: str) -> None:
        """Put a text where ``@SAYS@`` stands."""
        self.write(self.text.replace("@SAYS@", text))

    def write(self, text: str) -> None:
        """Write the second experiment."""
        self.repo.write({self.path: text})

    def change(self, old: str, new: str) -> None:
        """Replace a part of the second experiment that stands there."""
        assert old in self.text, old
        self.write(self.text.replace(old, new))

    def propose(self) -> None:
        """Make the second experiment complete, with sections and run table."""
        sections = ("Motivation", "Runs", "Conclusion", "Next steps")
        text = self.text.replace("status: draft", "status: proposed")
        self.write(text + "".join(f"\n## {title}\n\nShort.\n" for title in sections))


@pytest.fixture
def seeded(checked_repo: Any) -> Seeded:
    """Return the checked repository with the second experiment, a draft."""
    checked_repo.write({**evidence(), SEEDED_PATH: seeded_text(checked_repo.text)})
    return Seeded(checked_repo)
