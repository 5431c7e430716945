"""Putting a citation into a record's text: a number becomes a link, every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from expdocs.edit.source import Edit, apply_edits
from expdocs.errors import Refused, UsageError
from expdocs.prose.scanner import scan
from expdocs.records.record import Record

_ELSEWHERE = "choose a place in the text, outside of code, comments, links and generated blocks"


class Spot(NamedTuple):
    """A line of a record's file, and a column of it, both counted from 1; 0 for no column."""

    line: int
    column: int = 0


def cited_at(record: Record, spot: Spot, link: str, number: str = "") -> str:
    """Return the file's text with a link at a spot, in place of ``number`` where it stands there.

    Without a column the number has to stand on the line exactly once; without a number the link
    comes to the end of the line. Raises ``Refused`` where a citation cannot stand.
    """
    if record.frozen:
        hint = f"write a successor: expdocs supersede {record.id}"
        raise Refused(f"{record.id} was accepted and is not edited", hint)
    start, end = _line(record, spot)
    edit = _edit(record, spot, (start, end), link, number)
    _refuse_misread(record, edit, link)
    shift = record.file.body_start
    placed = Edit(edit.start + shift, edit.end + shift, edit.replacement)
    return apply_edits(record.file.text, [placed])


def _line(record: Record, spot: Spot) -> tuple[int, int]:
    """Return where a line of the body begins and ends, counted from the body's beginning."""
    starts = record.lines.starts
    if not 1 <= spot.line <= len(starts):
        raise UsageError(f"{record.path} has {len(starts)} lines", "give one of these: --insert 30")
    start = starts[spot.line - 1] - record.file.body_start
    if start < 0:
        message = f"line {spot.line} of {record.path} belongs to the front matter"
        raise UsageError(message, "citations stand in the text below it")
    after = starts[spot.line] if spot.line < len(starts) else len(record.file.text)
    line = record.file.text[starts[spot.line - 1] : after]
    return start, start + len(line.rstrip("\r\n"))


def _edit(record: Record, spot: Spot, line: tuple[int, int], link: str, number: str) -> Edit:
    start, end = line
    body = record.file.body
    at = start + spot.column - 1
    if spot.column and at > end:
        raise UsageError(f"line {spot.line} has {end - start} characters")
    found = [span for span in _standing(body, number, line) if not _sourced(record, span)]
    if spot.column:
        here = [span for span in found if span[0] <= at < span[1]]
        return Edit(*here[0], link) if here else Edit(at, at, link)
    if len(found) == 1:
        return Edit(*found[0], link)
    if number:
        times = f"stands {len(found)} times" if found else "does not stand"
        message = f"{number} {times} on line {spot.line} without a source"
        raise Refused(message, f"say where: --insert {spot.line}:COLUMN")
    end = start + len(body[start:end].rstrip())
    return Edit(end, end, link if end == start else f" {link}")


def _standing(body: str, number: str, line: tuple[int, int]) -> list[tuple[int, int]]:
    """Return where a number stands on a line by itself, not as a part of a longer one."""
    if not number:
        return []
    form = re.compile(rf"(?<![0-9.,\w])(?<![-+\u2212]){re.escape(number)}(?![0-9]|[.,][0-9])")
    return [match.span() for match in form.finditer(body, *line)]


def _sourced(record: Record, span: tuple[int, int]) -> bool:
    prose = record.prose
    spans = [(one.start, one.end) for group in (prose.citations, prose.links) for one in group]
    return any(start <= span[0] < end for start, end in spans)


def _refuse_misread(record: Record, edit: Edit, link: str) -> None:
    """Make sure that the link is read as a citation and that all others still are what they were.

    Text around it can make something else of it, and it of that text.
    """
    inside = any(block.start <= edit.start < block.end for block in record.prose.blocks)
    after = scan(apply_edits(record.file.body, [edit]))
    end = edit.start + len(edit.replacement)
    others = [one for one in after.citations if (one.start, one.end) != (end - len(link), end)]
    kept = [(one.text, one.target) for one in others] == [
        (one.text, one.target) for one in record.prose.citations
    ]
    found = len(after.citations) == len(others) + 1
    if inside or not found or not kept or len(after.strays) != len(record.prose.strays):
        raise Refused("a citation cannot stand there", _ELSEWHERE)


def read_back(body: str, edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits whose citations the scanner finds where they would stand in a body.

    Text around a number can make something else of it, as ``!`` makes a picture of a link.
    """
    prose = scan(apply_edits(body, edits))
    found = {(citation.start, citation.end) for citation in prose.citations}
    kept, shift = [], 0
    for edit in edits:
        start = edit.start + shift
        if (start, start + len(edit.replacement)) in found:
            kept.append(edit)
        shift += len(edit.replacement) - (edit.end - edit.start)
    return kept
