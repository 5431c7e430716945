"""Which records a request is about."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from expdocs.narrative.page import Request
from expdocs.records.corpus import Corpus
from expdocs.records.outline import RECORD_ID
from expdocs.records.record import Record


class Selection(NamedTuple):
    """The records of a page by date and id, and the drafts that it would be about, too."""

    records: tuple[Record, ...]
    drafts: tuple[str, ...]


def select(request: Request, corpus: Corpus) -> Selection:
    """Return what a request selects; a draft may still say anything, so it is left out.

    A record whose id has not the form of one has a finding of its own, and nothing can cite it.
    """
    named = [record for record in corpus.by_id.values() if RECORD_ID.fullmatch(record.id)]
    known = [record for record in named if _fits(record, request)]
    chosen = _of_approaches(known, request.approaches) if request.approaches else known
    ordered = sorted(chosen, key=lambda record: (record.text_of("date"), record.id))
    drafts = tuple(record.id for record in ordered if record.draft)
    return Selection(tuple(record for record in ordered if not record.draft), drafts)


def _fits(record: Record, request: Request) -> bool:
    if request.project and record.text_of("project") != request.project:
        return False
    if request.tags and not set(request.tags) & set(record.texts_of("tags")):
        return False
    date = record.text_of("date")
    return (request.since or date) <= date <= (request.until or date)


def _of_approaches(records: Iterable[Record], approaches: Sequence[str]) -> list[Record]:
    """Return the experiments of some approaches, and whatever names one of them.

    A decision has no approach of its own; it belongs to those of the experiments that it rests on.
    """
    listed = list(records)
    own = {record.id for record in listed if record.text_of("approach") in approaches}
    return [
        record
        for record in listed
        if record.id in own
        or ("approach" not in record.kind.properties and not own.isdisjoint(named(record)))
    ]


def named(record: Record) -> Sequence[str]:
    """Return the ids of the records that a record's fields name, each once."""
    return list(dict.fromkeys(text for _, text in record.marked("record")))


def options_of(record: Record) -> list[dict[str, Any]]:
    """Return the options of a decision, in order; none for other records."""
    listed = record.data.get("options")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
