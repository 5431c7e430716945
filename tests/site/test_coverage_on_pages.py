"""What has no story, on the front page and in the audit."""

from __future__ import annotations

import re
from typing import Any

from expdocs.evidence.snapshots import PopulationRun, encode_population
from expdocs.site.composer import PagePlan
from expdocs.site.plan import plan_site
from expdocs.workspace import Workspace

SETTINGS = """
project = "churn"

[[untold]]
experiment = "scratch <b>"
state = "failed"
reason = "out of <i>memory</i>"
"""


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def section(page: PagePlan) -> str:
    return page.html.partition('<h2 id="coverage">')[2].partition("<h2")[0]


def planned(root: Any) -> dict[str, PagePlan]:
    workspace = Workspace.open(root)
    with workspace.context() as context:
        return {page.url: page for page in plan_site(workspace, context, name="Churn").pages}


def test_the_figure_and_what_it_counts(checked_repo: Any) -> None:
    runs = [
        PopulationRun(f"{number:032x}", None, status, None, None, "active")
        for number, status in enumerate(["FINISHED", "FINISHED", "FAILED"])
    ]
    checked_repo.write(
        {
            "journal/evidence/population/7.jsonl": encode_population("7", runs, "scratch <b>"),
            "journal/evidence/population/8.jsonl": "<script>",
            "expdocs.toml": SETTINGS,
        }
    )
    pages = planned(checked_repo.root)
    figure = "2 without a story : 2 of 6 runs. 1 of 2 experiments has none at all."
    assert figure in words(section(pages["index.html"]))
    assert 'href="audit.html#coverage"' in section(pages["index.html"])
    audit = words(section(pages["audit.html"]))
    assert figure in audit
    assert "scratch &lt;b&gt; churn 3 2 2 0 1 0" in audit
    assert "churn only single runs were pulled churn 3 0 3 0 0 0" in audit
    assert "1 left out, experiment scratch &lt;b&gt; , failed: out of &lt;i&gt;memory" in words(
        audit
    )
    assert "Not counted : journal/evidence/population/8.jsonl , the file is not JSON" in words(
        audit
    )


def test_without_evidence_there_is_no_figure(repo: Any) -> None:
    made = repo({"expdocs.toml": ""})
    said = "The evidence knows of no run yet."
    pages = planned(made.root)
    assert said in section(pages["index.html"])
    assert said in section(pages["audit.html"])
