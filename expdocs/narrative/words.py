"""The words of a language that claims may hold in placeholders only, and those that fill them."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

# What any page may say: terms of the field are English in every language.
COMMON = "en"
NUMBERS, UNITS, COMPARISONS, NEGATIONS, DENIALS, ENDS = LISTS = (
    "numbers",
    "units",
    "comparisons",
    "negations",
    "denials",
    "ends",
)

_FOLDER = Path(__file__).with_name("languages")
_TAG = re.compile(r"[A-Za-z]{2,3}(?=-|\Z)")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LIKE = str.maketrans({"ø": "o", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "\u2019": "'"})

Phrase = tuple[str, ...]
Phrases = Mapping[str, Sequence[Phrase]]


class Words(NamedTuple):
    """The lists of one language.

    ``characters`` matches one that a text may hold. In a language without spaces between words a
    phrase is one string that may stand anywhere; else it is a row of words by its first.
    """

    language: str
    spaced: bool
    characters: re.Pattern[str]
    lists: Mapping[str, Phrases]
    allowed: Phrases
    shown: Mapping[str, Any]

    def found(self, text: str, name: str) -> Iterator[str]:
        """Yield the words of a list that stand in a text, outside allowed phrases."""
        return (_in_rows if self.spaced else _anywhere)(text, self.lists[name], self.allowed)


def has_words(language: str) -> bool:
    """Whether there are lists for a language (a BCP 47 tag), so that a model may write in it."""
    return bool(_folder(language))


@lru_cache(maxsize=16)
def words_of(language: str) -> Words:
    """Return the lists of a language, or the common ones where it has none."""
    name = _folder(language) or COMMON
    given = tomllib.loads((_FOLDER / name / "words.toml").read_text(encoding="utf-8"))
    spaced = given["spaced"]
    return Words(
        language=name,
        spaced=spaced,
        characters=re.compile(f"[{given['letters']}{given['marks']}]"),
        lists={one: _phrases(given[one], spaced=spaced) for one in LISTS},
        allowed=_phrases(given["allowed"], spaced=spaced),
        shown=given["shown"],
    )


@lru_cache(maxsize=2048)
def fold(text: str) -> str:
    """Return a text as lists are written: lower case, letters without accents."""
    plain = text.casefold().translate(_LIKE)
    if plain.isascii():
        return plain
    parts = unicodedata.normalize("NFKD", plain)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def _folder(language: str) -> str:
    tag = _TAG.match(language)
    name = tag[0].lower() if tag else ""
    return name if name and (_FOLDER / name / "words.toml").is_file() else ""


def _phrases(text: str, *, spaced: bool) -> Phrases:
    found: dict[str, list[Phrase]] = {}
    for one in text.split(","):
        phrase = tuple(_TOKEN.findall(one)) if spaced else (one.strip(),)
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _anywhere(text: str, phrases: Phrases, allowed: Phrases) -> Iterator[str]:
    rest = fold(text)
    for one in allowed:
        rest = rest.replace(one, " ")
    yield from (phrase for phrase in phrases if phrase in rest)


def _in_rows(text: str, phrases: Phrases, allowed: Phrases) -> Iterator[str]:
    folded = fold(text)
    tokens = _TOKEN.findall(folded)
    taken = {at + n for at, phrase in _rows(tokens, allowed) for n in range(len(phrase))}
    found = [phrase for at, phrase in _rows(tokens, phrases) if at not in taken]
    if "-" in folded:  # a word may be parted by hyphens, and be none of the listed ones then
        found += [phrase for _, phrase in _rows(_TOKEN.findall(folded.replace("-", "")), phrases)]
    yield from dict.fromkeys(" ".join(phrase) for phrase in found)


def _rows(tokens: Sequence[str], phrases: Phrases) -> Iterator[tuple[int, Phrase]]:
    for at, token in enumerate(tokens):
        for phrase in phrases.get(token, ()):
            if tuple(tokens[at : at + len(phrase)]) == phrase:
                yield at, phrase
