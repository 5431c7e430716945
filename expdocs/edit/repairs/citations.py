"""Sources for numbers that can only mean one value."""

from __future__ import annotations

from collections.abc import Sequence

from expdocs.edit.citing import read_back
from expdocs.edit.repairs.mended import Mended, unwanted
from expdocs.edit.source import Edit, apply_edits
from expdocs.facts.sources import Sources
from expdocs.facts.tables import metric_names
from expdocs.prose.references import format_reference
from expdocs.prose.scanner import UncitedNumber, uncited_numbers
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.rules.context import Context


def mend(record: Record, context: Context) -> Mended | None:
    """Turn each number that can only mean one value into a citation of it."""
    numbers = uncited_numbers(record.file.body, record.prose, metric_names(record))
    if not numbers or unwanted(record, "CLM107", context.settings):
        return None
    if schema_errors(record):  # where fields are wrong the runs may be, too
        return None
    cited = _cited(record, numbers, context)
    cited = read_back(record.file.body, cited)
    if not cited or read_back(record.file.body, cited) != cited:
        return None
    start = record.file.body_start
    edits = [Edit(start + e.start, start + e.end, e.replacement) for e in cited]
    text = apply_edits(record.file.text, edits)
    return Mended(text, tuple(f"cited: {edit.replacement}" for edit in cited))


def _cited(record: Record, numbers: Sequence[UncitedNumber], context: Context) -> list[Edit]:
    sources = Sources(record, context.facts, context.settings.units)
    found = ((number, sources.only(number)) for number in numbers)
    return [
        Edit(number.start, number.end, f"[{number.text}]({format_reference(source)})")
        for number, source in found
        if source is not None
    ]
