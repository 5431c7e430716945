"""Sorting the passages of a log into the parts of an entry, by headings, labels and cue words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from expdocs.drafting.passages import Passage
from expdocs.drafting.words import Words

NOTES, OBSERVATIONS, HYPOTHESIS, QUESTIONS = "notes", "observations", "hypothesis", "questions"
_TITLE = "title"
_LABEL = re.compile(r"[\s>*_+\u2022-]*([^\s:：][^:：\n]{0,40}?)[*_]*[:：](?!//)[*_]*")
_MEASURED = re.compile(r"[0-9]\.[0-9]|[0-9]\s?%")
_ASKS = re.compile(r"[?？][\"')\]*_]*$")


class Sorted(NamedTuple):
    """Where each passage belongs, by number; ``title`` is the one that is a title, if any is.

    The author said by headings and labels where those in ``fixed`` belong. ``words`` are words of
    a passage that were chosen for a title.
    """

    parts: Mapping[int, str]
    title: int | None = None
    fixed: frozenset[int] = frozenset()
    words: str = ""

    @property
    def keys(self) -> list[str]:
        """The parts that have passages, in the order of the text."""
        return list(dict.fromkeys(self.parts.values()))

    def of(self, part: str) -> list[int]:
        """Return the passages of a part, in order."""
        return [number for number, key in self.parts.items() if key == part]


def sort_passages(found: Sequence[Passage], words: Words, names: Collection[str]) -> Sorted:
    """Return the part of every passage; ``names`` are metrics and labels that mark observations.

    What stands below a heading or a label belongs to it. Elsewhere the words of a sentence tell,
    and a sentence without any goes with the one before it in its paragraph.
    """
    return _Sorter(words, _naming(names)).run(found)


def _naming(names: Collection[str]) -> re.Pattern[str] | None:
    listed = sorted((re.escape(name) for name in names if len(name) > 1), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.IGNORECASE) if listed else None


class _Sorter:
    """One pass over the passages, remembering what the last heading and the last label said."""

    def __init__(self, words: Words, naming: re.Pattern[str] | None) -> None:
        self._words = words
        self._naming = naming
        self._parts: dict[int, str] = {}
        self._title: int | None = None
        self._heading = ""  # the part that the last heading names
        self._label = ""  # the part that the last label names, which stood on a line of its own
        self._labelled = -1  # the last block that it is about
        self._last = ""
        self._fixed: set[int] = set()
        self._waiting: list[int] = []  # headings that name no part, which go with what follows

    def run(self, found: Sequence[Passage]) -> Sorted:
        for number, passage in enumerate(found):
            if passage.sort == "heading":
                self._take_heading(number, passage)
                continue
            part = self._part_of(number, passage, found)
            if not part and passage.sort == "block" and self._waiting:
                self._waiting.append(number)  # such as a rule below a heading
            else:
                self._place(number, part or NOTES)
        for number in self._waiting:
            self._parts[number] = NOTES
        return Sorted(dict(sorted(self._parts.items())), self._title, frozenset(self._fixed))

    def _take_heading(self, number: int, passage: Passage) -> None:
        self._heading = self._words.part_of_heading(passage.title)
        self._label, self._labelled, self._last = "", -1, ""
        if self._heading == _TITLE:
            self._heading = ""
        if self._heading:
            self._fixed.add(number)
            self._place(number, self._heading)
            return
        if self._title is None and number == 0 and passage.level == 1:
            self._title = number
        self._waiting.append(number)

    def _place(self, number: int, part: str) -> None:
        for waiting in self._waiting:
            self._parts[waiting] = part
        self._waiting.clear()
        self._parts[number] = part

    def _part_of(self, number: int, passage: Passage, found: Sequence[Passage]) -> str:
        if not number or found[number - 1].block != passage.block:
            self._last = ""
        match = _LABEL.match(passage.text)
        label = self._words.part_of_heading(match[1]) if match else ""
        if label == _TITLE:
            self._title = number if self._title is None else self._title
            return NOTES
        if match and label and not passage.text[match.end() :].strip():
            self._label, self._labelled = label, _about(number, found)
        said = label or self._standing(passage)
        if said:
            self._fixed.add(number)
        part = said or self._told(passage) or self._last
        self._last = part
        return part

    def _standing(self, passage: Passage) -> str:
        return self._label if passage.block <= self._labelled else self._heading

    def _told(self, passage: Passage) -> str:
        if passage.sort == "block":
            return ""
        if _ASKS.search(passage.text):
            return QUESTIONS
        told = self._words.part_of_sentence(passage.text)
        if told:
            return told
        measured = _MEASURED.search(passage.text)
        named = self._naming and self._naming.search(passage.text)
        return OBSERVATIONS if measured or named else ""


def _about(number: int, found: Sequence[Passage]) -> int:
    """Return the block that a label on a line of its own is about: its own or the next."""
    following = found[number + 1 : number + 2]
    own = found[number].block
    return own if following and following[0].block == own else own + 1
