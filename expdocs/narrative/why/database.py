"""The index of what records say: SQLite's full-text search, held in memory, as bytes on disk.

Words are stemmed by Porter's algorithm, accents do not count, and passages are ranked by BM25
(Robertson and Zaragoza, 2009), all of it by FTS5 (https://www.sqlite.org/fts5.html).
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import finalize

from expdocs.errors import CannotRun
from expdocs.narrative.why.passages import Name, Piece
from expdocs.narrative.why.wording import spaced
from expdocs.records.outline import Outline

_TOKENS = 'tokenize="porter unicode61 remove_diacritics 2"'
_SCHEMA = f"""
CREATE TABLE file (
  id INTEGER PRIMARY KEY, path BLOB UNIQUE, mark TEXT, head TEXT, outline TEXT, summary TEXT
);
CREATE TABLE piece (id INTEGER PRIMARY KEY, file INTEGER, key TEXT, line INTEGER);
CREATE INDEX piece_file ON piece (file);
CREATE TABLE name (id INTEGER PRIMARY KEY, file INTEGER, number INTEGER);
CREATE INDEX name_file ON name (file);
CREATE TABLE link (file INTEGER, target TEXT);
CREATE INDEX link_file ON link (file);
CREATE INDEX link_target ON link (target);
CREATE VIRTUAL TABLE piece_text USING fts5(text, {_TOKENS});
CREATE VIRTUAL TABLE name_text USING fts5(text, {_TOKENS});
CREATE VIRTUAL TABLE piece_word USING fts5vocab(piece_text, row);
"""
_WHOLE = "SELECT 1 FROM file, piece, name, link, piece_text, name_text, piece_word LIMIT 0"
_PASSING = f"""
CREATE VIRTUAL TABLE temp.passing USING fts5(text, {_TOKENS});
CREATE VIRTUAL TABLE temp.passing_word USING fts5vocab(temp, passing, instance);
CREATE TABLE temp.asked (file INTEGER PRIMARY KEY);
"""
_HITS = """
SELECT path, key, line, -bm25(piece_text) AS score, head, text
FROM piece_text JOIN piece ON piece.id = piece_text.rowid JOIN file ON file.id = piece.file
WHERE piece_text MATCH ? AND (? OR file.id IN temp.asked)
ORDER BY score DESC, path, line, key LIMIT ?
"""
_NAMED = """
SELECT path, text, number
FROM name_text JOIN name ON name.id = name_text.rowid JOIN file ON file.id = name.file
WHERE name_text MATCH ? AND (? OR file.id IN temp.asked)
ORDER BY name_text.rank, path, number LIMIT ?
"""
_MOST_NAMES = 2000
# A longer paragraph is no prose; what follows is not searched.
_MOST_CHARACTERS = 20_000
# SQLite takes so many values at once in each of its builds.
_AT_ONCE = 500


class Summary(NamedTuple):
    """A record in a list: the fields that records are chosen and sorted by."""

    path: str
    id: str = ""
    kind: str = ""
    title: str = ""
    status: str = ""
    date: str = ""
    authors: tuple[str, ...] = ()
    project: str = ""
    tags: tuple[str, ...] = ()
    approach: str = ""
    verdict: str = ""


class Entry(NamedTuple):
    """What is kept of one file; of one that is no record that is its path alone."""

    path: str
    mark: str
    outline: Outline
    summary: Summary | None = None
    head: str = ""
    pieces: tuple[Piece, ...] = ()
    names: tuple[Name, ...] = ()
    links: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A passage with some of the words: where it is, how it ranks (more is better), what it says.

    ``words`` are those of its record's head, too, in the form in which they are compared.
    """

    path: str
    key: str
    line: int
    score: float
    words: frozenset[str]


class Named(NamedTuple):
    """A name with some of the words, and the record that it stands in."""

    path: str
    name: Name


class Scope(NamedTuple):
    """Which records are asked; empty fields stand for all."""

    project: str = ""
    tags: tuple[str, ...] = ()

    def holds(self, record: Summary) -> bool:
        """Whether a record is asked."""
        own = not self.project or record.project == self.project
        return own and set(self.tags) <= set(record.tags)


class Database:
    """An index in memory."""

    def __init__(self, content: bytes | None = None) -> None:
        """Read an index out of bytes, or begin an empty one; raises ``sqlite3.DatabaseError``."""
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        finalize(self, self._db.close)
        if content is not None:
            self._db.deserialize(content)
            self._db.execute(_WHOLE)
        else:
            self._begin()
        self._db.executescript(_PASSING)
        self._everything = True

    def _begin(self) -> None:
        try:
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as problem:
            hint = "use a Python whose sqlite3 module has the FTS5 extension"
            raise CannotRun(f"this Python cannot search: {problem}", hint) from problem

    def content(self) -> bytes:
        """Return the whole index as bytes."""
        return self._db.serialize()

    # --- what it holds

    def marks(self) -> dict[str, str]:
        """Return the mark of every file that the index has."""
        rows = self._db.execute("SELECT path, mark FROM file")
        return {os.fsdecode(path): mark for path, mark in rows}

    def outlines(self) -> list[Outline]:
        """Return the outline of every file, by path."""
        return [Outline(p, i, s, *map(tuple, lists)) for p, i, s, *lists in self._kept("outline")]

    def summaries(self) -> list[Summary]:
        """Return the summary of every record, by path."""
        return [_summary(row) for row in self._kept("summary") if row is not None]

    def _kept(self, column: str) -> list[Any]:
        rows = self._db.execute(f"SELECT {column} FROM file ORDER BY path").fetchall()  # noqa: S608
        found: list[Any] = json.loads("[" + ",".join([text for (text,) in rows]) + "]")
        return found

    def replace(self, gone: Iterable[str], entries: Iterable[Entry]) -> None:
        """Take files out and put others in."""
        self._db.execute("BEGIN")
        for path in gone:
            self._remove(os.fsencode(path))
        for entry in entries:
            self._add(entry)
        self._db.execute("COMMIT")

    def _remove(self, path: bytes) -> None:
        own = "file = (SELECT id FROM file WHERE path = ?)"
        for table in ("piece", "name"):
            ids = f"SELECT id FROM {table} WHERE {own}"  # noqa: S608
            self._db.execute(f"DELETE FROM {table}_text WHERE rowid IN ({ids})", (path,))  # noqa: S608
        for table in ("piece", "name", "link"):
            self._db.execute(f"DELETE FROM {table} WHERE {own}", (path,))  # noqa: S608
        self._db.execute("DELETE FROM file WHERE path = ?", (path,))

    def _add(self, entry: Entry) -> None:
        kept = (json.dumps(entry.outline), json.dumps(entry.summary))
        path = os.fsencode(entry.path)
        file = self._insert("file", path, entry.mark, spaced(entry.head), *kept)
        for piece in entry.pieces:
            row_id = self._insert("piece", file, piece.key, piece.line)
            self._index("piece_text", row_id, piece.text)
        for name in entry.names:
            row_id = self._insert("name", file, name.number)
            self._index("name_text", row_id, name.text)
        links = [(file, target) for target in entry.links]
        self._db.executemany("INSERT INTO link VALUES (?, ?)", links)

    def _insert(self, table: str, *values: str | bytes | int) -> int:
        places = ", ?" * len(values)
        sql = f"INSERT INTO {table} VALUES (NULL{places})"  # noqa: S608
        return self._db.execute(sql, values).lastrowid or 0

    def _index(self, table: str, row_id: int, text: str) -> None:
        sql = f"INSERT INTO {table} (rowid, text) VALUES (?, ?)"  # noqa: S608
        self._db.execute(sql, (row_id, spaced(text[:_MOST_CHARACTERS])))

    # --- what is asked

    def narrow(self, scope: Scope) -> None:
        """Ask only the records of a scope from now on."""
        self._everything = scope == Scope()
        self._db.execute("DELETE FROM temp.asked")
        rows = (
            [] if self._everything else self._db.execute("SELECT id, summary FROM file").fetchall()
        )
        known = ((file, json.loads(text)) for file, text in rows)
        held = [(file,) for file, row in known if row and scope.holds(_summary(row))]
        self._db.executemany("INSERT INTO temp.asked VALUES (?)", held)

    def stems(self, texts: Sequence[str]) -> list[frozenset[str]]:
        """Return the words of texts in the form in which they are compared."""
        self._db.execute("DELETE FROM temp.passing")
        sql = "INSERT INTO temp.passing (rowid, text) VALUES (?, ?)"
        self._db.executemany(sql, ((n, spaced(text)) for n, text in enumerate(texts)))
        found: list[set[str]] = [set() for _ in texts]
        for number, stem in self._db.execute("SELECT doc, term FROM temp.passing_word"):
            found[number].add(stem)
        return [frozenset(stems) for stems in found]

    def count(self) -> int:
        """Return how many passages there are."""
        (found,) = self._db.execute("SELECT count(*) FROM piece").fetchone()
        return int(found)

    def counts(self, stems: Collection[str]) -> Mapping[str, int]:
        """Return in how many passages each word stands."""
        listed = list(stems)
        found: dict[str, int] = {}
        for at in range(0, len(listed), _AT_ONCE):
            some = listed[at : at + _AT_ONCE]
            places = ", ".join("?" * len(some))
            sql = f"SELECT term, doc FROM piece_word WHERE term IN ({places})"  # noqa: S608
            found.update(self._db.execute(sql, some))
        return found

    def hits(self, words: Sequence[str], most: int) -> list[Hit]:
        """Return the passages that hold any of the words, the best first."""
        rows = self._db.execute(_HITS, (_any_of(words), self._everything, most)).fetchall()
        stems = self.stems([f"{head} {text}" for *_, head, text in rows])
        return [
            Hit(os.fsdecode(path), key, line, score, found)
            for (path, key, line, score, *_), found in zip(rows, stems, strict=True)
        ]

    def named(self, words: Sequence[str]) -> list[Named]:
        """Return the names that hold any of the words, those with more and rarer ones first."""
        rows = self._db.execute(_NAMED, (_any_of(words), self._everything, _MOST_NAMES))
        return [Named(os.fsdecode(path), Name(text, number)) for path, text, number in rows]

    def linking(self, record_id: str) -> list[str]:
        """Return the paths of the files that point at a record."""
        sql = (
            "SELECT DISTINCT path FROM link JOIN file ON file.id = link.file"
            " WHERE target = ? ORDER BY path"
        )
        return [os.fsdecode(path) for (path,) in self._db.execute(sql, (record_id,))]


def _any_of(words: Sequence[str]) -> str:
    # In quotes nothing is an operator; a word of a topic holds none itself.
    return " OR ".join(f'"{word}"' for word in words) or '""'


def _summary(row: list[Any]) -> Summary:
    return Summary._make(tuple(value) if isinstance(value, list) else value for value in row)
