"""Putting the passages of a log into the sections of a record, each where it belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from expdocs.drafting.passages import Passage
from expdocs.drafting.safe import Holds, demoted, fenced, safe
from expdocs.drafting.sorting import NOTES, Sorted
from expdocs.edit.source import Edit, apply_edits
from expdocs.kinds.registry import Kind, Section
from expdocs.records.record import Record

# Parts that belong to a section of another name.
_SECTIONS = {"hypothesis": "motivation"}
# The order of the parts for which a kind has no section.
_OWN = ("finding", "failures", "questions", NOTES)


class Composer:
    """Composes the body of one record; every passage but the title's goes into it once."""

    def __init__(self, text: str, found: Sequence[Passage], holds: Holds) -> None:
        self._text = text
        self._found = found
        self._holds = holds

    def body(self, record: Record, order: Sorted, titles: Mapping[str, str], title: str) -> str:
        """Return the record's text with the passages in their sections, the rest below them."""
        sections, own = _arranged(record.kind, order, self._titled(order, title))
        written = {key: self._section(numbers) for key, numbers in sections.items()}
        added = "".join(
            f"\n## {titles[key]}\n\n{self._section(own[key])}\n" for key in _OWN if key in own
        )
        return f"{with_sections(record, written).rstrip()}\n{added}"

    def _titled(self, order: Sorted, title: str) -> int | None:
        """Return the heading that is the record's title already, and need not stand twice."""
        number = order.title
        if number is None or self._found[number].sort != "heading":
            return None
        return number if self._found[number].title == title else None

    def _section(self, numbers: Sequence[int]) -> str:
        chunks = list(self._chunks(numbers))
        whole = "\n\n".join(map(self._safe, chunks))
        if safe(whole, self._holds) == whole:
            return whole
        # What is harmless piece by piece is not when the pieces come together.
        return "\n\n".join(fenced(self._slice(one)) for one in chunks)

    def _chunks(self, numbers: Sequence[int]) -> Iterator[list[int]]:
        """Yield runs of passages that follow each other in one paragraph or list."""
        chunk: list[int] = []
        for number in numbers:
            if chunk and not self._adjoin(chunk[-1], number):
                yield chunk
                chunk = []
            chunk.append(number)
        if chunk:
            yield chunk

    def _adjoin(self, one: int, other: int) -> bool:
        return other == one + 1 and self._found[one].block == self._found[other].block

    def _safe(self, chunk: Sequence[int]) -> str:
        first = self._found[chunk[0]]
        text = self._slice(chunk)
        if first.sort == "heading" and text.lstrip().startswith("#"):
            text = demoted(text, first.level)
        made = safe(text, self._holds)
        if made == text or len(chunk) == 1:
            return made
        return "\n\n".join(safe(self._found[number].text, self._holds) for number in chunk)

    def _slice(self, chunk: Sequence[int]) -> str:
        return self._text[self._found[chunk[0]].start : self._found[chunk[-1]].end]


def _arranged(
    kind: Kind, order: Sorted, title: int | None
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the passages by section of the kind, and by part where the kind has none for it."""
    keys = {section.key for section in kind.sections if not section.generated}
    sections: dict[str, list[int]] = {}
    own: dict[str, list[int]] = {}
    for number, part in order.parts.items():
        key = _SECTIONS.get(part, part)
        if number == title:
            continue
        if key in keys:
            sections.setdefault(key, []).append(number)
        else:
            own.setdefault(key if key in _OWN else NOTES, []).append(number)
    return sections, own


def with_sections(record: Record, written: Mapping[str, str]) -> str:
    """Return a record's text with sections, by key, in place of what their template asks for."""
    return apply_edits(record.file.text, _edits(record, written))


def _edits(record: Record, written: Mapping[str, str]) -> Iterator[Edit]:
    shift = record.file.body_start
    for section in record.kind.sections:
        span = _span(record, section) if section.key in written else None
        if span is not None:
            start, end = span
            marks = [mark for mark in record.prose.template_marks if start <= mark[0] < end]
            first, last = marks[0] if marks else (start, start)
            before = "" if marks else "\n\n"
            yield Edit(first + shift, last + shift, before + written[section.key])


def _span(record: Record, section: Section) -> tuple[int, int] | None:
    """Return where the text of a section begins and ends."""
    headings = record.prose.headings
    for number, heading in enumerate(headings):
        if section.has_title(heading.title):
            following = headings[number + 1 : number + 2]
            return heading.end, following[0].start if following else len(record.file.body)
    return None
