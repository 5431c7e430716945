"""Editing a record's source: spans are replaced, every other byte stays as it was."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from expdocs.errors import ExpdocsError
from expdocs.kinds.shape import reads_as_text
from expdocs.records.frontmatter import RecordFile, read_record
from expdocs.yamlnodes import Node, Scalar, YamlMapping, YamlProblem, YamlSequence, read_yaml

_TEMPLATE_TAIL = re.compile(r"[ \t]*#[ \t]*\?[^\r\n]*")
_LONG = 96


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` by ``replacement``."""

    start: int
    end: int
    replacement: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits made; edits must not overlap."""
    at, parts = 0, []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError("edits overlap")
        parts += [text[at : edit.start], edit.replacement]
        at = edit.end
    return "".join([*parts, text[at:]])


def set_fields(file: RecordFile, values: Mapping[str, Any]) -> str:
    """Return the file's text with top-level fields set; raises when the result would not read back.

    Existing fields are replaced where they stand, new ones are added at the end of the front
    matter. A template comment (``# ?``) of a field that gets a value is removed.
    """
    edits = [_field_edit(file, key, value) for key, value in values.items()]
    text = apply_edits(file.text, _joined(edits))
    _verify(text, file, values)
    return text


def _joined(edits: list[Edit]) -> list[Edit]:
    """Join insertions at one place, which keep their order."""
    places: dict[tuple[int, int], str] = {}
    for edit in edits:
        key = (edit.start, edit.end)
        places[key] = places.get(key, "") + edit.replacement
    return [Edit(start, end, replacement) for (start, end), replacement in places.items()]


def _field_edit(file: RecordFile, key: str, value: Any) -> Edit:
    newline = "\r\n" if file.crlf_at is not None else "\n"
    rendered = render(value).replace("\n", newline)
    node = file.root.entries.get(key)
    if node is None:
        return Edit(file.yaml_end, file.yaml_end, f"{key}:{rendered}{newline}")
    colon = file.text.index(":", file.yaml_start + file.root.keys[key].end)
    end = max(file.yaml_start + content_end(node, file.text[file.yaml_start :]), colon + 1)
    tail = _TEMPLATE_TAIL.match(file.text, end)
    return Edit(colon + 1, tail.end() if tail else end, rendered)


def content_end(node: Node, text: str) -> int:
    """Return where a node's own text ends; libyaml ends block values at the next token."""
    if isinstance(node, Scalar):
        return node.start + len(text[node.start : node.end].rstrip())
    children: Sequence[Node]
    if isinstance(node, YamlMapping):
        children = [*node.keys.values(), *node.entries.values()]
    else:
        children = node.items
    if text[node.start : node.start + 1] in ("[", "{"):
        return node.end
    return max((content_end(child, text) for child in children), default=node.start)


def render(value: Any) -> str:
    """Render a value as it stands after ``key:``, a leading blank or line end included."""
    if value is None:
        return ""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "".join(f"\n  - {flow(item)}" for item in value)
    if isinstance(value, list) and len(flow(value)) > _LONG:
        items = (flow(item) if isinstance(item, list) else scalar(item) for item in value)
        return "".join(f"\n  - {item}" for item in items)
    if isinstance(value, dict) and len(flow(value)) > _LONG:
        return "".join(f"\n  {key}: {flow(item)}" for key, item in value.items())
    return f" {flow(value)}" if isinstance(value, list | dict) else f" {scalar(value)}"


def flow(value: Any) -> str:
    """Render a value in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value, in_flow=True)


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """Render a scalar, plain where it reads back as the same text, quoted elsewhere."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return text if _plain_reads_back(text, in_flow=in_flow) else quoted(text)


_SURPRISING = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|~)\Z")


def _plain_reads_back(text: str, *, in_flow: bool) -> bool:
    if not reads_as_text(text) or _SURPRISING.match(text) or re.search(r"[\t\n]", text):
        return False
    source = f"[{text}]" if in_flow else f"k: {text}"
    try:
        node = read_yaml(source)
    except YamlProblem:
        return False
    if isinstance(node, YamlSequence):
        return len(node.items) == 1 and _is_plain(node.items[0], text)
    return isinstance(node, YamlMapping) and _is_plain(node.entries["k"], text)


def _is_plain(node: Node, text: str) -> bool:
    return isinstance(node, Scalar) and node.plain and node.value == text


def quoted(text: str) -> str:
    """Render a text in double quotes."""
    # A JSON string is a YAML double-quoted scalar, as long as YAML's other breaks are escaped.
    written = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m[0]):04x}", written)


def _verify(text: str, before: RecordFile, values: Mapping[str, Any]) -> None:
    """Make sure, by two readers, that only the fields in question changed."""
    try:
        after = read_record(text.encode("utf-8"))
        other = YAML(typ="base", pure=True).load(io.StringIO(_front_matter(after)))
    except (ValueError, YAMLError) as error:
        raise ExpdocsError(f"the edit would break the file: {error}") from error
    raw = _raw(after.root)
    kept = {key: value for key, value in _raw(before.root).items() if key not in values}
    same = {key: value for key, value in raw.items() if key not in values} == kept
    if not same or after.body != before.body or _nothing_as_text(other) != raw:
        raise ExpdocsError("the edit would change more than it should; edit the file by hand")


def _front_matter(file: RecordFile) -> str:
    return file.text[file.yaml_start : file.yaml_end]


def _raw(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, YamlSequence):
        return [_raw(item) for item in node.items]
    return {key: _raw(value) for key, value in node.entries.items()}


def _nothing_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _nothing_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_nothing_as_text(item) for item in value]
    return "" if value is None else str(value)
