"""A record as a writer sees it: its prose as plain words, and the data that it states."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Data, Datum
from expdocs.facts.citations import Facts, Unresolved
from expdocs.facts.cited import references_of
from expdocs.kinds.shape import Shape
from expdocs.narrative.brief import Material, Passage
from expdocs.prose.scanner import Heading
from expdocs.records.links import links_of
from expdocs.records.record import Record

FIELDS = ("title", "date", "status", "verdict", "approach")
# What is no prose: what a material has fields for, and what says where evidence is.
_NO_PROSE = frozenset(
    {
        *("id", "kind", "title", "status", "date", "authors", "project", "approach", "verdict"),
        *("tags", "links", "aliases", "accepted", "corrections", "retention_until"),
        *("runs", "commit", "data", "artifacts"),
    }
)
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_]*[^\s*_])\1(?![\w*_])")


def material_of(record: Record) -> Material:
    """Return what a writer may know of a record; authors stay ids."""
    return Material(
        id=record.id,
        kind=record.kind.name,
        title=record.title,
        status=record.status,
        date=record.text_of("date"),
        authors=record.texts_of("authors"),
        project=record.text_of("project"),
        approach=record.text_of("approach"),
        verdict=record.text_of("verdict"),
        tags=record.texts_of("tags"),
        links=tuple((link.type, link.target) for link in links_of(record)),
        passages=(*field_passages(record), *_of_body(record)),
    )


def field_data(record: Record) -> Iterator[Datum]:
    """Yield the data that a record's own fields state."""
    for name in FIELDS:
        if value := record.text_of(name):
            identifier = f"{name}:{record.id}"
            yield Datum(identifier, f"{name} of {record.id}", value, value, (record.id,))


def cited_data(record: Record, facts: Facts, known: Iterable[str]) -> Iterator[Datum]:
    """Yield the numbers that a record cites from ``known`` records, itself among them.

    What cannot be resolved has a finding of its own and is no datum.
    """
    ids = frozenset(known)
    for reference in references_of(record):
        try:
            found = datum_of(record, reference, facts)
        except Unresolved:
            continue
        if ids.issuperset(found.records):
            yield found


def data_of(records: Iterable[Record], facts: Facts) -> Data:
    """Return what some records state and cite, all in one."""
    listed = list(records)
    known = [record.id for record in listed]
    data = Data()
    for record in listed:
        for datum in (*field_data(record), *cited_data(record, facts, known)):
            data.add(datum)
    return data


# --- prose


def field_passages(record: Record) -> Iterator[Passage]:
    """Yield the prose of a record's fields; items of lists have their number in the key."""
    for key, value in record.data.items():
        if key not in _NO_PROSE:
            yield from _texts(key, value, record.kind.shape.properties.get(key))


def _texts(key: str, value: Any, shape: Shape | None) -> Iterator[Passage]:
    """Yield the texts of a field; a name such as ``f1`` or a value with a mark is no prose."""
    if isinstance(value, dict):
        below = shape.properties if shape else {}
        for name, item in value.items():
            yield from _texts(f"{key}.{name}", item, below.get(name))
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _texts(f"{key}.{number}", item, shape.items if shape else None)
    elif isinstance(value, str) and not (shape and shape.mark) and _reads_as_prose(value):
        yield Passage(key, _normal(" ".join(value.split())))


def _reads_as_prose(text: str) -> bool:
    return " " in text.strip() or not text.isascii()


def _of_body(record: Record) -> Iterator[Passage]:
    headings = [one for one in record.prose.headings if one.level <= 2]  # noqa: PLR2004
    ends = [*(one.start for one in headings[1:]), len(record.file.body)]
    for heading, end in zip(headings, ends, strict=False):  # a body may have no heading at all
        if text := plain_text(record, heading.end, end):
            yield Passage(_key(record, heading), text)


def _key(record: Record, heading: Heading) -> str:
    """Return a section's key, or the heading of one that the kind does not have."""
    known = (section.key for section in record.kind.sections if section.has_title(heading.title))
    return next(known, heading.title)


def plain_text(record: Record, start: int, end: int) -> str:
    """Return what a reader sees between two offsets of the body, a blank line between passages.

    Citations and links are their texts; comments, generated blocks and blocks of code are gone.
    """
    prose = record.prose
    shown = [(one.start, one.end, one.text) for one in prose.citations]
    shown += [(one.start, one.end, one.text) for one in prose.links]
    hidden = [*prose.comments, *((one.start, one.end) for one in prose.blocks)]
    spans = sorted([*shown, *((begin, stop, "") for begin, stop in hidden)])
    within = (one for one in prose.passages if start <= one.start and one.end <= end)
    texts = (_read(record.file.body, spans, one.start, one.end) for one in within)
    return "\n\n".join(text for text in texts if text)


def _read(body: str, spans: list[tuple[int, int, str]], start: int, end: int) -> str:
    parts, at = [], start
    for begin, stop, text in spans:
        if begin <= at < stop and begin < start:  # a block that began before
            at = min(stop, end)
        elif at <= begin < end:
            parts += [body[at:begin], text]
            at = stop
    parts.append(body[at:end])
    return _normal(" ".join(_unmarked("".join(parts)).split()))


def _unmarked(text: str) -> str:
    return _EMPHASIS.sub(r"\2", text).replace("`", "")


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
