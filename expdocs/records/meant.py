"""What a value of the wrong form was certainly meant to be.

Every candidate is another spelling of what stands there: a hash in lower case, a day with zeros, a
number without quotes, a list around a single text. The first one counts that the schema accepts
without another fault; among the spellings of an allowed value there must be no second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from expdocs.kinds.shape import Place, Shape, core_scalar, typed
from expdocs.kinds.validation import SchemaError
from expdocs.records.record import Record
from expdocs.yamlnodes import Node, Scalar, YamlMapping, YamlSequence

FORMS = ("REC203", "REC204", "REC205")
# A status that commands set is not brought about by correcting its spelling.
_BY_HAND = ("draft", "proposed")
_HEX = re.compile(r"(?P<alias>[a-z][a-z0-9_-]*@)?(?P<digits>[0-9A-Fa-f]{32,64})")
_HASH = re.compile(r"(?i:(md5|md5-dos2unix|sha256)):[ \t]*([0-9A-Fa-f]{32,64})(?i:(\.dir)?)")
_RECORD_ID = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3}")
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt \t]+([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.([0-9]+))?"
    r"[ \t]*([Zz]|[-+][0-9]{2}:?[0-9]{2})?"
)
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SEVERAL = re.compile(r"[,;\n]")

Validate = Callable[[Any], Sequence[SchemaError]]


class Meant(NamedTuple):
    """A value in the form that the schema asks for; ``source`` is its YAML where that is given."""

    value: Any
    source: str = ""


def meant(
    record: Record, errors: Sequence[SchemaError], validate: Validate
) -> Mapping[Place, Meant]:
    """Return what the values with schema errors were meant to be, where that is certain.

    ``validate`` returns the errors of the record with other data. It is called a few times, however
    many errors there are.
    """
    found = {e.place: c for e in errors if e.rule in FORMS and (c := _candidates(record, e))}
    passed: dict[Place, list[Meant]] = {place: [] for place in found}
    for turn in range(max(map(len, found.values()), default=0)):
        tried = {place: those[turn] for place, those in found.items() if turn < len(those)}
        for place in _accepted(record, errors, tried, validate):
            passed[place].append(tried[place])
    listed = {error.place for error in errors if error.rule == "REC204"}
    certain = {p: those[0] for p, those in passed.items() if those and _single(those, p, listed)}
    return {place: certain[place] for place in _accepted(record, errors, certain, validate)}


def _single(those: Sequence[Meant], place: Place, listed: Collection[Place]) -> bool:
    return len(those) == 1 or place not in listed


def _accepted(
    record: Record, errors: Sequence[SchemaError], tried: Mapping[Place, Meant], validate: Validate
) -> list[Place]:
    """Return the places whose new values the schema accepts without another fault."""
    if not tried:
        return []
    known = {(error.place, error.rule) for error in errors}
    found = validate(with_values(record.data, tried))
    left = [error.place for error in found]
    new = [error.place for error in found if (error.place, error.rule) not in known]
    return [
        place
        for place in tried
        if not any(_within(fault, place) for fault in left)
        and not any(_within(place, fault[:-1]) for fault in new)
    ]


def _within(place: Place, around: Place) -> bool:
    return place[: len(around)] == around


def with_values(data: Any, values: Mapping[Place, Meant]) -> Any:
    """Return data with the values that were meant; the data itself stays as it is."""
    for place, one in values.items():
        data = _with(data, place, one.value)
    return data


def _with(data: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    first, rest = place[0], place[1:]
    if isinstance(data, dict):
        return {k: _with(v, rest, value) if k == first else v for k, v in data.items()}
    return [_with(v, rest, value) if i == first else v for i, v in enumerate(data)]


# --- candidates


def _candidates(record: Record, error: SchemaError) -> list[Meant]:
    node, shape = record.node(error.place), _shape_at(record.kind.shape, error.place)
    if node is None or shape is None or _shifted(record, error.place):
        return []
    found = _of_node(node, shape, record, error)
    if error.place == ("status",):
        found = [one for one in found if one.value in _BY_HAND]
    return list({repr(one.value): one for one in found}.values())


def _shape_at(shape: Shape | None, place: Place) -> Shape | None:
    for part in place:
        if shape is not None:
            shape = shape.items if isinstance(part, int) else shape.properties.get(part)
    return shape


def _shifted(record: Record, place: Place) -> bool:
    """Whether a list on the way has empty items, which are left out before validation."""
    data: Any = record.data
    for part in place:
        if isinstance(data, list) and None in data:
            return True
        data = data[part]
    return False


def _of_node(node: Node, shape: Shape, record: Record, error: SchemaError) -> list[Meant]:
    source = _source(record, node)
    if isinstance(node, Scalar) and source[:1] not in ("|", ">") and node.value.strip():
        found = list(_of_text(node, shape, error.rule))
        return found + (_listed(node, shape, source) if "array" in shape.types else [])
    if isinstance(node, YamlMapping) and source[:1] == "{" and "array" in shape.types:
        value = typed(node, shape.items)
        return [Meant([value], f"[{source}]")] if shape.items and shape.items.properties else []
    return []


def _source(record: Record, node: Node) -> str:
    start = record.file.yaml_start
    text = record.file.text[start + node.start : start + node.end]
    return text if isinstance(node, YamlMapping | YamlSequence) else text.rstrip()


def _of_text(node: Scalar, shape: Shape, rule: str) -> Iterator[Meant]:
    text = node.value.strip()
    number = core_scalar(text)
    if shape.types & {"number", "integer"} and type(number) in (int, float):
        yield Meant(number, text)
    if "boolean" in shape.types and text.lower() in _BOOLEANS:
        value = _BOOLEANS[text.lower()]
        yield Meant(value, "true" if value else "false")
    if "string" in shape.types:
        spelled = (text, *_spellings(text, rule))
        yield from (Meant(one) for one in spelled if one != node.value)


def _spellings(text: str, rule: str) -> Iterator[str]:
    """Yield other ways to write what is certainly the same text."""
    if rule == "REC204":
        yield from (text.lower(), text.upper(), text.capitalize())
    if found := _HEX.fullmatch(text):
        yield (found["alias"] or "") + found["digits"].lower()
    if found := _HASH.fullmatch(text):
        yield f"{found[1]}:{found[2]}{found[3] or ''}".lower()
    if _RECORD_ID.fullmatch(text):
        yield text.upper()
    yield from _days(text)
    yield from _instants(text)


def _days(text: str) -> Iterator[str]:
    found = _DAY.fullmatch(text)
    if found:
        year, month, day = found.group(1, 3, 4) if found[1] else found.group(5, 6, 7)
        yield from _isoformat(int(year), int(month), int(day))
    elif moment := _INSTANT.fullmatch(text):
        yield moment[1]


def _isoformat(year: int, month: int, day: int) -> Iterator[str]:
    try:
        yield date(year, month, day).isoformat()
    except ValueError:
        return


def _instants(text: str) -> Iterator[str]:
    """Yield a moment in UTC, to the second; without a time zone there is none to write."""
    found = _INSTANT.fullmatch(text)
    if found is None or not found[4] or (found[3] or "").strip("0"):
        return
    zone = "+00:00" if found[4] in "Zz" else found[4]
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return
    yield moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(node: Scalar, shape: Shape, source: str) -> list[Meant]:
    """Return lists of the one text that stands where a list is wanted."""
    if shape.items is None or _SEVERAL.search(node.value):
        return []
    as_it_is = Meant([typed(node, shape.items)], "" if node.plain else f"[{source}]")
    return [as_it_is, *(Meant([one.value]) for one in _of_text(node, shape.items, "REC205"))]
