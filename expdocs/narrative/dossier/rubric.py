"""How much of what a rerun needs is proven: fourteen checks by code, a score, and a level.

What nobody can tell scores nothing, what does not apply leaves the denominator, and a level asks
for all the checks of those below it. The checks follow what Gundersen and Kjensmo (2018) found
missing in published experiments, put as questions that files and git answer.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from expdocs.narrative.dossier import data, experiment, method
from expdocs.narrative.dossier.answers import (
    NOT_APPLICABLE,
    PASSED,
    UNKNOWN,
    Answer,
    Verdict,
    worst,
)
from expdocs.narrative.dossier.case import Case, Subject
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.reruns import reproduced
from expdocs.records.validity import schema_errors

METHOD, DATA, EXPERIMENT = "method", "data", "experiment"
GROUPS = {"M": METHOD, "D": DATA, "E": EXPERIMENT}


class Check(NamedTuple):
    """One question about a run, and what a clear yes is worth."""

    id: str
    weight: int
    asks: str
    answer: Callable[[Case, Ground], Answer]


CHECKS = (
    Check("M1", 10, "The commit exists in full and a protected branch holds it", method.commit),
    Check("M2", 10, "The code that ran is the commit's, or its changes are hashed", method.code),
    Check("M3", 10, "A lock file of the commit, or an image by its digest", method.environment),
    Check("M4", 5, "The command that started the run", method.command),
    Check("D1", 10, "Every input has the hash that DVC tracks at the commit", data.hashes),
    Check("D2", 10, "Every input was found in a remote, on a known day", data.presence),
    Check("D3", 5, "A contract of the data and the split are named", data.contract),
    Check("E1", 5, "Parameters are as the run logged them", experiment.parameters),
    Check("E2", 5, "A seed was logged", experiment.seed),
    Check("E3", 10, "What the record claims is what the snapshot holds", experiment.metrics),
    Check("E4", 5, "Repeated runs with a spread, or a reason for one run", experiment.repeats),
    Check("E5", 5, "The hardware is named", experiment.hardware),
    Check("E6", 5, "Hypothesis, method, result and limits are written", experiment.written),
    Check("E7", 5, "The snapshot is whole and the tracker agreed with it", experiment.agreement),
)


class Level(NamedTuple):
    """How far somebody else would get; ``missing`` are the checks that the next level lacks."""

    number: int
    name: str
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"L{self.number} {self.name}"


class Result(NamedTuple):
    """What came of a check, over all runs of a dossier."""

    id: str
    weight: int
    asks: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()


class Score(NamedTuple):
    """The weight of the checks that passed, of all that apply."""

    passed: int
    applicable: int

    @property
    def share(self) -> Fraction:
        """The score between 0 and 1; 0 where nothing applies."""
        return Fraction(self.passed, self.applicable) if self.applicable else Fraction(0)

    def __str__(self) -> str:
        return f"{self.passed} of {self.applicable}"


class Rubric(NamedTuple):
    """All that was checked, and what it adds up to; ``rerun`` tells of reruns by others."""

    results: tuple[Result, ...]
    level: Level
    rerun: Answer = Answer(UNKNOWN, "nobody looked for reruns")

    @property
    def score(self) -> Score:
        """The score over all checks."""
        return _score(self.results)

    def subscore(self, group: str) -> Score:
        """Return the score over the checks of ``method``, ``data`` or ``experiment``."""
        return _score([one for one in self.results if GROUPS[one.id[0]] == group])

    def result(self, check_id: str) -> Result:
        """Return what came of one check."""
        return next(one for one in self.results if one.id == check_id)


def rubric_of(subject: Subject, ground: Ground) -> Rubric:
    """Ask every check of every run; the worst answer over runs counts."""
    results = tuple(_asked(check, subject.cases, ground) for check in CHECKS)
    rerun = worst([(case.label, reproduced(case, ground)) for case in subject.cases])
    return Rubric(results, _level(results, subject, rerun), rerun)


def _asked(check: Check, cases: Sequence[Case], ground: Ground) -> Result:
    found = worst([(case.label, check.answer(case, ground)) for case in cases])
    return Result(check.id, check.weight, check.asks, *found)


def _score(results: Sequence[Result]) -> Score:
    applicable = [one for one in results if one.verdict is not NOT_APPLICABLE]
    passed = sum(one.weight for one in applicable if one.verdict is PASSED)
    return Score(passed, sum(one.weight for one in applicable))


# --- levels

_LEVELS = (
    ("documented", ("schema", "E6")),
    ("traceable", ("M1", "D1", "E1", "E3")),
    ("re-runnable", ("M2", "M3", "M4", "D2", "E2")),
    ("reproduced", ("rerun",)),
)


def _level(results: Sequence[Result], subject: Subject, rerun: Answer) -> Level:
    held = {one.id for one in results if one.verdict in (PASSED, NOT_APPLICABLE)}
    if _sound(subject):
        held.add("schema")
    if rerun.verdict is PASSED:
        held.add("rerun")
    reached, name = 0, "open"
    for number, (title, asked) in enumerate(_LEVELS, 1):
        missing = tuple(one for one in asked if one not in held)
        if missing:
            return Level(reached, name, missing)
        reached, name = number, title
    return Level(reached, name)


def _sound(subject: Subject) -> bool:
    records = {case.record.id: case.record for case in subject.cases if case.record}
    told = all(case.record for case in subject.cases)
    return told and not any(schema_errors(record) for record in records.values())
