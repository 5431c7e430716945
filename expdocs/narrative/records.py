"""A record as a writer sees it: its prose as plain words, and the data that it states."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Data, Datum
from expdocs.facts.citations import Facts, Unresolved
from expdocs.facts.cited import references_of
from expdocs.kinds.shape import Shape
from expdocs.narrative.brief import Material, Passage
from expdocs.prose import spans
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
    """Yield the data that a record's own fields state; what is unknown is a dash."""
    for name in FIELDS:
        value = record.title if name == "title" else record.text_of(name)
        if not value and name in record.kind.required:
            value = "–"
        if value:
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


class BodyText(NamedTuple):
    """A paragraph, item, row or lower heading of a body as a reader sees it.

    ``section`` counts the headings before it, and ``key`` is that of the last one. Citations and
    links are their texts; comments, generated blocks and blocks of code are gone.
    """

    section: int
    key: str
    kind: str
    start: int
    end: int
    text: str


def _of_body(record: Record) -> Iterator[Passage]:
    for section, texts in groupby(body_texts(record), lambda one: one.section):
        listed = list(texts)
        if section:
            yield Passage(listed[0].key, "\n\n".join(one.text for one in listed))


def body_texts(record: Record) -> Iterator[BodyText]:
    """Yield what the body says, in order, without the headings of sections."""
    headings = [one for one in record.prose.headings if one.level <= 2]  # noqa: PLR2004
    section, key = 0, ""
    for one, text in _shown(record):
        while section < len(headings) and headings[section].start <= one.start:
            key = _key(record, headings[section])
            section += 1
        own_heading = section and one.end <= headings[section - 1].end
        if text and not own_heading:
            yield BodyText(section, key, one.kind, one.start, one.end, text)


def _key(record: Record, heading: Heading) -> str:
    """Return a section's key, or the heading of one that the kind does not have."""
    known = (section.key for section in record.kind.sections if section.has_title(heading.title))
    return next(known, heading.title)


def _shown(record: Record) -> Iterator[tuple[spans.Passage, str]]:
    """Yield each passage with its text, in one sweep, for a body may have very many."""
    prose, body = record.prose, record.file.body
    replaced = [(one.start, one.end, one.text) for one in prose.citations]
    replaced += [(one.start, one.end, one.text) for one in prose.links]
    replaced += [(begin, end, "") for begin, end in prose.comments]
    replaced += [(one.start, one.end, "") for one in prose.blocks]
    replaced.sort()
    first = covered = 0
    for one in prose.passages:
        while first < len(replaced) and replaced[first][0] < one.start:
            covered = max(covered, replaced[first][1])  # such as a block that holds the passage
            first += 1
        last = bisect_left(replaced, (one.end,), first)
        yield one, _read(body, replaced[first:last], max(one.start, covered), one.end)


def _read(body: str, within: Sequence[tuple[int, int, str]], at: int, end: int) -> str:
    parts = []
    for begin, stop, text in within:
        if at <= begin:
            parts += [body[at:begin], text]
            at = stop
    parts.append(body[at:end])
    return _normal(" ".join(_unmarked("".join(parts)).split()))


def _unmarked(text: str) -> str:
    return _EMPHASIS.sub(r"\2", text).replace("`", "")


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
