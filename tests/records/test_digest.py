"""The digest of a record: the same for every spelling of one meaning, another for another."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.kinds.registry import load_registry
from expdocs.records.digest import record_digest
from expdocs.records.frontmatter import read_record
from expdocs.records.record import Record

TEXT = """---
id: DEC-2026-11-20-100
kind: decision
title: Stop the line
status: proposed
date: 2026-11-20
authors: [ana]
criteria:
  - {name: f1, goal: maximize, weight: 0.5}
---

## Context

First line.
Second line.

<!-- expdocs:runs -->
| a |
<!-- /expdocs:runs -->

End.
"""


class _NoFiles:
    def list(self, roots):
        return []

    def read(self, path):
        return None


KIND = load_registry(_NoFiles(), "schemas").get("decision")


def test_suppressions_in_comments_of_the_front_matter_are_part_of_it() -> None:
    line = "authors: [ana]"
    one = digest(TEXT.replace(line, f"{line} # expdocs: ignore REC208:  an old  one"))
    assert digest(TEXT) == digest(TEXT.replace(line, f"{line} # a remark")) != one
    assert one == digest(TEXT.replace(line, f"# expdocs:ignore REC208: an old one\n{line}"))
    assert one != digest(TEXT.replace(line, f"{line} # expdocs: ignore REC207: an old one"))


def digest(text: str) -> str:
    return record_digest(Record("x.md", KIND, read_record(text.encode())))


def test_it_is_the_documented_sha256() -> None:
    # Written out by hand: sorted keys, no blanks, floats as shortest decimals.
    front_matter = (
        '{"authors":["ana"],"criteria":[{"goal":"maximize","name":"f1","weight":0.5}],'
        '"date":"2026-11-20","id":"DEC-2026-11-20-100","kind":"decision","title":"Stop the line"}'
    )
    body = (
        "## Context\n\nFirst line.\nSecond line.\n\n"
        "<!-- expdocs:runs --><!-- /expdocs:runs -->\n\nEnd."
    )
    canonical = f'{{"body":{json.dumps(body)},"front_matter":{front_matter}}}'
    assert digest(TEXT) == "v1:" + hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Stop the line", "title:   'Stop the line'   # said so"),
        ("authors: [ana]", "authors:\n  - ana"),
        ("{name: f1, goal: maximize, weight: 0.5}", "{weight: 5e-1, name: f1, goal: maximize}"),
        ("id: DEC-2026-11-20-100\nkind: decision", "kind: decision\nid: DEC-2026-11-20-100"),
        ("status: proposed", "status: accepted\nretention_until: 2030-01-01"),
        ("First line.\n", "First line.  \t\n"),
        ("\n", "\r\n"),
        ("| a |", "| another table |"),
        ("End.\n", "End.\n\n\n"),
    ],
)  # fmt: skip
def test_spelling_does_not_count(old: str, new: str) -> None:
    assert old in TEXT
    assert digest(TEXT.replace(old, new)) == digest(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Stop the line", "Stop the  line"),
        ("weight: 0.5", "weight: 0.50001"),
        ("weight: 0.5", 'weight: "0.5"'),
        ("[ana]", "[ana, li]"),
        ("First line.\nSecond", "First line. Second"),
        ("Second line.", " Second line."),
        ("## Context", "# Context"),
        ("End.", "End"),
        ("id: DEC-2026-11-20-100", "id: DEC-2026-11-20-101"),
    ],
)
def test_meaning_does(old: str, new: str) -> None:
    assert old in TEXT
    assert digest(TEXT.replace(old, new)) != digest(TEXT)


WORDS = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="<"), min_size=1)


@given(WORDS, WORDS)
def test_two_bodies_have_one_digest_only_when_they_are_equal(one: str, other: str) -> None:
    same = digest(TEXT.replace("End.", one)) == digest(TEXT.replace("End.", other))
    assert same == (one == other)


@given(WORDS, WORDS)
def test_fields_never_run_into_each_other(one: str, other: str) -> None:
    """Moving a character from one field to the next is another record."""

    def with_fields(title: str, author: str) -> str:
        quoted = [json.dumps(value, ensure_ascii=False) for value in (title, [author])]
        return TEXT.replace("Stop the line", quoted[0]).replace("[ana]", quoted[1])

    assert digest(with_fields(one + "x", other)) != digest(with_fields(one, "x" + other))
