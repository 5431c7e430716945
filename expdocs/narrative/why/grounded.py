"""An answer in sentences of a model, each held against the records that the search found."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from expdocs.analytics.datum import Data
from expdocs.facts.wording import UNSPACED
from expdocs.narrative.brief import Brief, Section
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.filling import fill
from expdocs.narrative.make import attempted
from expdocs.narrative.page import Prepared
from expdocs.narrative.records import data_of, material_of
from expdocs.narrative.why.answer import Answer, Decided, Said, Source, Tested
from expdocs.narrative.why.composing import source_of
from expdocs.narrative.why.passages import pieces_of
from expdocs.narrative.why.quoting import Figure, Quotation, Quoting
from expdocs.narrative.why.shelf import Shelf
from expdocs.narrative.writers import Writer
from expdocs.prose.spans import NUMBER_SCHEMES
from expdocs.records.record import Record

SECTION = "answer"
_PURPOSE = "What answers the question, each claim with the records that say so."
_KINDS = ("fact", "quote", "interpretation", "open")
# A longer question is a text that somebody pasted; the search has looked at all of it.
_LONGEST_QUESTION = 2000


class Placed(NamedTuple):
    """Something of a record: words or a number."""

    source: Source
    said: Quotation | Figure


class Statement(NamedTuple):
    """A sentence with the records, quotations and numbers that it rests on."""

    kind: str
    text: str
    sources: tuple[Source, ...]
    placed: tuple[Placed, ...]


class Grounded(NamedTuple):
    """What a model answered: statements that hold, or what is wrong with them.

    Without both the model found no answer in the records.
    """

    model: str
    statements: tuple[Statement, ...] = ()
    faults: tuple[str, ...] = ()


def prepare(found: Answer, shelf: Shelf) -> Prepared | None:
    """Return what a model is given: the records that were found; None where all are drafts."""
    read = [shelf.record_at(path) for path in found.paths]
    records = [one for one in read if one is not None and one.id and not one.draft]
    if not records:
        return None
    brief = Brief(
        page="why",
        title=SECTION,
        language="zh" if UNSPACED.search(found.question) else "en",
        sections=(Section(SECTION, "Answer", _PURPOSE, _KINDS),),
        records=tuple(material_of(record) for record in records),
        data=_data(records, shelf),
        question=found.question[:_LONGEST_QUESTION],
    )
    return Prepared(brief, lambda: Claims(()))


def ground(prepared: Prepared, found: Answer, shelf: Shelf, writer: Writer) -> Grounded:
    """Ask a writer, and hold what it says against the records; one attempt to repair it."""
    written, wrong = attempted(writer, prepared)
    if wrong:
        return Grounded(written.model, faults=tuple(wrong))
    placing = _Placing(prepared.brief, found, shelf)
    claims = [claim for section in written.claims.sections for claim in section.claims]
    return Grounded(written.model, tuple(placing.statement(claim) for claim in claims))


def _data(records: Iterable[Record], shelf: Shelf) -> Data:
    """Return what the records state and cite, and what their runs measured."""
    listed = list(records)
    data = data_of(listed, shelf.facts)
    for record in listed:
        for datum in Quoting(shelf.facts, shelf.units).data(record):
            data.add(datum)
    return data


class _Placing:
    """Finds the lines that claims rest on."""

    def __init__(self, brief: Brief, found: Answer, shelf: Shelf) -> None:
        self._brief = brief
        self._shelf = shelf
        self._lines = dict(_lines(found))

    def statement(self, claim: Claim) -> Statement:
        """Return a claim with its values filled in and its sources beside it."""
        sources = {name: source for name in claim.record_ids if (source := self._source(name))}
        placed = [*self._quotes(claim, sources), *self._figures(claim, sources)]
        text = fill(claim.text, self._brief.data, self._brief.language)
        return Statement(claim.kind, text, tuple(sources.values()), tuple(placed))

    def _source(self, name: str) -> Source | None:
        record = self._shelf.index.record(name)
        return source_of(record, self._shelf) if record else None

    def _quotes(self, claim: Claim, sources: Mapping[str, Source]) -> Iterator[Placed]:
        for quote in claim.quotes:
            record = self._shelf.index.record(quote.record_id)
            if record is not None and quote.record_id in sources:
                yield Placed(sources[quote.record_id], _found(record, quote.text))

    def _figures(self, claim: Claim, sources: Mapping[str, Source]) -> Iterator[Placed]:
        for name in claim.fact_ids:
            datum = self._brief.data[name]
            owner = next((sources[one] for one in datum.records if one in sources), None)
            if owner is not None and name.partition(":")[0] in NUMBER_SCHEMES:
                line = self._lines.get((owner.name, name), owner.line)
                yield Placed(owner, Figure(line, datum.shown, name, datum.meaning))


def _lines(found: Answer) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield where the answer has shown a number: the record and the source, and the line."""
    parts: list[Decided | Tested | Said] = [*found.decided, *found.tested, *found.said]
    for part in parts:
        figures = [figure for quote in part.quotes for figure in quote.figures]
        yield from (((part.source.name, one.source), one.line) for one in figures)
    for tested in found.tested:
        yield from (((tested.source.name, one.source), one.line) for one in tested.figures)


def _found(record: Record, text: str) -> Quotation:
    """Return a quote with the key and the line of the passage that it begins in."""
    words = " ".join(text.split())
    pieces = list(pieces_of(record))
    whole = (one for one in pieces if words in one.text)
    begun = (one for one in pieces if one.text and words.startswith(one.text))
    piece = next(whole, None) or next(begun, pieces[0])
    return Quotation(piece.key, piece.line, words)
