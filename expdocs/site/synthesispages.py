"""The pages of syntheses: their text below a banner that says how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.narrative.freshness import DATA, DRAFTS
from expdocs.narrative.pagefile import PageFile, Provenance
from expdocs.narrative.render import ABOUT
from expdocs.records.record import Record
from expdocs.rules.context import Subject
from expdocs.site.citations import Citations
from expdocs.site.composer import Composer, PagePlan, plural
from expdocs.site.fields import in_words
from expdocs.site.recordpages import RecordPages, search_text
from expdocs.site.render import Rendered
from expdocs.site.survey import RecordPage

INDEX = "synthesis/index.html"
TITLE = "Synthesis"
BY_PEOPLE = "Added by people; not written from records by a writer, and not held against them:"
DOUBTS = {
    "SYN201": "Stale",
    "SYN202": "Edited",
    "SYN203": "Not supported",
}


def synthesis_pages(composer: Composer, makers: RecordPages) -> Iterator[PagePlan]:
    """Yield the page of each synthesis and their index; nothing where there are none."""
    pages = composer.survey.syntheses
    if not pages:
        return
    entries = [(page, file.provenance) for page, file in pages]
    description = f"{TITLE}: {plural(len(pages), 'page')}"
    yield composer.page(
        "syntheses.html",
        INDEX,
        TITLE,
        entries=entries,
        parent=composer.home,
        description=description,
    )
    for page, file in pages:
        yield _page(composer, makers, page, file)


def _page(composer: Composer, makers: RecordPages, page: RecordPage, file: PageFile) -> PagePlan:
    origin, record = file.provenance, page.record
    shown = _marked(record)
    about = file.generated.get(ABOUT, "").removeprefix("> ")
    revisions = composer.survey.revisions
    return composer.page(
        "synthesis.html",
        page.url,
        origin.title,
        page=page,
        name=composer.survey.synthesis_name(record.path),
        origin=origin,
        reviewed=origin.reviewed if origin.stands_reviewed else None,
        doubts=[finding for finding in page.findings if finding.rule in DOUBTS],
        doubt_of=DOUBTS,
        about=_rendered(composer, makers, page, _with_body(record, about)),
        body=_rendered(composer, makers, page, shown),
        asked=list(_asked(origin)),
        records=len([name for name in origin.inputs if name not in (DATA, DRAFTS)]),
        command=revisions.command(record.path),
        revision=revisions.of(record.path),
        parent=INDEX,
        description=f"{origin.title}: written from records, a draft for a human",
        search_text=search_text(shown),
    )


def _rendered(
    composer: Composer, makers: RecordPages, page: RecordPage, record: Record
) -> Rendered:
    judged = Citations(Subject(record, composer.survey.context, ()))
    citations = tuple(judged.view(citation) for citation in record.prose.citations)
    return makers.renderer.render(record.file.body, record.prose, citations, makers.links(page))


def _marked(record: Record) -> Record:
    """Return the text below the banner, with what people wrote told from what was generated."""
    body, parts, at = record.file.body, [], 0
    for block in record.prose.blocks:
        parts += [_by_people(body[at : block.start])]
        parts += [body[block.start : block.end]] if block.name != ABOUT else []
        at = block.end
    return _with_body(record, "".join([*parts, _by_people(body[at:])]))


def _by_people(text: str) -> str:
    return f"\n\n*{BY_PEOPLE}*\n\n{text}" if text.strip() else text


def _with_body(record: Record, body: str) -> Record:
    text = record.file.text[: record.file.body_start] + body
    return Record(record.path, record.kind, record.file._replace(text=text))


def _asked(origin: Provenance) -> Iterator[tuple[str, str]]:
    request = origin.request
    for key in ("project", "since", "until", "subject"):
        if value := getattr(request, key):
            yield in_words(key), value
    if request.approaches:
        yield "Approaches", ", ".join(request.approaches)
    if request.tags:
        yield "Tags", ", ".join(request.tags)
