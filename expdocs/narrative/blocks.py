"""What code makes of evidence and a page shows as it is: tables, and listings to copy.

No writer sees or alters blocks. What they say may depend on the clone, such as whether git has a
commit, so they have no part in whether a page is fresh.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from typing import NamedTuple

from expdocs.narrative.inert import escape

_FENCE = re.compile(r"`{3,}")


class Table(NamedTuple):
    """Rows of plain text below a header, at the end of a section."""

    section: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Listing(NamedTuple):
    """Text that is shown verbatim, such as commands for a shell."""

    section: str
    language: str
    text: str


Block = Table | Listing


def no_blocks() -> tuple[Block, ...]:
    """Return nothing: most pages have claims alone."""
    return ()


def markdown(block: Block) -> str:
    """Return a block as Markdown in which nothing of its text is markup, without a line end."""
    if isinstance(block, Listing):
        return _fenced(block)
    lines = [_row(block.header), _line(["---"] * len(block.header))]
    return "\n".join([*lines, *(_row(row) for row in block.rows)])


def _fenced(block: Listing) -> str:
    longest = max((len(run) for run in _FENCE.findall(block.text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{block.language}\n{printable(block.text)}\n{fence}"


def _row(cells: tuple[str, ...]) -> str:
    return _line([escape(cell, inside=True) for cell in cells])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def printable(text: str) -> str:
    """Return text whose control characters and invisible ones, but for line ends, are replaced."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
