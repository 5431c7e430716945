"""The page of each record: its head, its fields, its text, its evidence, its links, its proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import normpath

from expdocs.evidence.triangle import Edge, Verdict
from expdocs.records.outline import RECORD_ID
from expdocs.records.record import Declared, Record
from expdocs.site.citations import Agreement
from expdocs.site.composer import Composer, PagePlan
from expdocs.site.fields import fields_of
from expdocs.site.render import Anchor, Links, Renderer, relative_path
from expdocs.site.survey import EDGES, RecordPage, RunEvidence
from expdocs.site.urls import hashed_slug, listing_url, record_url, relative

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
MAX_PICTURE = 5 * 1024 * 1024
DESCRIPTION = 160
_MARKUP = re.compile(r"[*`#|\[\]]+")


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another record and how this one and it are joined."""

    relations: tuple[str, ...]
    id: str
    page: RecordPage | None


class RecordPages:
    """Makes the pages of records; ``pictures`` collects the files that they show."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._survey = composer.survey
        self.renderer = Renderer()
        self.pictures: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def page(self, page: RecordPage) -> PagePlan:
        """Return the page of one record."""
        record = page.record
        body = self.renderer.render(
            record.file.body, record.prose, page.citations, self.links(page)
        )
        return self._composer.page(
            "record.html",
            page.url,
            record.title,
            page=page,
            record=record,
            fields=sorted(fields_of(record, self._composer.mark), key=lambda one: one.wide),
            body=body,
            edges=EDGES,
            open_edges=tuple(open_edges(page)),
            against=self._survey.verifications.against(record.id),
            links=tuple(self._linked(page)),
            successors=self._successors(page),
            blockers=blockers(record),
            agreements=_agreements(page),
            accepted=_accepted(record),
            command=self._survey.revisions.command(record.path),
            revision=self._survey.revisions.of(record.path),
            parent=listing_url("kinds", record.kind.name),
            description=_description(record),
            search_text=search_text(record),
        )

    # --- links of the record

    def _linked(self, page: RecordPage) -> Iterator[LinkView]:
        relations: dict[str, dict[str, None]] = {}
        for name, relation in self._ends(page):
            relations.setdefault(name, {})[relation] = None
        for name, found in relations.items():
            yield LinkView(tuple(found), name, self._survey.find(name))

    def _ends(self, page: RecordPage) -> Iterator[tuple[str, str]]:
        corpus, own = self._survey.corpus, page.record
        for link in corpus.links_from.get(own.id, ()):
            if link.path == own.path:
                found = corpus.find(link.target)
                yield (found.id if found else link.target), link.type
        for link in corpus.links_to.get(own.id, ()):
            if link.path != own.path:
                yield link.source, link.reverse

    def _successors(self, page: RecordPage) -> tuple[RecordPage, ...]:
        links = self._survey.corpus.links_to.get(page.record.id, ())
        found = (self._survey.by_path.get(one.path) for one in links if one.type == "supersedes")
        return tuple(one for one in found if one is not None and one is not page)

    # --- links of the text

    def links(self, page: RecordPage) -> Links:
        """Return where links in the text of a page lead."""
        return Links(
            page=lambda target: relative(page.url, target),
            record=lambda record_id: self._to_record(page, record_id),
            file=lambda target: self._to_file(page, target),
            image=lambda target: self._to_picture(page, target),
        )

    def _to_record(self, page: RecordPage, record_id: str) -> Anchor | None:
        found = self._survey.find(record_id)
        return Anchor(relative(page.url, found.url), found.record.title) if found else None

    def _to_file(self, page: RecordPage, target: str) -> Anchor | None:
        found = self._survey.by_path.get(_beside(page.record, target))
        return Anchor(relative(page.url, found.url), found.record.title) if found else None

    def _to_picture(self, page: RecordPage, target: str) -> str | None:
        path = _beside(page.record, target)
        if PurePosixPath(path).suffix.lower() not in PICTURES or path.startswith("../"):
            return None
        if path not in self._sizes:
            listed = self._survey.workspace.files.list([path])
            sizes = (e.size or 0 for e in listed if e.path == path and e.regular)
            self._sizes[path] = next(sizes, MAX_PICTURE + 1)
        if self._sizes[path] > MAX_PICTURE:
            return None
        url = f"pictures/{hashed_slug(path)}{PurePosixPath(path).suffix.lower()}"
        self.pictures[url] = path
        return relative(page.url, url)


def _beside(record: Record, target: str) -> str:
    """Return the path in the repository that a relative target names, seen from the record."""
    path = relative_path(target)
    if not path or path.startswith("/") or "\\" in path or "\0" in path:
        return ""
    return normpath(str(PurePosixPath(record.path).parent / path))


def open_edges(page: RecordPage) -> Iterator[tuple[RunEvidence, Edge]]:
    """Yield the edges that are not verified, contradicted ones first."""
    pairs = [(run, edge) for run in page.runs for edge in run.edges]
    yield from (p for p in pairs if p[1].verdict is Verdict.CONTRADICTED)
    weak = (Verdict.UNREACHABLE, Verdict.UNRECORDED)
    yield from (p for p in pairs if p[1].verdict in weak)


def blockers(record: Record) -> tuple[Declared, ...]:
    """Return the fields that are declared unknown."""
    return tuple(one for one in record.declared.values() if one.form == "unknown")


def _agreements(page: RecordPage) -> tuple[tuple[Agreement, int], ...]:
    counted = ((a, sum(c.agreement is a for c in page.citations)) for a in Agreement)
    return tuple((agreement, count) for agreement, count in counted if count)


def _accepted(record: Record) -> tuple[str, str] | None:
    accepted = record.data.get("accepted")
    if not isinstance(accepted, dict):
        return None
    return str(accepted.get("by") or "somebody"), str(accepted.get("date") or "")


def _description(record: Record) -> str:
    text = f"{record.kind.title} {record.id}, {record.status}: {record.title}"
    return text if len(text) <= DESCRIPTION else text[: DESCRIPTION - 1] + "…"


def search_text(record: Record) -> str:
    """Return the words that a page is found by."""
    words = [record.id, record.status, record.text_of("project"), *record.texts_of("tags")]
    words += [v for v in record.data.values() if isinstance(v, str)]
    return " ".join([*dict.fromkeys(words), *_readable(record)])


def _readable(record: Record) -> Iterator[str]:
    """Yield the body without markup, comments, generated blocks and targets of citations."""
    prose, body = record.prose, record.file.body
    hidden = [*prose.comments, *((b.start, b.end) for b in prose.blocks)]
    hidden += [(c.start, c.text_start) for c in prose.citations]
    hidden += [(c.text_start + len(c.text), c.end) for c in prose.citations]
    hidden += [(link.target_start, link.target_end) for link in prose.links]
    position = 0
    for start, end in sorted(hidden):
        if start >= position:
            yield " ".join(_MARKUP.sub(" ", body[position:start]).split())
        position = max(position, end)
    yield " ".join(_MARKUP.sub(" ", body[position:]).split())


def redirects(page: RecordPage) -> Iterator[tuple[str, str]]:
    """Yield the addresses of a record's earlier ids, with the page they lead to."""
    for alias in page.record.texts_of("aliases"):
        if RECORD_ID.fullmatch(alias):
            yield record_url(alias), page.url
