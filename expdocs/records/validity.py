"""What the schema of its kind says of a record, as far as its status asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from expdocs.kinds.shape import Place
from expdocs.kinds.validation import SchemaError
from expdocs.records.record import DECLARED, Record


def schema_errors(record: Record) -> tuple[SchemaError, ...]:
    """Return how a record breaks its schema, as far as its status asks for.

    Drafts may miss fields and leave values empty; fields declared unknown or absent are taken out.
    """
    return errors_with(record, record.data)


def errors_with(record: Record, data: Mapping[str, Any]) -> tuple[SchemaError, ...]:
    """Return how a record would break its schema with other data."""
    taken_out = {*record.declared, *(k for k, v in data.items() if _half_declared(v))}
    data = {key: value for key, value in data.items() if key not in taken_out}
    empty = set(empty_places(data))
    errors = record.kind.validator.errors(_pruned(data) if empty else data)
    return tuple(error for error in errors if not _excused(error, record, empty))


def _excused(error: SchemaError, record: Record, empty: set[Place]) -> bool:
    if error.rule != "REC201":
        return False
    if error.place == ("status",):
        return False  # a record that lost its status must not pass for a draft
    if record.draft or error.place in empty:
        return True
    return len(error.place) == 1 and (
        error.place[0] in record.declared or _half_declared(record.data.get(str(error.place[0])))
    )


def _half_declared(value: Any) -> bool:
    """Whether a value is ``{unknown: }`` without its reason, which is reported as empty."""
    return isinstance(value, dict) and list(value.items()) in [[(form, None)] for form in DECLARED]


def empty_places(data: Any) -> list[Place]:
    """Return the places whose value is empty."""
    return list(_empty_places(data, ())) if _has_empty(data) else []


def _has_empty(data: Any) -> bool:
    if isinstance(data, dict):
        return any(map(_has_empty, data.values()))
    return any(map(_has_empty, data)) if isinstance(data, list) else data is None


def _empty_places(data: Any, place: Place) -> Iterator[Place]:
    if data is None:
        yield place
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _empty_places(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _empty_places(value, (*place, index))


def _pruned(data: Any) -> Any:
    if isinstance(data, dict):
        pairs = ((key, _pruned(value)) for key, value in data.items())
        return {key: value for key, value in pairs if value is not None}
    if isinstance(data, list):
        return [_pruned(item) for item in data if item is not None]
    return data


def empty_after(record: Record, end: int) -> bool:
    """Whether nothing stands between the end of a heading in the body and the next heading."""
    following = [h.start for h in record.prose.headings if h.start >= end]
    text = record.file.body[end : min(following, default=len(record.file.body))]
    return not text.strip()
