"""Suppressions: comments by which a record says that a rule's findings in it are right to stay.

``<!-- expdocs: ignore CLM107: reason -->`` in the body, ``# expdocs: ignore CLM107: reason`` in the
front matter. Each names one rule and holds for the whole record.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from expdocs.records.frontmatter import RecordFile, comments
from expdocs.records.record import Record

_IN_YAML = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*expdocs:(?P<said>[^\r\n]*)", re.MULTILINE)
_IN_BODY = re.compile(r"<!--\s*+expdocs:(?P<said>.*)-->", re.DOTALL)
_MARKER = re.compile(r"<!--\s*+/?expdocs:[^\s>]*+\s*+-->")
_FORM = re.compile(r"\s*+ignore\s++(?P<rule>[A-Za-z0-9]++)\s*+:(?P<reason>.*)", re.DOTALL)


class Suppression(NamedTuple):
    """One such comment; a malformed one has no rule. ``start`` counts from the file's beginning.

    ``generated`` tells one inside a generated block, where it would be written over.
    """

    start: int
    rule: str
    reason: str
    generated: bool = False


def suppressions(record: Record) -> tuple[Suppression, ...]:
    """Return the suppressions of a record in order; comments in code are none."""
    if "expdocs:" not in record.file.text:
        return ()
    return (*in_front_matter(record.file), *_in_body(record))


def in_front_matter(file: RecordFile) -> tuple[Suppression, ...]:
    """Return the suppressions among the comments of the front matter."""
    return tuple(_read(match.start(), match["said"]) for match in comments(file, _IN_YAML))


def _in_body(record: Record) -> list[Suppression]:
    body, blocks, found = record.file.body, record.prose.blocks, []
    starts = [block.start for block in blocks]
    for start, end in record.prose.comments:
        match = _IN_BODY.fullmatch(body, start, end)
        if match and not _MARKER.fullmatch(body, start, end):
            before = bisect_right(starts, start)
            generated = before > 0 and start < blocks[before - 1].end
            found.append(_read(record.file.body_start + start, match["said"], generated=generated))
    return found


def _read(start: int, said: str, *, generated: bool = False) -> Suppression:
    match = _FORM.fullmatch(said)
    reason = " ".join(match["reason"].split()) if match else ""
    if match is None or not any(character.isalnum() for character in reason):
        return Suppression(start, "", "", generated)
    return Suppression(start, match["rule"], reason, generated)
