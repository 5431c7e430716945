"""Values in a form that the schema does not accept: days, hashes, numbers, single texts."""

from __future__ import annotations

from collections.abc import Mapping

from expdocs.config import Settings
from expdocs.edit.repairs.mended import Mended, unwanted
from expdocs.edit.scaffold import record_of
from expdocs.edit.source import Edit, apply_edits, flow
from expdocs.findings import brief
from expdocs.kinds.shape import Place
from expdocs.kinds.validation import dotted
from expdocs.records.frontmatter import ReadProblem
from expdocs.records.meant import Meant, with_values
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.rules.context import Context
from expdocs.rules.schema import meant_values
from expdocs.yamlnodes import YamlMapping

# Mending one value may bring the next fault to light, as where the one decides on the other.
_ROUNDS = 4
_NEEDS_CARE = frozenset("\"'\\\n")


def mend(record: Record, context: Context) -> Mended | None:
    """Write every value that was certainly meant otherwise in the form that the schema asks for."""
    what: tuple[str, ...] = ()
    for _ in range(_ROUNDS):
        done = _once(record, context.settings)
        if done is None:
            break
        record, what = record_of(record.kind, done.text, record.path), (*what, *done.what)
    return Mended(record.file.text, what) if what else None


def _once(record: Record, settings: Settings) -> Mended | None:
    errors = schema_errors(record)
    certain = meant_values(record, errors)
    left = [error.place for error in errors if unwanted(record, error.rule, settings)]
    certain = {place: one for place, one in certain.items() if place not in left}
    if not certain:
        return None
    edits = {place: _edit(record, place, one) for place, one in certain.items()}
    text = apply_edits(record.file.text, edits.values())
    if not _reads_as(record, text, certain):
        return None
    said = (f"{dotted(place)} written as {brief(e.replacement)}" for place, e in edits.items())
    return Mended(text, tuple(said))


def _edit(record: Record, place: Place, one: Meant) -> Edit:
    node = record.node(place)
    assert node is not None  # noqa: S101 - only values that stand there were meant otherwise
    start = record.file.yaml_start + node.start
    end = record.file.yaml_start + node.end
    source = record.file.text[start:end]
    if not isinstance(node, YamlMapping):
        source = source.rstrip()
    return Edit(start, start + len(source), one.source or _written(one, source))


def _written(one: Meant, source: str) -> str:
    """Write a value in the quotes that stand there, where it needs no others."""
    quote = source[:1]
    if isinstance(one.value, str) and quote in ("'", '"') and _NEEDS_CARE.isdisjoint(one.value):
        return f"{quote}{one.value}{quote}"
    return flow(one.value)


def _reads_as(record: Record, text: str, certain: Mapping[Place, Meant]) -> bool:
    try:
        after = record_of(record.kind, text, record.path)
    except ReadProblem:
        return False
    return after.file.body == record.file.body and after.data == with_values(record.data, certain)
