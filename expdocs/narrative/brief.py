"""What a writer is given: the records, the data that it may show, and the sections to fill."""

from collections.abc import Mapping
from typing import NamedTuple

from expdocs.analytics.datum import Datum


class Passage(NamedTuple):
    """Prose of a record, as it stands in a section or a field; quotes come from here, verbatim."""

    key: str
    text: str


class Material(NamedTuple):
    """One record as a writer sees it; ``authors`` are ids, never names or addresses."""

    id: str
    kind: str
    title: str
    status: str
    date: str
    authors: tuple[str, ...]
    project: str = ""
    approach: str = ""
    verdict: str = ""
    tags: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    passages: tuple[Passage, ...] = ()


class Section(NamedTuple):
    """A part of the page: its key, its heading in the page's language, what belongs there.

    ``kinds`` are the kinds of claims that it takes.
    """

    key: str
    title: str
    purpose: str
    kinds: tuple[str, ...]


class Brief(NamedTuple):
    """All that a page may rest on. What is not in here does not exist for a writer.

    ``page`` is the kind of page (``overview``, ``phase``, ``suggest`` …), ``question`` what was
    asked where somebody asked, ``language`` a BCP 47 tag. ``drafts`` are the ids of records that
    belong here and are left out, for a draft may still say anything.
    """

    page: str
    title: str
    language: str
    sections: tuple[Section, ...]
    records: tuple[Material, ...]
    data: Mapping[str, Datum]
    question: str = ""
    drafts: tuple[str, ...] = ()
