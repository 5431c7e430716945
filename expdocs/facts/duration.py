"""How long a run took, which trackers do not record: the end minus the start."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from expdocs.evidence.shapes import RunSnapshot

_MICROSECONDS = 1_000_000
_MILLISECOND = Decimal("0.001")


def duration_of(run: RunSnapshot) -> Decimal | None:
    """Return the seconds that a run took; None where its end is not known or before its start."""
    try:
        start, end = (datetime.fromisoformat(time or "") for time in (run.start_time, run.end_time))
        took = end - start
    except (ValueError, TypeError):
        return None
    whole = (took.days * 86_400 + took.seconds) * _MICROSECONDS + took.microseconds
    return (Decimal(whole) / _MICROSECONDS).quantize(_MILLISECOND) if whole >= 0 else None
