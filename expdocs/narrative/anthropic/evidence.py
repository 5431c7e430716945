"""A brief as text for a model: JSON on lines of their own, between marks that it cannot hold."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
from collections.abc import Callable, Iterable
from typing import Any

from expdocs.analytics.datum import Datum
from expdocs.narrative.brief import Brief, Material
from expdocs.narrative.records import FIELDS

Hide = Callable[[str], str]


def records_text(brief: Brief, hide: Hide) -> str:
    """Return the records of a brief, the same bytes for the same records in any page."""
    return lines_text("records", (_record(one, hide) for one in brief.records))


def data_text(brief: Brief, hide: Hide) -> str:
    """Return the data of a brief: ids, meanings, and values as a page would show them.

    What a record states as a field stands in the record already, and the system prompt says how
    its id is made; it is most of what there is.
    """
    stated = {
        f"{name}:{record.id}": getattr(record, name) for record in brief.records for name in FIELDS
    }
    return lines_text(
        "data",
        (_datum(one, hide) for one in brief.data.values() if stated.get(one.id) != one.value),
    )


def page_text(brief: Brief, hide: Hide) -> str:
    """Return what the page is to be: its language, its sections, what was asked."""
    asked = {
        "page": brief.page,
        "title": hide(brief.title),
        "language": brief.language,
        "question": hide(brief.question),
        "sections": [
            {
                "key": section.key,
                "title": hide(section.title),
                "purpose": hide(section.purpose),
                "kinds": list(section.kinds),
            }
            for section in brief.sections
        ],
    }
    return lines_text("page", [asked])


def lines_text(name: str, entries: Iterable[Any]) -> str:
    """Return values as JSON, one a line, between the marks of a name."""
    return "\n".join([f"<{name}>", *map(_line, entries), f"</{name}>"])


def _record(record: Material, hide: Hide) -> dict[str, Any]:
    return _filled({
        "id": record.id,
        "kind": record.kind,
        "title": hide(record.title),
        "status": record.status,
        "date": record.date,
        "authors": list(record.authors),
        "project": record.project,
        "approach": record.approach,
        "verdict": record.verdict,
        "tags": list(record.tags),
        "links": [{"type": kind, "target": target} for kind, target in record.links],
        "passages": [{"key": one.key, "text": hide(one.text)} for one in record.passages],
    })  # fmt: skip


def _datum(datum: Datum, hide: Hide) -> dict[str, Any]:
    return _filled({
        "id": datum.id,
        "meaning": hide(datum.meaning),
        "value": f"{hide(datum.shown)} {datum.unit}".strip(),
        "goal": datum.goal,
        "records": list(datum.records),
        "formula": datum.formula,
        "operands": list(datum.operands),
        "method": datum.method,
    })  # fmt: skip


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value}


def _line(entry: Any) -> str:
    return inert(json.dumps(entry, ensure_ascii=False))


def inert(text: str) -> str:
    """Return JSON that cannot look like a mark, and in which nothing is invisible."""
    shown = text.replace("<", "\\u003c")
    return shown if shown.isprintable() else "".join(map(_visible, shown))


def _visible(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
