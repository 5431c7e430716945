"""What an answer is made of: words of records, and numbers that resolve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from expdocs.facts.citations import Facts
from expdocs.narrative.why.answer import Answer, Question
from expdocs.narrative.why.composing import answer
from expdocs.narrative.why.database import Scope
from expdocs.narrative.why.quoting import Figure, Quotation
from expdocs.prose.numbers import exact, matches, parse_shown
from expdocs.prose.references import parse_reference
from tests.narrative.why.journal import (
    ANSWERED,
    CHINESE_STOP,
    DEFER_BOOSTING,
    FOREST,
    NEW_METRIC,
    OLD_METRIC,
    SMOTE,
    STACKING,
    STOP_FOREST,
    STOP_SMOTE,
    TREES_REJECTED,
    WEIGHTS,
    files,
)

FOREST_QUESTION = "why did we try random forest and drop it?"


def ask(
    open_at: Any, journal: Any, text: str, *tags: str, project: str = "", most: int = 5
) -> Answer:
    return answer(Question(text, Scope(project, tags), most), open_at(journal.root))


def test_a_dropped_option_the_decision_its_experiment_and_the_values(
    journal: Any, open_at: Any
) -> None:
    found = ask(open_at, journal, FOREST_QUESTION)
    (decided,) = found.decided
    assert (decided.source.name, decided.option.text, decided.outcome) == (
        STOP_FOREST.id,
        "Random forest",
        "rejected",
    )
    assert [(q.key, q.text) for q in decided.quotes[:2]] == [
        ("options.2.reason", "No gain over repeated seeds, and far larger."),
        ("decision", "No more work goes into forests. The size weighed most."),
    ]
    (tested,) = found.tested
    assert tested.source.name == FOREST.id
    assert [q.text for q in tested.quotes[:3]] == [
        FOREST.motivation,
        FOREST.hypothesis,
        FOREST.conclusion,
    ]
    # The interval is 0.795 - 0.805 plus or minus t(0.975, 4) * sqrt(2 * 0.005**2 / 3) = 0.0113,
    # so it ends below the effect of 0.02.
    assert tested.outcome is not None
    assert tested.outcome.name == "refuted"
    assert [(f.shown, f.source) for f in tested.figures] == [
        ("0.805", f"mean:{FOREST.id}/base#val_f1"),
        ("0.795", f"mean:{FOREST.id}/forest#val_f1"),
    ]


def test_numbers_in_quotes_come_with_their_sources(journal: Any, open_at: Any) -> None:
    (tested,) = ask(open_at, journal, FOREST_QUESTION).tested
    observations = next(quote for quote in tested.quotes if quote.key == "observations")
    assert "0.795 and logistic regression 0.805" in observations.text
    assert [(f.shown, f.source, f.said) for f in observations.figures] == [
        ("0.795", f"mean:{FOREST.id}/forest#val_f1", ""),
        ("0.805", f"mean:{FOREST.id}/base#val_f1", ""),
    ]


def test_what_a_source_contradicts_or_lacks_is_said(journal: Any, open_at: Any) -> None:
    wrong = FOREST.text().replace("[0.795](mean:forest", "[0.895](mean:forest")
    journal.write({FOREST.path: wrong.replace("(mean:base#val_f1)", "(mean:nobody#val_f1)")})
    (tested,) = ask(open_at, journal, FOREST_QUESTION).tested
    figures = [figure for quote in tested.quotes for figure in quote.figures]
    assert [(f.shown, f.said) for f in figures] == [
        ("0.895", "the evidence has 0.795"),
        ("0.805", f"{FOREST.id} has no group 'nobody'"),
    ]


def test_a_run_without_a_snapshot_has_no_value(repo: Any, open_at: Any) -> None:
    content = {path: text for path, text in files().items() if "evidence" not in path}
    (tested,) = ask(open_at, repo(content), FOREST_QUESTION).tested
    assert [figure.shown for figure in tested.figures] == ["", ""]
    assert all("has no snapshot" in figure.said for figure in tested.figures)


def test_the_outcome_that_is_asked_for_comes_first(journal: Any, open_at: Any) -> None:
    def outcomes(question: str) -> list[str]:
        return [one.outcome for one in ask(open_at, journal, question).decided]

    assert outcomes("why did we drop logistic regression or random forest")[0] == "rejected"
    assert outcomes("why did we choose logistic regression over random forest")[0] == "chosen"


def test_what_stands_comes_before_what_was_superseded(journal: Any, open_at: Any) -> None:
    found = ask(open_at, journal, "accuracy")
    assert [one.source.name for one in found.decided] == [NEW_METRIC.id, OLD_METRIC.id]
    (newer,) = found.decided[1].source.successors
    line = NEW_METRIC.text().splitlines()[newer.line - 1]
    assert (newer.id, "supersedes" in line) == (NEW_METRIC.id, True)


def test_drafts_and_rejected_records_are_named_as_such(journal: Any, open_at: Any) -> None:
    assert [
        (one.source.name, one.source.status)
        for one in (
            *ask(open_at, journal, "stacking").tested,
            *ask(open_at, journal, "average of all models").decided,
        )
    ] == [(STACKING.id, "draft"), (TREES_REJECTED.id, "rejected")]


def test_a_decision_is_found_by_the_line_of_work_it_rests_on(journal: Any, open_at: Any) -> None:
    text = STOP_SMOTE.text().replace("name: SMOTE", "name: Synthetic points")
    journal.write({STOP_SMOTE.path: text})
    found = ask(open_at, journal, "why was smote dropped?")
    assert [(one.source.name, one.outcome) for one in found.decided] == [
        (STOP_SMOTE.id, "rejected")
    ]
    assert [one.source.name for one in found.tested] == [SMOTE.id]


def test_a_deferred_option_says_so(journal: Any, open_at: Any) -> None:
    (decided,) = ask(open_at, journal, "why is there no gradient boosting").decided
    assert (decided.source.name, decided.outcome) == (DEFER_BOOSTING.id, "deferred")


def test_a_project_and_tags_narrow_what_is_asked(journal: Any, open_at: Any) -> None:
    assert (
        ask(open_at, journal, "随机森林", project="shanghai").decided[0].source.name
        == CHINESE_STOP.id
    )
    assert not ask(open_at, journal, "随机森林", project="churn").found
    in_tag = ask(open_at, journal, "class weights", "imbalance")
    # The decision has no tags, but the experiments' line of work leads to it.
    assert [one.source.name for one in in_tag.tested] == [WEIGHTS.id]
    assert not ask(open_at, journal, "class weights", "imbalance", "vision").found


def test_a_record_can_be_named_by_its_id(journal: Any, open_at: Any) -> None:
    found = ask(open_at, journal, f"why was {SMOTE.id} archived?")
    assert [one.source.name for one in found.tested] == [SMOTE.id]
    assert [(one.source.name, one.option.text) for one in found.decided] == [
        (STOP_SMOTE.id, "SMOTE")
    ]
    found = ask(open_at, journal, f"what was decided in {STOP_SMOTE.id}")
    assert [one.option.text for one in found.decided] == ["Class weights", "SMOTE"]
    assert [one.source.name for one in found.tested] == [WEIGHTS.id, SMOTE.id]
    found = ask(open_at, journal, f"what was decided of random forest in {STOP_FOREST.id}")
    assert [one.option.text for one in found.decided] == ["Logistic regression", "Random forest"]
    assert not ask(open_at, journal, "why EXP-2026-01-01-000?").found


def test_any_record_can_be_named_by_its_id(journal: Any, open_at: Any) -> None:
    text = STOP_FOREST.text().replace(STOP_FOREST.id, "DEC-2026-05-05-555")
    start, end = text.index("options:"), text.index("criteria:")
    journal.write({"decisions/2026/bare.md": text[:start] + text[end:]})
    found = ask(open_at, journal, "DEC-2026-05-05-555")
    assert [one.source.path for one in found.said] == ["decisions/2026/bare.md"]
    assert found.said[0].quotes[0].text.startswith("No more work goes into forests.")


def test_a_limit_counts_what_it_leaves_out(journal: Any, open_at: Any) -> None:
    question = "why did we drop logistic regression or random forest"
    whole = ask(open_at, journal, question)
    assert [one.option.text for one in whole.decided] == ["Random forest", "Logistic regression"]
    assert whole.left_out == 0
    cut = ask(open_at, journal, question, most=1)
    assert [one.option.text for one in cut.decided] == ["Random forest"]
    assert cut.left_out == 1


def test_two_options_of_a_decision_share_its_paragraphs(journal: Any, open_at: Any) -> None:
    question = "why did we drop logistic regression or random forest"
    first, second = ask(open_at, journal, question).decided
    assert [quote.key for quote in first.quotes] == ["options.2.reason", "decision"]
    assert [quote.key for quote in second.quotes] == ["options.1.reason"]


# --- for every question of the labelled set


def quotes_of(found: Answer) -> Iterator[tuple[str, Quotation]]:
    for part in (*found.decided, *found.tested, *found.said):
        yield from ((part.source.path, quote) for quote in part.quotes)
    for decided in found.decided:
        yield decided.source.path, decided.option


def bare(text: str) -> str:
    """A text without the targets of links, for quotes show links as their texts."""
    return " ".join(re.sub(r"\]\([^)]*\)|\[", "", text).split())


def test_every_quote_is_word_for_word_on_the_line_it_names(journal: Any, open_at: Any) -> None:
    seen = 0
    for question in ANSWERED:
        for path, quote in quotes_of(ask(open_at, journal, question)):
            lines = (journal.root / path).read_text(encoding="utf-8").splitlines()
            assert quote.text in bare("\n".join(lines[quote.line - 1 :])), (question, quote)
            assert quote.text[:10] in bare(lines[quote.line - 1])
            seen += 1
    assert seen > 100


def test_every_number_has_the_value_of_its_source(journal: Any, open_at: Any) -> None:
    shelf = open_at(journal.root)
    seen = 0
    for question in ANSWERED:
        found = answer(Question(question), shelf)
        figures = [f for _, quote in quotes_of(found) for f in quote.figures]
        figures += [f for one in found.tested for f in one.figures]
        for figure in figures:
            assert matches_source(figure, shelf.facts), figure
            seen += 1
    assert seen > 10


def matches_source(figure: Figure, facts: Facts) -> bool:
    scheme, _, target = figure.source.partition(":")
    record = facts.index.record(FOREST.id)
    assert record is not None
    value = facts.resolve(record, parse_reference(scheme, target)).value  # type: ignore[arg-type]
    number = value if not isinstance(value, float | int | str) else exact(value)
    return matches(parse_shown(figure.shown), number)
