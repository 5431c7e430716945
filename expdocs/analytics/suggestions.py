"""What to do next, from a history, a gap, a budget and a deadline: all that a page shows of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from expdocs.analytics.allowance import Allowed, allowances
from expdocs.analytics.best import Best, bests
from expdocs.analytics.budget import Cost, Spent, by_approach, by_project, cost_of, spent
from expdocs.analytics.candidates import candidates
from expdocs.analytics.changes import MetricChange, metric_changes
from expdocs.analytics.exhaustion import Line, Rule, lines
from expdocs.analytics.gap import Gap, gaps
from expdocs.analytics.history import History
from expdocs.analytics.missing import MissingBaseline, missing_baselines
from expdocs.analytics.outlook import (
    Judgement,
    Outlook,
    judge,
    outlook,
)
from expdocs.analytics.priority import Known, Scored, fitting, scored
from expdocs.analytics.repeats import Repeat, repeats
from expdocs.analytics.trial import Series


class Asked(NamedTuple):
    """What is asked for: run hours that may still be spent, the day by which, and the rule.

    None and an empty text mean what the compacts say, if they say anything.
    """

    hours: float | None = None
    deadline: str = ""
    rule: Rule = Rule()


class Left(NamedTuple):
    """The run hours that a project may still spend, and where that is from.

    ``budget`` and ``spent`` are those since the compact ``record_id``; both are None where the
    hours were asked for.
    """

    project: str
    hours: float
    record_id: str
    budget: float | None = None
    spent: Cost | None = None


class Ranked(NamedTuple):
    """A scored candidate, and whether it fits into what is left of hours and days."""

    scored: Scored
    fits: bool


class Suggestions(NamedTuple):
    """Everything that was found; by project where it is a mapping."""

    ranked: tuple[Ranked, ...]
    lines: tuple[Line, ...]
    repeats: tuple[Repeat, ...]
    missing: tuple[MissingBaseline, ...]
    judgements: tuple[Judgement, ...]
    bests: tuple[Best, ...]
    gaps: Mapping[str, Gap]
    changes: tuple[MetricChange, ...]
    spent: Mapping[str, Cost]
    left: Mapping[str, Left]
    outlooks: Mapping[str, Outlook]
    counted: Mapping[tuple[str, str], tuple[int, int, str]]


def suggest(history: History, asked: Asked, with_steps: Collection[str] = ()) -> Suggestions:
    """Return what to do next; ``with_steps`` are the records that name next steps."""
    found, runs = lines(history, asked.rule), spent(history)
    missing, changes = missing_baselines(history), metric_changes(history)
    targets = {gap.target.project: gap for gap in gaps(history)}
    stated = allowances(history)
    left = _left(history, asked, stated, runs)
    outlooks = _outlooks(history, asked, stated)
    known = _known(history, found, targets, changes, runs, left)
    listed = scored(candidates(history, found, missing, with_steps), known)
    return Suggestions(
        ranked=_ranked(listed, left, outlooks),
        lines=found,
        repeats=repeats(history),
        missing=missing,
        judgements=tuple(judge(p, found, targets.get(p), changes) for p in history.projects),
        bests=tuple(known.bests.values()),
        gaps=targets,
        changes=changes,
        spent=known.spent,
        left=left,
        outlooks=outlooks,
        counted=known.tries,
    )


def _ranked(
    listed: Sequence[Scored], left: Mapping[str, Left], outlooks: Mapping[str, Outlook]
) -> tuple[Ranked, ...]:
    fits: dict[str, bool] = {}
    for project in {one.candidate.project for one in listed}:
        own = [one for one in listed if one.candidate.project == project]
        hours = left[project].hours if project in left else None
        number = outlooks[project].fits if project in outlooks else None
        subjects = [one.candidate.subject for one in own]
        fits |= dict(zip(subjects, fitting(own, hours, number), strict=True))
    return tuple(Ranked(one, fits[one.candidate.subject]) for one in listed)


def _left(
    history: History, asked: Asked, stated: Mapping[str, Allowed], runs: Sequence[Spent]
) -> dict[str, Left]:
    found: dict[str, Left] = {}
    dates = {record.id: record.text_of("date") for record in history.records}
    for project in history.projects:
        own = [one for one in runs if one.project == project]
        allowed = stated.get(project)
        if asked.hours is not None:
            latest = [one for one in history.experiments if one.text_of("project") == project][-1]
            found[project] = Left(project, asked.hours, latest.id)
        elif allowed is not None and allowed.hours is not None:
            since = cost_of(one for one in own if one.date >= dates[allowed.record_id])
            hours = allowed.hours - since.hours
            found[project] = Left(project, hours, allowed.record_id, allowed.hours, since)
    return found


def _outlooks(history: History, asked: Asked, stated: Mapping[str, Allowed]) -> dict[str, Outlook]:
    found = {}
    for project in history.projects:
        own = stated[project].deadline if project in stated else ""
        if day := asked.deadline or own:
            one = outlook(project, history, day)
            if one is not None:
                found[project] = one
    return found


# --- what candidates are scored by


def _known(
    history: History,
    found: Sequence[Line],
    targets: Mapping[str, Gap],
    changes: Sequence[MetricChange],
    runs: Sequence[Spent],
    left: Mapping[str, Left],
) -> Known:
    known = {one.series: one for one in bests(history.standing)}
    projects = [record.text_of("project") for record in history.experiments]
    return Known(
        tries=_tries(found, known),
        runs=_runs_behind(found, known),
        bests=known,
        gaps=targets,
        metrics=_wanted(history, targets, changes),
        costs=by_approach(runs),
        spent=by_project(runs),
        experiments={project: projects.count(project) for project in projects},
        budget={project: one.hours for project, one in left.items()},
    )


def _tries(
    found: Sequence[Line], known: Mapping[Series, Best]
) -> dict[tuple[str, str], tuple[int, int, str]]:
    """Return the tries of each line at its metric, and how many of them were a new best."""
    counted = {}
    for line in found:
        if line.streaks:
            streak = line.streaks[0]
            steps = known[streak.series].steps[1:]
            records = sum(trial.approach == line.approach for trial in steps)
            counted[line.project, line.approach] = (streak.tries, records, streak.subject)
    return counted


def _runs_behind(found: Sequence[Line], known: Mapping[Series, Best]) -> dict[tuple[str, str], int]:
    """Return how many runs repeat the best of a line's own trials that count."""
    behind: dict[tuple[str, str], int] = {}
    for line in found:
        for streak in line.streaks:
            own = [t for t in known[streak.series].tried if t.approach == line.approach]
            most = max((1 if trial.sweep else len(trial.runs) for trial in own), default=0)
            key = line.project, line.approach
            behind[key] = max(behind.get(key, 0), most)
    return behind


def _wanted(
    history: History, targets: Mapping[str, Gap], changes: Sequence[MetricChange]
) -> dict[str, frozenset[str]]:
    """Return the metrics that targets name, and those that decisions put in their place."""
    wanted: dict[str, frozenset[str]] = {}
    for project, gap in targets.items():
        names = {gap.target.metric}
        for change in changes:
            if change.rename.project == project and change.rename.old in names:
                names.add(change.rename.new)
        wanted[project] = frozenset(history.quantity(project, name) for name in names)
    return wanted
