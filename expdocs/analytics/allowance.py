"""What a compact's constraints allow: run hours, and a day by which the work has to be done."""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from expdocs.analytics.history import STANDING, History
from expdocs.records.record import Record

_CONSTRAINTS = "constraints"
# Not compiled, since most pages ask for neither. A bare number of hours may be anybody's: a
# latency, or how old the data may be; a bare day may be that of a data set.
_HOURS = (
    r"(?i)(?<![\d.,])(\d{1,6}(?:\.\d{1,3})?)\s*"
    r"(?:(?:[GCT]PU|run|compute|machine|node)[- ](?:hours?\b|h\b)|(?:[GCT]PU|机器|计算)\s*小时)"
)
_DAY = (
    r"(?i)(?:\b(?:deadline|due|by|until|no later than)\b|截止)[^.;。；]{0,40}?"
    r"(?<![\d-])(\d{4}-\d{2}-\d{2})(?![\d-])"
)


class Allowed(NamedTuple):
    """What a compact's constraints allow, in the words that say so; None and empty if nothing."""

    record_id: str
    hours: float | None
    deadline: str
    words: tuple[str, ...]


def allowances(history: History) -> Mapping[str, Allowed]:
    """Return what the latest compact of each project allows that says anything about it."""
    found = {}
    for record in history.records:
        if record.status in STANDING and (mine := allowed(record)) is not None:
            found[record.text_of("project")] = mine
    return found


def allowed(record: Record) -> Allowed | None:
    """Return the hours and the day that a record's constraints name; None if they name neither.

    Where several are named the least counts: what each was meant for is in the words.
    """
    said = {text: (_hours(text), _days(text)) for text in record.texts_of(_CONSTRAINTS)}
    words = tuple(text for text, found in said.items() if any(found))
    if not words:
        return None
    hours = min((one for found, _ in said.values() for one in found), default=None)
    deadline = min((one for _, found in said.values() for one in found), default="")
    return Allowed(record.id, hours, deadline, words)


def _hours(text: str) -> list[float]:
    return [float(found) for found in re.findall(_HOURS, text)]


def _days(text: str) -> list[str]:
    return [found for found in re.findall(_DAY, text) if is_day(found)]


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, year-month-day."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
