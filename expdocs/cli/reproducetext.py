"""A dossier as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.narrative.dossier.dossier import Dossier
from expdocs.narrative.dossier.rubric import GROUPS


def lines(dossier: Dossier) -> Iterator[str]:
    """Yield the lines of ``expdocs reproduce --output text``."""
    yield from _verdict(dossier)
    yield from _headed("Set-up", _setup(dossier))
    yield from _headed("Run it again", (script.text for script in dossier.scripts))
    yield from _headed("Tell whether it is the same", _checklist(dossier))
    yield from _headed("What is proven", _checks(dossier))
    yield from _headed("What nobody knows", _questions(dossier))


def _verdict(dossier: Dossier) -> Iterator[str]:
    rubric = dossier.rubric
    parts = ", ".join(f"{group} {rubric.subscore(group)}" for group in GROUPS.values())
    yield f"{dossier.subject.id}: {rubric.level}, {rubric.score} ({parts})"
    if rubric.level.missing:
        yield f"lacking for the next level: {', '.join(rubric.level.missing)}"
    yield f"rerun by somebody else {rubric.rerun.verdict}: {_on_line(rubric.rerun.reason)}"


def _headed(title: str, below: Iterator[str]) -> Iterator[str]:
    listed = list(below)
    if listed:
        yield from ("", title, *listed)


def _setup(dossier: Dossier) -> Iterator[str]:
    for item in dossier.setup:
        runs = f"; {', '.join(item.runs)}" if item.runs else ""
        source = f": {item.source}" if item.source else ""
        yield f"  {item.what}: {_on_line(item.value)}"
        yield f"    {item.verdict}{source}{runs}"


def _checklist(dossier: Dossier) -> Iterator[str]:
    for point in dossier.checklist:
        yield f"  {point.what}: {point.was}; the same is {point.same}; see {point.how}"


def _checks(dossier: Dossier) -> Iterator[str]:
    for one in dossier.rubric.results:
        yield f"  {one.id} {one.verdict} ({one.weight}): {one.asks}: {_on_line(one.reason)}"


def _questions(dossier: Dossier) -> Iterator[str]:
    for one in dossier.questions:
        yield f"  {one.check}, to {one.owner}: {one.asks}"
        yield f"    {one.why}"


def _on_line(text: str) -> str:
    return " ".join(text.split())
