"""Answers of checks: passed, failed, unknown or not applicable, with a reason and the evidence."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from expdocs.narrative.dossier.wording import some

_SHOWN = 3


class Verdict(StrEnum):
    """What came of a check; ``unknown`` means that nothing here can tell."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


PASSED, FAILED = Verdict.PASSED, Verdict.FAILED
UNKNOWN, NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
_WORST_FIRST = (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE)


class Answer(NamedTuple):
    """What a check finds for one run, in one sentence, and what that rests on.

    ``evidence`` holds ids of data, paths of snapshots and ids of commits.
    """

    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()


def worst(answers: Sequence[tuple[str, Answer]]) -> Answer:
    """Return the answer that counts over several runs, which are named where they differ."""
    verdict = min((one.verdict for _, one in answers), key=_WORST_FIRST.index)
    reasons: dict[str, list[str]] = {}
    for label, one in answers:
        if one.verdict is verdict:
            reasons.setdefault(one.reason, []).append(label)
    said = [
        reason if len(labels) == len(answers) else f"{some(labels)}: {reason}"
        for reason, labels in reasons.items()
    ]
    rest = f"; and {len(said) - _SHOWN} more reasons" if len(said) > _SHOWN else ""
    found = [item for _, one in answers if one.verdict is verdict for item in one.evidence]
    return Answer(verdict, "; ".join(said[:_SHOWN]) + rest, tuple(dict.fromkeys(found)))
