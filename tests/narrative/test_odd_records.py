"""Pages over records with anything in their fields: each page is made, and every claim holds."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pages import page_kind
from expdocs.narrative.render import Rendering, render
from expdocs.narrative.verify import verify
from expdocs.workspace import Workspace
from tests.narrative.journal import DECISION, EXPERIMENTS, FILES, SMOTE
from tests.narrative.rendered import active

PAGES = ("overview", "phase", "dropped", "exhausted", "suggest", "comparisons")
RECORDS = (f"journal/experiments/2026/{SMOTE}.md", f"decisions/{DECISION}.md")
ODD = (
    *("", "[[1]]", "5", "{unknown: nobody wrote it down}"),
    "[{name: {}, outcome: rejected, experiments: [{}], reason: []}]",
    "'{{title:x}} <b onclick=1> [a](javascript:b) ![c](d) <!-- expdocs:about -->'",
    "'\u202e|`~ $x$ # EXP-2026-11-01-100 https://example.org @someone'",
)


def fields(text: str) -> list[str]:
    return re.findall(r"^(\w+):", text.split("\n---\n", maxsplit=1)[0], re.MULTILINE)


CASES = [(path, key) for path in RECORDS for key in fields(FILES[path])]


def checked(root: Path) -> None:
    """Make every page, and look for anything that it does but show text and lead to records."""
    workspace = Workspace.open(root)
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        shown = []
        for kind in PAGES:
            prepared = page_kind(kind).prepare(sources, Request(kind))
            claims = prepared.write()
            assert [str(fault) for fault in verify(prepared.brief, claims)] == []
            shown += [text for _, text in render(Rendering(prepared.brief, claims))]
    page = active("\n\n".join(shown))
    assert page.comments == page.code == page.strays == 0
    schemes = {address.partition(":")[0] for address in page.addresses}
    assert schemes <= {"run", "mean", "sd", "count", "delta", "ratio"}


@pytest.mark.parametrize(("path", "key"), CASES, ids=lambda one: one.rpartition("/")[2])
def test_whatever_a_field_holds(repo, path: str, key: str) -> None:
    made = repo(FILES)
    head, _, body = FILES[path].removeprefix("---\n").partition("\n---\n")
    for value in ODD:
        line = f"{key}: {value}\n"
        text = re.sub(
            rf"^{key}:.*\n(?:[ -].*\n)*", lambda _, line=line: line, f"{head}\n", flags=re.M
        )
        made.write({path: f"---\n{text}---\n{body}"})
        checked(made.root)


def test_an_id_that_is_none_is_not_shown(repo) -> None:
    path = f"decisions/{DECISION}.md"
    text = FILES[path].replace(f"id: {DECISION}", 'id: "DEC-1 [x](y) <b>"')
    made = repo({**FILES, path: text.replace("status: accepted", "status: draft")})
    checked(made.root)


def test_a_metric_whose_name_is_a_path(repo) -> None:
    """As frameworks log them: ``val/f1``."""
    files = dict(FILES)
    for one in EXPERIMENTS:
        other = replace(
            one, metric=one.metric.replace("_", "/"), body=one.body.replace("val_f1", "val/f1")
        )
        files |= {other.path: other.text(), **other.evidence()}
    checked(repo(files).root)
