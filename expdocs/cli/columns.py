"""Text in columns that fit a terminal, whatever characters a record holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from unicodedata import combining, east_asian_width

from expdocs.cli.output import one_line

NARROWEST, WIDEST = 60, 120


def terminal_width() -> int:
    """Return how many columns lines may have; ``COLUMNS`` counts where there is no terminal."""
    return max(NARROWEST, min(shutil.get_terminal_size((100, 24)).columns, WIDEST))


def width_of(text: str) -> int:
    """Return how many columns a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def padded(text: str, width: int) -> str:
    """Return a text with spaces up to a width."""
    return text + " " * (width - width_of(text))


def shortened(text: str, width: int) -> str:
    """Return a text of one line that takes at most a width, with a mark where it was cut."""
    shown = one_line(text)
    if width_of(shown) <= width:
        return shown
    taken, used = [], 1
    for character in shown:
        used += _width(character)
        if used > width:
            break
        taken.append(character)
    return "".join(taken).rstrip() + "…"


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield a text in lines that take at most a width; a word that takes more is cut."""
    line, used = "", 0
    for unit in _units(one_line(" ".join(text.split())), width):
        size = width_of(unit)
        if line and used + size > width:
            yield line.rstrip()
            line, used = "", 0
        added = unit if line else unit.lstrip()
        line, used = line + added, used + width_of(added)
    if line.strip():
        yield line.rstrip()


def _units(text: str, width: int) -> Iterator[str]:
    """Yield what is not broken: words with the space before them, wide characters alone."""
    unit, used = "", 0
    for character in text:
        size = _width(character)
        after_wide = bool(unit) and _width(unit[-1]) > 1
        if unit and (character == " " or size > 1 or after_wide or used + size > width):
            yield unit
            unit, used = "", 0
        unit, used = unit + character, used + size
    if unit:
        yield unit
