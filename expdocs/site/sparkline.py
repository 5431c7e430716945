"""A metric's course as a small drawing, with its words for those who do not see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from expdocs.evidence.snapshots import Metric, Point
from expdocs.prose.numbers import show

WIDTH, HEIGHT, MARGIN = 160, 32, 3
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A polyline in a box of ``WIDTH`` by ``HEIGHT``; ``gaps`` counts values that are no number."""

    points: str
    end: tuple[str, str]
    title: str
    description: str
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(name: str, metric: Metric) -> Sparkline | None:
    """Return the drawing of a metric's history; None where fewer than two points can be drawn."""
    drawn = [point for point in metric.history if math.isfinite(point.value)]
    if len(drawn) < FEWEST:
        return None
    places = _places(drawn)
    points = " ".join(f"{x},{y}" for x, y in places)
    return Sparkline(points, places[-1], f"{name} over {len(drawn)} logged points", _words(metric))


def _words(metric: Metric) -> str:
    return (
        f"From {show(metric.first.value)} at step {metric.first.step} "
        f"to {show(metric.last.value)} at step {metric.last.step}; "
        f"lowest {show(metric.minimum.value)}, highest {show(metric.maximum.value)}."
    )


def _places(points: Sequence[Point]) -> list[tuple[str, str]]:
    steps = [point.step for point in points]
    values = [point.value for point in points]
    low, high = min(values), max(values)
    first, span = min(steps), (max(steps) - min(steps)) or 1
    # halved before subtracting, so that the widest floats do not overflow
    rise = high / 2 - low / 2
    return [
        (
            _text(MARGIN + (WIDTH - 2 * MARGIN) * (p.step - first) / span),
            _text(_height(p.value, low, rise)),
        )
        for p in points
    ]


def _height(value: float, low: float, rise: float) -> float:
    share = (value / 2 - low / 2) / rise if rise else 0.5
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share


def _text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
