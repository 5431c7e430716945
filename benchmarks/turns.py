"""Measuring candidates in turns and logging them as MLflow runs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

import mlflow

Candidates = Mapping[str, Callable[[], float]]
ROOT = Path(__file__).parent.parent


def in_turns(candidates: Candidates, rounds: int) -> dict[str, list[float]]:
    """Call every candidate once a round, after one round that is not counted.

    A candidate returns its own time; all must use the same unit.
    """
    for measure in candidates.values():
        measure()
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, measure in candidates.items():
            times[name].append(measure())
    return times


def log(experiment: str, unit: str, times: Mapping[str, list[float]], baseline: str) -> None:
    """Log one run for each candidate and print a table of medians and ratios."""
    mlflow.set_tracking_uri(mlflow.get_tracking_uri() or f"sqlite:///{ROOT / 'mlflow.db'}")
    mlflow.set_experiment(experiment)
    for name, values in times.items():
        ratios = [a / b for a, b in zip(values, times[baseline], strict=True)]
        with mlflow.start_run(run_name=name):
            mlflow.log_params({"candidate": name, "rounds": len(values), "baseline": baseline})
            for step, value in enumerate(values):
                mlflow.log_metric(unit, value, step=step)
            mlflow.log_metric(f"median_{unit}", statistics.median(values))
            mlflow.log_metric("ratio", statistics.median(ratios))
        median, ratio = statistics.median(values), statistics.median(ratios)
        print(f"{name:<28} {median:>12.3f} {unit:<14} {ratio:>9.2f}x {baseline}")
