"""Byte order marks and line ends."""

from __future__ import annotations

from expdocs.edit.repairs.mended import Mended, unwanted
from expdocs.records.record import Record
from expdocs.rules.context import Context


def mend(record: Record, context: Context) -> Mended | None:
    """Remove a byte order mark and make CRLF line ends LF."""
    file, text, what = record.file, record.file.text, []
    if file.bom and not unwanted(record, "REC106", context.settings):
        what.append("byte order mark removed")
        text = text.removeprefix("\ufeff")
    if file.crlf_at is not None and not unwanted(record, "REC107", context.settings):
        what.append("line ends made LF")
        text = text.replace("\r\n", "\n")
    return Mended(text, tuple(what)) if what else None
