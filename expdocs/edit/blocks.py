"""Writing generated blocks: the run table between its two comments."""

from __future__ import annotations

from collections.abc import Sequence

from expdocs.edit.source import Edit, apply_edits
from expdocs.facts.citations import Facts
from expdocs.facts.tables import says_the_same
from expdocs.kinds.validation import SchemaError
from expdocs.records.record import Record
from expdocs.rules.claims import wanted_table


def with_run_table(record: Record, facts: Facts, errors: Sequence[SchemaError] = ()) -> str:
    """Return the record's text with its run table as the evidence has it.

    The text stays as it is where the table says the same already. Where nobody can tell what the
    table says, only a missing block is added, to a record that may not lack it any more.
    """
    file, table = record.file, wanted_table(record, errors, facts)
    block = next((b for b in record.prose.blocks if b.name == "runs"), None)
    if record.prose.block_problems or (table is None and (block or record.draft)):
        return file.text
    inner = f"\n{table.markdown()}\n" if table else "\n"
    inner = inner.replace("\n", "\r\n" if file.crlf_at is not None else "\n")
    if block is None:
        return _with_new_block(record, inner)
    if table is None or says_the_same(file.body[block.inner_start : block.inner_end], table):
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
