"""What keeps a file from being read as a record: a text without quotes, a kind in capitals."""

from __future__ import annotations

import re
from collections.abc import Collection

from expdocs.edit.repairs.mended import Mended
from expdocs.edit.scaffold import record_of
from expdocs.edit.source import Edit, apply_edits, quoted
from expdocs.kinds.registry import Kind, Registry
from expdocs.records.frontmatter import ReadProblem, RecordFile, read_record
from expdocs.records.record import DECLARED, Record
from expdocs.records.validity import schema_errors
from expdocs.yamlnodes import Scalar

_RULES = ("REC110", "REC112")
# What may begin a list, a mapping, a block, a quotation, an anchor or a tag was perhaps meant so.
_LINE = re.compile(
    r"(?P<key>[A-Za-z_][A-Za-z0-9_-]*):[ \t]+"
    r"(?P<text>(?![-?:](?:[ \t]|\Z))[^\s\"'|>\[{#&!].*?)[ \t\r]*"
)
_ALIAS = re.compile(r"\*\S*\Z")
_MOST = 64


def mend(path: str, text: str, registry: Registry) -> tuple[Record, Mended] | None:
    """Return the record that a file is once mended; None where more is wrong with it.

    A text is quoted when it stands on one line of the top level, begins and holds nothing that
    could be YAML or a comment, and is a text by the schema, which then has nothing against it.
    """
    keys: list[str] = []
    for _ in range(_MOST):
        try:
            file = read_record(text.encode("utf-8"))
        except ReadProblem as problem:
            found = _quoted_at(text, problem)
            if found is None or found[0] in keys:
                return None
            keys, text = [*keys, found[0]], found[1]
        else:
            return _record(path, file, keys, registry)
    return None


def _quoted_at(text: str, problem: ReadProblem) -> tuple[str, str] | None:
    """Return the key on the line where reading stopped, and the text with its value quoted."""
    if problem.rule not in _RULES:
        return None
    lines = text.split("\n")
    at = problem.line - 1
    line = _LINE.fullmatch(lines[at])
    follows = lines[at + 1] if at + 1 < len(lines) else ""
    if line is None or " #" in line["text"] or "\t#" in line["text"] or _ALIAS.match(line["text"]):
        return None
    if follows[:1] in (" ", "\t") and follows.strip():
        return None
    start, end = line.span("text")
    lines[at] = lines[at][:start] + quoted(line["text"]) + lines[at][end:]
    return line["key"], "\n".join(lines)


def _record(
    path: str, file: RecordFile, keys: Collection[str], registry: Registry
) -> tuple[Record, Mended] | None:
    what = [f"{key} put in quotes" for key in keys]
    kind, text = _kind(file, registry)
    if kind is None:
        return None
    if text != file.text:
        what.append(f"kind written as {kind.name}")
    record = record_of(kind, text, path)
    if not what or record.frozen or not all(_text(kind, k, record.text_of(k)) for k in keys):
        return None
    if any(error.place[:1] == (key,) for error in schema_errors(record) for key in keys):
        return None
    return record, Mended(text, tuple(what))


def _kind(file: RecordFile, registry: Registry) -> tuple[Kind | None, str]:
    """Return the kind that a file names, and its text with the name as the kind has it."""
    node = file.root.entries.get("kind")
    if not isinstance(node, Scalar):
        return None, file.text
    if kind := registry.get(node.value):
        return kind, file.text
    meant = [name for name in registry.names() if name.casefold() == node.value.strip().casefold()]
    start, end = file.yaml_start + node.start, file.yaml_start + node.end
    source = file.text[start:end].rstrip()
    if len(meant) != 1 or source[:1] in ("|", ">"):
        return None, file.text
    edit = Edit(start, start + len(source), meant[0])
    return registry.get(meant[0]), apply_edits(file.text, [edit])


def _text(kind: Kind, key: str, text: str) -> bool:
    """Whether the value of a key is a text, and this one no mapping that lost its braces."""
    shape = kind.shape.properties.get(key)
    if shape is None or not shape.raw_text:
        return False
    first = re.match(r"([\w-]+):(?:\s|\Z)", text)
    return first is None or first[1] not in (*shape.properties, *DECLARED)
