"""The generated run table: written anew where it is stale, added where it is missing."""

from __future__ import annotations

from expdocs.edit.blocks import with_run_table
from expdocs.edit.repairs.mended import Mended, suppressed
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.rules.context import Context


def mend(record: Record, context: Context) -> Mended | None:
    """Write the run table as the evidence has it; without evidence a missing block stays empty."""
    if not any(section.generated == "runs" for section in record.kind.sections):
        return None
    missing = not any(block.name == "runs" for block in record.prose.blocks)
    if suppressed(record, "CLM202" if missing else "CLM201"):
        return None
    text = with_run_table(record, context.facts, schema_errors(record))
    return None if text == record.file.text else Mended(text, ("run table written",))
