"""What the site consists of, as values; no engine is known here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from expdocs.rules.context import Context
from expdocs.site.composer import Composer, PagePlan
from expdocs.site.listings import family_pages, kind_pages
from expdocs.site.overview import audit_page, home_page, rules_page
from expdocs.site.recordpages import RecordPages, redirects
from expdocs.site.runpages import INDEX as RUNS
from expdocs.site.runpages import commits_page, run_pages
from expdocs.site.survey import RecordPage, Survey, survey
from expdocs.site.synthesispages import INDEX, TITLE, synthesis_pages
from expdocs.site.urls import listing_url, relative
from expdocs.workspace import Workspace

DATA_VERSION = 1
# All search text together: beyond a few megabytes a browser takes seconds to index it.
SEARCH_BUDGET = 2_000_000
SEARCH_MIN, SEARCH_MAX = 200, 4_000


@dataclass(frozen=True)
class SitePlan:
    """All pages and files of the site, its navigation as (title, address), and its counts.

    ``files`` are written as they are, ``pictures`` copied from the repository's path.
    """

    pages: tuple[PagePlan, ...]
    files: dict[str, str]
    pictures: dict[str, str]
    navigation: tuple[tuple[str, str], ...]
    records: int
    errors: int
    warnings: int


def plan_site(
    workspace: Workspace, context: Context, *, name: str, home: str = "index.html"
) -> SitePlan:
    """Plan the site of a workspace; ``home`` is where the front page goes."""
    found = survey(workspace, context)
    composer = Composer(found, home)
    makers = RecordPages(composer)
    records = [makers.page(page) for page in found.records]
    overview = [home_page(composer, name), audit_page(composer), rules_page(composer)]
    listings = [*kind_pages(composer), *family_pages(composer)]
    runs = [*run_pages(composer), commits_page(composer)]
    syntheses = [*synthesis_pages(composer, makers)]
    pages = (*overview, *listings, *syntheses, *_chained(records, found), *runs)
    errors = sum(finding.severity == "error" for finding in found.findings)
    return SitePlan(
        pages=tuple(_trimmed(pages)),
        files={"data/records.json": _data(found), **dict(_redirects(found))},
        pictures=makers.pictures,
        navigation=tuple(_navigation(found, home)),
        records=len(found.records),
        errors=errors,
        warnings=len(found.findings) - errors,
    )


def _chained(pages: list[PagePlan], found: Survey) -> Iterator[PagePlan]:
    """Give each record the one before and the one after it in time, of its kind."""
    by_kind: dict[str, list[str]] = {}
    for record in found.records:
        by_kind.setdefault(record.record.kind.name, []).append(record.url)
    around = {}
    for urls in by_kind.values():
        for newer, url, older in zip(["", *urls], urls, [*urls[1:], ""], strict=False):
            around[url] = (older, newer)
    for page in pages:
        older, newer = around[page.url]
        yield replace(page, previous=older, following=newer)


def _trimmed(pages: tuple[PagePlan, ...]) -> Iterator[PagePlan]:
    """Cut search texts so that all of them together stay within the budget."""
    searched = sum(bool(page.search_text) for page in pages)
    limit = max(SEARCH_MIN, min(SEARCH_MAX, SEARCH_BUDGET // max(searched, 1)))
    for page in pages:
        text = page.search_text
        yield replace(page, search_text=text[:limit]) if len(text) > limit else page


def _navigation(found: Survey, home: str) -> Iterator[tuple[str, str]]:
    yield "Home", home
    yield "Projects", "projects/index.html"
    if found.syntheses:
        yield TITLE, INDEX
    for kind in found.kinds:
        yield kind.plural, listing_url("kinds", kind.name)
    yield "Runs", RUNS
    yield "Audit", "audit.html"


def _data(found: Survey) -> str:
    records = [_entry(page) for page in sorted(found.records, key=lambda p: p.record.path)]
    document = {"version": DATA_VERSION, "records": records}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _entry(page: RecordPage) -> dict[str, str]:
    record = page.record
    return {
        "id": record.id,
        "kind": record.kind.name,
        "title": record.title,
        "status": record.status,
        "project": record.text_of("project"),
        "date": record.text_of("date"),
        "path": record.path,
        "url": page.url,
    }


def _redirects(found: Survey) -> Iterator[tuple[str, str]]:
    taken = {page.url for page in found.records}
    for page in found.records:
        for old, new in redirects(page):
            if old not in taken:
                taken.add(old)
                yield old, _redirect(relative(old, new), page.record.id)


def _redirect(target: str, name: str) -> str:
    href, shown = escape(target), escape(name)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0; url={href}">'
        f'<link rel="canonical" href="{href}"><title>{shown}</title></head>'
        f'<body><p>This record is now <a href="{href}">{shown}</a>.</p></body></html>\n'
    )
