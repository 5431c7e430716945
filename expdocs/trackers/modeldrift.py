"""Registered models as they were pulled against the registry as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from expdocs.evidence.models import Model
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Verdicted
from expdocs.rules.context import Context
from expdocs.trackers.doors import FAILURES, Doors
from expdocs.trackers.drift import without_snapshot
from expdocs.trackers.mlflow import Tracker

EDGE = "registry"


class _Reasons(NamedTuple):
    moved: str
    gone: str


_OF_ALIASES = _Reasons(
    "the alias was moved after the model was pulled",
    "the alias was removed after the model was pulled",
)
_OF_VERSIONS = _Reasons(
    "the version now says that it came from another run",
    "the version was deleted in the registry",
)


def _model_subject(name: str) -> str:
    """Return how verdicts name a registered model."""
    return f"model:{name}"


def model_verdicts(context: Context, doors: Doors[Tracker]) -> Iterator[Verdicted]:
    """Yield verdicts on every registered model that was pulled."""
    for kept in context.evidence.models():
        if isinstance(kept, BrokenSnapshot):
            yield without_snapshot(_model_subject(PurePosixPath(kept.path).stem), kept)
            continue
        live = _registered(doors, kept)
        if isinstance(live, Model):
            yield from _drift(kept, live)
        else:
            yield _gone(kept) if live is None else _unasked(kept, live)


def _registered(doors: Doors[Tracker], kept: Model) -> Model | str | None:
    """Return the model as the registry has it; None when it has none, a text when it failed."""
    tracker = doors.tracker(kept.tracker)
    try:
        found = tracker.model(kept.name) if tracker is not None else None
    except FAILURES as problem:
        doors.fail(kept.tracker, problem)
    if kept.tracker in doors.problems:
        return doors.problems[kept.tracker]
    if found is None and kept.tracker not in doors.answering:
        return "the tracker knows no such model: is it the one that the model was pulled from?"
    return found


def _gone(model: Model) -> Verdicted:
    """Return the verdict on a model that the registry no longer has."""
    reason = "the registered model was deleted, or renamed; its document is what is left"
    return _verdicted(model, "name", Verdict.CONTRADICTED, reason, model.name)


def _unasked(model: Model, reason: str) -> Verdicted:
    """Return the verdict on a model about which the registry could not be asked."""
    return _verdicted(model, "name", Verdict.UNREACHABLE, reason, model.name)


def _drift(kept: Model, live: Model) -> Iterator[Verdicted]:
    """Yield a verdict on every alias and every version of a registered model."""
    yield from _compared(kept, "aliases", kept.aliases, live.aliases, _OF_ALIASES)
    yield from _compared(kept, "versions", _runs(kept), _runs(live), _OF_VERSIONS)


def _runs(model: Model) -> dict[str, str]:
    return {one.version: one.run_id or "" for one in model.versions}


def _compared(
    model: Model,
    family: str,
    before: Mapping[str, str],
    now: Mapping[str, str],
    reasons: _Reasons,
) -> Iterator[Verdicted]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        if old == new:
            verdict, reason = Verdict.VERIFIED, ""
        elif old is None:
            verdict = Verdict.UNRECORDED
            reason = "added in the registry after the model was pulled"
        else:
            verdict = Verdict.CONTRADICTED
            reason = reasons.gone if new is None else reasons.moved
        yield _verdicted(model, f"{family}.{name}", verdict, reason, old, new)


def _verdicted(
    model: Model,
    field: str,
    verdict: Verdict,
    reason: str,
    expected: str | None = None,
    found: str | None = None,
) -> Verdicted:
    return Verdicted(_model_subject(model.name), EDGE, field, verdict, reason, expected, found)
