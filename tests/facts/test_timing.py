"""What a page says of when a hypothesis was written down, from the tags of its runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from expdocs.canonical import canonical_bytes, sha256_of
from expdocs.facts.timing import timing_of
from expdocs.site.plan import plan_site
from expdocs.workspace import Workspace

RECORD = "EXP-2026-11-20-417"
SAID = "SMOTE raises validation F1 by at least 0.02 over class weights."
LABELS = ("weights", "smote-1", "smote-2")


def digest(text: str) -> str:
    """Return what a run's tag says of a hypothesis."""
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}"


def tag(repo: Any, label: str, value: str) -> None:
    """Let a run's snapshot have the tag, sealed as a pull would."""
    path: Path = repo.root / repo.snapshot(label)
    document = json.loads(path.read_text())
    del document["sha256"]
    document["tags"]["expdocs.hypothesis"] = value
    document["sha256"] = sha256_of(document)
    path.write_bytes(canonical_bytes(document) + b"\n")


def told(repo: Any) -> str:
    workspace = Workspace.open(repo.root)
    return str(timing_of(workspace.record(RECORD), workspace.evidence))


@pytest.fixture
def stated(checked_repo: Any) -> Any:
    lines = checked_repo.text.splitlines(keepends=True)
    kept = [f"hypothesis: {SAID}\n" if x.startswith("hypothesis:") else x for x in lines]
    checked_repo.write({checked_repo.record: "".join(kept)})
    return checked_repo


AS_IT_IS = json.dumps({RECORD: digest(SAID)})
OTHERWISE = json.dumps({RECORD: digest("SMOTE helps.")})
OF_ANOTHER = json.dumps({"EXP-2026-11-20-999": digest("Trees help.")})
UNDER_A_FORMER_ID = json.dumps({"EXP-2026-11-20-001": digest(SAID)})


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ((), "no run recorded whether it was written down before"),
        ((AS_IT_IS,) * 3, "written down as it is before 3 of 3 runs"),
        ((AS_IT_IS,), "written down as it is before 1 of 3 runs; 2 recorded nothing"),
        ((UNDER_A_FORMER_ID,), "written down as it is before 1 of 3 runs; 2 recorded nothing"),
        (
            (OTHERWISE, AS_IT_IS, AS_IT_IS),
            "written down as it is before 2 of 3 runs, worded otherwise before 1",
        ),
        ((OF_ANOTHER,), "no run recorded whether it was written down before"),
        (("not JSON", "[]", "[" * 9999), "no run recorded whether it was written down before"),
        (('{"EXP-2026-11-20-417": 7}',), "no run recorded whether it was written down before"),
    ],
)
def test_what_the_runs_tell(stated: Any, tags: tuple[str, ...], said: str) -> None:
    for label, value in zip(LABELS, tags, strict=False):
        tag(stated, label, value)
    assert told(stated) == said


def test_the_page_says_so_and_the_check_does_not(stated: Any, run_cli: Any) -> None:
    before = run_cli("check", "--format", "json", cwd=stated.root).findings()
    tag(stated, "weights", OTHERWISE)
    assert run_cli("check", "--format", "json", cwd=stated.root).findings() == before
    workspace = Workspace.open(stated.root)
    with workspace.context() as context:
        pages = plan_site(workspace, context, name="Journal").pages
    page = next(one for one in pages if one.url.endswith(f"{RECORD.lower()}.html"))
    assert "written down as it is before 0 of 3 runs, worded otherwise before 1" in page.html


@pytest.mark.parametrize("hypothesis", ["{unknown: nobody said}", "{none: a first look}"])
def test_without_a_hypothesis_there_is_nothing_to_tell(stated: Any, hypothesis: str) -> None:
    text = (stated.root / stated.record).read_text()
    stated.write({stated.record: text.replace(SAID, hypothesis)})
    assert told(stated) == "None"
