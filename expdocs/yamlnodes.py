"""A strict YAML reader over libyaml's events: data with places, and none of YAML's surprises.

Refused: duplicate keys, anchors, aliases, tags, directives, a second document, keys that are not
plain text, and documents that are too deep or too large. Scalars keep their raw text; what type
they have is decided later, by the schema (see ``expdocs.kinds.shape``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from expdocs.findings import brief

MAX_DEPTH = 16
MAX_NODES = 20_000

CONFLICT_HINT = "keep one side and remove the lines <<<<<<<, ======= and >>>>>>>"

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlProblem(ValueError):
    """The text breaks YAML or one of our limits; ``offset`` counts code points."""

    def __init__(self, rule: str, message: str, hint: str, offset: int) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.hint = hint
        self.offset = offset


@dataclass(slots=True, eq=False, repr=False)
class Scalar:
    """A scalar as written: ``plain`` when it stands without quotes; offsets enclose its source."""

    value: str
    plain: bool
    start: int
    end: int

    @property
    def empty(self) -> bool:
        """Whether nothing at all stands after the key."""
        return self.plain and not self.value


@dataclass(slots=True, eq=False, repr=False)
class YamlSequence:
    """A YAML sequence."""

    items: list[Node]
    start: int
    end: int


@dataclass(slots=True, eq=False, repr=False)
class YamlMapping:
    """A YAML mapping with its keys in order; ``keys`` holds the place of each key."""

    entries: dict[str, Node]
    keys: dict[str, Scalar] = field(default_factory=dict)
    start: int = 0
    end: int = 0


Node = Scalar | YamlSequence | YamlMapping


def read_yaml(text: str, *, max_nodes: int = MAX_NODES) -> Node | None:
    """Parse one document; None when the text holds nothing but comments. Raises ``YamlProblem``."""
    if foreign := _FOREIGN_BREAK.search(text):
        raise _foreign_break(foreign)
    parser = None
    try:
        parser = _PARSER(text)
        return _Builder(parser, max_nodes).document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_problem(error, text) from error
    except yaml.reader.ReaderError as error:
        raise YamlProblem(
            "REC110",
            f"the character U+{_code_point(error):04X} is not allowed in YAML",
            "remove the control character",
            min(int(error.position), len(text)),
        ) from error
    finally:
        if parser is not None:
            parser.dispose()


class _Builder:
    def __init__(self, parser: Any, max_nodes: int) -> None:
        self._next = parser.get_event
        self._nodes = 0
        self._max_nodes = max_nodes

    def document(self) -> Node | None:
        self._next()  # stream start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        if event.version or event.tags:
            raise _refused("REC114", "a YAML directive (%) is not allowed", event)
        node = self._node(self._next(), 1)
        self._next()  # document end
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _refused("REC114", "a second YAML document begins here", event)
        return node

    def _node(self, event: Any, depth: int) -> Node:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > self._max_nodes:
            deep, many = (
                f"nested deeper than {MAX_DEPTH} levels",
                f"more than {self._max_nodes} values",
            )
            raise _refused("REC115", deep if depth > MAX_DEPTH else many, event)
        kind = type(event)
        if kind is yaml.AliasEvent or event.anchor or event.tag:
            raise _indirection(event)
        if kind is yaml.ScalarEvent:
            return _scalar(event)
        if kind is yaml.SequenceStartEvent:
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, opening: Any, depth: int) -> YamlSequence:
        items: list[Node] = []
        event = self._next()
        while type(event) is not yaml.SequenceEndEvent:
            items.append(self._node(event, depth + 1))
            event = self._next()
        return YamlSequence(items, opening.start_mark.index, _end(event))

    def _mapping(self, opening: Any, depth: int) -> YamlMapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Scalar] = {}
        event = self._next()
        while type(event) is not yaml.MappingEndEvent:
            key = self._key(event)
            name = key.value
            if name in entries:
                raise _refused("REC111", f"the key '{brief(name)}' stands here twice", event)
            keys[name] = key
            entries[name] = self._node(self._next(), depth + 1)
            event = self._next()
        return YamlMapping(entries, keys, opening.start_mark.index, _end(event))

    def _key(self, event: Any) -> Scalar:
        kind = type(event)
        if kind is yaml.AliasEvent or event.anchor or event.tag:
            raise _indirection(event)
        if kind is not yaml.ScalarEvent:
            raise _refused("REC110", "a key must be plain text, not a list or a mapping", event)
        if event.value == "<<":
            raise _refused("REC112", "the merge key << is not allowed", event)
        return _scalar(event)


def _end(event: Any) -> int:
    end: int = event.end_mark.index
    return end


def _scalar(event: Any) -> Scalar:
    return Scalar(event.value, not event.style, event.start_mark.index, event.end_mark.index)


_HINTS = {
    "REC111": "keep one of them",
    "REC112": "write the value out where it is used",
    "REC113": "remove the tag; the schema decides the type",
    "REC114": "keep one document without directives between the two --- lines",
    "REC115": "keep the front matter flat; put long text into the body",
    "REC110": "write `key: value`",
}


def _indirection(event: Any) -> YamlProblem:
    if isinstance(event, yaml.AliasEvent):
        return _refused("REC112", f"the alias *{brief(event.anchor)} is not allowed", event)
    if event.anchor:
        return _refused("REC112", f"the anchor &{brief(event.anchor)} is not allowed", event)
    return _refused("REC113", f"the tag {brief(event.tag)} is not allowed", event)


def _refused(rule: str, message: str, event: Any) -> YamlProblem:
    return YamlProblem(rule, message, _HINTS[rule], event.start_mark.index)


# Line breaks in YAML 1.1, and so in libyaml, but characters like others in YAML 1.2: what stands
# after one in a comment would be data to one reader and a comment to the other.
_FOREIGN_BREAK = re.compile(r"[\x85\u2028\u2029]")


def _foreign_break(found: re.Match[str]) -> YamlProblem:
    message = f"the character U+{ord(found[0]):04X} ends a line for some YAML readers only"
    hint = "write a blank or a line break instead"
    return YamlProblem("REC110", message, hint, found.start())


def _code_point(error: Any) -> int:
    character = error.character
    return character if isinstance(character, int) else ord(character[:1] or "\0")


_CONFLICT = re.compile(r"^<{7}(?: |$)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_TAB = re.compile(r"found character (?:'\\t'|that cannot start any token)")


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> YamlProblem:
    said = str(error.problem or error.context or "not YAML")
    mark = error.problem_mark or error.context_mark
    if "unexpected end of stream" in said or "could not find expected ':'" in said:
        mark = error.context_mark or mark
    offset = min(mark.index, len(text)) if mark else 0
    if conflict := _CONFLICT.search(text):
        message = "a merge conflict is left here"
        return YamlProblem("REC109", message, CONFLICT_HINT, conflict.start())
    if "expected <document start>" in said:
        directive = _DIRECTIVE.search(text)
        what = "a YAML directive (%) is" if directive else "a second YAML document is"
        offset = directive.start() if directive else offset
        return YamlProblem("REC114", f"{what} not allowed", _HINTS["REC114"], offset)
    if "undefined alias" in said:
        return YamlProblem("REC112", "an alias (*) is not allowed", _HINTS["REC112"], offset)
    if "undefined tag handle" in said:
        return YamlProblem("REC113", "a tag (!) is not allowed", _HINTS["REC113"], offset)
    if _TAB.search(said) and text[offset : offset + 1] == "\t":
        return YamlProblem("REC110", "a tab cannot indent YAML", "indent with spaces", offset)
    message, hint = _explained(said)
    return YamlProblem("REC110", f"not valid YAML: {message}", hint, offset)


def _explained(said: str) -> tuple[str, str]:
    if "mapping values are not allowed" in said:
        return "a second ': ' in one line", "put the value in quotes"
    if "could not find expected ':'" in said:
        return "a line without ': ' after its key", "write `key: value`"
    if "unexpected end of stream" in said or "while scanning a quoted" in said:
        return "a quotation mark is never closed", "close the quotation mark"
    if "cannot start any token" in said:
        return "a value cannot begin with this character", "put the value in quotes"
    if "did not find expected" in said:
        return said.removeprefix("did not find ").replace("expected", "expected:"), (
            "check the brackets, quotes and indentation around here"
        )
    return said, "check quotes, brackets and indentation around here"
