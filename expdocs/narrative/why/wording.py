"""What a question is about: its words without those that every question has."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from expdocs.facts.wording import UNSPACED
from expdocs.prose.references import RECORD_ID

REJECTED, CHOSEN = "rejected", "chosen"
# A pasted log is no question; beyond these its words are left out.
MOST_WORDS = 1000
_LANGUAGES = Path(__file__).parents[1] / "languages"
_WORD = re.compile(r"[^\W_]+")


class Topic(NamedTuple):
    """What somebody asks about: words to look for, each once, and the outcome they ask for.

    ``wanted`` is ``rejected``, ``chosen`` or empty; ``ids`` are the records that are named.
    """

    words: tuple[str, ...]
    wanted: str = ""
    ids: tuple[str, ...] = ()


class _Lists(NamedTuple):
    left_out: frozenset[str]
    rejected: frozenset[str]
    chosen: frozenset[str]
    unspaced: re.Pattern[str]


def spaced(text: str) -> str:
    """Return a text in one form, with a space between pairs in scripts that write none.

    A run of characters ABCD becomes ``AB BC CD``, so that a search for BC finds it.
    """
    return UNSPACED.sub(_pairs, unicodedata.normalize("NFKC", text))


def _pairs(run: re.Match[str]) -> str:
    found = run[0]
    pairs = (found[at : at + 2] for at in range(max(1, len(found) - 1)))
    return f" {' '.join(pairs)} "


def topic_of(question: str) -> Topic:
    """Return what a question is about, in any language."""
    lists = _lists()
    question = unicodedata.normalize("NFKC", question)
    ids = dict.fromkeys(RECORD_ID.findall(question))
    text = RECORD_ID.sub(" ", question).casefold()
    asking = {*_WORD.findall(text), *lists.unspaced.findall(text)}
    words = dict.fromkeys(_WORD.findall(spaced(lists.unspaced.sub(" ", text))))
    kept = [word for word in words if word not in lists.left_out and not _half(word)]
    wanted = REJECTED if asking & lists.rejected else CHOSEN if asking & lists.chosen else ""
    return Topic(tuple(kept[:MOST_WORDS]), wanted, tuple(ids))


def _half(word: str) -> bool:
    """Whether a word is what a cut left of a pair."""
    return len(word) == 1 and UNSPACED.match(word) is not None


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, without those that say nothing."""
    return topic_of(text).words


@cache
def _lists() -> _Lists:
    read = [tomllib.loads(path.read_text("utf-8")) for path in _LANGUAGES.glob("*/why.toml")]
    known = {
        key: frozenset(word for one in read for word in one[key].casefold().split())
        for key in ("words", REJECTED, CHOSEN, "tried")
    }
    left_out = frozenset().union(*known.values())
    unspaced = sorted((word for word in left_out if UNSPACED.match(word)), key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, unspaced)))
    return _Lists(left_out, known[REJECTED], known[CHOSEN], pattern)
