"""A journal in which every record is hostile: the pages that the program makes of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from expdocs.facts.cited import NUMBER_SCHEMES
from expdocs.narrative.pagefile import PageFile, read_page
from tests.narrative.rendered import active
from tests.narrative.test_injection import KINDS, texts

PAGES = ("overview", "phase", "dropped", "exhausted")
# What the renderer itself writes, and nothing else.
ELEMENTS = {
    *("blockquote", "em", "h2", "li", "p", "strong", "ul", "comment", "a href"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
VERDICTS = ("archived", "iterate", "promoted")


def _texts() -> list[str]:
    return [text for kind in KINDS if kind != "long" for text in texts(kind).values()]


@pytest.fixture
def journal(checked_repo: Any) -> Any:
    """A repository with a record for each hostile text: in its title, its fields, its sections."""
    for number, text in enumerate(_texts(), 100):
        record = f"EXP-2026-11-19-{number}"
        checked_repo.write({
            f"journal/experiments/2026/11/{record}.md": _hostile(checked_repo.text, record, text)
        })  # fmt: skip
    checked_repo.commit("hostile records")
    return checked_repo


def _hostile(record: str, identifier: str, text: str) -> str:
    line = json.dumps(" ".join(text.split()) or "nothing")
    head, _, _ = record.partition("## Motivation")
    verdict = VERDICTS[int(identifier[-1]) % len(VERDICTS)]
    for key, value in (
        ("id", identifier),
        ("title", line),
        ("hypothesis", line),
        ("approach", json.dumps(f"line {identifier[-3:]} {text[:20]}")),
        ("verdict", verdict),
        ("date", "2026-11-19"),
    ):
        head = re.sub(rf"^{key}: .*$", lambda _, k=key, v=value: f"{k}: {v}", head, flags=re.M)
    sections = ("Motivation", "Observations", "Conclusion", "Next steps")
    return head + "".join(f"## {one}\n\n{text}\n\n" for one in sections)


def test_pages_of_hostile_records_do_nothing(journal: Any, run_cli: Any) -> None:
    before = {path: path.read_bytes() for path in (journal.root / "journal").rglob("*.md")}
    for name in PAGES:
        ran = run_cli("-C", str(journal.root), "synth", "--kind", name)
        assert ran.code == 0, ran
        page = read_page(f"journal/synthesis/{name}.md", _bytes(journal.root, name))
        _does_nothing(page, {path.stem[:18] for path in before})
    assert {path: path.read_bytes() for path in before} == before
    ran = run_cli("-C", str(journal.root), "check", "--select", "SYN", "--format", "json")
    found = {one["rule"] for one in json.loads(ran.out)["findings"]}
    assert found == {"SYN301"}  # nobody has reviewed them yet
    assert run_cli("-C", str(journal.root), "synth", "--check").code == 0


def _bytes(root: Path, name: str) -> bytes:
    return (root / "journal" / "synthesis" / f"{name}.md").read_bytes()


def _does_nothing(page: PageFile, known: set[str]) -> None:
    found = active(page.record.file.body)
    assert {element for one in found.elements for element in one} <= ELEMENTS
    assert {address.partition(":")[0] for address in found.addresses} <= set(NUMBER_SCHEMES)
    assert set(found.record_ids) <= known
    assert (found.strays, found.code) == (0, 0)
    assert found.blocks == tuple(page.provenance.blocks)
    assert found.comments == 2 * len(found.blocks)
    assert found.headings == tuple(
        re.sub(r"\\", "", text.partition("\n")[0].removeprefix("## "))
        for text in page.generated.values()
        if text.startswith("## ")
    )
