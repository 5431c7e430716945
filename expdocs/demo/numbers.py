"""Filling in the numbers of the demo's texts: ``[+??](delta:a..b#f1)`` becomes ``[+0.021](…)``.

Training gives slightly other values on other machines, so the texts hold places instead of
numbers: ``?`` for three significant digits, ``??`` for two, ``+`` for a sign, `` %`` and `` pp``
for hundredths. What goes in is resolved from the snapshots, as the check does it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from expdocs.edit.source import Edit, apply_edits
from expdocs.errors import ExpdocsError
from expdocs.facts.citations import Facts, Unresolved
from expdocs.prose.numbers import NumberProblem, exact, show
from expdocs.prose.references import DvcLink, GitLink, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES, Citation
from expdocs.records.record import Record

_PLACE = re.compile(r"(?P<sign>\+?)(?P<digits>\?{1,2})(?P<unit>| %| pp)")
_USUAL_DIGITS = 3


def with_numbers(record: Record, facts: Facts) -> str:
    """Return the record's text with a number in every place for one."""
    start = record.file.body_start
    edits = []
    for citation in record.prose.citations:
        place = _PLACE.fullmatch(citation.text)
        if citation.scheme in NUMBER_SCHEMES and place:
            at = start + citation.text_start
            edits.append(Edit(at, at + len(citation.text), _number(record, citation, place, facts)))
    return apply_edits(record.file.text, edits)


def _number(record: Record, citation: Citation, place: re.Match[str], facts: Facts) -> str:
    reference = parse_reference(citation.scheme, citation.target)
    if isinstance(reference, GitLink | DvcLink):
        raise TypeError("a link to a file has no number")
    try:
        value = facts.resolve(record, reference).value
        if isinstance(value, str):
            return value  # a parameter, which is shown as it was logged
        number = value if isinstance(value, Decimal) else exact(value)
    except (Unresolved, NumberProblem) as problem:
        said = f"{record.id}: {citation.scheme}:{citation.target}: {problem.message}"
        raise ExpdocsError(said) from problem
    scaled = number * 100 if place["unit"] else number
    digits = len(place["digits"]) if len(place["digits"]) > 1 else _USUAL_DIGITS
    return show(scaled, digits, signed=bool(place["sign"])) + place["unit"]
