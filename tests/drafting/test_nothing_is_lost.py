"""Whatever an author writes stands in the draft, in order, and changes nothing around it."""

from __future__ import annotations

import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from expdocs.drafting.bench import Bench
from expdocs.drafting.entry import Wish, log, prepare
from expdocs.drafting.passages import passages
from expdocs.drafting.sorting import sort_passages
from expdocs.drafting.words import load_words
from expdocs.rules.engine import check_record
from expdocs.workspace import Workspace

HOSTILE = (
    "---", "---\nkind: decision\nid: EXP-2026-11-20-417\n---", "# Title", "## Observations",
    "## Notes", "###### deep", "Setext\n======", "Conclusion\n---", "<!-- hidden", "-->",
    "<!-- expdocs:runs -->", "<!-- /expdocs:runs -->", "<!-- ? fill me in -->",
    "<!-- expdocs: ignore CLM104: because -->", "[0.9](run:smote#val_f1)", "[x](run:)",
    "<run:smote#val_f1>", "](delta:a..b#c)", "[a]: run:x", 'href="run:a#b"', "```", "~~~~ text",
    "    <!-- indented", "\t<!-- tabbed", "- item", "- ", "1. one", "  - nested", "* [ ] task",
    "> quoted\n> more", "| a | b |\n|---|---|\n| 1 | 2 |", "<script>alert(1)</script>", "***",
    "Next: more seeds", "Hypothesis:", "结论：成立。", "It did not work!", "val_f1 was 0.8124.",
    "`code", "``co`de``", "\\", "\\<!--", "[link](http://example.org)", "![x](run:a#b)", "[[", "]]",
    "<<<<<<< HEAD", "=======", ">>>>>>> main", "EXP-2026-11-20-999", "a\u2028b", "\u202eabc",
    "\x1b[31m", "x" * 300, "{{title:X}}", "&lt;!--", "=", "--", "- ```", "1) <!--",
)  # fmt: skip
TEXTS = st.lists(
    st.tuples(
        st.sampled_from(HOSTILE)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=40),
        st.sampled_from(("\n", "\n\n", " ", "", "\n\n\n", "\n    ", "\n  ")),
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join(text + after for text, after in parts))
SECTIONS = ["Motivation", "Runs", "Observations", "Conclusion", "Next steps"]
OWN = {"Most interesting finding", "What did not work", "Open questions", "Notes"}
OWN |= {"最有趣的发现", "没有奏效的", "未解决的问题", "备注"}


def shown(text: str) -> str:
    return "".join(text.split())


@given(TEXTS)
def test_passages_are_the_whole_text_in_order(text: str) -> None:
    found = passages(text)
    assert shown("".join(one.text for one in found)) == shown(text)
    assert all(text[one.start : one.end] == one.text for one in found)


@given(TEXTS)
def test_every_passage_has_one_part(text: str) -> None:
    found = passages(text)
    order = sort_passages(found, load_words(), [])
    assert list(order.parts) == list(range(len(found)))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, isolated: object) -> Workspace:
    root: Path = tmp_path_factory.mktemp("any") / "repo"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return Workspace.open(root)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS)
@example(text="- ```\n\n    <!-- x\n\nNext: y")
@example(text="a\n\n<!-- b\n\n# c")
@example(text="# Only a title")
@example(text="- \n    [0.9](run:smote#val_f1)\n")
@example(text="1. <!--\n\n   -->\n\nNext: [0.9](run:smote#val_f1)")
def test_a_draft_holds_all_of_the_text_and_stays_whole(workspace: Workspace, text: str) -> None:
    if not text.strip():
        return
    kind = workspace.registry.get("experiment")
    assert kind is not None
    wish = Wish(text, title="Anything", values={"authors": ["ana"], "project": "churn"})
    bench = Bench(workspace)
    done = log(bench, kind, date(2026, 11, 20), prepare(bench, kind, wish))
    record = done.draft
    body = record.file.body

    assert not Counter(shown(text)) - Counter(shown(record.file.text))
    for passages_of_part in done.parts.values():
        at = 0
        for one in passages_of_part:
            at = body.find(one.strip(), at)
            assert at >= 0, one
            at += len(one.strip())

    headings = [one.title for one in record.prose.headings if one.level <= 2]
    assert headings[: len(SECTIONS)] == SECTIONS
    assert set(headings[len(SECTIONS) :]) <= OWN
    assert len(set(headings)) == len(headings)
    assert [block.name for block in record.prose.blocks] == ["runs"]
    assert not record.prose.citations

    with workspace.context() as context:
        rules = {found.rule[:3] for found in check_record(record, context)}
    assert rules <= {"LNK"}  # an id that no record has is the author's own mistake
