"""REC2: what the schema, the sections and the template say of a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from expdocs.findings import Finding
from expdocs.kinds.shape import Place
from expdocs.kinds.validation import SchemaError, dotted
from expdocs.records.frontmatter import template_comments
from expdocs.records.record import Record
from expdocs.records.validity import empty_after, empty_places, errors_with
from expdocs.rules.context import Subject

if TYPE_CHECKING:
    from expdocs.records.meant import Meant


def check(subject: Subject) -> Iterator[Finding]:
    """Report schema errors, template text, missing sections and a foreign status."""
    repairable = meant_values(subject.record, subject.errors)
    for error in subject.errors:
        hint = "run: expdocs fix" if error.place in repairable else error.hint
        yield subject.at(error.place, error.rule, error.message, hint, on_key=error.on_key)
    yield from _status(subject)
    if not subject.record.draft:
        yield from _template_text(subject)
        yield from _sections(subject)


def meant_values(record: Record, errors: Sequence[SchemaError]) -> Mapping[Place, Meant]:
    """Return what values with errors were certainly meant to be, by which `fix` replaces them."""
    if record.frozen or not errors:
        return {}
    from expdocs.records.meant import meant  # noqa: PLC0415 - most checks find no such errors

    return meant(record, errors, lambda data: errors_with(record, data))


def _status(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    if subject.sound(("status",)) and record.status not in record.kind.statuses:
        allowed = ", ".join(record.kind.statuses)
        message = f"a {record.kind.name} cannot be '{record.status}'"
        yield subject.at(("status",), "REC306", message, f"write one of: {allowed}")


def _template_text(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    reported = set()
    for place in empty_places(record.data):
        line, column = record.locate(place, on_key=True)
        reported.add(line)
        message, hint = f"'{dotted(place)}' is empty", _what_to_write(record, place)
        yield Finding(record.path, line, column, "REC207", message, hint)
    for offset in template_comments(record.file):
        line, column = record.lines.at(offset)
        if line not in reported:
            message = "a comment of the template is left"
            yield Finding(record.path, line, column, "REC207", message, "remove it from `# ?` on")
    for mark in record.prose.template_marks:
        message, hint = "a comment of the template is left", "write the section, drop the comment"
        yield subject.in_body(mark[0], "REC207", message, hint)


def _what_to_write(record: Record, place: Place) -> str:
    about = record.kind.properties.get(str(place[0]), {})
    hint = str(about.get("description", "")) if len(place) == 1 else ""
    declare = "or declare it: {unknown: what is missing}"
    required = len(place) == 1 and place[0] in record.kind.required
    return f"{hint} {declare}".strip() if required else hint or "write a value or remove the key"


def _sections(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    headings = [heading for heading in record.prose.headings if heading.level == 2]  # noqa: PLR2004
    for section in record.kind.sections:
        found = next((h for h in headings if section.has_title(h.title)), None)
        if found is None:
            message = f"the section '{section.title}' is missing"
            yield subject.in_body(0, "REC208", message, f"add a heading: ## {section.title}")
        elif not section.generated and empty_after(record, found.end):
            message = f"the section '{section.title}' is empty"
            yield subject.in_body(found.start, "REC207", message, "write it in a sentence or two")
