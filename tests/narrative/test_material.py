"""What writers get to know of records: which are chosen, their words, and the data they state."""

from __future__ import annotations

import pytest

from expdocs.narrative.page import Request
from expdocs.narrative.records import data_of, material_of
from expdocs.narrative.selection import select
from expdocs.workspace import Workspace
from tests.narrative.journal import (
    BOOST,
    DECISION,
    DRAFT,
    FILES,
    OLD,
    REFUSED,
    REPLACED,
    SMOTE,
    TREES,
)


@pytest.fixture
def workspace(repo) -> Workspace:
    return Workspace.open(repo(FILES).root)


def chosen(workspace: Workspace, **asked) -> tuple[list[str], tuple[str, ...]]:
    found = select(Request("overview", **asked), workspace.corpus)
    return [record.id for record in found.records], found.drafts


def test_everything_is_chosen_by_date_and_drafts_are_left_out(workspace) -> None:
    everything = [SMOTE, TREES, OLD, BOOST, DECISION, REFUSED, REPLACED]
    assert chosen(workspace) == (everything, (DRAFT,))


@pytest.mark.parametrize(
    ("asked", "ids", "drafts"),
    [
        ({"project": "other"}, [BOOST], ()),
        ({"tags": ("tabular",)}, [DECISION, REFUSED, REPLACED], ()),
        ({"tags": ("none",)}, [], ()),
        ({"since": "2026-11-03", "until": "2026-11-05"}, [OLD, BOOST], (DRAFT,)),
        ({"since": "2026-11-12"}, [REPLACED], ()),
        ({"until": "2026-11-01"}, [SMOTE], ()),
        ({"approaches": ("trees",)}, [TREES, DECISION], ()),
        ({"approaches": ("smote",)}, [SMOTE, DECISION, REFUSED], ()),
        ({"approaches": ("new",)}, [], (DRAFT,)),
    ],
)
def test_a_request_narrows_down(workspace, asked, ids, drafts) -> None:
    assert chosen(workspace, **asked) == (ids, drafts)


def test_prose_is_plain_words_by_section(workspace) -> None:
    material = material_of(workspace.record(SMOTE))
    passages = dict(material.passages)
    assert passages["observations"] == "Over the seeds it is 0.82, far from dummy."
    assert passages["conclusion"] == "Oversampling helps on every seed. It costs an hour."
    assert passages["next-steps"] == f"Try 2 other ratios, see {TREES}."
    assert passages["hypothesis.exploratory"] == "What happens?"
    assert dict(material_of(workspace.record(TREES)).passages)["conclusion"] == (
        "A tree is <b>no</b> gain; see us."
    )


def test_fields_are_prose_but_for_names_marks_and_what_is_said_elsewhere(workspace) -> None:
    material = material_of(workspace.record(DECISION))
    assert dict(material.passages) == {
        "options.1.name": "Go on with smote",
        "options.1.reason": "It helps.",
        "options.2.name": "Trees of depth 3",
        "options.2.reason": "No gain at all.",
        "options.3.reason": "Later perhaps.",
        "decision": "No more trees.",
    }
    assert material.authors == ("ana",)
    assert ("supersedes", REPLACED) in material.links


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("It is **very** good, `x` too.", "It is very good, x too."),
        ("2*3 and 4*5 stay, a_b_c too.", "2*3 and 4*5 stay, a_b_c too."),
        ("One.\nTwo. <!-- hidden -->", "One. Two."),
        ("First.\n\nSecond.", "First.\n\nSecond."),
        ("- one\n- two", "one\n\ntwo"),
        ("Before.\n\n```\ncode\n```\n\nAfter.", "Before.\n\nAfter."),
        ("[0.82](mean:smote#val_f1) [x](https://e.org) ![y](z.png)", "0.82 x y"),
        ("e\u0301 is one letter", "\u00e9 is one letter"),
    ],
)
def test_what_a_reader_sees(repo, written, read) -> None:
    path = f"journal/experiments/2026/{SMOTE}.md"
    head = FILES[path].split("## Observations")[0]
    made = repo({**FILES, path: f"{head}## Observations\n\n{written}\n"})
    material = material_of(Workspace.open(made.root).record(SMOTE))
    assert dict(material.passages)["observations"] == read


def test_data_are_fields_and_cited_numbers_of_known_records(workspace) -> None:
    with workspace.context() as context:
        records = [workspace.record(SMOTE), workspace.record(DECISION)]
        data = data_of(records, context.facts)
    assert data[f"title:{SMOTE}"].value == f"Title of {SMOTE}"
    assert data[f"verdict:{SMOTE}"].value == "iterate"
    assert f"verdict:{DECISION}" not in data
    cited = data[f"mean:{SMOTE}/smote#val_f1"]
    assert (cited.shown, cited.records) == ("0.820", (SMOTE,))


def test_a_number_from_a_record_that_was_not_chosen_is_no_datum(repo) -> None:
    path = f"decisions/{DECISION}.md"
    text = FILES[path] + f"\nIt has [0.61](run:{TREES}/trees#val_f1).\n"
    workspace = Workspace.open(repo({**FILES, path: text}).root)
    with workspace.context() as context:
        alone = data_of([workspace.record(DECISION)], context.facts)
        together = data_of([workspace.record(DECISION), workspace.record(TREES)], context.facts)
    assert f"run:{TREES}/trees#val_f1" not in alone
    assert together[f"run:{TREES}/trees#val_f1"].shown == "0.610"
