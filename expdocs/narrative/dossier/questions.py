"""What nobody knows, asked of somebody: each check that did not pass gives a question."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from expdocs.narrative.dossier.answers import FAILED, UNKNOWN
from expdocs.narrative.dossier.case import Subject
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.rubric import Rubric

_NOBODY = "nobody is named"
_MAINTAINER = "who looks after the repository"

# For each check: what to ask, and why an answer matters.
ASKED: Mapping[str, tuple[str, str]] = {
    "M1": (
        "Which commit on the protected branch holds the code, or who will merge it?",
        "A commit that no branch holds is lost with the clone that has it.",
    ),
    "M2": (
        "What had been changed and not committed when the run started?",
        "Another state of the code may give another result under the same commit.",
    ),
    "M3": (
        "Which packages were installed, and where is the lock file or the image?",
        "Numerical libraries change results between versions.",
    ),
    "M4": (
        "What exactly was typed to start the run, and in which folder?",
        "Options that nobody wrote down cannot be guessed.",
    ),
    "D1": (
        "Which data did the run read, by hash?",
        "The same code on other data is another experiment.",
    ),
    "D2": (
        "Where are the data kept so that others can fetch them?",
        "Data in one cache alone are lost with that machine.",
    ),
    "D3": (
        "What do the labels mean, and how were the data parted for training and evaluation?",
        "Without the split nobody can tell a gain from a leak.",
    ),
    "E1": (
        "Which values did the parameters have, and which were given by hand?",
        "A rerun with the declared values would be another run.",
    ),
    "E2": (
        "Which seed was set, in which libraries?",
        "Without the seed a rerun can only be held against the spread.",
    ),
    "E3": (
        "Which number is right: the one in the text or the one in the snapshot?",
        "Nobody can tell whether a rerun reaches a number that is in doubt.",
    ),
    "E4": (
        "How much does the result change with the seed, or why is one run enough?",
        "Without a spread any difference of a rerun may be chance or a fault.",
    ),
    "E5": (
        "On which machine did it run: processor, accelerator, memory, driver?",
        "Accelerators add in another order, which changes last digits and training time.",
    ),
    "E6": (
        "What was expected, what was done, what came out, and where does it not hold?",
        "Whoever repeats it has to know what would refute it.",
    ),
    "E7": (
        "Does the tracker still hold the run as it was pulled?",
        "Runs can be changed and deleted after the fact.",
    ),
}
# Whoever keeps repository and evidence in order can answer these without the authors.
_OF_MAINTAINERS = frozenset({"M1", "D2", "E7"})


class Question(NamedTuple):
    """Something to be found out: by which check, from whom, why, and what is known of it."""

    check: str
    owner: str
    asks: str
    why: str
    known: str


def questions_of(subject: Subject, rubric: Rubric, ground: Ground) -> tuple[Question, ...]:
    """Return a question for each check that failed or that nobody can answer here."""
    owner = ", ".join(_owners(subject, ground)) or _NOBODY
    return tuple(
        Question(
            one.id,
            f"{_MAINTAINER}, {owner}" if one.id in _OF_MAINTAINERS else owner,
            *ASKED[one.id],
            one.reason,
        )
        for one in rubric.results
        if one.verdict in (FAILED, UNKNOWN)
    )


def _owners(subject: Subject, ground: Ground) -> Iterator[str]:
    """Yield the ids of authors; of runs without a record that of who started them, if known."""
    found: dict[str, None] = {}
    for case in subject.cases:
        if case.record is not None:
            found |= dict.fromkeys(case.record.texts_of("authors"))
        elif case.run is not None and case.run.user in ground.settings.people:
            found[str(case.run.user)] = None
    yield from found
