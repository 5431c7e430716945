"""Which options of decisions, and which experiments, a question is about."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from expdocs.analytics.history import is_experiment
from expdocs.narrative.selection import options_of
from expdocs.narrative.why.passages import LINE
from expdocs.narrative.why.ranking import Match, Ranking
from expdocs.narrative.why.shelf import Shelf
from expdocs.narrative.why.wording import Topic
from expdocs.records.record import Record

_MOST_READ = 50
# What stands comes first; what was withdrawn, or was never agreed on, comes last.
_STANDING = ("accepted", "proposed", "deprecated", "superseded", "draft", "rejected")


class Option(NamedTuple):
    """An option of a decision, and how well its name fits what is asked."""

    record: Record
    number: int
    fit: float = 0.0

    @property
    def data(self) -> Mapping[str, Any]:
        """The option as the decision has it."""
        return options_of(self.record)[self.number]

    @property
    def outcome(self) -> str:
        """What became of the option."""
        return str(self.data.get("outcome") or "")

    @property
    def name(self) -> str:
        """What the option is called."""
        return str(self.data.get("name") or "")

    @property
    def reason(self) -> str:
        """Why it was chosen, rejected or deferred."""
        found = self.data.get("reason")
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list in the option."""
        listed = self.data.get(key)
        return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


class Finder:
    """Finds what a question names: options, lines of work, and records by their ids.

    Where very many records do, the newest of those that stand are read; ``unread`` counts the
    other ones.
    """

    def __init__(self, shelf: Shelf, ranking: Ranking, topic: Topic, most: int) -> None:
        """``most`` is how many records of each sort will be shown."""
        self._most_read = max(_MOST_READ, most)
        self._shelf = shelf
        self._ranking = ranking
        self._wanted = topic.wanted
        read = (shelf.index.record(one) for one in topic.ids)
        self._given = [record for record in read if record is not None]
        names = ranking.names()
        self._options = self._likeliest([n for n in names if n.named.name.number != LINE])
        self._lines = self._likeliest([n for n in names if n.named.name.number == LINE])
        self.unread = len(names) - len(self._options) - len(self._lines)

    def options(self) -> list[Option]:
        """Return the options that are asked about, those that answer best first."""
        given = [option for record in self._given for option in options_in(record)]
        found = [option for one in self._options if (option := self._option(one))]
        named = [option for option in found if option.record not in self._given]
        return [*given, *sorted(named, key=self._order)]

    def experiments(self, options: Iterable[Option]) -> list[Record]:
        """Return the experiments that options rest on, then those of the line of work."""
        lines = [self._shelf.record_at(one.named.path) for one in self._lines]
        found = [*self._given, *self._rested_on(options), *lines]
        named = [one for one in found if one is not None and is_experiment(one)]
        return list({record.path: record for record in named}.values())

    def others(self) -> list[Record]:
        """Return the records that are named by their ids and are neither of both."""
        return [one for one in self._given if not is_experiment(one) and not options_of(one)]

    def resting(self, experiments: Iterable[Record]) -> list[Option]:
        """Return the options of decisions that rest on experiments, whatever they are called."""
        found: list[Option] = []
        for record in experiments:
            for decision in self._shelf.linking(record):
                options = options_in(decision)
                found += [one for one in options if record.id in one.texts("experiments")]
        return sorted(found, key=self._order)

    def _likeliest(self, names: Sequence[Match]) -> list[Match]:
        def order(one: Match) -> tuple[float, int, Sequence[int]]:
            outline = self._shelf.outlines[one.named.path]
            return -one.fit, standing(outline.status), newest_first(outline.id)

        return sorted(names, key=order)[: self._most_read]

    def _option(self, match: Match) -> Option | None:
        record = self._shelf.record_at(match.named.path)
        number = match.named.name.number
        if record is None or number >= len(options_of(record)):
            return None
        return Option(record, number, match.fit)

    def _rested_on(self, options: Iterable[Option]) -> Iterator[Record]:
        for option in options:
            named = (self._shelf.index.record(one) for one in option.texts("experiments"))
            listing = (self._shelf.index.lister(one) for one in option.texts("runs"))
            yield from (record for record in (*named, *listing) if record is not None)

    def _order(self, option: Option) -> tuple[object, ...]:
        """Sort by standing, by the outcome that is asked for, and by how much is about it."""
        record = option.record
        missed = bool(self._wanted) and option.outcome != self._wanted
        about = self._ranking.share_of(record.title)
        last = newest_first(record.id), record.path, option.number
        return standing(record.status), missed, -option.fit, -about, *last


def options_in(record: Record) -> Iterator[Option]:
    """Yield the options of a decision; none of another record."""
    for number in range(len(options_of(record))):
        yield Option(record, number)


def standing(status: str) -> int:
    """Return where a status puts a record, what stands first."""
    return _STANDING.index(status) if status in _STANDING else len(_STANDING)


def newest_first(record_id: str) -> Sequence[int]:
    """Return what sorts ids by their day, the newest first."""
    return [-ord(character) for character in record_id.partition("-")[2]]
