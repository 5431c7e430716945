"""Taking text into a record as it stands, so that it changes nothing of what is around it."""

from __future__ import annotations

import re
from collections.abc import Callable

from expdocs.prose.scanner import Citation, scan

_TICKS = re.compile(r"`+")
_PROBE = "expdocs-probe"
# After a text that leaves nothing open, both are read as what they are.
_AFTER = f"\n\n{_PROBE}\n\n## {_PROBE}\n"
_LOWEST = 3

Holds = Callable[[Citation], bool]


def safe(text: str, holds: Holds) -> str:
    """Return a text as it can stand between the headings of a record.

    What would hide, close or add a part of the record, or cite what does not hold, stands in a
    code block, where every character is shown.
    """
    return text if _inert(text, holds) else fenced(text)


def fenced(text: str) -> str:
    """Return a text in a code block."""
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * max(longest + 1, _LOWEST)
    return f"{fence}text\n{text}\n{fence}"


def demoted(text: str, level: int) -> str:
    """Return a heading, made of ``#``, as one below the headings of a kind's sections."""
    return "#" * max(_LOWEST - level, 0) + text.lstrip()


def _inert(text: str, holds: Holds) -> bool:
    prose = scan(text + _AFTER)
    closed = [one for one in prose.headings if one.level < _LOWEST]
    passages = [one for one in prose.passages if one.start >= len(text)]
    return (
        not (prose.comments or prose.strays or prose.blocks or prose.block_problems)
        and [one.title for one in closed] == [_PROBE]
        and len(passages) == 2  # noqa: PLR2004 - the probe and its heading
        and all(map(holds, prose.citations))
    )
