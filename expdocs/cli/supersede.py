"""expdocs supersede: replace an accepted record by a new one, never by rewriting it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from expdocs.cli.output import plain
from expdocs.edit.lifecycle import supersede
from expdocs.edit.scaffold import create, refuse_broken
from expdocs.errors import UsageError
from expdocs.history import History
from expdocs.records.links import SUPERSEDES
from expdocs.records.record import Record
from expdocs.workspace import Workspace


@click.command(
    "supersede",
    epilog="Example: expdocs supersede DEC-2026-11-20-318 --title 'Serve the calibrated model'",
    short_help="Replace a record by a successor.",
)
@click.argument("old")
@click.option("--title", help="Write a draft successor with this title.")
@click.option("--by", "new", metavar="ID", help="The record that supersedes it.")
def command(old: str, title: str | None, new: str | None) -> int:
    """Write a successor's draft, or name the record that supersedes OLD.

    OLD becomes superseded when its successor is accepted.
    """
    if (title is None) == (new is None):
        raise UsageError("give either --title for a new draft or --by for an existing record")
    workspace = Workspace.open(Path.cwd())
    if title is not None:
        path = _successor(workspace, workspace.record(old), title)
        click.echo(plain(f"git add {path}"))
        click.echo(plain(path))
        return 0
    written = supersede(workspace, old, str(new))
    for path in written:
        click.echo(plain(f"wrote {path}"))
    click.echo(plain(f"git add {' '.join(written)}"))
    return 0


def _successor(workspace: Workspace, old: Record, title: str) -> str:
    if SUPERSEDES not in old.kind.links:
        raise UsageError(f"a {old.kind.name} has no links of type '{SUPERSEDES}'")
    author = History(workspace.root).author(workspace.settings)
    values = {
        "authors": [author] if author else [],
        "project": old.text_of("project"),
        "tags": list(old.texts_of("tags")),
        "links": [{"type": SUPERSEDES, "target": old.id}],
    }
    refuse_broken(old.kind, title, values)
    return create(workspace, old.kind, title, datetime.now().astimezone().date(), values)
