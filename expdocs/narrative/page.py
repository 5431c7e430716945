"""Kinds of pages: each turns a request into a brief, and into claims without a model."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.evidence.commits import Commits
from expdocs.facts.citations import Facts
from expdocs.files import Files
from expdocs.narrative.blocks import Block, no_blocks
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.records.corpus import Corpus
from expdocs.repository import Repository

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Sources(NamedTuple):
    """What pages are made from: records and the evidence that is committed with them.

    Blocks alone ask for the repository and its files; whoever only wants to know whether a page
    is fresh has neither.
    """

    settings: Settings
    corpus: Corpus
    facts: Facts
    commits: Commits
    repository: Repository | None = None
    files: Files | None = None


class Request(NamedTuple):
    """What somebody asked for; a page keeps it, so that it can be made again.

    Empty fields select everything. ``since`` and ``until`` are dates (``2026-11-20``), both
    included; ``subject`` is the run or record of a dossier; ``options`` are the page's own.
    """

    page: str
    project: str = ""
    tags: tuple[str, ...] = ()
    approaches: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    subject: str = ""
    language: str = "en"
    options: Mapping[str, str] = _NOTHING


class Prepared(NamedTuple):
    """A brief, and the writer that needs no model: deterministic, offline.

    ``blocks`` makes what the page shows below the claims of its sections.
    """

    brief: Brief
    write: Callable[[], Claims]
    blocks: Callable[[], tuple[Block, ...]] = no_blocks


class PageKind(NamedTuple):
    """A kind of page; ``version`` counts what its brief and its offline writer say."""

    name: str
    title: str
    version: int
    prepare: Callable[[Sources, Request], Prepared]
