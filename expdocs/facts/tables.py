"""The generated table of a record's runs, and whether the one in a file still says the same."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from expdocs.evidence.snapshots import RunSnapshot
from expdocs.facts.citations import Facts, Unresolved, finite, mean, standard_deviation
from expdocs.prose.numbers import NumberProblem, exact, matches, parse_shown, show
from expdocs.records.record import Record, RunUse

MAX_PARAMETERS = 4
MAX_TEXT = 40
_DIVIDER = re.compile(r"\|?[\s|:-]+\|?\Z")
_UNSAFE = str.maketrans({"|": "¦", "`": "'", "\n": " ", "\r": " ", "<": "‹", ">": "›"})

Number = Decimal | float | int | str


class Cell(NamedTuple):
    """What a table shows in one place; ``values`` are the numbers behind it, in order."""

    text: str
    values: tuple[Number, ...] = ()


class Table(NamedTuple):
    """A table with a header; every row has as many cells as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def markdown(self) -> str:
        """Return the table as Markdown, one line a row, without a final line end."""
        lines = [_line(self.header), _line(["---"] * len(self.header))]
        return "\n".join([*lines, *(_line([cell.text for cell in row]) for row in self.rows)])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def run_table(record: Record, facts: Facts) -> Table | None:
    """Return the table of the record's runs; None when evidence to fill it from is missing."""
    uses = [use for use in record.runs if use.label]
    if not uses:
        return None
    try:
        return _table(record, uses, {use.label: facts.snapshot(use) for use in uses}, facts)
    except Unresolved:
        return None


def _table(
    record: Record, uses: Sequence[RunUse], snapshots: Mapping[str, RunSnapshot], facts: Facts
) -> Table:
    names = metric_names(record)
    differing = _differing([snapshots[use.label] for use in uses if not use.sweep])
    header = ("Run", "Role", *names, "Parameters", "MLflow run")
    rows = [_row(use, snapshots[use.label], names, differing, record, facts) for use in uses]
    return Table(header, (*rows, *_group_rows(uses, snapshots, names, record, facts)))


def metric_names(record: Record) -> list[str]:
    """Return the metrics that a record names, the primary one first, each once."""
    return list(dict.fromkeys(name for _, name in record.marked("metric")))


def _row(
    use: RunUse,
    snapshot: RunSnapshot,
    names: Sequence[str],
    differing: Sequence[str],
    record: Record,
    facts: Facts,
) -> tuple[Cell, ...]:
    if use.sweep:
        values = [_sweep_cell(use, name, record, facts) for name in names]
        parameters = Cell(f"{len(facts.children(use))} runs")
    else:
        known = (facts.recorded_name(record, name, snapshot.metrics) for name in names)
        values = [_metric_cell(snapshot, name) for name in known]
        shown = ", ".join(f"{_safe(n)}={_safe(snapshot.params.get(n, '–'))}" for n in differing)
        parameters = Cell(f"`{shown}`" if shown else "–")
    return (
        Cell(f"`{use.label}`"),
        Cell(use.role),
        *values,
        parameters,
        Cell(f"`{use.run_id[:12]}`"),
    )


def _metric_cell(snapshot: RunSnapshot, name: str | None) -> Cell:
    metric = snapshot.metrics.get(name) if name else None
    return Cell("–") if metric is None else Cell(show(metric.last.value), (metric.last.value,))


def _sweep_cell(use: RunUse, name: str, record: Record, facts: Facts) -> Cell:
    goal = goal_of(record, name)
    pairs = [(run, facts.recorded_name(record, name, run.metrics)) for run in facts.children(use)]
    found = [run.metrics[known] for run, known in pairs if known is not None]
    values = [finite(value) for value in found if math.isfinite(value)]
    if not values or not goal:
        return Cell("–")
    best = min(values) if goal == "minimize" else max(values)
    return Cell(f"best {show(best)}", (best,))


def goal_of(record: Record, name: str) -> str:
    """Return whether a record wants a metric ``maximize``d or ``minimize``d, or an empty string."""
    for place, found in record.marked("metric"):
        owner = record.data
        for part in place[:-1]:
            owner = owner[part]  # type: ignore[index]
        if found == name and isinstance(owner, dict) and isinstance(owner.get("goal"), str):
            return str(owner["goal"])
    return ""


def _group_rows(
    uses: Sequence[RunUse],
    snapshots: Mapping[str, RunSnapshot],
    names: Sequence[str],
    record: Record,
    facts: Facts,
) -> Iterator[tuple[Cell, ...]]:
    for group in dict.fromkeys(use.group for use in uses if use.group):
        members = [snapshots[use.label] for use in uses if use.group == group]
        if len(members) > 1:
            cells = [_spread_cell(members, name, record, facts) for name in names]
            role = f"mean ± sd of {len(members)}"
            yield (Cell(f"`{group}`"), Cell(role), *cells, Cell("–"), Cell("–"))


def _spread_cell(members: Sequence[RunSnapshot], name: str, record: Record, facts: Facts) -> Cell:
    pairs = [(run, facts.recorded_name(record, name, run.metrics)) for run in members]
    try:
        values = [finite(run.metrics[known or name].last.value) for run, known in pairs]
    except (KeyError, Unresolved):
        return Cell("–")
    centre, spread = mean(values), standard_deviation(values)
    return Cell(f"{show(centre)} ± {show(spread, digits=2)}", (centre, spread))


def _differing(snapshots: Sequence[RunSnapshot]) -> list[str]:
    names = dict.fromkeys(name for snapshot in snapshots for name in snapshot.params)
    differing = [n for n in sorted(names) if len({s.params.get(n) for s in snapshots}) > 1]
    return differing[:MAX_PARAMETERS]


def _safe(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text.translate(_UNSAFE))
    return shown if len(shown) <= MAX_TEXT else shown[: MAX_TEXT - 1] + "…"


def says_the_same(text: str, table: Table) -> bool:
    """Whether a table as it stands in a file shows the values of ``table``.

    White space does not count, and a number counts as the same when it is the value rounded to
    the digits it shows.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    rows = [_cells(line) for line in lines if not _DIVIDER.match(line)]
    wanted = [tuple(Cell(name) for name in table.header), *table.rows]
    return len(rows) == len(wanted) == len(lines) - 1 and all(
        len(row) == len(cells) and all(map(_cell_says, row, cells))
        for row, cells in zip(rows, wanted, strict=True)
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def _cell_says(shown: str, cell: Cell) -> bool:
    if " ".join(shown.split()) == " ".join(cell.text.split()):
        return True
    parts, wanted = shown.split(), cell.text.split()
    if not cell.values or len(parts) != len(wanted):
        return False
    values = iter(cell.values)
    return all(
        _number_says(part, next(values)) if _is_number(want) else part == want
        for part, want in zip(parts, wanted, strict=True)
    )


def _is_number(text: str) -> bool:
    try:
        parse_shown(text)
    except NumberProblem:
        return False
    return True


def _number_says(text: str, value: Number) -> bool:
    try:
        number = exact(value) if isinstance(value, float | int | str) else value
        return matches(parse_shown(text), number)
    except NumberProblem:
        return False
