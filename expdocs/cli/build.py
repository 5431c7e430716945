"""expdocs build: the site, as files that open without a server."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.output import note, plain
from expdocs.site.build import build
from expdocs.workspace import Workspace


@click.command(
    "build", epilog="Example: expdocs build -o public", short_help="Build the site into site/."
)
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to write; site/ beside mkdocs.yml otherwise.",
)
def command(output: Path | None) -> int:
    """Build a site of all records that opens from its files, without a server or a network.

    Findings do not stop it: they stand on the pages, and all of them on the audit page. When the
    build fails, an earlier site stays as it was.
    """
    workspace = Workspace.open(Path.cwd())
    built = build(workspace, output or workspace.root / "site")
    click.echo(plain(f"open {_shown(built.folder / 'index.html')}"))
    counted = f"{_count(built.records, 'record')} on {_count(built.pages, 'page')}"
    if built.errors or built.warnings:
        told = f"{_count(built.errors, 'error')} and {_count(built.warnings, 'warning')}"
        note(f"{counted}; the check reports {told}, listed on audit.html")
    else:
        note(f"{counted}; the check reports nothing")
    return 0


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
