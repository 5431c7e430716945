"""How one record points at another: as a typed link, from a field, or in its prose."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.kinds.shape import Place
from expdocs.records.record import Record

SUPERSEDES = "supersedes"
CITES, CITED_BY = "cites", "cited by"
MENTIONS, MENTIONED_BY = "mentions", "mentioned by"


class Link(NamedTuple):
    """One record points at another: from a ``place``, or from its prose at ``start``."""

    source: str
    type: str
    reverse: str
    target: str
    path: str
    place: Place = ()
    start: int = 0


def links_of(record: Record) -> Iterator[Link]:
    """Yield the links of a record, those from fields first; a text that repeats one is none."""
    linked = set()
    for link in declared_links(record):
        linked.add(link.target)
        yield link
    for mention in record.prose.record_ids:
        if mention.id not in linked and mention.id != record.id:
            linked.add(mention.id)
            type_, reverse, start = MENTIONS, MENTIONED_BY, mention.start
            yield Link(record.id, type_, reverse, mention.id, record.path, start=start)


def declared_links(record: Record) -> Iterator[Link]:
    """Yield the links that a record's fields hold."""
    for place, target in record.marked("record"):
        type_, reverse = _relation(record, place)
        yield Link(record.id, type_, reverse, target, record.path, place)


def _relation(record: Record, place: Place) -> tuple[str, str]:
    if place[0] == "links" and len(place) > 1:
        entry = record.data["links"][place[1]]
        type_ = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(type_, str):
            return type_, record.kind.links.get(type_, f"{type_} (reverse)")
    return CITES, CITED_BY
