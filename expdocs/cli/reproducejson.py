"""A dossier as one JSON document."""

from __future__ import annotations

from typing import Any

from expdocs.narrative.dossier.answers import Answer
from expdocs.narrative.dossier.dossier import Dossier
from expdocs.narrative.dossier.rubric import GROUPS, Result, Rubric, Score

VERSION = 1


def document(dossier: Dossier) -> dict[str, Any]:
    """Return the document of ``expdocs reproduce --json``."""
    subject = dossier.subject
    return {
        "version": VERSION,
        "subject": subject.id,
        "record": subject.record.id if subject.record else None,
        "runs": [
            {"id": case.use.run_id, "label": case.use.label, "problem": case.problem}
            for case in subject.cases
        ],
        **_judged(dossier.rubric),
        "setup": [{**item._asdict(), "runs": list(item.runs)} for item in dossier.setup],
        "scripts": [
            {
                "runs": list(script.runs),
                "steps": [{"title": s.title, "lines": list(s.lines)} for s in script.steps],
            }
            for script in dossier.scripts
        ],
        "checklist": [point._asdict() for point in dossier.checklist],
        "questions": [question._asdict() for question in dossier.questions],
    }


def _judged(rubric: Rubric) -> dict[str, Any]:
    level = rubric.level
    return {
        "level": {"number": level.number, "name": level.name, "missing": list(level.missing)},
        "score": _score(rubric.score),
        "subscores": {group: _score(rubric.subscore(group)) for group in GROUPS.values()},
        "rerun": _plain(rubric.rerun),
        "checks": [
            {"id": one.id, "weight": one.weight, "asks": one.asks, **_plain(one)}
            for one in rubric.results
        ],
    }


def _plain(one: Answer | Result) -> dict[str, Any]:
    return {"verdict": one.verdict.value, "reason": one.reason, "evidence": list(one.evidence)}


def _score(score: Score) -> dict[str, int]:
    return {"passed": score.passed, "applicable": score.applicable}
