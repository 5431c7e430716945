"""What a repair makes of a record's text."""

from __future__ import annotations

from typing import NamedTuple

from expdocs.config import Settings
from expdocs.records.record import Record
from expdocs.records.suppressions import suppressions
from expdocs.rules.catalogue import matches


class Mended(NamedTuple):
    """The text after a repair, and what was done, in words for whoever ran it."""

    text: str
    what: tuple[str, ...]


def suppressed(record: Record, rule: str) -> bool:
    """Whether a record says that a rule's findings in it are right to stay."""
    return any(suppression.rule == rule for suppression in suppressions(record))


def unwanted(record: Record, rule: str, settings: Settings) -> bool:
    """Whether nobody wants to hear of a rule: here, or anywhere by the configuration."""
    return matches(rule, settings.ignore) or suppressed(record, rule)
