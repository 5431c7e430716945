"""The data of suggestions: all that a page may show of them, or that one of those rests on."""

from collections.abc import Iterator

from expdocs.analytics.best import best_data
from expdocs.analytics.budget import cost_data
from expdocs.analytics.candidates import Candidate, Sort
from expdocs.analytics.changes import change_datum
from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.exhaustion import Line, line_datum
from expdocs.analytics.gap import gap_data
from expdocs.analytics.missing import missing_datum
from expdocs.analytics.outlook import judgement_datum, outlook_data
from expdocs.analytics.priority import priority_data
from expdocs.analytics.records import streak_data
from expdocs.analytics.repeats import repeat_datum
from expdocs.analytics.suggestions import Left, Suggestions


def suggestion_data(found: Suggestions) -> Iterator[Datum]:
    """Yield every datum of what was found."""
    for line in found.lines:
        yield from _line_data(line, found)
    for best in found.bests:
        yield from best_data(best)
    for gap in found.gaps.values():
        yield from gap_data(gap)
    yield from map(change_datum, found.changes)
    yield from map(missing_datum, found.missing)
    yield from map(repeat_datum, found.repeats)
    yield from map(judgement_datum, found.judgements)
    yield from _money(found)
    for one in found.ranked:
        yield from priority_data(one.scored)
        yield from _candidate_data(one.scored.candidate)


def _line_data(line: Line, found: Suggestions) -> Iterator[Datum]:
    for streak in line.streaks:
        yield from streak_data(streak)
    yield line_datum(line)
    if (line.project, line.approach) in found.counted:
        _, records, subject = found.counted[line.project, line.approach]
        yield derived(
            "records",
            subject,
            records,
            f"trials of {line.approach} that were a new best",
            formula="number of trials that beat all before them",
            operands=[derived_id("tries", subject)],
            records=line.streaks[0].record_ids,
        )


def _money(found: Suggestions) -> Iterator[Datum]:
    for project, cost in found.spent.items():
        yield from cost_data(project, cost)
    for left in found.left.values():
        yield from _left_data(left)
    for one in found.outlooks.values():
        yield from outlook_data(one)


def _left_data(left: Left) -> Iterator[Datum]:
    about = f"run hours left to {left.project}"
    if left.budget is None or left.spent is None:
        yield _hours(left, "hours-left", left.hours, about, "as asked for")
        return
    stated = f"run hours that {left.project} may spend"
    budget = _hours(left, "budget", left.budget, stated, "as the constraints state")
    formula = "sum of (end - start) / 3600 since the compact"
    since = _hours(left, "hours-since", left.spent.hours, "run hours since then", formula)
    yield from (budget, since)
    yield _hours(left, "hours-left", left.hours, about, "budget - hours since", budget, since)


def _hours(
    left: Left, method: str, value: float, meaning: str, formula: str, *operands: Datum
) -> Datum:
    return derived(
        method,
        left.project,
        value,
        meaning,
        formula=formula,
        operands=[one.id for one in operands],
        records=[left.record_id],
        unit="h",
    )


def _candidate_data(one: Candidate) -> Iterator[Datum]:
    if one.sort is Sort.LEVEL and one.level is not None:
        factor = _named("factor", one, "parameter")
        yield factor
        yield derived(
            "untested",
            one.subject,
            one.level,
            f"level of {one.name} to try next",
            formula="between the best level and its better neighbour, or beyond the edge",
            operands=[factor.id],
            records=[one.record_id],
        )
    if one.sort is Sort.SEEDS:
        yield _named("arm", one, "arm")
        yield derived(
            "seeds-lacking",
            one.subject,
            one.runs,
            f"shared seeds that {one.name} lacks before its gain can be told from luck",
            formula="seeds n with 1 / 2^n <= 0.05, minus those that are shared",
            records=[one.record_id],
            unit="seeds",
        )


def _named(method: str, one: Candidate, meaning: str) -> Datum:
    about = f"{meaning} of {one.record_id}"
    return derived(method, one.subject, one.name, about, formula="", records=[one.record_id])
