"""Which records are about what somebody asks, and which only share words with it.

The measure is the share of the question's words that a passage and its record's title hold, by
weight: a word weighs ln(1 + N / n), where n of N texts hold it, the question among them (see
``expdocs.facts.wording``). Where the best share stays below ``ENOUGH``, the records do not say.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from expdocs.narrative.why.database import Database, Hit, Named, Scope
from expdocs.narrative.why.wording import Topic, content_words

# Of two words both, of three two. On the labelled questions of tests/narrative/why what stands in
# the records reaches 0.63 and more, what does not stand there 0.30 and less.
ENOUGH = 0.6
# What names a part of the question alone, such as one of two things that are compared.
_OF_QUESTION, _OF_NAME = 0.3, 0.3
_WHOLE = 0.999
_MOST_WORDS = 64
_MOST_HITS = 200


class Ranked(NamedTuple):
    """A passage that is about the question, and the share of the question's words it holds."""

    hit: Hit
    share: float


class Match(NamedTuple):
    """A name that the question names, and how well: 1 where both say the same."""

    named: Named
    fit: float


class Ranking:
    """Looks up one topic in the index."""

    def __init__(self, database: Database, topic: Topic, scope: Scope) -> None:
        self._database = database
        database.narrow(scope)
        self._forms = dict(zip(topic.words, database.stems(topic.words), strict=True))
        self._weights = self._weighed(set().union(*self._forms.values()))
        self.sought = frozenset(self._weights)
        self._whole = _weight(self.sought, self._weights) or 1.0

    def passages(self) -> list[Ranked]:
        """Return the passages that hold enough of the words, the best first."""
        hits = self._database.hits(self._rarest(), _MOST_HITS)
        ranked = [Ranked(hit, self.share(hit.words)) for hit in hits]
        return [one for one in ranked if one.share >= ENOUGH]

    def names(self) -> list[Match]:
        """Return the names that the question names, those that fit best first."""
        found = self._database.named(self._rarest())
        words = [" ".join(content_words(one.name.text)) for one in found]
        stems = self._database.stems(words)
        weights = self._weighed(set().union(*stems)) | self._weights
        matches = [
            Match(one, _fit(self.sought, those, weights))
            for one, those in zip(found, stems, strict=True)
        ]
        fitting = [one for one in matches if one.fit]
        return sorted(fitting, key=lambda one: (-one.fit, one.named.path, one.named.name.number))

    def share(self, words: Collection[str]) -> float:
        """Return the share of the question's words, by weight, that are among others."""
        return _weight(self.sought & frozenset(words), self._weights) / self._whole

    def share_of(self, text: str) -> float:
        """Return the share of the question's words that a text holds."""
        (stems,) = self._database.stems([text])
        return self.share(stems)

    def _weighed(self, stems: Collection[str]) -> dict[str, float]:
        many = self._database.count() + 1
        counts = self._database.counts(stems)
        return {stem: math.log(1 + many / (counts.get(stem, 0) + 1)) for stem in stems}

    def _rarest(self) -> Sequence[str]:
        """Return the words to search for: of a long text those that tell most."""

        def weight(word: str) -> float:
            return sum(self._weights[stem] for stem in self._forms[word])

        return sorted(self._forms, key=weight, reverse=True)[:_MOST_WORDS]


def _fit(asked: frozenset[str], name: frozenset[str], weights: Mapping[str, float]) -> float:
    """Return how well a name fits, 0 where it is not meant.

    It is meant when the question holds all of it, or when it holds all of the question.
    """
    both = _weight(asked & name, weights)
    if not both:
        return 0.0
    of_question, of_name = both / _weight(asked, weights), both / _weight(name, weights)
    whole = of_name >= _WHOLE and of_question >= _OF_QUESTION
    part = of_question >= _WHOLE and of_name >= _OF_NAME
    return of_question * of_name if whole or part else 0.0


def _weight(stems: Collection[str], weights: Mapping[str, float]) -> float:
    return math.fsum(weights[stem] for stem in sorted(stems))
