"""What is searched: the title and each passage of a record, with the line that it begins on."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.kinds.shape import Place
from expdocs.narrative.records import body_texts, field_passages
from expdocs.narrative.selection import options_of
from expdocs.records.record import Record

TITLE = "title"
# Fields that name a line of work, as options of a decision do.
NAMING = ("approach", "model_type")
LINE = -1


class Piece(NamedTuple):
    """Words of a record as a reader sees them; ``key`` is the field or the section.

    ``start`` and ``end`` are offsets in the body, both -1 for a field.
    """

    key: str
    line: int
    text: str
    start: int = -1
    end: int = -1


class Name(NamedTuple):
    """Something that may be asked for by name: an option of a decision, or a line of work.

    ``number`` counts the options of a record from zero; that of a line of work is ``LINE``.
    """

    text: str
    number: int = LINE


def pieces_of(record: Record) -> Iterator[Piece]:
    """Yield the head, the fields and the paragraphs."""
    yield Piece(TITLE, line_of(record, TITLE), head_of(record))
    for passage in field_passages(record):
        yield Piece(passage.key, line_of(record, passage.key), passage.text)
    yield from paragraphs(record)


def line_of(record: Record, key: str) -> int:
    """Return the line of a field; a key such as ``options.2.reason`` counts items from one."""
    return record.locate(_place(key))[0]


def _place(key: str) -> Place:
    return tuple(int(part) - 1 if part.isdecimal() else part for part in key.split("."))


def paragraphs(record: Record) -> Iterator[Piece]:
    """Yield what the body says, each paragraph, item and row with its section's key."""
    for one in body_texts(record):
        if one.kind != "heading":
            yield Piece(one.key, record.locate_body(one.start)[0], one.text, one.start, one.end)


def head_of(record: Record) -> str:
    """Return what goes for every passage of a record: title, line of work, tags and authors."""
    naming = (record.text_of(key) for key in NAMING)
    lists = (*record.texts_of("tags"), *record.texts_of("authors"))
    return " ".join((record.title, *naming, *lists))


def names_of(record: Record) -> Iterator[Name]:
    """Yield what a record names: its line of work and its options."""
    yield from (Name(text) for key in NAMING if (text := record.text_of(key)))
    for number, option in enumerate(options_of(record)):
        if isinstance(name := option.get("name"), str) and name.strip():
            yield Name(name, number)
