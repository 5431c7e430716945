"""Whether a page still says what it would say today: a key over all that its writer was given.

The key has no part of how a page is rendered, so that another renderer asks no writer again.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.analytics.datum import Datum
from expdocs.canonical import sha256_of
from expdocs.narrative.brief import Brief
from expdocs.narrative.page import PageKind, Request

DATA, DRAFTS = "data", "drafts"
_SHORT = 16
_NAMED = 3
_MANY = 200
_DAY_AND_NUMBER = len("-20-417")


class Inputs(NamedTuple):
    """Digests of what a page rests on, by the id of each record and the names of the rest."""

    digests: Mapping[str, str]
    key: str


def inputs_of(
    brief: Brief, kind: PageKind, request: Request, provider: str, writer_key: Mapping[str, str]
) -> Inputs:
    """Return the key of a page and the digests that it is made of."""
    digests = _of_records(brief)
    digests[DATA] = _digest([_said(datum) for datum in brief.data.values()])
    if brief.drafts:
        digests[DRAFTS] = _digest(sorted(brief.drafts))
    whole = {
        "page": kind.name,
        "version": kind.version,
        "request": request._asdict(),
        "question": brief.question,
        "provider": provider,
        "writer": writer_key,
        "inputs": digests,
    }
    return Inputs(digests, f"sha256:{sha256_of(whole)}")


def _of_records(brief: Brief) -> dict[str, str]:
    """Return a digest for each record; of very many one for all with ids of the same month."""
    digests = {record.id: _digest(record) for record in brief.records}
    if len(digests) <= _MANY:
        return digests
    months: dict[str, list[str]] = {}
    for name, digest in sorted(digests.items()):
        months.setdefault(name[:-_DAY_AND_NUMBER], []).append(digest)
    return {month: _digest(listed) for month, listed in months.items()}


def _said(datum: Datum) -> list[Any]:
    """Return what a page could show of a datum.

    The value counts as it is shown: beyond that, computing it elsewhere may differ in a last bit.
    """
    return [datum.id, datum.shown, datum.sign, datum.unit, datum.goal, datum.records, datum.formula]


def _digest(value: Any) -> str:
    return sha256_of(value)[:_SHORT]


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Say in a few words what changed among inputs; an empty text where nothing did."""
    return "; ".join(_changes(before, now))


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    both = [name for name in now if before.get(name, now[name]) != now[name]]
    special = {DATA: "other values", DRAFTS: "other drafts"}
    yield from _listed("changed", [name for name in both if name not in special])
    yield from _listed("new", [n for n in now if n not in before and n not in special])
    yield from _listed("gone", [n for n in before if n not in now and n not in special])
    moved = set(both) | (before.keys() ^ now.keys())
    yield from (text for name, text in special.items() if name in moved)


def _listed(how: str, names: list[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"{how}: {', '.join(names[:_NAMED])}{more}"
