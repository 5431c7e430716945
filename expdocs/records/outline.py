"""What other records may ask of a record: little enough to be kept for every one of thousands."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Iterator
from typing import NamedTuple

from expdocs.records.links import SUPERSEDES, declared_links
from expdocs.records.record import Record
from expdocs.records.renames import declared_renames, rename_of

RECORD_ID = re.compile(r"[A-Z]{2,8}-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}")
_FILE_ID = re.compile(rf"({RECORD_ID.pattern})(?:-|\.md\Z)")


class Outline(NamedTuple):
    """A record's file as others see it; one that could not be read has only a path."""

    path: str
    id: str = ""
    status: str = ""
    aliases: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()

    @property
    def shown_id(self) -> str:
        """The id, for a record that does not tell it that of its file's name."""
        return self.id or id_of_file(self.path)

    @property
    def questions(self) -> Iterator[str]:
        """The questions that may have another answer when this outline changes."""
        yield "ids"
        yield f"name:{folded(self.path)}"
        yield from (f"id:{known}" for known in (self.shown_id, *self.aliases))
        yield f"supersedes:{self.id}"
        yield from (f"links-to:{target}" for target in self.supersedes)
        yield from (f"run:{run_id}" for run_id in self.runs)
        yield from (f"renames:{rename_of(line).project}" for line in self.renames)


def outline_of(record: Record) -> Outline:
    """Return what other records may ask of a record."""
    return Outline(
        record.path,
        record.id,
        record.status,
        record.texts_of("aliases"),
        tuple(use.run_id for use in record.runs),
        tuple(link.target for link in declared_links(record) if link.type == SUPERSEDES),
        tuple(declared_renames(record)),
    )


def folded(path: str) -> str:
    """Return a path as systems see it that ignore case and the form of letters."""
    if path.isascii():
        return path.lower()
    from unicodedata import normalize  # noqa: PLC0415 - most paths are ASCII

    return normalize("NFC", normalize("NFD", path).casefold())


def id_of_file(path: str) -> str:
    """Return the id that a file's name begins with, or an empty string."""
    found = _FILE_ID.match(path.rpartition("/")[2])
    return found[1] if found else ""
