"""What a check reports: one value for each thing that is wrong in a file."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from enum import StrEnum
from typing import NamedTuple

MAX_QUOTED = 60


class Severity(StrEnum):
    """How much a finding weighs: errors fail a check, warnings do so only under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One thing that is wrong, where it is, and what to do.

    ``path`` is relative to the repository with forward slashes; ``line`` and ``column`` count
    from 1, columns in code points.
    """

    path: str
    line: int
    column: int
    rule: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR


def brief(value: object) -> str:
    """Return a value as a message quotes it: at most 60 characters."""
    text = str(value)
    return text if len(text) <= MAX_QUOTED else f"{text[: MAX_QUOTED - 3]}..."
