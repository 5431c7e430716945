"""Reading a record file: bytes in, front matter with places and a body out, or one clear problem.

The front matter stands between a first line ``---`` and the next line ``---``; what follows is
the Markdown body. Offsets count code points from the beginning of the file.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from expdocs.prose.scanner import Lines, scan
from expdocs.yamlnodes import (
    CONFLICT_HINT,
    Node,
    Scalar,
    YamlMapping,
    YamlProblem,
    YamlSequence,
    read_yaml,
)

MAX_FILE = 1024 * 1024
MAX_FRONT_MATTER = 64 * 1024

_OPENING = re.compile(r"---[ \t]*(?:\r?\n|\Z)")
_CLOSING = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_TEMPLATE_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*\?[^\r\n]*", re.MULTILINE)
_SIDE = re.compile(r"^(?:<{7}|\|{7}|>{7}) \S", re.MULTILINE)
# Alone, a line that begins with seven > is a quotation in a quotation.
_BETWEEN = re.compile(r"^={7}\r?$", re.MULTILINE)
_BOM = "\ufeff"


class ReadProblem(ValueError):
    """The file cannot be read as a record."""

    def __init__(self, rule: str, message: str, hint: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column


class RecordFile(NamedTuple):
    """A file with front matter: its text, the parsed mapping, and where the body begins."""

    text: str
    root: YamlMapping
    yaml_start: int
    yaml_end: int
    body_start: int
    bom: bool
    crlf_at: int | None

    @property
    def body(self) -> str:
        """The Markdown after the front matter."""
        return self.text[self.body_start :]


def read_record(data: bytes) -> RecordFile:
    """Split and parse a record file; raises ``ReadProblem`` with the place of what is wrong."""
    text = _decoded(data)
    bom = text.startswith(_BOM)
    opening = _OPENING.match(text, len(_BOM) if bom else 0)
    if opening is None:
        raise ReadProblem(
            "REC105",
            "the file has no front matter",
            "begin it with a line --- and the record's keys, or list it under `exclude`",
        )
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        hint = "add a line --- after the last key"
        raise ReadProblem("REC108", "the front matter is never closed", hint)
    root = _front_matter(text, opening.end(), closing.start())
    _refuse_conflict(text, closing.end())
    crlf = text.find("\r\n")
    return RecordFile(
        text,
        root,
        opening.end(),
        closing.start(),
        closing.end(),
        bom,
        None if crlf < 0 else crlf,
    )


def too_large(size: int) -> ReadProblem:
    """Return the problem of a file of so many bytes, which need not have been read."""
    message = f"the file has {size / 1024 / 1024:.1f} MiB; a record has at most 1 MiB"
    hint = "keep records short: put data, logs and pictures elsewhere and link to them"
    return ReadProblem("REC102", message, hint)


def _decoded(data: bytes) -> str:
    if len(data) > MAX_FILE:
        raise too_large(len(data))
    if not data.strip():
        raise ReadProblem("REC103", "the file is empty", "write the record or delete the file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise ReadProblem(
            "REC101",
            f"the file is not UTF-8 (byte 0x{data[error.start]:02x})",
            "save it as UTF-8",
            line,
            column,
        ) from error


def _front_matter(text: str, start: int, end: int) -> YamlMapping:
    if end - start > MAX_FRONT_MATTER:
        hint = "put long text into the body"
        raise ReadProblem("REC115", "the front matter is larger than 64 KiB", hint)
    if text.startswith(_BOM, start, end):
        hint = "remove the invisible character at the beginning of the line"
        message = "a byte order mark stands in the front matter"
        raise ReadProblem("REC110", message, hint, *Lines(text).at(start))
    try:
        root = read_yaml(text[start:end])
    except YamlProblem as problem:
        place = Lines(text).at(min(start + problem.offset, max(end - 1, 0)))
        raise ReadProblem(problem.rule, problem.message, problem.hint, *place) from problem
    if not isinstance(root, YamlMapping):
        where = Lines(text).at(start + (root.start if root else 0))
        raise ReadProblem("REC120", "the front matter is no mapping", "write `key: value`", *where)
    return root


def _refuse_conflict(text: str, body_start: int) -> None:
    """Refuse the lines that a merge left in the body, but for examples of them in code."""
    body = text[body_start:]
    if "=======" not in body:
        return
    sides = [match.start() for match in _SIDE.finditer(body)]
    if not sides or not _BETWEEN.search(body):
        return
    code = scan(body).code
    starts = [start for start, _ in code]
    for side in sides:
        before = bisect_right(starts, side) - 1
        if before < 0 or code[before][1] <= side:
            place = Lines(text).at(body_start + side)
            raise ReadProblem("REC109", "a merge conflict is left here", CONFLICT_HINT, *place)


def template_comments(file: RecordFile) -> list[int]:
    """Return the offsets of front-matter comments that begin with ``# ?``."""
    return [match.start() for match in comments(file, _TEMPLATE_COMMENT)]


def comments(file: RecordFile, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return where a pattern of comments matches in the front matter, outside of values.

    The offsets of the matches count from the beginning of the file.
    """
    if file.text.find("#", file.yaml_start, file.yaml_end) < 0:
        return []
    found = list(pattern.finditer(file.text, file.yaml_start, file.yaml_end))
    if not found:
        return []
    spans = sorted((s.start, s.end) for s in scalars(file.root))
    starts = [start for start, _ in spans]
    offsets = ((match, match.start() - file.yaml_start) for match in found)
    return [
        match
        for match, offset in offsets
        if (index := bisect_right(starts, offset)) == 0 or spans[index - 1][1] <= offset
    ]


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield every scalar of a YAML node, keys included."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, YamlSequence):
        for item in node.items:
            yield from scalars(item)
    else:
        yield from node.keys.values()
        for value in node.entries.values():
            yield from scalars(value)
