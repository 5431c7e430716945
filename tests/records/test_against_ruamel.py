"""Front matter as our reader has it against ruamel.yaml, a reader of YAML 1.2 with another parser.

Documents are generated in every style that YAML has, sound ones and broken ones. What our reader
accepts, ruamel.yaml reads as the same mappings, lists and raw texts, quoted or plain alike. What
ours refuses though ruamel.yaml reads it is one of the refusals that ``REFUSED`` and ``STRICTER``
state. Set ``EXPDOCS_EXAMPLES`` for more documents.
"""

from __future__ import annotations

import os
import re
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from expdocs.kinds.shape import Shape, core_scalar, typed
from expdocs.records.frontmatter import ReadProblem, read_record
from expdocs.yamlnodes import Node, Scalar, YamlSequence

EXAMPLES = settings(
    max_examples=int(os.environ.get("EXPDOCS_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
Tree = Any

# --- both readings, as trees of one form: ("text", value, plain), ("list", …), ("map", …)


def ours(text: str) -> Tree:
    return _our_tree(read_record(f"---\n{text}---\n".encode()).root)


def _our_tree(node: Node) -> Tree:
    if isinstance(node, Scalar):
        return ("text", node.value, node.plain)
    if isinstance(node, YamlSequence):
        return ("list", [_our_tree(item) for item in node.items])
    return ("map", [(key, _our_tree(value)) for key, value in node.entries.items()])


def theirs(text: str) -> Tree:
    """What ruamel.yaml reads; raises ``YAMLError`` or ``ValueError``."""
    node = YAML(typ="safe", pure=True).compose(text)
    return _their_tree(node)


def _their_tree(node: Any) -> Tree:
    if isinstance(node, ScalarNode):
        return ("text", node.value, node.style in (None, ""))
    if isinstance(node, SequenceNode):
        return ("list", [_their_tree(item) for item in node.value])
    assert isinstance(node, MappingNode)
    pairs = [(_their_tree(key), _their_tree(value)) for key, value in node.value]
    return ("map", [(key[1] if key[0] == "text" else key, value) for key, value in pairs])


# --- documents

SOUND = st.sampled_from(
    [
        *(
            "a",
            "a b",
            "Zürich",
            "数据",
            "😀",
            "no",
            "on",
            "null",
            "~",
            "true",
            "2026-11-20",
            "12:30",
        ),
        *("1234567", "12e4567", "0123", "0o17", "0x1F", "1_000", ".5", "-1.5e-3", ".inf", ".nan"),
        *("a:b", "http://x.org/#a", "a#b", "a 'b'", "-1", "-a", "a?", "=", "a\\nb", "", "a\u00a0b"),
        *("EXP-2026-11-20-417", "a\u3000b", "e\u0301", "\u202e", "a\n     b", "a\n\n     b", "a\\"),
    ]
)
ODD = st.sampled_from(
    [
        *("?a", ":a", "<<", "a: b", "a #b", "@a", "`a", "%a", "!a", "&a b", "*a", "|", ">", "- a"),
        *("a,b", "[a", "{a", "a]", "}", '"a" b', "'a' b", "a:", "#a", "-", "?", ":", "---", "..."),
        *("\ta", "a\tb", "a\t#b", "!!str a", "!<x> a", "a\ufeffb", "a\x85b", "a\u2028b", "a\x7fb"),
        *("a\x9fb", "\ufffe", "\n", "\na", "\n- a", "\n  a: b", "'", '"', "{a: b} c", "a\rb"),
    ]
)
DOUBLE = st.lists(
    st.sampled_from(
        [
            *(
                "a",
                " ",
                "b ",
                "\\n",
                "\\t",
                '\\"',
                "\\\\",
                "\\/",
                "\\x41",
                "\\u00e9",
                "\\U0001F600",
            ),
            *("\\N", "\\_", "\\L", "\\e", "\\0", "\\ ", "é", "'", ": ", " #", "\n     ", "{", "%"),
            *("\n\n     ", "\\\n      ", "\t", "  \n     ", "---"),
        ]
    ),
    max_size=6,
).map(lambda parts: f'"{"".join(parts)}"')
SINGLE = st.lists(
    st.sampled_from(
        ["a", " ", "''", '"', "\\n", "é", ": ", " #", "\n     ", "\n\n     ", "\t", "&a"]
    ),
    max_size=6,
).map(lambda parts: f"'{''.join(parts)}'")
ODD_QUOTED = st.sampled_from(
    ['"\\q"', '"\\ud800"', '"\\ud83d\\ude00"', '"a\n---\n"', "'a\n...\n'", '"a\nb"']
)
KEYS = st.text("abcdé数", min_size=1, max_size=3) | st.sampled_from(
    ["id", "kind", "a b", "1", "no", "~", "a-b", '"id"', "'i d'", '"a: b"', "? a\n", "2026-11-20"]
)
ODD_KEYS = st.sampled_from(
    ["", "? [a]\n", "[a]", "{a: b}", "<<", "*a", "!a", "-", "&a b", "a: b", "a:b"]
)
GAPS = st.sampled_from(["", "", "", " # b", "  # a: b", "\n# c", "\n\n   # c", " # 'é", " #", "  "])
LINES = st.lists(
    st.sampled_from(
        ["a", "a b", "  a", "", " ", "# a", "- a", "a: b", "é", "a  ", "'", "%", "\ta"]
    ),
    max_size=5,
)


class Maker:
    """Draws one document: in sound form, or with ``odd`` things between."""

    def __init__(self, draw: Any, *, odd: bool) -> None:
        self.draw = draw
        self.odd = odd

    def one_of(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def oddly(self) -> bool:
        return self.odd and self.draw(st.integers(0, 9)) == 0

    def key(self) -> str:
        return str(self.draw(ODD_KEYS if self.oddly() else KEYS))

    def scalar(self) -> str:
        if self.oddly():
            return str(self.draw(ODD | ODD_QUOTED))
        return str(self.draw(st.one_of(SOUND, SOUND, DOUBLE, SINGLE)))

    def flow(self, depth: int) -> str:
        gap = self.one_of("", " ", "\n    ", " # c\n     ")
        count = self.one_of(0, 1, 2, 3)
        items = [self.value(4, depth + 1, flow=True) for _ in range(count)]
        end = self.one_of("", gap, ",") if items else gap
        if self.one_of(True, False):
            return f"[{gap}{f',{gap}'.join(item or 'a' for item in items)}{end}]"
        pairs = [f"{self.draw(st.text('abcé', min_size=1))}: {item}" for item in items]
        return f"{{{gap}{f',{gap}'.join(pairs)}{end}}}"

    def block_scalar(self, indent: int) -> str:
        head = self.one_of("|", ">") + self.one_of("", "-", "+", "2-", "+1")
        head = head + self.one_of("9", "0", "#c", " a") if self.oddly() else head
        blank = " " * (indent + self.one_of(1, 2, 2, 4))
        gap = self.one_of("", " # c", "  ")
        return head + gap + "".join(f"\n{blank}{line}" for line in self.draw(LINES))

    def block(self, indent: int, depth: int) -> str:
        """A mapping or a list on lines of its own."""
        inner, listed = indent + self.one_of(1, 2, 2, 3), self.one_of(True, False)
        rows = []
        for _ in range(self.one_of(1, 2, 3)):
            listed = not listed if self.oddly() else listed
            lead = "-" if listed else f"{self.key()}:"
            rows.append(f"{lead} {self.value(inner, depth + 1)}{self.draw(GAPS)}")
        blank = " " * inner
        return "".join(f"\n{blank}{row}" for row in rows)

    def value(self, indent: int, depth: int, *, flow: bool = False) -> str:
        choice = self.one_of("scalar", "scalar", "flow", "block", "block scalar")
        if choice == "scalar" or depth > 3:
            return self.scalar()
        if choice == "flow" or flow:
            return self.flow(depth)
        return self.block_scalar(indent) if choice == "block scalar" else self.block(indent, depth)

    def document(self) -> str:
        ends = ("\n", "\n", "\n\n", "\r\n") + (("\n\t\n", "\n ", "\r") if self.odd else ())
        rows = [
            f"{self.key()}:{self.one_of(' ', ' ', '  ')}{self.value(0, 1)}{self.draw(GAPS)}"
            for _ in range(self.one_of(1, 2, 3, 4))
        ]
        return "".join(row + self.one_of(*ends) for row in rows)


@st.composite
def documents(draw: Any, *, odd: bool = False) -> str:
    return Maker(draw, odd=odd).document()


@st.composite
def broken(draw: Any) -> str:
    """A document with a few characters put in or taken out."""
    text = draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        junk = draw(st.sampled_from(["", *"{}[]:,&*!|>%@`'\"#-?\t\n\r ", "\n  ", ": ", "- ", "é"]))
        text = text[:at] + junk + text[at + draw(st.integers(0, 2)) :]
    return text if text.endswith("\n") else text + "\n"


# --- where only one of the two reads

# Refusals by rule, and what then stands in the text.
REFUSED = {
    "REC112": re.compile(r"[&*]|<<"),
    "REC113": re.compile(r"!"),
    "REC114": re.compile(r"^(?:%|---|\.\.\.)", re.MULTILINE),
}
# Refusals by the message of REC110.
STRICTER = {
    "a key must be plain text": "a list or a mapping as a key",
    "expected: key": "an empty key",
    "ends a line for some YAML readers only": "U+0085, U+2028 and U+2029",
    "a byte order mark stands": "U+FEFF in the first place",
    "is not allowed in YAML": "control characters",
    "found a tab character where an indentation": "a tab at the beginning of a block scalar",
    "found invalid Unicode character escape": "surrogates as escapes, in pairs too",
    "found unexpected ':'": "a colon before a comma or bracket in a flow collection",
    "expected: node content": "a plain value that begins with a colon in a flow collection",
    "expected: ',' or": "a lone question mark in a flow collection",
    "a value cannot begin with this character": "a tab before a value in a flow collection",
}
# What ruamel.yaml says of documents that only our reader reads.
LENIENT = {
    "found character '\\t' that cannot start any token": "tabs between tokens, as YAML 1.2 allows",
    "expected ',' or": "a tab in a key, or nothing after a quoted one, in a flow collection",
    "expected chomping or indentation indicators": "a tab or a comment close to | or >",
    "escape": "a quote after a tab within a plain key of a flow mapping",
    "expected a comment or a line break": "a tab between | or > and a comment",
    "None": "a blank line at the beginning of a block scalar",
    "found unexpected end of stream": "a quote after a colon in a plain key",
}
THEIR_ERRORS = (YAMLError, ValueError, AssertionError, IndexError, AttributeError, TypeError)


def compare(text: str) -> str:
    """Hold both readings against each other and say what came out."""
    if re.search(r"^---[ \t]*\r?$", text, re.MULTILINE):
        return "another text"  # where the front matter ends is not YAML's to say
    try:
        mine = ours(text)
    except ReadProblem as problem:
        return _refusal(text, problem)
    try:
        assert mine == theirs(text), text
    except YAMLError as error:
        said = str(getattr(error, "problem", error))
        assert any(known in said for known in LENIENT), (said, text)
        return "ours alone"
    return "same"


def _refusal(text: str, problem: ReadProblem) -> str:
    if problem.rule == "REC108":
        return "another text"  # its last line has no end of its own
    try:
        tree = theirs(text)
    except THEIR_ERRORS:
        return "both refuse"
    if problem.rule == "REC120":
        assert tree[0] != "map"
    elif tree[0] != "map":
        return "no mapping"
    elif problem.rule == "REC111":
        assert _has_twins(tree)
    elif problem.rule in REFUSED:
        assert REFUSED[problem.rule].search(text)
    else:
        stated = any(known in problem.message for known in STRICTER)
        assert stated or re.search("[&!]", text), (problem.message, text)  # & and ! are refused
    return problem.rule


def _has_twins(tree: Tree) -> bool:
    kind, below, *_ = tree
    if kind == "text":
        return False
    if kind == "list":
        return any(_has_twins(item) for item in below)
    keys = [str(key) for key, _ in below]
    return len(set(keys)) < len(keys) or any(_has_twins(value) for _, value in below)


MADE = {"sound": documents(), "odd": documents(odd=True), "broken": broken()}


@pytest.mark.filterwarnings("ignore::ruamel.yaml.error.ReusedAnchorWarning")
@pytest.mark.parametrize("form", MADE)
def test_the_same_data_or_a_stated_refusal(form: str) -> None:
    outcomes: dict[str, int] = {}

    @EXAMPLES
    @given(MADE[form])
    def agree(text: str) -> None:
        outcome = compare(text)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    agree()
    share = {"sound": 0.3, "odd": 0.03, "broken": 0.03}[form]
    assert outcomes["same"] > share * sum(outcomes.values()), outcomes
    if form != "sound":
        assert outcomes["both refuse"] > 0


# Documents of which two readers have made two things, or that hide what they say; and our rule.
TRAPS = {
    "a comment that ends early": ("id: a # see\x85status: accepted\n", "REC110"),
    "a line separator": ("id: a # see\u2028status: accepted\n", "REC110"),
    "a paragraph separator": ("id: a\u2029b\n", "REC110"),
    "a byte order mark": ("\ufeffid: a\n", "REC110"),
    "a key twice": ("status: draft\n'status': accepted\n", "REC111"),
    "a key twice by an escape": ('status: draft\n"st\\u0061tus": accepted\n', "REC111"),
    "a merge key": ("<<: {status: accepted}\n", "REC112"),
    "an alias": ("a: &x [b]\nb: *x\n", "REC112"),
    "a tag": ("a: !!binary aGk=\n", "REC113"),
    "a version": ("%YAML 1.1\n--- {a: no}\n", "REC114"),
    "a second document": ("a: b\n...\na: c\n", "REC114"),
    "a list as a key": ("? [a]\n: b\n", "REC110"),
}


@pytest.mark.parametrize(("text", "rule"), TRAPS.values(), ids=TRAPS)
def test_a_trap_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ReadProblem) as caught:
        ours(text)
    assert caught.value.rule == rule


# --- the type of a plain value, where the schema leaves it open

READ_ALIKE = [
    *("a", "no", "yes", "on", "off", "y", "null", "~", "true", "false", "TRUE!", "nul", "0", "-0"),
    *("7", "-12", "+3", "0123", "1234567", "9" * 30, "0.5", "-1.5", "1.5e3", "1.5E-3", "1e+3"),
    *("12e3", "1.", ".5", "-.5", "12:30", "1:2:3", "1,000", "0xg", "1e", "e1", "+", "1 2", "1a"),
    *("1.2.3", "1e1.5", "2026-11", "2026-13-45x", "a1", "<", "∞", "٣", "１２", "0x", ".", "-."),
]
# A plain value, what ruamel.yaml makes of it, and what we do, with the reason.
READ_OTHERWISE: list[tuple[str, Any, Any, str]] = [
    ("True", True, "True", "the core schema in lower case alone"),
    ("NULL", None, "NULL", "the core schema in lower case alone"),
    ("0o17", 15, "0o17", "no octal numbers"),
    ("0x1F", 31, "0x1F", "no hexadecimal numbers"),
    ("0b11", 3, "0b11", "no binary numbers"),
    ("1_000", 1000, "1_000", "no blanks in numbers"),
    (".inf", float("inf"), ".inf", "JSON has no infinities"),
    ("-.Inf", float("-inf"), "-.Inf", "JSON has no infinities"),
    ("1e999", float("inf"), "1e999", "JSON has no infinities"),
    ("2026-11-20", date(2026, 11, 20), "2026-11-20", "days are texts"),
    ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10), "2026-11-20T10:00:00Z", "so are times"),
]


def their_value(text: str) -> Any:
    found = YAML(typ="safe", pure=True).load(f"a: {text}\n")["a"]
    return found.replace(tzinfo=None) if isinstance(found, datetime) else found


@pytest.mark.parametrize("text", READ_ALIKE)
def test_a_plain_value_has_one_type_for_both(text: str) -> None:
    mine = core_scalar(text)
    assert (type(mine), mine) == (type(their_value(text)), their_value(text))


@pytest.mark.parametrize("case", READ_OTHERWISE, ids=lambda case: case[0])
def test_a_plain_value_that_stays_text(case: tuple[str, Any, Any, str]) -> None:
    text, their, mine, _ = case
    assert (their_value(text), core_scalar(text)) == (their, mine)


@pytest.mark.parametrize("text", [*READ_ALIKE, *(case[0] for case in READ_OTHERWISE)])
def test_where_the_schema_wants_text_it_is_the_text_as_written(text: str) -> None:
    root = read_record(f"---\na: {text}\n---\n".encode()).root
    below = Shape({"object"}, properties={"a": Shape({"string"})})
    assert typed(root, below) == {"a": text}
