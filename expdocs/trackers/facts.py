"""One thing that is found out about a place: its topic, how it stands, and what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """``off`` is not used here, ``warn`` should be looked at, ``broken`` is set up and fails."""

    OK = "ok"
    WARN = "warn"
    OFF = "off"
    BROKEN = "broken"


class Fact(NamedTuple):
    """One line of what is active."""

    topic: str
    state: State
    message: str
    hint: str = ""
