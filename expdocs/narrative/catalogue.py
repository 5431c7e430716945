"""What pages say in each language: ``languages/<language>/<name>.toml``, English where one lacks.

A file has a ``title``, ``sections`` with the heading and the purpose of each, and ``sentences``,
in which ``$name`` stands for what a page fills in.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

from expdocs.narrative.brief import Section

FALLBACK = "en"
_FOLDER = Path(__file__).with_name("languages")
_SHARED = ("lines",)


class Catalogue(NamedTuple):
    """The words of one page or part of a page in one language."""

    title: str
    headings: Mapping[str, str]
    purposes: Mapping[str, str]
    sentences: Mapping[str, str]

    def say(self, name: str, **filled: str) -> str:
        """Return a sentence with its names filled in."""
        return Template(self.sentences[name]).substitute(filled)

    def section(self, key: str, kinds: Sequence[str]) -> Section:
        """Return a section of a brief."""
        return Section(key, self.headings[key], self.purposes[key], tuple(kinds))


@cache
def catalogue(name: str, language: str) -> Catalogue:
    """Return the words of ``name``, in the language as far as there are any."""
    found = _read(name, FALLBACK)
    # A page names its language itself, so it is a name of a folder here and nothing else.
    known = languages()
    for folder in dict.fromkeys((language.partition("-")[0].lower(), language)):
        if folder in known and (_FOLDER / folder / f"{name}.toml").is_file():
            found = _joined(found, _read(name, folder))
    return found


def vocabulary(page: str, language: str) -> str:
    """Return all sentences that the offline writer has for a kind of page, one a line."""
    named = [name for name in (page, *_SHARED) if (_FOLDER / FALLBACK / f"{name}.toml").is_file()]
    found = (catalogue(name, language).sentences.values() for name in named)
    return "\n".join(sentence for sentences in found for sentence in sentences)


def languages() -> list[str]:
    """Return the languages that pages can be written in by their own sentences."""
    return sorted(path.name for path in _FOLDER.iterdir() if path.is_dir())


def _read(name: str, language: str) -> Catalogue:
    text = (_FOLDER / language / f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    sections: Mapping[str, Mapping[str, str]] = document.get("sections", {})
    return Catalogue(
        document.get("title", ""),
        {key: section["title"] for key, section in sections.items()},
        {key: section["purpose"] for key, section in sections.items()},
        document.get("sentences", {}),
    )


def _joined(one: Catalogue, other: Catalogue) -> Catalogue:
    return Catalogue(
        other.title or one.title,
        {**one.headings, **other.headings},
        {**one.purposes, **other.purposes},
        {**one.sentences, **other.sentences},
    )
