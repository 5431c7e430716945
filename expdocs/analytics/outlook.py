"""Whether to go on, to pivot or to stop, and how much still fits before a deadline.

The rule on pivoting is short, and its grounds are shown: a target that was reached says stop; one
at a metric that was exchanged since for another quantity says reframe; a line that goes on says
continue; and where all lines are exhausted and the target is still away, it says pivot.
"""

import math
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from expdocs.analytics.changes import MetricChange
from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.exhaustion import Line, State
from expdocs.analytics.gap import Gap
from expdocs.analytics.history import History


class Advice(StrEnum):
    """What the rule says."""

    CONTINUE = "continue"
    PIVOT = "pivot"
    REFRAME = "reframe"
    STOP = "stop"


class Judgement(NamedTuple):
    """The advice for a project, with why and from what."""

    project: str
    advice: Advice
    because: str
    operands: tuple[str, ...]
    record_ids: tuple[str, ...]


def judge(
    project: str, lines: Sequence[Line], gap: Gap | None, changes: Sequence[MetricChange]
) -> Judgement:
    """Return what the rule says of a project, given its latest target."""
    own = [one for one in lines if one.project == project]
    going = [one for one in own if one.state is State.OPEN]
    if gap is not None:
        exchanged = _exchanged(gap, changes)
        target = derived_id("target", gap.target.subject)
        if exchanged is not None:
            renamed = f"{exchanged.rename.decision}/{exchanged.rename.old}"
            why = "the target is at a metric that a decision exchanged for another quantity"
            operands = target, derived_id("renamed", renamed)
            records = gap.target.record_id, exchanged.rename.decision
            return Judgement(project, Advice.REFRAME, why, operands, records)
        if gap.met and gap.best is not None:
            operands = target, derived_id("gap", gap.target.subject)
            records = gap.target.record_id, gap.best.trial.record_id
            return Judgement(project, Advice.STOP, "the target is reached", operands, records)
    return _by_lines(project, own, going)


def _by_lines(project: str, own: Sequence[Line], going: Sequence[Line]) -> Judgement:
    advice = Advice.CONTINUE if going or not own else Advice.PIVOT
    why = "a line is open" if going else "no line is open" if own else "nothing was tried yet"
    decisive = going or own
    return Judgement(
        project,
        advice,
        why,
        tuple(derived_id(str(one.state), one.subject) for one in decisive),
        tuple(dict.fromkeys(ground for one in decisive for ground in one.grounds)),
    )


def _exchanged(gap: Gap, changes: Sequence[MetricChange]) -> MetricChange | None:
    return next(
        (
            one
            for one in changes
            if one.rename.project == gap.target.project
            and one.rename.old == gap.target.metric
            and not one.rename.same
        ),
        None,
    )


def judgement_datum(one: Judgement) -> Datum:
    """Return the advice with what it rests on."""
    return derived(
        "advice",
        one.project,
        str(one.advice),
        f"what the rule on pivoting says of {one.project}",
        formula=one.because,
        operands=one.operands,
        records=one.record_ids,
    )


# --- the deadline


class Outlook(NamedTuple):
    """How many experiments fit before a deadline at the pace so far, counted from the last one."""

    project: str
    deadline: str
    days: int
    pace: float
    fits: int
    record_ids: tuple[str, ...]


def outlook(project: str, history: History, deadline: str) -> Outlook | None:
    """Return what fits; None for a project without a dated experiment."""
    own = [one for one in history.experiments if one.text_of("project") == project]
    days = sorted(day for one in own if (day := _day(one.text_of("date"))))
    end = _day(deadline)
    if not days or end is None:
        return None
    left = (end - days[-1]).days
    # Both ends count, so that a single day of work has a pace, too.
    pace = len(days) / ((days[-1] - days[0]).days + 1)
    records = tuple(one.id for one in (own[0], own[-1]))
    return Outlook(project, deadline, left, pace, max(0, math.floor(left * pace)), records)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def outlook_data(one: Outlook) -> tuple[Datum, ...]:
    """Return the days left, the pace, and how many experiments fit."""
    days = derived(
        "days-left",
        one.project,
        one.days,
        f"days from the last experiment of {one.project} to {one.deadline}",
        formula="deadline - date of the last experiment",
        records=one.record_ids,
        unit="days",
    )
    pace = derived(
        "pace",
        one.project,
        one.pace,
        f"experiments a day of {one.project}",
        formula="experiments / days from the first to the last, both included",
        records=one.record_ids,
    )
    fits = derived(
        "fits",
        one.project,
        one.fits,
        f"experiments of {one.project} that fit before the deadline at that pace",
        formula="days left x pace, rounded down",
        operands=[days.id, pace.id],
        records=one.record_ids,
        unit="experiments",
    )
    return days, pace, fits
