"""What a record may ask of the others, and answers before the others have been read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from expdocs.questions import Note, unnoted
from expdocs.records.outline import Outline, folded
from expdocs.records.record import Record
from expdocs.records.renames import Rename, rename_of

_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Index:
    """The outlines of all records, in the order of paths; where two share an id, the first counts.

    Every question is passed to ``note``; ``read`` reads a record whole, for what outlines lack.
    """

    def __init__(
        self,
        outlines: Iterable[Outline],
        read: Callable[[str], Record | None],
        note: Note = unnoted,
    ) -> None:
        self._outlines = sorted(outlines, key=lambda outline: outline.path)
        self._read = read
        self._note = note

    @cached_property
    def _by_id(self) -> dict[str, Outline]:
        return {outline.id: outline for outline in reversed(self._outlines) if outline.id}

    @cached_property
    def _by_alias(self) -> dict[str, Outline]:
        return {old: outline for outline in reversed(self._outlines) for old in outline.aliases}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {folded(outline.path): outline.path for outline in reversed(self._outlines)}

    @cached_property
    def _shared_ids(self) -> set[str]:
        return {id_ for id_, many in Counter(o.id for o in self._outlines).items() if many > 1}

    @cached_property
    def _unread_ids(self) -> set[str]:
        return {outline.shown_id for outline in self._outlines if not outline.id} - {""}

    @cached_property
    def _superseders(self) -> dict[str, list[Outline]]:
        found: dict[str, list[Outline]] = {}
        for outline in self._outlines:
            for target in outline.supersedes:
                found.setdefault(target, []).append(outline)
        return found

    @cached_property
    def _superseded(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for outline in self._outlines:
            if outline.supersedes:
                found.setdefault(outline.id, []).extend(outline.supersedes)
        return found

    @cached_property
    def _renames(self) -> dict[str, list[Rename]]:
        found: dict[str, list[Rename]] = {}
        for outline in self._outlines:
            for line in outline.renames:
                one = rename_of(line, outline.shown_id)
                found.setdefault(one.project, []).append(one)
        return found

    @cached_property
    def _lister(self) -> dict[str, str]:
        return {run: one.path for one in reversed(self._outlines) for run in one.runs}

    def nearest(self, record_id: str) -> str:
        """Return an id with one other character or two exchanged, or an empty text."""
        self._note("ids")
        return next((near for near in _slips(record_id) if near in self._by_id), "")

    def owner(self, record_id: str) -> str | None:
        """Return the path of the first record with this id."""
        self._note(f"id:{record_id}")
        found = self._by_id.get(record_id)
        return found.path if found else None

    def twin(self, path: str) -> str | None:
        """Return the first other path before this one that some systems take for the same."""
        name = folded(path)
        self._note(f"name:{name}")
        first = self._by_name.get(name, path)
        return None if first == path else first

    def knows(self, record_id: str) -> bool:
        """Whether a record of this id exists, readable or not, or had it before."""
        self._note(f"id:{record_id}")
        return any(record_id in known for known in (self._by_id, self._by_alias, self._unread_ids))

    def record(self, record_id: str) -> Record | None:
        """Return the record with this id, also under an id that it had before."""
        self._note(f"id:{record_id}")
        found = self._find(record_id)
        return self._whole(found.path) if found else None

    def lister(self, run_id: str) -> Record | None:
        """Return the first record that lists a run."""
        self._note(f"run:{run_id}")
        path = self._lister.get(run_id)
        return self._whole(path) if path else None

    def successors(self, record_id: str, aliases: Iterable[str]) -> list[Outline]:
        """Return the records with a link that says that they supersede this one."""
        found: list[Outline] = []
        for name in (record_id, *aliases):
            self._note(f"links-to:{name}")
            self._note(f"id:{name}")
            target = self._find(name)
            if target is not None and target.id == record_id:
                found += self._superseders.get(name, ())
        for one in found:
            self._note(f"id:{one.id}")
        return found

    def superseded_by(self, record_id: str) -> Sequence[str]:
        """Return the ids that the links of a record say it supersedes."""
        self._note(f"supersedes:{record_id}")
        return self._superseded.get(record_id, ())

    def renames(self, project: str) -> Sequence[Rename]:
        """Return the renames of metrics that a project's accepted decisions state."""
        self._note(f"renames:{project}")
        return self._renames.get(project, ())

    def bears_out(self, own: Outline, asked: Iterable[str]) -> bool:
        """Whether all that a ``PresumedIndex`` told of ``own`` is what this index tells."""
        return all(self._bears_out(own, *question.split(":", 1)) for question in asked)

    def _bears_out(self, own: Outline, subject: str, name: str = "") -> bool:
        if subject == "links-to":
            return all(one.path == own.path for one in self._superseders.get(name, ()))
        if subject == "supersedes":
            return name == own.id or name not in self._superseded
        if subject == "renames":
            stated = [rename_of(line, own.shown_id) for line in own.renames]
            return [one for one in stated if one.project == name] == self._renames.get(name, [])
        if subject == "name":
            return self._by_name.get(name) == own.path
        if subject == "at":
            record_id, _, path = name.partition(" ")
            found = self._find(record_id)
            return found is not None and found.path == path
        if subject != "id":
            return True
        if name == own.id:
            return self._by_id.get(name) == own and name not in self._shared_ids
        return self._find(name) == own if name in own.aliases else self.knows(name)

    def _find(self, record_id: str) -> Outline | None:
        return self._by_id.get(record_id) or self._by_alias.get(record_id)

    def _whole(self, path: str) -> Record | None:
        self._note(f"path:{path}")
        return self._read(path)


def _slips(record_id: str) -> Iterator[str]:
    """Yield what may have been meant by an id, whatever number of records there is."""
    for at, character in enumerate(record_id):
        head, tail = record_id[:at], record_id[at + 1 :]
        if tail:
            yield f"{head}{tail[0]}{character}{tail[1:]}"
        alike = _DIGITS if character.isdecimal() else _LETTERS if character.isalpha() else ""
        yield from (f"{head}{other}{tail}" for other in alike)


class Unsettled(Exception):
    """A question that nobody can answer before the other records have been read."""


class PresumedIndex(Index):
    """Answers as if every other record were where its id says and none had to do with this one.

    Nearly always that is so; ``Index.bears_out`` tells afterwards. ``named`` finds the path of the
    file whose name begins with an id.
    """

    def __init__(
        self,
        own: Outline,
        named: Callable[[str], str | None],
        read: Callable[[str], Record | None],
        note: Note,
    ) -> None:
        super().__init__([own], read, note)
        self._own = own
        self._named = named

    def nearest(self, record_id: str) -> str:  # noqa: ARG002
        """Raise ``Unsettled``."""
        raise Unsettled

    def knows(self, record_id: str) -> bool:
        """Note the question and presume that the record is there."""
        super().knows(record_id)
        return True

    def record(self, record_id: str) -> Record | None:
        """Return the record in the file of this name; raises ``Unsettled`` where there is none."""
        path = self._named(record_id)
        if path is None:
            raise Unsettled
        self._note(f"id:{record_id}")
        self._note(f"at:{record_id} {path}")
        return self._whole(path)

    def lister(self, run_id: str) -> Record | None:  # noqa: ARG002
        """Raise ``Unsettled``."""
        raise Unsettled
