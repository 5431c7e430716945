"""The writer that needs no model: each kind of page has its own sentences."""

from __future__ import annotations

from expdocs.config import Settings
from expdocs.narrative.page import Prepared
from expdocs.narrative.writers import OFFLINE, Choice, Progress, Writer, Written


def writer(choice: Choice, settings: Settings, progress: Progress) -> Writer:  # noqa: ARG001
    """Return the offline writer, whose answers depend on the brief alone."""
    return Writer(OFFLINE, {}, _written)


def _written(prepared: Prepared) -> Written:
    return Written(prepared.write())
