"""How much of a question's words stand in a text.

The measure is the share of the question's weight that the text holds. A word weighs
ln(1 + N / n), where n of N texts have it, the question among them, so that words that stand
everywhere count for little in any language. In scripts without spaces pairs of characters are
words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W\d_]+(?:[\d_]*[^\W\d_]+)*\d*")
# Thai, Lao, Myanmar, Khmer; Kana and Han.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text in small letters."""
    found: set[str] = set()
    for word in _WORD.findall(text.casefold()):
        for run in UNSPACED.findall(word):
            found |= {run[at : at + 2] for at in range(max(1, len(run) - 1))}
        found |= {part for part in UNSPACED.split(word) if len(part) > 1}
    return frozenset(found)


def shares(question: str, texts: Sequence[str]) -> list[float]:
    """Return for each text the share of the question's words that it holds, by weight, 0 to 1."""
    asked = words_of(question)
    held = [words_of(text) for text in texts]
    count = Counter(word for words in (asked, *held) for word in words)
    weights = {word: math.log(1 + (len(texts) + 1) / count[word]) for word in asked}
    whole = math.fsum(weights.values())
    return [_sum(weights[word] for word in asked & words) / whole if asked else 0 for words in held]


def _sum(weights: Iterable[float]) -> float:
    return math.fsum(sorted(weights))
