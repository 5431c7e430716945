"""A record: one file of a known kind, its data typed by the kind's schema, with places."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from expdocs.kinds.registry import Kind
from expdocs.kinds.shape import Place, marked, typed
from expdocs.prose.scanner import Lines, Prose, scan
from expdocs.records.frontmatter import RecordFile
from expdocs.yamlnodes import Node, YamlMapping, YamlSequence

DECLARED = ("unknown", "none")
ACCEPTED = ("accepted", "superseded", "deprecated")


class Declared(NamedTuple):
    """A field that says why it has no value: ``{unknown: …}`` or ``{none: …}``."""

    field: str
    form: str
    reason: str


class RunUse(NamedTuple):
    """A run as a record uses it, with the commit and data that hold for it there.

    ``place`` leads to the run id; ``commit_place`` and ``data_place`` to what holds for the run,
    which stands on the run itself or is the record's default. A sweep has a ``parent`` instead of
    a run of its own.
    """

    run_id: str
    place: Place
    label: str = ""
    role: str = ""
    group: str = ""
    sweep: bool = False
    commit: str = ""
    commit_place: Place = ()
    data: tuple[Mapping[str, Any], ...] = ()
    data_place: Place = ()


@dataclass(frozen=True, eq=False, repr=False)
class Record:
    """One record, read but not yet checked."""

    path: str
    kind: Kind
    file: RecordFile

    @cached_property
    def data(self) -> dict[str, Any]:
        """The front matter as data, typed by the schema."""
        found: dict[str, Any] = typed(self.file.root, self.kind.shape)
        return found

    @cached_property
    def prose(self) -> Prose:
        """What the scanner found in the body; offsets count from the body's beginning."""
        return scan(self.file.body)

    @cached_property
    def lines(self) -> Lines:
        """The line table of the whole file."""
        return Lines(self.file.text)

    @property
    def id(self) -> str:
        """The id as written, or an empty string."""
        return self.text_of("id")

    @property
    def title(self) -> str:
        """The title, or the id where there is none."""
        return self.text_of("title") or self.id or self.path

    @property
    def status(self) -> str:
        """The status; a record without one is a draft."""
        return self.text_of("status") or "draft"

    @property
    def draft(self) -> bool:
        """Whether the record may still be incomplete."""
        return self.status == "draft"

    @property
    def frozen(self) -> bool:
        """Whether the record was accepted, so that nothing repairs, renumbers or migrates it."""
        return "accepted" in self.data or self.status in ACCEPTED

    def text_of(self, key: str) -> str:
        """Return a top-level text, or an empty string where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    def texts_of(self, key: str) -> tuple[str, ...]:
        """Return the texts of a top-level list."""
        value = self.data.get(key)
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()

    def node(self, place: Place) -> Node | None:
        """Return the YAML node at a place, or None."""
        node: Node | None = self.file.root
        for part in place:
            if isinstance(node, YamlMapping) and isinstance(part, str):
                node = node.entries.get(part)
            elif (
                isinstance(node, YamlSequence) and isinstance(part, int) and part < len(node.items)
            ):
                node = node.items[part]
            else:
                return None
        return node

    def locate(self, place: Place, *, on_key: bool = False) -> tuple[int, int]:
        """Return line and column of a place, or of the nearest one around it that exists."""
        parent = self.node(place[:-1]) if place else None
        if on_key and isinstance(parent, YamlMapping) and place[-1] in parent.keys:
            return self.lines.at(self.file.yaml_start + parent.keys[str(place[-1])].start)
        while place and (node := self.node(place)) is None:
            place = place[:-1]
            on_key = True
        node = self.node(place)
        if not place or node is None:
            return 1, 1
        if on_key:
            return self.locate(place, on_key=True) if isinstance(place[-1], str) else self._at(node)
        return self._at(node)

    def _at(self, node: Node) -> tuple[int, int]:
        return self.lines.at(self.file.yaml_start + node.start)

    def locate_body(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset in the body."""
        return self.lines.at(self.file.body_start + offset)

    @cached_property
    def marks(self) -> Mapping[str, Sequence[tuple[Place, str]]]:
        """Place and text of every value that the schema marks for the engine, by mark."""
        found: dict[str, list[tuple[Place, str]]] = {}
        for mark, place, value in marked(self.data, self.kind.shape):
            if isinstance(value, str):
                found.setdefault(mark, []).append((place, value))
        return found

    def marked(self, mark: str) -> Sequence[tuple[Place, str]]:
        """Return place and text of the values with one mark."""
        return self.marks.get(mark, ())

    @cached_property
    def declared(self) -> Mapping[str, Declared]:
        """The required fields that are declared unknown or absent, by name."""
        pairs = ((key, declared_value(key, self.data.get(key))) for key in self.kind.required)
        return {key: found for key, found in pairs if found}

    @cached_property
    def runs(self) -> tuple[RunUse, ...]:
        """The runs that the record uses, in order."""
        return tuple(_run_use(self, place, value) for place, value in self.marked("run"))

    @cached_property
    def labels(self) -> Mapping[str, RunUse]:
        """The runs by label."""
        return {use.label: use for use in reversed(self.runs) if use.label}

    @cached_property
    def groups(self) -> Mapping[str, Sequence[RunUse]]:
        """The runs that repeat one another, by the name of their group."""
        found: dict[str, list[RunUse]] = {}
        for use in self.runs:
            if use.group:
                found.setdefault(use.group, []).append(use)
        return found


def declared_value(key: str, value: Any) -> Declared | None:
    """Return the declaration that a value is, or None for an ordinary value."""
    if isinstance(value, dict) and len(value) == 1:
        form, reason = next(iter(value.items()))
        if form in DECLARED and isinstance(reason, str) and reason.strip():
            return Declared(key, form, reason)
    return None


def _run_use(record: Record, place: Place, run_id: str) -> RunUse:
    owner = _value_at(record.data, place[:-1])
    entry: Mapping[str, Any] = owner if isinstance(owner, dict) else {}
    commit_place = (*place[:-1], "commit") if isinstance(entry.get("commit"), str) else ("commit",)
    data_place = (*place[:-1], "data") if isinstance(entry.get("data"), list) else ("data",)
    commit = entry.get("commit") or record.data.get("commit")
    data = entry.get("data") or record.data.get("data")
    return RunUse(
        run_id=run_id,
        place=place,
        label=_text(entry.get("as")),
        role=_text(entry.get("role")),
        group=_text(entry.get("group")),
        sweep=place[-1] == "parent",
        commit=_text(commit),
        commit_place=commit_place,
        data=tuple(d for d in data if isinstance(d, dict)) if isinstance(data, list) else (),
        data_place=data_place,
    )


def _value_at(data: Any, place: Sequence[str | int]) -> Any:
    for part in place:
        data = data[part]
    return data


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
