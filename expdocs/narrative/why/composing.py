"""Putting an answer together from the records that a question is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from expdocs.facts.outcome import outcome_of
from expdocs.narrative.why.answer import (
    Answer,
    Decided,
    Question,
    Said,
    Source,
    Successor,
    Tested,
)
from expdocs.narrative.why.finding import Finder, Option
from expdocs.narrative.why.passages import NAMING, TITLE, Piece, line_of, paragraphs, pieces_of
from expdocs.narrative.why.quoting import Quotation, Quoting, quoted_field, quoted_text
from expdocs.narrative.why.ranking import Ranked, Ranking
from expdocs.narrative.why.shelf import Shelf
from expdocs.narrative.why.wording import topic_of
from expdocs.records.links import SUPERSEDES, declared_links
from expdocs.records.record import Record

# The sections that say most of a record: why something was tried, and what came of it.
_MOTIVE, _ENDS = "motivation", ("decision", "conclusion")
_PASSAGES_A_RECORD = 2
_NAME = re.compile("|".join((TITLE, *NAMING, r".*\.name")))

_Part = TypeVar("_Part")


def answer(question: Question, shelf: Shelf) -> Answer:
    """Answer a question from what records say, without a model."""
    topic = topic_of(question.text)
    ranking = Ranking(shelf.database, topic, question.scope)
    finder = Finder(shelf, ranking, topic, question.most)
    options = finder.options()
    experiments = finder.experiments(options)
    compose = _Composer(shelf, ranking.passages(), question.most)
    tested = compose.first(experiments)
    decided = compose.first(options or finder.resting(experiments))
    return Answer(
        question=question.text,
        sought=topic.words,
        decided=tuple(compose.decided(one) for one in decided),
        tested=tuple(compose.tested(one) for one in tested),
        said=tuple(compose.said(finder.others())),
        left_out=compose.left_out + finder.unread,
        unread=shelf.unread,
    )


class _Composer:
    """Makes the parts of an answer; ``left_out`` counts what was too much.

    A passage is shown once, with the first part that is about its record.
    """

    def __init__(self, shelf: Shelf, ranked: Sequence[Ranked], most: int) -> None:
        self._shelf = shelf
        self._most = most
        self._quoting = Quoting(shelf.facts, shelf.units)
        self._ranked: dict[str, list[Ranked]] = {}
        for one in ranked:
            self._ranked.setdefault(one.hit.path, []).append(one)
        self._decisions: set[str] = set()
        self.left_out = 0

    def first(self, found: Sequence[_Part]) -> Sequence[_Part]:
        """Return as many as are shown."""
        self.left_out += max(len(found) - self._most, 0)
        return found[: self._most]

    def decided(self, option: Option) -> Decided:
        """Return what was decided of an option: its reason, and what the decision says."""
        record, place = option.record, f"options.{option.number + 1}"
        name = quoted_text(record, f"{place}.name", option.name)
        reason = quoted_text(record, f"{place}.reason", option.reason) if option.reason else None
        ends = [] if record.path in self._decisions else self._ends(record)
        self._decisions.add(record.path)
        quotes = self._with_more(record, _there([reason, *ends]))
        return Decided(source_of(record, self._shelf), name, option.outcome, quotes)

    def tested(self, record: Record) -> Tested:
        """Return what an experiment says and what its runs reached."""
        motive = self._quoting.section(record, _MOTIVE)
        quotes = _there([motive, quoted_field(record, "hypothesis"), *self._ends(record)])
        return Tested(
            source=source_of(record, self._shelf),
            quotes=self._with_more(record, quotes),
            outcome=outcome_of(record, self._shelf.facts),
            judged=line_of(record, "hypothesis"),
            figures=tuple(self._quoting.measured(record)),
        )

    def said(self, given: Sequence[Record]) -> Iterator[Said]:
        """Yield given records, then the other ones with the passages that say most."""
        ranked = {**{record.path: [] for record in given}, **self._ranked}
        parts = [self._part(path, those) for path, those in ranked.items()]
        yield from self.first([part for part in parts if part is not None])

    def _part(self, path: str, ranked: Sequence[Ranked]) -> Said | None:
        record = self._shelf.record_at(path)
        if record is None:
            return None
        pieces = [*_best(record, ranked)[:_PASSAGES_A_RECORD], *_summary(record)]
        pieces = list(dict.fromkeys(pieces))
        quotes = tuple(self._quoting.piece(record, one) for one in pieces)
        share = ranked[0].share if ranked else 1.0
        return Said(source_of(record, self._shelf), quotes, share)

    def _with_more(self, record: Record, quotes: Sequence[Quotation]) -> tuple[Quotation, ...]:
        """Return quotes with the paragraph of the record that says most of what is asked."""
        told = {quote.line for quote in quotes}
        ranked = self._ranked.pop(record.path, [])
        more = [one for one in _best(record, ranked) if one.start >= 0]
        fresh = [self._quoting.piece(record, one) for one in more if one.line not in told]
        return (*quotes, *fresh[:1])

    def _ends(self, record: Record) -> list[Quotation | None]:
        return [self._quoting.section(record, key) for key in _ENDS]


def source_of(record: Record, shelf: Shelf) -> Source:
    """Return a record as it stands, with the records that supersede it."""
    return Source(
        name=record.id or record.path,
        path=record.path,
        kind=record.kind.title,
        title=record.title,
        status=record.status,
        date=record.text_of("date"),
        verdict=record.text_of("verdict"),
        line=line_of(record, TITLE),
        successors=tuple(_successors(record, shelf)),
    )


def _successors(record: Record, shelf: Shelf) -> Iterator[Successor]:
    for outline in shelf.index.successors(record.id, record.texts_of("aliases")):
        newer = shelf.record_at(outline.path)
        for link in declared_links(newer) if newer else ():
            if newer and link.type == SUPERSEDES and shelf.index.record(link.target) is record:
                yield Successor(newer.id or newer.path, newer.path, newer.locate(link.place)[0])


def _best(record: Record, ranked: Sequence[Ranked]) -> list[Piece]:
    """Return the passages that rank best, but for mere names."""
    pieces = {(one.key, one.line): one for one in pieces_of(record)}
    found = [pieces.get((one.hit.key, one.hit.line)) for one in ranked]
    return [one for one in found if one is not None and not _NAME.fullmatch(one.key)]


def _summary(record: Record) -> list[Piece]:
    """Return the paragraph that says what came of a record, or its first one."""
    found = list(paragraphs(record))
    return [one for one in found if one.key in _ENDS][:1] or found[:1]


def _there(quotes: Sequence[Quotation | None]) -> tuple[Quotation, ...]:
    return tuple(quote for quote in quotes if quote is not None)
