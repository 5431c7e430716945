"""Findings for people: the place, what is wrong, what to do, and the line with a caret."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator

from expdocs.cli.formats import ReadLine, Report
from expdocs.cli.output import one_line, styled, summary_line
from expdocs.findings import Finding, Severity

# Of a source line, in columns of a terminal; longer ones are cut around the caret.
WIDTH = 96

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def render(report: Report) -> str:
    """Return findings one by one, the pages of their rules, and a summary."""
    # A line with a secret in it is shown for no finding.
    hidden = {(f.path, f.line) for f in report.findings if f.rule.startswith("SEC")}
    shown = [line for f in report.findings for line in _finding(f, report.read_line, hidden)]
    return "\n".join([*shown, *_pages(report), summary_line(report.findings, report.records)])


def _pages(report: Report) -> Iterator[str]:
    for rule in sorted({finding.rule for finding in report.findings}):
        if page := report.rule_page(rule):
            yield f"{rule}  {page}"


def _finding(
    finding: Finding, read_line: ReadLine, hidden: Collection[tuple[str, int]]
) -> Iterator[str]:
    where = one_line(f"{finding.path}:{finding.line}:{finding.column}")
    weight = styled(finding.severity, _COLOURS[finding.severity])
    yield f"{where}: {weight} {finding.rule} {one_line(finding.message)}"
    if finding.hint:
        yield f"    {one_line(finding.hint)}"
    if (finding.path, finding.line) in hidden:
        return
    source = read_line(finding.path, finding.line)
    # A line of dashes or blanks tells nothing: the finding is about the file or the front matter.
    if source and source.strip(" \t-"):
        text, blanks = excerpt(source, finding.column)
        yield f"    {finding.line} | {text}"
        yield f"    {' ' * len(str(finding.line))} | {' ' * blanks}^"


def excerpt(source: str, column: int) -> tuple[str, int]:
    """Return what is shown of a line, and how many blanks go before the caret below it."""
    at = min(max(column, 1), len(source) + 1) - 1
    left = [_shown(c) for c in source[max(0, at - WIDTH) : at]]
    right = [_shown(c) for c in source[at : at + WIDTH]]
    whole = len(source) == len(left) + len(right) and _width([*left, *right]) <= WIDTH
    if not whole:
        left = left[len(left) - _fitting(reversed(left), WIDTH // 2) :]
        right = right[: _fitting(right, WIDTH - _width(left))]
    before = "…" if len(left) < at else ""
    after = "…" if at + len(right) < len(source) else ""
    blanks = len(before) + _width(left)
    return f"{before}{''.join(left)}{''.join(right)}{after}".rstrip(), blanks


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    # The wide blank of East Asian text is no printable character to Python.
    fine = character.isprintable() or unicodedata.category(character) == "Zs"
    return character if fine else "�"


def _width(characters: Iterable[str]) -> int:
    return sum(map(_columns, characters))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _fitting(characters: Iterable[str], room: int) -> int:
    """Return how many of the characters fit."""
    fitting = 0
    for character in characters:
        room -= _columns(character)
        if room < 0:
            break
        fitting += 1
    return fitting
