"""The table of figures: what was measured, beside what, and whether the goal was reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

HEADER = ("figure", "expdocs", "beside", "its", "ratio", "goal", "reached")


class Figure(NamedTuple):
    """One line of the table, as it is shown."""

    name: str
    ours: str
    beside: str = ""
    its: str = ""
    ratio: str = ""
    goal: str = ""
    reached: str = ""


def times_as_fast(
    name: str, ours: float, beside: str, its: float, ratio: float, goal: float | None = None
) -> Figure:
    """Return a figure that is a ratio of two times in milliseconds."""
    wanted = "" if goal is None else f"at most {goal:g}x"
    return Figure(name, _ms(ours), beside, _ms(its), f"{ratio:.2f}x", wanted, _reached(ratio, goal))


def below(name: str, extra: float, start_up: float, goal: float | None) -> Figure:
    """Return a figure that is the time beyond the program's own start-up, in milliseconds."""
    wanted = "" if goal is None else f"at most {_ms(goal)}"
    return Figure(name, _ms(extra), "--version", _ms(start_up), "", wanted, _reached(extra, goal))


def bare(name: str, value: float, unit: str, goal: float | None) -> Figure:
    """Return a figure that stands alone."""
    wanted = "" if goal is None else f"at most {_with_unit(goal, unit)}"
    return Figure(name, _with_unit(value, unit), goal=wanted, reached=_reached(value, goal))


def show_table(figures: Iterable[Figure]) -> None:
    """Print the figures in aligned columns."""
    rows: list[Sequence[str]] = [HEADER, *figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _reached(value: float, goal: float | None) -> str:
    if goal is None:
        return ""
    return "yes" if value <= goal else "no"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _with_unit(value: float, unit: str) -> str:
    if unit == "ms":
        return _ms(value)
    return f"{value:,.0f} {unit}" if unit == "MB" else f"{value:.2f}"
