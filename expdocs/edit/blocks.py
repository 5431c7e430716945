"""Writing generated blocks: the run table between its two comments."""

from __future__ import annotations

from expdocs.edit.source import Edit, apply_edits
from expdocs.facts.citations import Facts
from expdocs.facts.tables import run_table, says_the_same
from expdocs.records.record import Record


def with_run_table(record: Record, facts: Facts) -> str:
    """Return the record's text with its run table as the evidence has it.

    The text stays as it is where the table says the same already, or where a snapshot is missing.
    """
    table = run_table(record, facts)
    file = record.file
    block = next((b for b in record.prose.blocks if b.name == "runs"), None)
    if table is None or record.prose.block_problems:
        return file.text
    newline = "\r\n" if file.crlf_at is not None else "\n"
    inner = f"\n{table.markdown()}\n".replace("\n", newline)
    if block is None:
        return _with_new_block(record, inner)
    if says_the_same(file.body[block.inner_start : block.inner_end], table):
        return file.text
    start, end = file.body_start + block.inner_start, file.body_start + block.inner_end
    return apply_edits(file.text, [Edit(start, end, inner)])


def _with_new_block(record: Record, inner: str) -> str:
    section = next((s for s in record.kind.sections if s.generated == "runs"), None)
    headings = record.prose.headings
    heading = next((h for h in headings if section and section.has_title(h.title)), None)
    if heading is None:
        return record.file.text
    newline = "\r\n" if record.file.crlf_at is not None else "\n"
    at = record.file.body_start + heading.end
    block = f"{newline}{newline}<!-- expdocs:runs -->{inner}<!-- /expdocs:runs -->{newline}"
    return apply_edits(record.file.text, [Edit(at, at, block)])
