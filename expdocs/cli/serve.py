"""expdocs serve: the site on this machine, built anew on every change."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.output import note
from expdocs.site.build import serve
from expdocs.workspace import Workspace


@click.command(
    "serve",
    epilog="Example: expdocs serve --open",
    short_help="Serve the site here; it follows every change.",
)
@click.option(
    "--address",
    default="127.0.0.1:8000",
    metavar="HOST:PORT",
    help="Where to serve.",
    show_default=True,
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
def command(address: str, open_browser: bool) -> int:
    """Serve the site on this machine and build it anew when a record or its evidence changes."""
    workspace = Workspace.open(Path.cwd())
    note(f"building; then open http://{address}/ (end with Ctrl-C)")
    serve(workspace, address, open_browser=open_browser)
    return 0
