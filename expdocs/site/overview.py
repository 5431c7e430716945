"""The pages over everything: the front page, the audit, the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from expdocs.facts.census import State
from expdocs.facts.coverage import WITHOUT
from expdocs.findings import Severity
from expdocs.kinds.registry import LIFECYCLE
from expdocs.rules.catalogue import CATALOGUE, FAMILIES
from expdocs.rules.examples import example_of
from expdocs.site.citations import Agreement
from expdocs.site.composer import Composer, PagePlan, plural
from expdocs.site.listings import FAMILIES as LISTS
from expdocs.site.listings import grouped
from expdocs.site.recordpages import blockers
from expdocs.site.survey import RecordPage, Survey

LATEST = 8
OPEN = ("draft", "proposed")
DECIDING = "decides"


def home_page(composer: Composer, name: str) -> PagePlan:
    """Return the front page: what was decided, what is open, what is new, where to start."""
    survey = composer.survey
    decided, pending = _decided(survey), _open(survey)
    return composer.page(
        "home.html",
        composer.home,
        name,
        latest=survey.records[:LATEST],
        decided=decided[:LATEST],
        decided_count=len(decided),
        pending=pending[:LATEST],
        pending_count=len(pending),
        blocked=[(page, blockers(page.record)) for page in pending if blockers(page.record)],
        projects=grouped(survey.records, LISTS[0]),
        description=f"{plural(len(survey.records), 'record')} of experiments and decisions",
        **_totals(survey),
    )


def _decided(survey: Survey) -> list[RecordPage]:
    """Return what holds: accepted records of the kinds that may decide others."""
    return [
        page
        for page in survey.records
        if page.record.status == "accepted" and DECIDING in page.record.kind.links
    ]


def _open(survey: Survey) -> list[RecordPage]:
    return [page for page in survey.records if page.record.status in OPEN]


def audit_page(composer: Composer) -> PagePlan:
    """Return the page with every finding, every record counted, every run with who cites it."""
    survey = composer.survey
    findings = sorted(survey.findings, key=lambda f: (f.severity is not Severity.ERROR, f))
    return composer.page(
        "audit.html",
        "audit.html",
        "Audit",
        findings=findings,
        unread=sorted(survey.corpus.unread),
        head=survey.workspace.repository.resolve("HEAD") or "",
        parent=composer.home,
        description=f"All {plural(len(findings), 'finding')}",
        **_totals(survey),
    )


def _totals(survey: Survey) -> dict[str, Any]:
    counts = Counter((page.record.kind.name, page.record.status) for page in survey.records)
    used = {status for _, status in counts}
    extra = sorted(used - set(LIFECYCLE))
    severities = Counter(finding.severity for finding in survey.findings)
    agreements = Counter(c.agreement for page in survey.records for c in page.citations)
    return {
        "counts": counts,
        "statuses": [*LIFECYCLE, *extra],
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "totals": survey.verdicts,
        "coverage": survey.coverage,
        "states": tuple(State),
        "without": WITHOUT,
        "agreements": [(agreement, agreements[agreement]) for agreement in Agreement],
    }


def rules_page(composer: Composer) -> PagePlan:
    """Return the catalogue of rules, each with an anchor."""
    families: list[tuple[str, Sequence[Any]]] = [
        (f"{prefix}: {name}", [rule for rule in CATALOGUE.values() if rule.id.startswith(prefix)])
        for prefix, name in FAMILIES.items()
    ]
    return composer.page(
        "rules.html",
        "rules.html",
        "Rules",
        families=[(title, rules) for title, rules in families if rules],
        found=Counter(finding.rule for finding in composer.survey.findings),
        example_of=example_of,
        parent="audit.html",
        description=f"What {plural(len(CATALOGUE), 'rule')} mean",
        search_text=" ".join(f"{rule.id} {rule.title}" for rule in CATALOGUE.values()),
    )
