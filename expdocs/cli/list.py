"""expdocs list: the records, chosen and sorted, in a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from expdocs.cli.asking import shelf_of
from expdocs.cli.columns import padded, shortened, terminal_width, width_of
from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, styled
from expdocs.errors import UsageError
from expdocs.narrative.why.database import Summary
from expdocs.spelling import closest
from expdocs.workspace import Workspace

VERSION = 1
SORTS = ("date", "id", "title", "status", "kind", "project", "approach", "verdict")
COLOURS = {"accepted": "green", "proposed": "cyan", "rejected": "red", "draft": "yellow"}
# What is shown beside the title, as far as it fits: its name and the most columns it takes.
_COLUMNS = (("id", 24), ("status", 10), ("date", 10), ("verdict", 8), ("approach", 20))
_TITLE = 30
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    "list",
    epilog="Example: expdocs list --kind decision --status accepted --since 2026-09-01",
    short_help="List records by kind, status, project, tag, approach, author and day.",
)
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Of this kind, or of several.")
@click.option("--status", "statuses", multiple=True, metavar="STATUS", help="In this status.")
@click.option("--project", "projects", multiple=True, metavar="NAME", help="Of this project.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="With this tag, and every other.")
@click.option("--approach", "approaches", multiple=True, metavar="NAME", help="Of this approach.")
@click.option("--author", "authors", multiple=True, metavar="ID", help="By this author.")
@click.option("--since", type=_DAY, metavar="YYYY-MM-DD", help="From this day on.")
@click.option("--until", type=_DAY, metavar="YYYY-MM-DD", help="Up to this day.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="date",
    show_default=True,
    help="What to sort by; the newest day comes first, else a comes before z.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    projects: tuple[str, ...],
    tags: tuple[str, ...],
    approaches: tuple[str, ...],
    authors: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    sort: str,
    as_json: bool,
) -> int:
    """List the records that fit all that is asked for, the newest first."""
    workspace = Workspace.open(Path.cwd())
    _known("kind", kinds, workspace.registry.names())
    _known("status", statuses, {s for kind in workspace.registry for s in kind.statuses})
    found = shelf_of(workspace).summaries()
    one_of = {"kind": kinds, "status": statuses, "project": projects, "approach": approaches}
    for name, wanted in one_of.items():
        found = [one for one in found if not wanted or getattr(one, name) in wanted]
    found = [one for one in found if set(tags) <= set(one.tags)]
    found = [one for one in found if not authors or not set(authors).isdisjoint(one.authors)]
    listed = _sorted(_between(found, since, until), sort)
    if as_json:
        click.echo(dump({"version": VERSION, "records": [one._asdict() for one in listed]}))
    elif listed:
        click.echo("\n".join(_table(listed)))
    else:
        note("no record fits")
    return 0


def _known(what: str, given: Sequence[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            close = closest(name, sorted(known))
            hint = f"did you mean '{close}'?" if close else f"there are: {', '.join(sorted(known))}"
            raise UsageError(f"there is no {what} '{name[:60]}'", hint)


def _between(
    found: Iterable[Summary], since: datetime | None, until: datetime | None
) -> list[Summary]:
    first, last = since and f"{since:%Y-%m-%d}", until and f"{until:%Y-%m-%d}"
    return [one for one in found if (first or one.date) <= one.date <= (last or one.date)]


def _sorted(found: Sequence[Summary], sort: str) -> list[Summary]:
    newest = sorted(found, key=lambda one: (one.date, one.id, one.path), reverse=True)
    if sort == "date":
        return newest
    return sorted(newest, key=lambda one: str(getattr(one, sort)).casefold())


def _table(listed: Sequence[Summary]) -> Iterator[str]:
    """Yield a line for each record; columns that are empty, or do not fit, are left out."""
    cells = {
        name: [shortened(_shown(one, name), most) for one in listed] for name, most in _COLUMNS
    }
    widths = {name: max(map(width_of, texts)) for name, texts in cells.items()}
    left, shown = terminal_width(), []
    for name, width in widths.items():
        if width and (name == "id" or left - width - 2 >= _TITLE):
            shown.append(name)
            left -= width + 2
    for number, one in enumerate(listed):
        parts = [_styled(padded(cells[name][number], widths[name]), name, one) for name in shown]
        yield "  ".join([*parts, shortened(one.title, left)]).rstrip()


def _shown(one: Summary, name: str) -> str:
    return one.id or one.path if name == "id" else str(getattr(one, name))


def _styled(text: str, name: str, one: Summary) -> str:
    colour = COLOURS.get(one.status) if name == "status" else None
    return styled(text, colour) if colour else text
