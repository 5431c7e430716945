"""What a writer answers: claims by section, each with what it rests on.

The text of a claim holds no number of its own. ``{{ID}}`` stands for a datum's value,
``{{ID|direction}}`` for higher, lower or unchanged by its sign, ``{{ID|quality}}`` for better,
worse or no better by its sign and goal; code fills them in (symbolic generation, arXiv 2311.09188).
"""

import re
from typing import NamedTuple

PLACEHOLDER = re.compile(r"\{\{(?P<id>[^{}|]+)(?:\|(?P<form>[a-z]+))?\}\}")
FORMS = ("direction", "quality")

# fact: only placeholders say anything; quote: a record's own words; interpretation: a reading that
# no code can check, and that is labelled so; exhausted, open, suggestion, warning, question: what
# their section is about, resting on an analytics datum or on recorded words.
KINDS = (
    "fact",
    "quote",
    "interpretation",
    "exhausted",
    "open",
    "suggestion",
    "warning",
    "question",
)


class Quote(NamedTuple):
    """Words of a record, verbatim but for white space (Unicode NFC)."""

    record_id: str
    text: str


class Claim(NamedTuple):
    """One sentence, or a few, with the records, data and quotes that it rests on."""

    kind: str
    text: str
    record_ids: tuple[str, ...]
    fact_ids: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()


class SectionClaims(NamedTuple):
    """The claims of one section of the brief."""

    key: str
    claims: tuple[Claim, ...]


class Uncovered(NamedTuple):
    """A record of the brief that no claim cites, and why."""

    record_id: str
    reason: str


class Claims(NamedTuple):
    """All that a writer says."""

    sections: tuple[SectionClaims, ...]
    uncovered: tuple[Uncovered, ...] = ()
