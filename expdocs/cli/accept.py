"""expdocs accept: freeze a record and the facts that it rests on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from expdocs.cli.output import plain
from expdocs.edit.lifecycle import accept
from expdocs.workspace import Workspace


@click.command(
    "accept",
    epilog="Example: expdocs accept DEC-2026-11-20-318 --by li",
    short_help="Accept a proposed record.",
)
@click.argument("record")
@click.option("--by", required=True, metavar="NAME", help="Who accepts: an id, a name or an email.")
def command(record: str, by: str) -> int:
    """Accept a proposed record whose check is clean.

    Writes who, when, and the digests of what the record says and of the evidence it cites. Where
    the kind asks for four eyes, an author cannot accept. Superseded records are marked.
    """
    workspace = Workspace.open(Path.cwd())
    written = accept(workspace, record, by, datetime.now(UTC))
    for path in written:
        click.echo(plain(f"wrote {path}"))
    click.echo(plain(f"git add {' '.join(written)}"))
    return 0
