"""Front-matter values as something to show: any kind's fields, led by its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from expdocs.kinds.registry import Kind
from expdocs.kinds.shape import Place, Shape
from expdocs.records.record import Record, declared_value

MAX_COLUMNS = 6
SHORT = 40
WIDE = 60
# What the head of a page and its panels show.
ELSEWHERE = frozenset(
    {
        *("id", "kind", "title", "status", "date", "authors", "project", "tags"),
        *("links", "aliases", "accepted", "corrections"),
    }
)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar; ``href`` leads to the page that it names, ``code`` asks for a fixed width."""

    text: str
    href: str = ""
    title: str = ""
    code: bool = False
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Items:
    """A list; ``inline`` when its items are short."""

    items: tuple[Value, ...]
    inline: bool = False
    form: str = "items"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping."""

    pairs: tuple[tuple[str, Value], ...]
    form: str = "pairs"


@dataclass(frozen=True, slots=True)
class Grid:
    """A list of flat mappings, as a table."""

    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    form: str = "grid"


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is declared unknown (a blocker) or absent (with its reason)."""

    kind: str
    reason: str
    form: str = "missing"


Value = Text | Items | Pairs | Grid | Missing
Link = Callable[[str, str], Text | None]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One top-level field: its name for people, what it means, its value."""

    key: str
    label: str
    description: str
    value: Value

    @property
    def wide(self) -> bool:
        """Whether the value wants the whole width."""
        if isinstance(self.value, Text):
            return len(self.value.text) > WIDE
        return not (isinstance(self.value, Items) and self.value.inline)


def fields_of(record: Record, link: Link) -> Iterator[FieldView]:
    """Yield the fields of a record in its schema's order; ``link`` turns a mark into a link."""
    shape = record.kind.shape
    known = [key for key in record.kind.properties if key in record.data]
    extra = [key for key in record.data if key not in record.kind.properties]
    for key in (*known, *extra):
        below = shape.properties.get(key)
        value = record.data[key]
        if key in ELSEWHERE or value in (None, [], {}) or holds_runs(below):
            continue
        view = _value(value, below, link, (key,))
        yield FieldView(key, label_of(record.kind, key), describe(record.kind, key), view)


def holds_runs(shape: Shape | None) -> bool:
    """Whether a field is the list of runs, which the evidence panel shows."""
    below = shape.items.properties if shape and shape.items else {}
    return any(one.mark == "run" for one in below.values())


def label_of(kind: Kind, key: str) -> str:
    """Return a field's name for people: the schema's title, or the key in words."""
    schema = kind.properties.get(key)
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return title if isinstance(title, str) else in_words(key)


def describe(kind: Kind, key: str) -> str:
    """Return what a field means, as its schema says."""
    schema = kind.properties.get(key)
    found = schema.get("description") if isinstance(schema, Mapping) else None
    return found if isinstance(found, str) else ""


def in_words(key: str) -> str:
    """Return ``decision_type`` as ``Decision type``."""
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _value(value: Any, shape: Shape | None, link: Link, place: Place) -> Value:
    declared = declared_value(str(place[0]), value)
    if declared is not None:
        return Missing(declared.form, declared.reason)
    if isinstance(value, dict):
        return _pairs(value, shape, link, place)
    if isinstance(value, list):
        return _list(value, shape, link, place)
    return scalar(value, shape.mark if shape else "", link)


def scalar(value: Any, mark: str, link: Link) -> Text:
    """Return a scalar, with the link that its mark gives it."""
    text = _shown(value)
    found = link(mark, text) if mark and isinstance(value, str) else None
    return found or Text(text)


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _pairs(value: dict[str, Any], shape: Shape | None, link: Link, place: Place) -> Pairs:
    below = shape.properties if shape else {}
    pairs = (
        (in_words(str(key)), _value(item, below.get(key), link, (*place, key)))
        for key, item in value.items()
    )
    return Pairs(tuple(pairs))


def _list(value: list[Any], shape: Shape | None, link: Link, place: Place) -> Value:
    below = shape.items if shape else None
    if len(value) > 1 and all(_flat(item) for item in value):
        keys = list(dict.fromkeys(key for item in value for key in item))
        if len(keys) <= MAX_COLUMNS:
            return _grid(value, keys, below, link, place)
    items = tuple(_value(item, below, link, (*place, n)) for n, item in enumerate(value))
    short = all(isinstance(i, Text) and len(i.text) <= SHORT for i in items)
    return Items(items, inline=short)


def _flat(item: Any) -> bool:
    return isinstance(item, dict) and not any(isinstance(v, dict) for v in item.values())


def _grid(
    rows: list[dict[str, Any]], keys: list[str], shape: Shape | None, link: Link, place: Place
) -> Grid:
    below = shape.properties if shape else {}
    cells = tuple(
        tuple(
            _value(row[key], below.get(key), link, (*place, n, key)) if key in row else Text("–")
            for key in keys
        )
        for n, row in enumerate(rows)
    )
    return Grid(tuple(in_words(key) for key in keys), cells)
