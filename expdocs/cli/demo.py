"""expdocs demo: a repository to look around in, with real data, runs, history and records."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click

from expdocs.cli.output import note, plain
from expdocs.demo.make import SEED, make_demo
from expdocs.site.build import build
from expdocs.workspace import Workspace


@click.command(
    "demo",
    epilog="Example: expdocs demo /tmp/expdocs-demo",
    short_help="Make a demo repository with real runs.",
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--seed", type=click.IntRange(0, 9999), default=SEED, help="Which numbers.", show_default=True
)
@click.option("--no-site", is_flag=True, help="Do not build the site.")
def command(directory: Path, seed: int, no_site: bool) -> int:
    """Make a repository in DIR: two projects with real data in DVC and real runs in MLflow.

    DIR must be new or empty. The same seed gives the same story and numbers; run ids and times
    are new each time. Takes a minute or two; needs the extra `demo`, and no network.
    """
    begun = time.monotonic()

    def progress(step: str) -> None:
        note(f"[{time.monotonic() - begun:3.0f} s] {step}")

    root = make_demo(directory, seed, progress)
    page = None if no_site else _site(root, progress)
    click.echo(plain(f"the demo is in {root}"))
    if page:
        click.echo(plain(f"its site: {page}"))
    click.echo(plain(f"\nlook around:\n  cd {root}\n  git log --graph --oneline"))
    click.echo("  expdocs check\n  expdocs build")
    return 0


def _site(root: Path, progress: Callable[[str], None]) -> Path | None:
    if find_spec("mkdocs") is None:
        progress("the site is not built: it needs the extra 'site'")
        return None
    progress("building the site")
    return build(Workspace.open(root), root / "site").folder / "index.html"
