"""Histories from real repositories: experiments by their arms, with chosen values and times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from expdocs.analytics.history import History
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
from expdocs.workspace import Workspace

HASH = "md5:5afc23b9622f8f9ffa60824f4e97d0d5"
SWEEP = "sweep"


def run_id(name: str) -> str:
    """Return the id of a run by its name here."""
    return hashlib.md5(name.encode()).hexdigest()


@dataclass(frozen=True)
class Arm:
    """Runs of one role by their values; ``runs`` are their names, made up where there are none.

    Each took ``seconds``; seeds count from one. With the role sweep the values are its children's.
    """

    role: str
    values: Sequence[float]
    params: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = 60
    runs: Sequence[str] = ()
    others: Mapping[str, float] = field(default_factory=dict)
    code: str = "c" * 40


@dataclass(frozen=True)
class Experiment:
    """An experiment with arms by name; one run is a run of its own, several are a group."""

    id: str
    arms: Mapping[str, Arm]
    approach: str = "smote"
    project: str = "churn"
    metric: str = "val_f1"
    goal: str = "maximize"
    verdict: str = "iterate"
    status: str = "proposed"
    more: str = ""
    body: str = ""

    @property
    def path(self) -> str:
        return f"journal/experiments/2026/{self.id}.md"

    @property
    def date(self) -> str:
        return self.id[4:14]

    def text(self) -> str:
        runs = "".join(f"  - {line}\n" for line in self._runs())
        listed = f"runs:\n{runs}" if runs else "runs: {none: nothing was run}\n"
        return (
            f"---\nid: {self.id}\nkind: experiment\ntitle: Title of {self.id}\n"
            f"status: {self.status}\ndate: {self.date}\nauthors: [ana]\nproject: {self.project}\n"
            f"tags: []\napproach: {self.approach}\nhypothesis: {{exploratory: What happens?}}\n"
            f"metric: {{name: {self.metric}, goal: {self.goal}}}\n{listed}"
            f'commit: {"a" * 40}\ndata:\n  - {{path: data/churn.csv, hash: "{HASH}"}}\n'
            f"verdict: {self.verdict}\n{self.more}---\n\n{self.body}"
        )

    def _runs(self) -> Iterator[str]:
        for name, arm in self.arms.items():
            if arm.role == SWEEP:
                yield f"{{parent: {run_id(self.id + name)}, as: {name}, role: sweep}}"
                continue
            names = self.names(name)
            group = f", group: {name}" if len(names) > 1 else ""
            for number, run in enumerate(names, 1):
                label = f"{name}-{number}" if group else name
                yield f"{{id: {run_id(run)}, as: {label}, role: {arm.role}{group}}}"

    def names(self, name: str) -> Sequence[str]:
        """Return what the runs of an arm are called here."""
        arm = self.arms[name]
        return arm.runs or [f"{self.id}/{name}/{n}" for n in range(len(arm.values))]

    def evidence(self) -> dict[str, bytes]:
        """Return the snapshots of all runs."""
        found: dict[str, bytes] = {}
        for name, arm in self.arms.items():
            if arm.role == SWEEP:
                found |= self._sweep(name, arm)
                continue
            for number, (run, value) in enumerate(zip(self.names(name), arm.values, strict=True)):
                params = {"seed": str(number + 1), **arm.params}
                metrics = {self.metric: value, **arm.others}
                found |= self._snapshot(run_id(run), arm, params, metrics)
        return found

    def _snapshot(
        self, run: str, arm: Arm, params: Mapping[str, str], metrics: Mapping[str, float]
    ) -> dict[str, bytes]:
        minutes, seconds = divmod(arm.seconds or 0, 60)
        hours, minutes = divmod(minutes, 60)
        end = f"{self.date}T{8 + int(hours):02}:{int(minutes):02}:{seconds:06.3f}Z"
        snapshot = RunSnapshot(
            run_id=run,
            experiment_id=run[:8],
            experiment_name="tests",
            run_name=run[:6],
            status="FINISHED",
            lifecycle_stage="active",
            start_time=f"{self.date}T08:00:00.000Z",
            end_time=end if arm.seconds is not None else None,
            code_tree=arm.code,
            params=dict(params),
            metrics={name: _metric(value) for name, value in metrics.items()},
        )
        return {f"journal/evidence/{run_path(run)}": encode_run(snapshot)}

    def _sweep(self, name: str, arm: Arm) -> dict[str, bytes]:
        parent = run_id(self.id + name)
        children = [
            PopulationRun(
                run_id(f"{self.id}/{name}/{n}"),
                parent,
                "FINISHED",
                f"{self.date}T08:00:00.000Z",
                "ana",
                "active",
                {self.metric: value},
            )
            for n, value in enumerate(arm.values)
        ]
        path = f"journal/evidence/{population_path(parent[:8])}"
        return self._snapshot(parent, arm, {}, {}) | {path: encode_population(parent[:8], children)}


def _metric(value: float) -> Metric:
    point = Point(0, value)
    return Metric(point, point, point, point, 1)


MakeHistory = Callable[..., History]


@pytest.fixture
def make_history(repo: Any) -> Iterator[MakeHistory]:
    """Make a history: ``make_history(Experiment(…), files={path: text}, without={"run name"})``."""
    numbers = count()
    with ExitStack() as stack:

        def make(
            *experiments: Experiment,
            files: Mapping[str, str] | None = None,
            without: Sequence[str] = (),
        ) -> History:
            content: dict[str, Any] = {"expdocs.toml": 'project = "churn"\n'}
            for one in experiments:
                content |= {one.path: one.text(), **one.evidence()}
            content |= files or {}
            for name in without:
                del content[f"journal/evidence/{run_path(run_id(name))}"]
            made = repo(content, name=f"repo-{next(numbers)}")
            workspace = Workspace.open(made.root)
            assert not workspace.corpus.findings
            context = stack.enter_context(workspace.context())
            return History(workspace.corpus.records, context.facts)

        yield make
