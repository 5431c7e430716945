"""What is written on a run of which records tell: tags, and a block of its own in the note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

NOTE_TAG = "mlflow.note.content"
BEGIN, END = "<!-- expdocs:records -->", "<!-- /expdocs:records -->"

# MLflow cuts a note silently at this many characters; tags of older versions are shorter.
NOTE_CHARACTERS = 8_000
TAG_CHARACTERS = 5_000
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


class Story(NamedTuple):
    """A record that tells of a run; ``url`` is empty where no site is configured."""

    id: str
    title: str
    url: str


class NoteProblem(ValueError):
    """A note to which nothing can be added without touching what people wrote."""


def tags_of(stories: Sequence[Story]) -> dict[str, str]:
    """Return the tags for a run: ids, titles and addresses of as many records as fit."""
    fitting = len(stories)
    while fitting > 1 and len(max(_tags(stories, fitting).values(), key=len)) > TAG_CHARACTERS:
        fitting -= 1
    return {name: value[:TAG_CHARACTERS] for name, value in _tags(stories, fitting).items()}


def _tags(stories: Sequence[Story], count: int) -> dict[str, str]:
    shown = stories[:count]
    more = f" and {len(stories) - count} more" if count < len(stories) else ""
    tags = {
        "expdocs.record": ", ".join(one.id for one in shown) + more,
        "expdocs.record.title": " | ".join(_line(one.title) for one in shown),
        "expdocs.record.url": " ".join(one.url for one in shown),
    }
    return {name: value for name, value in tags.items() if value.strip()}


def note_with(note: str, stories: Sequence[Story]) -> str:
    """Return the note with our block in it, all else as it was; raises ``NoteProblem``."""
    before, after = _around(note)
    room = NOTE_CHARACTERS - len(before) - len(after)
    for count in range(len(stories), -1, -1):
        block = _block(stories, count)
        if len(block) <= room:
            return f"{before}{block}{after}"
    raise NoteProblem(f"its note leaves no room within {NOTE_CHARACTERS} characters")


def _around(note: str) -> tuple[str, str]:
    begins, ends = note.count(BEGIN), note.count(END)
    if not begins and not ends:
        return (f"{note}\n\n" if note else ""), ""
    start, end = note.find(BEGIN), note.find(END)
    if (begins, ends) != (1, 1) or end < start:
        raise NoteProblem(f"its note has a broken block: {BEGIN} and {END} belong there once each")
    return note[:start], note[end + len(END) :]


def _block(stories: Sequence[Story], count: int) -> str:
    lines = [f"- {_entry(one)}" for one in stories[:count]]
    if count < len(stories):
        lines.append(f"- {len(stories) - count} more" if count else f"- {len(stories)} records")
    return "\n".join([BEGIN, "Told in:", "", *lines, "", END])


def _entry(story: Story) -> str:
    text = _MARKUP.sub(r"\\\1", _line(f"{story.id} {story.title}"))
    return f"[{text}]({story.url})" if story.url else text


def _line(text: str) -> str:
    return " ".join(text.split())
