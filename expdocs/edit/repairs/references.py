"""Where records name another record: in fields, in prose, in citations and by its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from expdocs.edit.source import Edit
from expdocs.prose.spans import Link
from expdocs.records.frontmatter import scalars
from expdocs.records.record import Record

# What an earlier id was is no reference, and the id itself is none either.
_NOT_REFERRING = ("id", "aliases")


class Site(NamedTuple):
    """Where an id stands in a file's text, with the run label that follows it, if any."""

    start: int
    end: int
    label: str = ""


class Renamed(NamedTuple):
    """A record's file and id, as they were and as they are to be."""

    path: str
    new_path: str
    id: str
    new_id: str


def sites(record: Record, record_id: str) -> list[Site]:
    """Return the places where a record refers to an id, its own included, in order."""
    pattern = re.compile(rf"(?<![A-Za-z0-9_-]){record_id}(?![A-Za-z0-9_-])(?:/([a-z][a-z0-9_-]*))?")
    text = record.file.text
    found = (
        Site(match.start(), match.start() + len(record_id), match[1] or "")
        for start, end in _places(record, record_id)
        for match in pattern.finditer(text, start, end)
    )
    return sorted(set(found))


def _places(record: Record, record_id: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the text in which an id is a reference."""
    file = record.file
    for key, node in file.root.entries.items():
        if key not in _NOT_REFERRING:
            for one in scalars(node):
                yield file.yaml_start + one.start, file.yaml_start + one.end
    for mention in record.prose.record_ids:
        if mention.id == record_id:
            yield file.body_start + mention.start, file.body_start + mention.end
    for citation in record.prose.citations:
        yield file.body_start + citation.target_start, file.body_start + citation.end


def links_to_file(record: Record, path: str) -> Iterator[Link]:
    """Yield the links in a record's text that lead to the file of a record."""
    folder = posixpath.dirname(record.path)
    for link in record.prose.links:
        target = unquote(re.split("[?#]", link.target, maxsplit=1)[0])
        if target and posixpath.normpath(posixpath.join(folder, target)) == path:
            yield link


def file_edits(record: Record, renamed: Iterable[Renamed]) -> list[Edit]:
    """Return the edits by which links follow the files of records to their new names."""
    found = [(one, link) for one in renamed for link in links_to_file(record, one.path)]
    targets = [edit for one, link in found for edit in _target_edits(record, link, one)]
    texts = [edit for one, link in found for edit in _text_edits(record, link, one)]
    # The text of a link may hold another link, whose target is changed already.
    apart = (t for t in texts if all(t.end <= e.start or e.end <= t.start for e in targets))
    return [*targets, *dict.fromkeys(apart)]


def _target_edits(record: Record, link: Link, one: Renamed) -> Iterator[Edit]:
    body, base = record.file.body, record.file.body_start
    raw = body[link.target_start : link.target_end]
    old, new = posixpath.basename(one.path), posixpath.basename(one.new_path)
    for written, wanted in ((old, new), (quote(old), quote(new))):
        at = raw.rfind(written)
        if at >= 0:
            start = base + link.target_start + at
            yield Edit(start, start + len(written), wanted)
            break


def _text_edits(record: Record, link: Link, one: Renamed) -> Iterator[Edit]:
    base = record.file.body_start
    at = record.file.body.find(one.id, link.start, link.target_start)
    if link.kind == "link" and at >= 0 and one.new_id != one.id:
        yield Edit(base + at, base + at + len(one.id), one.new_id)
