"""Editing source: only the fields in question change, and what is written reads back."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from expdocs.edit.source import Edit, apply_edits, flow, render, scalar, set_fields
from expdocs.kinds.shape import typed
from expdocs.records.frontmatter import read_record

FILE = """---
# who: the team
id: X-1   # keep this comment
title: # ? what you found
tags: [a,   b]
metric:
  name: f1   # inner
  goal: maximize
text: |
  two
  lines
last: end
---

Body ends without a line end"""


def _set(source: str, **values: object) -> str:
    return set_fields(read_record(source.encode()), values)


def test_a_value_is_replaced_where_it_stands_and_comments_stay() -> None:
    assert _set(FILE, id="Y-2") == FILE.replace("id: X-1 ", "id: Y-2 ")


def test_a_template_comment_goes_when_its_field_gets_a_value() -> None:
    assert "title: Found it\n" in _set(FILE, title="Found it")
    assert "# ?" not in _set(FILE, title="Found it")


def test_a_block_value_is_replaced_as_a_whole() -> None:
    changed = _set(FILE, metric={"name": "auc", "goal": "minimize"})
    wanted = "metric:\n  name: f1   # inner\n  goal: maximize\n"
    assert changed == FILE.replace(wanted, "metric: {name: auc, goal: minimize}\n")


def test_a_literal_block_is_replaced_up_to_the_next_key() -> None:
    assert _set(FILE, text="one") == FILE.replace("text: |\n  two\n  lines\n", "text: one\n")


def test_the_last_value_and_a_new_one_keep_the_closing_line() -> None:
    changed = _set(FILE, last="other", status="accepted")
    assert "last: other\nstatus: accepted\n---\n\nBody ends without a line end" in changed


def test_crlf_files_get_crlf_lines() -> None:
    changed = _set(FILE.replace("\n", "\r\n"), runs=[{"id": "a"}, {"id": "b"}])
    assert changed.count("\n") == changed.count("\r\n")
    assert "runs:\r\n  - {id: a}\r\n  - {id: b}\r\n---" in changed


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words", "plain words"),
        ("2026-11-20", "2026-11-20"),
        ("no", '"no"'),
        ("1234567", '"1234567"'),
        ("12e4567", '"12e4567"'),
        ("a: b", '"a: b"'),
        ("# not a comment", '"# not a comment"'),
        ("two\nlines", '"two\\nlines"'),
        (" blank before", '" blank before"'),
        ("", '""'),
        ("过采样", "过采样"),
        ("quote \" and '", "quote \" and '"),
        ("[list]", '"[list]"'),
    ],
)
def test_scalars_are_quoted_only_where_they_must_be(text: str, written: str) -> None:
    assert scalar(text) == written


def test_a_comma_is_quoted_in_flow_style_only() -> None:
    assert scalar("a, b") == "a, b"
    assert flow(["a, b"]) == '["a, b"]'


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_VALUE = st.recursive(
    _TEXT | st.booleans() | st.integers(-(10**12), 10**12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(_VALUE)
def test_every_value_reads_back_as_itself_by_two_readers(value: object) -> None:
    source = f"---\nkey:{render(value)}\n---\n"
    ours = typed(read_record(source.encode()).root, None)["key"]
    theirs = YAML(typ="safe", pure=True).load(io.StringIO(f"key:{render(value)}\n"))["key"]
    assert json.dumps(ours) == json.dumps(value)
    assert json.dumps(theirs, default=str) == json.dumps(value)


@given(_VALUE)
def test_an_edit_leaves_every_other_byte(value: object) -> None:
    changed = _set(FILE, tags=value)
    before, after = FILE.split("tags: [a,   b]\n")
    assert changed.startswith(before)
    assert changed.endswith(after)
