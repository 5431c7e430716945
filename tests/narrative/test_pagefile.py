"""The file of a page: written and read back, and what people wrote between its blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative.page import Request
from expdocs.narrative.pagefile import (
    PageFile,
    Provenance,
    Review,
    block_digest,
    body_digest,
    read_page,
)
from expdocs.narrative.pagetext import page_text
from expdocs.records.frontmatter import ReadProblem

PATH = "journal/synthesis/overview.md"
BLOCKS = [("about", "> A draft."), ("decided", "## Decided\n\n-   Yes."), ("open", "## Open")]
SHA = "sha256:" + "0a" * 32


def provenance(blocks=BLOCKS, **more) -> Provenance:
    known = {
        "title": "Overview",
        "request": Request("overview", project="churn"),
        "provider": "offline",
        "model": "",
        "writer_key": {},
        "details": {},
        "page_version": "1",
        "renderer": "1",
        "inputs": {"EXP-2026-11-20-417": "75e6"},
        "input_key": SHA,
        "claims_sha256": SHA,
        "body_sha256": body_digest(blocks),
        "blocks": {name: block_digest(text) for name, text in blocks},
    }
    return Provenance(**{**known, **more})


def read(text: str) -> PageFile:
    return read_page(PATH, text.encode())


def test_a_page_reads_back_as_it_was_written() -> None:
    asked = Request(
        "dossier",
        tags=("a", "b"),
        approaches=("x-1",),
        since="2026-01-01",
        until="2026-12-31",
        subject="EXP-2026-11-20-417",
        language="zh",
        options={"top": "3"},
    )
    review = Review("li", "2026-11-21T09:30:00Z", SHA)
    written = provenance(
        request=asked,
        provider="anthropic",
        model="some-model-1",
        writer_key={"model": "some", "effort": ""},
        details={"cost": "0.12 USD: ok"},
        reviewed=review,
    )
    found = read(page_text(written, BLOCKS))
    assert found.provenance == written
    assert found.generated == dict(BLOCKS)
    assert found.edited == []


@given(
    title=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1),
    value=st.text(st.characters(blacklist_categories=["Cs"])),
)
def test_any_text_in_the_front_matter_reads_back(title: str, value: str) -> None:
    written = provenance(title=title, model=value, request=Request("overview", project=value))
    assert read(page_text(written, BLOCKS)).provenance == written


def test_an_edit_inside_of_a_block_is_seen_and_names_it() -> None:
    text = page_text(provenance(), BLOCKS)
    assert read(text.replace("Yes.", "No.")).edited == ["decided"]
    gone = text.replace("<!-- expdocs:open -->\n## Open\n<!-- /expdocs:open -->\n", "")
    assert read(gone).edited == ["open"]
    assert read(text + "\n<!-- expdocs:more -->\nx\n<!-- /expdocs:more -->\n").edited == ["more"]


def test_line_ends_and_blanks_at_their_ends_are_no_edit() -> None:
    text = page_text(provenance(), BLOCKS)
    assert read(text.replace("\n", "\r\n")).edited == []
    assert read(text.replace("Yes.\n", "Yes.  \n")).edited == []


def test_a_review_holds_for_one_text() -> None:
    review = Review("li", "2026-11-21T09:30:00Z", body_digest(BLOCKS))
    assert provenance(reviewed=review).stands_reviewed
    assert not provenance(reviewed=review, body_sha256=SHA).stands_reviewed
    assert not provenance().stands_reviewed


# --- what people wrote

NEW = [("about", "> Another."), ("decided", "## Decided\n\n-   No."), ("open", "## Open\n\n- x")]


def with_notes(text: str) -> str:
    text = text.replace("<!-- expdocs:about -->", "First of all.\n\n<!-- expdocs:about -->")
    text = text.replace("<!-- expdocs:open -->", "## Ours\n\nWe agree.\n\n<!-- expdocs:open -->")
    return f"{text}\nThe end.\n"


def test_own_sections_stay_where_they_are() -> None:
    before = read(with_notes(page_text(provenance(), BLOCKS)))
    assert before.edited == []
    after = page_text(provenance(NEW), NEW, before)
    body = after.split("---\n", 2)[2]
    order = ["First of all.", "Another.", "-   No.", "## Ours\n\nWe agree.", "- x", "The end."]
    assert [body.index(part) for part in order] == sorted(body.index(part) for part in order)
    assert read(after).edited == []


def test_writing_the_same_again_gives_the_same_bytes() -> None:
    once = page_text(provenance(), BLOCKS)
    assert page_text(provenance(), BLOCKS, read(once)) == once
    noted = page_text(provenance(), BLOCKS, read(with_notes(once)))
    assert page_text(provenance(), BLOCKS, read(noted)) == noted


def test_what_followed_a_block_that_is_gone_follows_the_one_before_it() -> None:
    before = read(with_notes(page_text(provenance(), BLOCKS)))
    fewer = [NEW[0], NEW[2]]
    body = page_text(provenance(fewer), fewer, before).split("---\n", 2)[2]
    assert body.index("Another.") < body.index("We agree.") < body.index("- x")


def test_an_edited_block_is_kept_behind_the_new_one() -> None:
    before = read(page_text(provenance(), BLOCKS).replace("Yes.", "Perhaps."))
    after = page_text(provenance(NEW), NEW, before, before.edited)
    assert after.index("-   No.") < after.index("/expdocs:decided") < after.index("Perhaps.")
    assert read(after).edited == []


OWN = st.lists(st.sampled_from(["Ours.", "## Heading", "- item", "```\n<b>\n```", "    code"]))


@given(notes=st.tuples(OWN, OWN, OWN, OWN))
def test_every_own_line_survives_any_number_of_times(notes) -> None:
    once = page_text(provenance(), BLOCKS)
    marks = ["<!-- expdocs:about -->", "<!-- expdocs:decided -->", "<!-- expdocs:open -->"]
    for mark, lines in zip(marks, notes, strict=False):
        once = once.replace(mark, "\n\n".join([*lines, mark]))
    once = "\n\n".join([once, *notes[3]]) + "\n"
    again = page_text(provenance(NEW), NEW, read(once))
    assert page_text(provenance(NEW), NEW, read(again)) == again
    for lines in notes:
        for line in lines:
            assert again.count(line) == once.count(line)


# --- pages that cannot be read


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: synthesis", "kind: experiment", "kind"),
        ("input_key: ", "inputkey: ", "input_key"),
        (SHA, "sha256:00", "input_key"),
        ("writer: {provider: offline}", "writer: offline", "writer"),
        ("language: en", "language: [en]", "language"),
        ('title: "Overview"', "title: Overview\nextra: x", "extra"),
        ("<!-- /expdocs:open -->", "", "never closed"),
        ("<!-- expdocs:open -->", "<!-- expdocs:decided -->", "never closed"),
        ("expdocs:about -->", "expdocs:About -->", "lower-case"),
    ],
)
def test_a_broken_page_is_one_problem_with_its_place(old: str, new: str, said: str) -> None:
    text = page_text(provenance(), BLOCKS)
    assert old in text
    with pytest.raises(ReadProblem) as found:
        read(text.replace(old, new, 1))
    assert said in found.value.message
    assert found.value.line >= 1


@given(st.binary(max_size=300))
def test_any_bytes_are_a_page_or_a_problem(content: bytes) -> None:
    head = page_text(provenance(), BLOCKS).encode()
    for data in (content, head[:-40] + content, head[:60] + content + head[60:]):
        try:
            found: object = read_page(PATH, data)
        except ReadProblem as problem:
            found = problem
        assert isinstance(found, PageFile) or str(found)
