"""A small journal in a real repository: what was tried, decided, rejected, put off, withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from expdocs.config import Settings
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pages import page_kind
from expdocs.workspace import Workspace
from tests.analytics.conftest import Arm, Experiment

SMOTE, TREES, OLD, DRAFT, BOOST = (f"EXP-2026-11-0{n}-{n}00" for n in range(1, 6))
DECISION, REFUSED, REPLACED = (f"DEC-2026-11-1{n}-{n}00" for n in range(3))
BASE = Arm("baseline", [0.70, 0.72], {"model": "dummy"})
CITED = """\
## Observations

Over the seeds it is [0.82](mean:smote#val_f1), **far** from `dummy`.

## Conclusion

Oversampling helps on *every* seed. It costs an hour.

## Next steps

Try 2 other ratios, see {trees}.
"""
EXPERIMENTS = (
    Experiment(
        SMOTE,
        {"base": BASE, "smote": Arm("candidate", [0.80, 0.84])},
        body=CITED.format(trees=TREES),
    ),
    Experiment(
        TREES,
        {"trees": Arm("candidate", [0.61])},
        approach="trees",
        verdict="archived",
        status="accepted",
        body="## Conclusion\n\nA tree is <b>no</b> gain; see [us](https://example.org).\n",
    ),
    Experiment(OLD, {"old": Arm("candidate", [0.9])}, approach="leak", status="deprecated"),
    Experiment(DRAFT, {"new": Arm("candidate", [0.99])}, approach="new", status="draft"),
    Experiment(
        BOOST,
        {"boost": Arm("candidate", [0.4])},
        approach="boosting",
        project="other",
        metric="log_loss",
        goal="minimize",
    ),
)


def _decision(id_: str, status: str, options: str, more: str = "", body: str = "") -> str:
    return (
        f"---\nid: {id_}\nkind: decision\ntitle: Decide {id_}\nstatus: {status}\n"
        f"date: {id_[4:14]}\nauthors: [ana]\nproject: churn\ntags: [tabular]\n"
        f"decision_type: stop-line\ndeciders: [li]\noptions:\n{options}criteria: []\n"
        f"{more}---\n{body}"
    )


def option(name: str, outcome: str, reason: str, *experiments: str) -> str:
    named = ", ".join(experiments)
    return f"  - {{name: {name}, outcome: {outcome}, experiments: [{named}], reason: {reason}}}\n"


FILES: dict[str, Any] = {
    "expdocs.toml": 'project = "churn"\n\n[people.li]\nname = "Li Wen"\n',
    f"decisions/{DECISION}.md": _decision(
        DECISION,
        "accepted",
        option("Go on with smote", "chosen", "It helps.", SMOTE)
        + option("Trees of depth 3", "rejected", "No gain at all.", TREES)
        + option("Boosting", "deferred", "Later perhaps.", BOOST),
        f"links:\n  - {{type: supersedes, target: {REPLACED}}}\n",
        "\n## Decision\n\nNo more trees.\n",
    ),
    f"decisions/{REFUSED}.md": _decision(
        REFUSED, "rejected", option("Average", "chosen", "Why not.", SMOTE), "question: Both?\n"
    ),
    f"decisions/{REPLACED}.md": _decision(
        REPLACED, "superseded", option("Rules", "rejected", "Too many.")
    ),
}
for _one in EXPERIMENTS:
    FILES |= {_one.path: _one.text(), **_one.evidence()}


def made(root: Path, request: Request) -> tuple[Brief, Claims]:
    """Return the brief of a request over the repository at ``root``, and what is claimed."""
    workspace = Workspace.open(root)
    with workspace.context() as context:
        sources = Sources(context.settings, context.corpus, context.facts, context.commits)
        prepared = page_kind(request.page).prepare(sources, request)
        return prepared.brief, prepared.write()


def page_of(root: Path, name: str) -> Path:
    """Return the file of a page."""
    return root / Settings().synthesis / f"{name}.md"
