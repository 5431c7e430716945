"""expdocs suggest: what to try next, and what not."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.pages import (
    Wanted,
    make_pages,
    page_name,
    page_path,
    preview_pages,
    writing_options,
)
from expdocs.errors import UsageError
from expdocs.narrative.asking import CHANCE, DEADLINE, DEFAULT_TOP, HOURS, MOST, TOP, TRIES
from expdocs.narrative.page import Request
from expdocs.narrative.writers import OFFLINE, Choice
from expdocs.spelling import closest
from expdocs.workspace import Workspace


@click.command(
    "suggest",
    epilog="Example: expdocs suggest --project churn --budget-hours 40 --deadline 2026-12-01",
    short_help="Say what to try next, and what not.",
)
@click.argument("page", required=False, metavar="[PAGE]")
@click.option("--project", default="", metavar="NAME", help="Only records of this project.")
@click.option("--budget-hours", type=click.FloatRange(0), help="Run hours that may be spent yet.")
@click.option("--deadline", metavar="DATE", help="The day by which it has to be done.")
@click.option(
    "--top",
    type=click.IntRange(1, MOST),
    default=DEFAULT_TOP,
    show_default=True,
    help="How many candidates are told; the table shows all.",
)
@click.option("--exhausted-tries", type=click.IntRange(1), help="Tries that may exhaust a line.")
@click.option(
    "--exhausted-chance",
    type=click.FloatRange(0, 100),
    help="Per cent; how unlikely so many tries without a new best have to be.",
)
@click.option("--language", default="en", show_default=True, metavar="TAG", help="Such as zh.")
@writing_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    page: str | None,
    project: str,
    budget_hours: float | None,
    deadline: str | None,
    top: int,
    exhausted_tries: int | None,
    exhausted_chance: float | None,
    language: str,
    provider: str | None,
    model: str | None,
    effort: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Write a page with the next experiments by priority, and with what is of little value now.

    Candidates come from recorded next steps, options that were put off, missing baselines, untested
    levels and missing seeds. Without --budget-hours and --deadline a compact's constraints count.
    """
    workspace = Workspace.open(Path.cwd())
    _known(workspace, project)
    given = {
        HOURS: budget_hours,
        DEADLINE: deadline,
        TOP: top if top != DEFAULT_TOP else None,
        TRIES: exhausted_tries,
        CHANCE: exhausted_chance,
    }
    options = {name: str(value) for name, value in given.items() if value is not None}
    request = Request("suggest", project=project, language=language, options=options)
    path = page_path(workspace, page or page_name(request))
    wanted = Wanted(path, request, Choice(provider or OFFLINE, model or "", effort or ""))
    if dry_run:
        preview_pages(workspace, [wanted])
    else:
        make_pages(workspace, [wanted], as_json=as_json)
    return 0


def _known(workspace: Workspace, project: str) -> None:
    names = sorted({record.text_of("project") for record in workspace.corpus.records} - {""})
    if project and project not in names:
        near = closest(project, names)
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(names[:MOST])}"
        raise UsageError(f"no record is of the project '{project[:64]}'", hint)
