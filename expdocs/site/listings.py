"""Lists of records: by kind, project, tag and status, each with an index of its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from expdocs.kinds.registry import LIFECYCLE, Kind
from expdocs.site.composer import Composer, PagePlan, plural
from expdocs.site.survey import RecordPage
from expdocs.site.urls import listing_url

MIXED_COLUMNS = ("status", "title", "kind", "project", "date")


@dataclass(frozen=True, slots=True)
class Family:
    """One way to sort records into lists: its folder, its names for people, its keys."""

    folder: str
    title: str
    word: str
    keys_of: Callable[[RecordPage], Iterable[str]]
    many: str = ""


FAMILIES = (
    Family("projects", "Projects", "Project", lambda page: _named(page.record.text_of("project"))),
    Family("tags", "Tags", "Tag", lambda page: page.record.texts_of("tags")),
    Family("statuses", "Statuses", "Status", lambda page: (page.record.status,)),
)


def _named(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def kind_pages(composer: Composer) -> Iterator[PagePlan]:
    """Yield the list of each kind, those without records included."""
    for kind in composer.survey.kinds:
        pages = [page for page in composer.survey.records if page.record.kind is kind]
        yield composer.page(
            "listing.html",
            listing_url("kinds", kind.name),
            kind.plural,
            eyebrow="",
            lead=_lead(kind, pages),
            groups=(("", pages),),
            columns=columns_of(kind),
            parent=composer.home,
            description=f"{kind.plural}: {plural(len(pages), 'record')}",
        )


def columns_of(kind: Kind) -> tuple[str, ...]:
    """Return a kind's columns with the id first and the title in any case."""
    columns = [column for column in kind.columns if column != "id"]
    return tuple(columns) if "title" in columns else ("title", *columns)


def _lead(kind: Kind, pages: list[RecordPage]) -> str:
    about = kind.schema.get("description")
    counted = f"{plural(len(pages), 'record')}, newest first."
    return f"{about} {counted}" if isinstance(about, str) else counted


def family_pages(composer: Composer) -> Iterator[PagePlan]:
    """Yield the lists by project, tag and status, each family with its index."""
    for family in FAMILIES:
        groups = grouped(composer.survey.records, family)
        index = f"{family.folder}/index.html"
        yield composer.page(
            "index.html",
            index,
            family.title,
            family=family,
            groups=groups,
            parent=composer.home,
            description=f"{family.title}: {plural(len(groups), 'list')}",
        )
        for name, pages in groups.items():
            yield _family_page(composer, family, name, pages, index)


def _family_page(
    composer: Composer, family: Family, name: str, pages: list[RecordPage], index: str
) -> PagePlan:
    kinds = [kind for kind in composer.survey.kinds if any(p.record.kind is kind for p in pages)]
    groups = tuple((kind.plural, [p for p in pages if p.record.kind is kind]) for kind in kinds)
    return composer.page(
        "listing.html",
        listing_url(family.folder, name),
        name,
        eyebrow=family.word,
        lead=f"{plural(len(pages), 'record')}, newest first.",
        groups=groups,
        columns=tuple(c for c in MIXED_COLUMNS if c not in ("kind", family.word.lower())),
        parent=index,
        description=f"{family.word} {name}: {plural(len(pages), 'record')}",
    )


def grouped(pages: Iterable[RecordPage], family: Family) -> dict[str, list[RecordPage]]:
    """Return the records by key, keys in order: statuses as in life, others by name."""
    groups: dict[str, list[RecordPage]] = {}
    for page in pages:
        for key in dict.fromkeys(family.keys_of(page)):
            groups.setdefault(key, []).append(page)
    return {key: groups[key] for key in sorted(groups, key=_order)}


def _order(key: str) -> tuple[int, str, str]:
    place = LIFECYCLE.index(key) if key in LIFECYCLE else len(LIFECYCLE)
    return place, key.casefold(), key
