"""Which words of a log lead to which part of an entry: one file a language, all looked through."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_FOLDER = Path(__file__).with_name("languages")
_FIRST = "en"
_START, _END = r"(?<![\w-])", r"(?![\w-])"
_NOTHING = r"(?!)"
_OPENING = re.compile(r"[\W_]*")  # marks of lists and emphasis
_TRIMMED = " \t\r\n*_`#.:：!?-–—"
# Scripts that are written without spaces between words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class Part(NamedTuple):
    """A part of an entry: the headings and labels that name it, the words that hint at it.

    ``openers`` hint at it where a sentence begins with them, ``cues`` wherever they stand.
    """

    key: str
    headings: frozenset[str]
    openers: re.Pattern[str]
    cues: re.Pattern[str]

    def hinted_at(self, text: str) -> bool:
        """Whether the words of a sentence hint at the part."""
        start = _OPENING.match(text)
        begins = self.openers.match(text, start.end() if start else 0)
        return begins is not None or self.cues.search(text) is not None


class Words(NamedTuple):
    """The words of all languages; ``parts`` in the order in which they are tried."""

    parts: tuple[Part, ...]
    baseline: re.Pattern[str]
    effects: tuple[re.Pattern[str], ...]

    def part_of_heading(self, title: str) -> str:
        """Return the part that a heading or a label names, or an empty text."""
        wanted = folded(title)
        return next((part.key for part in self.parts if wanted in part.headings), "")

    def part_of_sentence(self, text: str) -> str:
        """Return the part that a sentence's words hint at, or an empty text."""
        return next((part.key for part in self.parts if part.hinted_at(text)), "")


def folded(title: str) -> str:
    """Return a heading as it is compared: without case, marks of emphasis and a colon."""
    return " ".join(title.strip(_TRIMMED).casefold().split())


@cache
def load_words() -> Words:
    """Read the words of every language, English first."""
    files = sorted(_FOLDER.glob("*.toml"), key=lambda path: (path.stem != _FIRST, path.stem))
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    keys = dict.fromkeys(key for table in tables for key in table["parts"])
    return Words(
        tuple(_part(key, tables) for key in keys),
        _any_of(word for table in tables for word in table["baseline"]),
        tuple(re.compile(table["effect"], re.IGNORECASE) for table in tables),
    )


@cache
def load_titles(language: str) -> Mapping[str, str]:
    """Return the headings of the parts that no section of a kind holds."""
    path = _FOLDER / f"{language}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    titles: dict[str, str] = table["titles"]
    return titles


def language_of(text: str) -> str:
    """Return the language that a text is mostly in, among those that there are words of."""
    letters = sum(map(str.isalpha, text))
    unspaced = len(_UNSPACED.findall(text))
    return "zh" if unspaced * 2 > letters else _FIRST


def _part(key: str, tables: Sequence[Mapping[str, Any]]) -> Part:
    mine = [table["parts"].get(key, {}) for table in tables]
    headings = frozenset(folded(title) for one in mine for title in one.get("headings", ()))
    openers, cues = ([w for one in mine for w in one.get(name, ())] for name in ("openers", "cues"))
    return Part(key, headings, _any_of(openers), _any_of(cues))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of some phrases; the bounds of words are looked at once for all."""
    by_bounds: dict[tuple[str, str], list[str]] = {}
    for phrase in phrases:
        by_bounds.setdefault(_bounds(phrase), []).append(_spelled(phrase))
    found = (f"{start}(?:{'|'.join(spelled)}){end}" for (start, end), spelled in by_bounds.items())
    return re.compile("|".join(found) or _NOTHING, re.IGNORECASE)


def _bounds(phrase: str) -> tuple[str, str]:
    if _UNSPACED.search(phrase):
        return "", ""
    return _START if phrase[0].isalnum() else "", _END if phrase[-1].isalnum() else ""


def _spelled(phrase: str) -> str:
    return r"\s+".join(re.escape(word) for word in phrase.split()).replace("'", "['\u2019]")
