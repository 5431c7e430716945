"""Questions with known answers, and questions that no record answers."""

from __future__ import annotations

from typing import Any

from expdocs.narrative.why.answer import Answer, Question
from expdocs.narrative.why.composing import answer
from expdocs.narrative.why.database import Scope
from expdocs.narrative.why.ranking import ENOUGH, Ranking
from expdocs.narrative.why.shelf import Shelf
from expdocs.narrative.why.wording import topic_of
from tests.narrative.why.journal import ANSWERED, SILENT


def names(found: Answer) -> list[str]:
    return [one.source.name for one in (*found.decided, *found.tested, *found.said)]


def test_the_record_that_answers_comes_first(journal: Any, open_at: Any) -> None:
    shelf = open_at(journal.root)
    first = {question: names(answer(Question(question), shelf))[:1] for question in ANSWERED}
    assert first == {question: [record] for question, record in ANSWERED.items()}


def test_what_nobody_wrote_about_has_no_answer(journal: Any, open_at: Any) -> None:
    shelf = open_at(journal.root)
    assert {q: names(answer(Question(q), shelf)) for q in SILENT} == {q: [] for q in SILENT}


def best_share(question: str, shelf: Shelf) -> float:
    """The largest share of the question's words that one passage and its title hold."""
    topic = topic_of(question)
    ranking = Ranking(shelf.database, topic, Scope())
    hits = shelf.database.hits(topic.words, 10_000)
    return max((ranking.share(hit.words) for hit in hits), default=0.0)


def test_the_threshold_lies_between_what_is_said_and_what_is_not(
    journal: Any, open_at: Any
) -> None:
    shelf = open_at(journal.root)
    said = min(best_share(question, shelf) for question in ANSWERED)
    silent = max(best_share(question, shelf) for question in SILENT)
    assert (round(silent, 2), round(said, 2)) == (0.3, 0.63)
    assert silent < ENOUGH <= said
