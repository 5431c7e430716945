"""The answer to a question: what was decided, what that rests on, and what else is said.

Every part of it is a quotation, a field or a value with its source; nothing is summed up.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from expdocs.facts.outcome import Outcome
from expdocs.narrative.why.database import Scope
from expdocs.narrative.why.quoting import Figure, Quotation

MOST = 5


class Question(NamedTuple):
    """What somebody asks, of which records, and how many of each sort to show."""

    text: str
    scope: Scope = Scope()
    most: int = MOST


class Successor(NamedTuple):
    """The record that supersedes another, and the line on which it says so."""

    id: str
    path: str
    line: int


class Source(NamedTuple):
    """A record as it stands: what every line of an answer comes from.

    ``name`` is the id, or the path of a record without one; ``line`` that of the title.
    """

    name: str
    path: str
    kind: str
    title: str
    status: str
    date: str
    verdict: str
    line: int
    successors: tuple[Successor, ...] = ()


class Decided(NamedTuple):
    """What was decided of an option, with the reason."""

    source: Source
    option: Quotation
    outcome: str
    quotes: tuple[Quotation, ...]


class Tested(NamedTuple):
    """An experiment: what it says, what became of its hypothesis, what its runs reached.

    ``outcome`` is computed from what stands on the line ``judged``.
    """

    source: Source
    quotes: tuple[Quotation, ...]
    outcome: Outcome | None
    judged: int
    figures: tuple[Figure, ...]


class Said(NamedTuple):
    """What else a record says about it; ``share`` is how much of the question its words hold."""

    source: Source
    quotes: tuple[Quotation, ...]
    share: float


class Answer(NamedTuple):
    """What the records say; all empty where they do not.

    ``sought`` are the words that were looked for, ``left_out`` counts what ``most`` left out, and
    ``unread`` the files that could not be read.
    """

    question: str
    sought: tuple[str, ...]
    decided: tuple[Decided, ...]
    tested: tuple[Tested, ...]
    said: tuple[Said, ...]
    left_out: int
    unread: int

    @property
    def found(self) -> bool:
        """Whether the records say something."""
        return bool(self.decided or self.tested or self.said)

    @property
    def paths(self) -> Sequence[str]:
        """The files of the records that the answer rests on, each once, in order."""
        parts: Iterable[Decided | Tested | Said] = (*self.decided, *self.tested, *self.said)
        return list(dict.fromkeys(part.source.path for part in parts))
