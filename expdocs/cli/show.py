"""expdocs show: one record in the terminal, with everything that is known about it."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.asking import shelf_of
from expdocs.cli.formats.as_json import dump
from expdocs.cli.portraitjson import document
from expdocs.cli.portraittext import portrait_lines
from expdocs.narrative.portrait import Portrait, draw
from expdocs.narrative.why.shelf import Shelf
from expdocs.records.record import Record
from expdocs.workspace import Workspace


@click.command(
    "show",
    epilog="Example: expdocs show EXP-2026-11-20-417",
    short_help="Show a record: status, links, evidence, outcome, gates, numbers, what is open.",
)
@click.argument("record")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(record: str, as_json: bool) -> int:
    """Show RECORD, an id or a path, with what the committed evidence says of it. Offline."""
    workspace = Workspace.open(Path.cwd())
    shelf = shelf_of(workspace)
    portrait = _portrait(workspace, shelf, _found(workspace, shelf, record))
    lines = portrait_lines(portrait)
    click.echo(dump(document(portrait)) if as_json else "\n".join(lines))
    return 0


def _found(workspace: Workspace, shelf: Shelf, name: str) -> Record:
    found = shelf.index.record(name) or shelf.record_at(workspace.relative(name))
    return found or workspace.record(name)


def _portrait(workspace: Workspace, shelf: Shelf, record: Record) -> Portrait:
    with workspace.repository.objects:
        return draw(record, shelf, workspace.read_commits(shelf.evidence))
