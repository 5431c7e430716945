"""expdocs evidence status: which runs, experiments and registered versions have no story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line
from expdocs.config import Untold
from expdocs.errors import UsageError
from expdocs.facts.census import State
from expdocs.facts.coverage import (
    WITHOUT,
    Coverage,
    CoveredExperiment,
    Story,
    Tally,
    coverage,
)
from expdocs.questions import unnoted
from expdocs.workspace import Workspace

VERSION = 1
MOST_LINES = 8
MOST_NOTES = 2


@click.command(
    "status",
    epilog="Example: expdocs evidence status --project churn --fail-over 0",
    short_help="Count the runs and registered versions without a story.",
)
@click.option("--project", metavar="NAME", help="Count one project only.")
@click.option(
    "--fail-over", type=click.IntRange(min=0), metavar="N", help="Exit with 1 beyond this figure."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(project: str | None, fail_over: int | None, as_json: bool) -> int:
    """Tell which runs, experiments and registered versions nobody tells of, by project.

    A run has a story when a record that is no draft lists it or a sweep above it. What needs none
    is named with its reason under `untold` in the configuration. Offline: all comes from
    committed evidence.
    """
    workspace = Workspace.open(Path.cwd())
    evidence = workspace.passing_evidence(unnoted)
    found = coverage(workspace.corpus.records, evidence, workspace.settings)
    if project is not None:
        found = _of_project(found, project, workspace)
    if as_json:
        click.echo(dump(_document(found)))
    else:
        for line in _lines(found, workspace.settings.evidence):
            click.echo(one_line(line))
    if unread := len(workspace.corpus.unread):
        files = "1 record file" if unread == 1 else f"{unread} record files"
        note(f"{files} cannot be read, so nothing in there counts; see: expdocs check")
    return _exit_code(found, fail_over)


def _of_project(found: Coverage, project: str, workspace: Workspace) -> Coverage:
    known = {*found.projects, *(r.text_of("project") for r in workspace.corpus.records)} - {""}
    if project not in known:
        hint = f"there are: {', '.join(sorted(known)[:20])}" if known else "no record names one"
        raise UsageError(f"no run and no record belongs to a project '{project[:60]}'", hint)
    return found.of(project)


def _exit_code(found: Coverage, fail_over: int | None) -> int:
    if fail_over is None:
        return 0
    if found.unreadable:
        note("some evidence cannot be read, so nobody knows whether the figure is right")
        return 1
    if found.figure > fail_over:
        note(f"{found.figure} without a story, more than {fail_over}")
        return 1
    return 0


# --- as text


def _lines(found: Coverage, folder: str) -> Iterator[str]:
    if found.experiments or found.versions:
        yield from _summary(found)
        yield from _holes(found)
        yield from _left_out(found)
    else:
        yield f"{folder} knows of no run; see: expdocs evidence pull --help"
    yield from _doubts(found)


def _summary(found: Coverage) -> Iterator[str]:
    runs, versions, experiments = found.runs, found.registered, found.told_experiments
    parts = [_share(runs, "runs")]
    if versions.total:
        parts.append(_share(versions, "registered versions"))
    drafts = f" ({runs.draft} of the runs in drafts)" if runs.draft else ""
    yield f"{found.figure} without a story: {', '.join(parts)}{drafts}"
    yield f"{_share(experiments, 'experiments')} without any"
    states = ((state, sum(one.number(state) for one in found.experiments)) for state in State)
    if counts := [f"{count} {state}" for state, count in states if count]:
        yield f"of all runs: {', '.join(counts)}"


def _share(tally: Tally, what: str) -> str:
    return f"{tally.without} of {tally.total} {what}"


def _holes(found: Coverage) -> Iterator[str]:
    """Yield the largest holes by project; all the rest is one line."""
    room, more = MOST_LINES, 0
    if found.figure:
        yield ""
    for project in found.projects:
        own = found.of(project)
        holes = [*_experiment_lines(own), *_version_lines(own)]
        shown = holes[: max(0, room - 1)]
        if shown:
            yield f"{project or 'no project'}: {own.figure} without a story"
            yield from shown
            room -= 1 + len(shown)
        more += len(holes) - len(shown)
    if more:
        yield f"and {more} more; all of them: expdocs evidence status --json"


def _experiment_lines(own: Coverage) -> Iterator[str]:
    for one in own.experiments:
        if one.runs.without:
            states = ((s, sum(one.number(s, story) for story in WITHOUT)) for s in State)
            shown = ", ".join(f"{count} {state}" for state, count in states if count)
            yield f"  {one.name}: {_share(one.runs, 'runs')} ({shown})"


def _version_lines(own: Coverage) -> Iterator[str]:
    for one in own.versions:
        if one.story in WITHOUT:
            run = f"run {one.run_id[:12]}" if one.run_id else "no run"
            yield f"  model {one.model}, version {one.version}: {run}"


def _left_out(found: Coverage) -> Iterator[str]:
    if found.exclusions:
        yield ""
    for entry, used in found.exclusions[:MOST_NOTES]:
        yield f"left out: {used} by {named(entry)}: {entry.reason}"
    if rest := found.exclusions[MOST_NOTES:]:
        yield f"left out: {sum(one.used for one in rest)} by {len(rest)} more reasons"


def named(entry: Untold) -> str:
    """Return what an entry of the configuration leaves out."""
    if entry.experiment:
        return f"experiment '{entry.experiment}'{f', {entry.state}' if entry.state else ''}"
    return f"model '{entry.model}'" if entry.model else f"run {entry.run[:12]}"


def _doubts(found: Coverage) -> Iterator[str]:
    """Yield what the figure cannot know."""
    partly = [one.name for one in found.experiments if not one.whole]
    if partly:
        yield f"only runs that were pulled are known of: {_some(partly)}"
    for one in found.unreadable[:MOST_NOTES]:
        yield f"not counted: {one.path}: {one.message}"
    if rest := len(found.unreadable) - MOST_NOTES:
        yield from [f"not counted: {rest} more files that cannot be read"] if rest > 0 else []


def _some(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NOTES
    return ", ".join(names[:MOST_NOTES]) + (f" and {rest} more" if rest > 0 else "")


# --- as JSON


def _document(found: Coverage) -> dict[str, Any]:
    return {
        "version": VERSION,
        "figure": found.figure,
        "runs": _tally(found.runs),
        "experiments": _tally(found.told_experiments),
        "registered_versions": _tally(found.registered),
        "projects": [_project(found.of(name), name) for name in found.projects],
        "left_out": [
            {**{k: v for k, v in one.entry._asdict().items() if v}, "count": one.used}
            for one in found.exclusions
        ],
        "unreadable": [one._asdict() for one in found.unreadable],
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {"total": tally.total, "without": tally.without, **tally._asdict()}


def _project(own: Coverage, name: str) -> dict[str, Any]:
    return {
        "project": name,
        "figure": own.figure,
        "runs": _tally(own.runs),
        "experiments": [_experiment(one) for one in own.experiments],
        "registered_versions": [one._asdict() for one in own.versions],
    }


def _experiment(one: CoveredExperiment) -> dict[str, Any]:
    states = {
        str(state): {"total": one.number(state), **{str(s): one.number(state, s) for s in Story}}
        for state in State
    }
    return {
        "id": one.experiment_id,
        "name": one.name,
        "whole": one.whole,
        "story": one.story,
        "runs": _tally(one.runs),
        "states": states,
        "without": list(one.without),
    }
