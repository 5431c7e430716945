"""Measuring candidates in turns and logging them as MLflow runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Candidates = Mapping[str, Callable[[], float]]
Times = Mapping[str, Sequence[float]]
ROOT = Path(__file__).parent.parent
FEWEST = 3


def in_turns(
    candidates: Candidates, rounds: int, *, seconds: float = float("inf"), warm_up: bool = True
) -> dict[str, list[float]]:
    """Call every candidate once a round, after one round that is not counted.

    A candidate returns its own time; all must use the same unit. No further round begins when
    ``seconds`` have passed, but three are always made.
    """
    if warm_up:
        for measure in candidates.values():
            measure()
    end = time.monotonic() + seconds
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for done in range(rounds):
        if done >= FEWEST and time.monotonic() > end:
            break
        for name, measure in candidates.items():
            times[name].append(measure())
    return times


def ratio(times: Times, name: str, baseline: str) -> float:
    """Return the median of the ratios of the rounds; of the medians where rounds differ."""
    ours, theirs = times[name], times[baseline]
    if len(ours) != len(theirs):
        return statistics.median(ours) / statistics.median(theirs)
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def beyond(times: Times, name: str, baseline: str) -> float:
    """Return the median of the differences to the baseline of the same round."""
    pairs = zip(times[name], times[baseline], strict=True)
    return statistics.median(a - b for a, b in pairs)


def log(experiment: str, unit: str, times: Times, baseline: str) -> None:
    """Log one run for each candidate and print a table of medians and ratios."""
    log_runs(experiment, unit, times, baseline)
    for name, values in times.items():
        median, against = statistics.median(values), ratio(times, name, baseline)
        print(f"{name:<28} {median:>12.3f} {unit:<14} {against:>9.2f}x {baseline}")


def log_runs(
    experiment: str,
    unit: str,
    times: Times,
    baseline: str,
    *,
    params: Mapping[str, object] | None = None,
    more: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Log one run for each candidate; ``more`` are further metrics, by candidate."""
    # loaded when all is measured: what a child's memory is counted from grows with its parent's
    import mlflow  # noqa: PLC0415

    mlflow.set_tracking_uri(mlflow.get_tracking_uri() or f"sqlite:///{ROOT / 'mlflow.db'}")
    mlflow.set_experiment(experiment)
    for name, values in times.items():
        with mlflow.start_run(run_name=name):
            described = {"candidate": name, "rounds": len(values), "baseline": baseline}
            mlflow.log_params({**described, **(params or {})})
            for step, value in enumerate(values):
                mlflow.log_metric(unit, value, step=step)
            mlflow.log_metric(f"median_{unit}", statistics.median(values))
            mlflow.log_metric("ratio", ratio(times, name, baseline))
            mlflow.log_metrics((more or {}).get(name, {}))
