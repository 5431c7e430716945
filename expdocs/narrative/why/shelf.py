"""The records as questions find them: an index that is up to date, and the records themselves."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.evidence.store import Evidence
from expdocs.facts.citations import Facts
from expdocs.files import Entry as FileEntry
from expdocs.files import Files
from expdocs.kinds.registry import Registry
from expdocs.narrative.why.database import Database, Entry, Summary
from expdocs.narrative.why.memory import keep, memory_place, recall
from expdocs.narrative.why.passages import head_of, names_of, pieces_of
from expdocs.packaged import code_mark
from expdocs.questions import unnoted
from expdocs.records.corpus import load_record
from expdocs.records.index import Index
from expdocs.records.links import links_of
from expdocs.records.outline import Outline, outline_of
from expdocs.records.record import Record
from expdocs.repository import Repository

Tell = Callable[[int, int], None]


def _told_nobody(done: int, whole: int) -> None:
    """Do without progress."""


# More records than one answer has to do with.
_HELD = 512


class Reader(NamedTuple):
    """What records are read with."""

    repository: Repository
    files: Files
    settings: Settings
    registry: Registry


class Shelf:
    """All records that can be read, to be searched and to be read one by one.

    ``outlines`` has what is known of every file, ``unread`` counts those that are no records.
    """

    def __init__(self, reader: Reader, database: Database, entries: Sequence[FileEntry]) -> None:
        self._reader = reader
        self._entries = {entry.path: entry for entry in entries}
        self._held = lru_cache(maxsize=_HELD)(self._read)
        self.database = database
        outlines = database.outlines()
        self.outlines = {outline.path: outline for outline in outlines}
        self.unread = sum(not outline.status for outline in outlines)
        self.index = Index(outlines, self.record_at, unnoted)
        self.units = reader.settings.units
        self.evidence = Evidence(reader.files, reader.settings.evidence)
        self.facts = Facts(self.index, self.evidence)

    def summaries(self) -> list[Summary]:
        """Return what lists show of every record, by path."""
        return self.database.summaries()

    def linking(self, record: Record) -> list[Record]:
        """Return the records that point at one, also under an id that it had before."""
        names = dict.fromkeys((record.id, *record.texts_of("aliases")))
        paths = dict.fromkeys(path for name in names for path in self.database.linking(name))
        found = (self.record_at(path) for path in paths if path != record.path)
        return [one for one in found if one is not None]

    def record_at(self, path: str) -> Record | None:
        """Return the record in a file."""
        return self._held(path)

    def _read(self, path: str) -> Record | None:
        entry = self._entries.get(path)
        return _load(entry, self._reader) if entry else None


def open_shelf(reader: Reader, tell: Tell = _told_nobody) -> Shelf:
    """Read what changed since the last question, and keep the index for the next one.

    ``tell`` hears how many records are read, and of how many.
    """
    settings = reader.settings
    listed = reader.files.list((*settings.records, settings.schemas))
    entries = [entry for entry in listed if settings.is_record(entry.path)]
    place, key = memory_place(reader.repository), _key(reader)
    database = recall(place, key)
    known = database.marks() if database else {}
    stale = [entry for entry in entries if known.get(entry.path) != entry.mark]
    gone = known.keys() - {e.path for e in entries if known.get(e.path) == e.mark}
    database = database or Database()
    if stale or gone:
        database.replace(gone, _entries(stale, reader, tell))
        keep(place, key, database)
    return Shelf(reader, database, entries)


def _entries(stale: Sequence[FileEntry], reader: Reader, tell: Tell) -> Iterator[Entry]:
    for number, file in enumerate(stale):
        tell(number, len(stale))
        yield _entry(file, reader)


def _key(reader: Reader) -> str:
    """Return what every entry rests on: our code, the settings and the repository's kinds."""
    schemas = reader.files.list([reader.settings.schemas])
    kinds = "\0".join(f"{entry.path} {entry.mark}" for entry in schemas)
    whole = "\0".join((code_mark(), repr(reader.settings), kinds))
    return hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()


def _entry(file: FileEntry, reader: Reader) -> Entry:
    record = _load(file, reader)
    if record is None:
        return Entry(file.path, file.mark, Outline(file.path))
    return Entry(
        path=file.path,
        mark=file.mark,
        outline=outline_of(record),
        summary=_summary(record),
        head=head_of(record),
        pieces=tuple(pieces_of(record)),
        names=tuple(names_of(record)),
        links=tuple(dict.fromkeys(link.target for link in links_of(record))),
    )


def _summary(record: Record) -> Summary:
    return Summary(
        path=record.path,
        id=record.id,
        kind=record.kind.name,
        title=record.title,
        status=record.status,
        date=record.text_of("date"),
        authors=record.texts_of("authors"),
        project=record.text_of("project"),
        tags=record.texts_of("tags"),
        approach=record.text_of("approach"),
        verdict=record.text_of("verdict"),
    )


def _load(file: FileEntry, reader: Reader) -> Record | None:
    return load_record(file, reader.files, reader.registry)[0]
