"""expdocs fix: repair what is mechanical."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from expdocs.cli.output import plain
from expdocs.edit.fix import Repair, apply_repair, repairs
from expdocs.errors import UsageError
from expdocs.rules.engine import covers
from expdocs.workspace import Workspace


@click.command("fix", epilog="Example: expdocs fix --diff", short_help="Repair what is mechanical.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--diff", is_flag=True, help="Show what would change and change nothing.")
def command(paths: tuple[str, ...], diff: bool) -> int:
    """Write run tables anew, make line ends LF, remove byte order marks, name files by their id.

    Every other byte stays as it is, and accepted records are never touched.
    """
    workspace = Workspace.open(Path.cwd())
    chosen = [workspace.relative(path) for path in paths]
    for path, given in zip(chosen, paths, strict=True):
        if not (workspace.root / path).exists():
            raise UsageError(f"{given} does not exist")
    with workspace.context() as context:
        found = [repair for repair in repairs(context) if covers(chosen, repair.path)]
    for repair in found:
        if diff:
            click.echo(_difference(repair), nl=False)
        else:
            apply_repair(workspace, repair)
            click.echo(plain(f"{repair.path}: {', '.join(repair.what)}"))
    if not diff:
        click.echo(f"{len(found)} file{'s' if len(found) != 1 else ''} changed")
    return 0


def _difference(repair: Repair) -> str:
    old, new = repair.old.splitlines(keepends=True), repair.new.splitlines(keepends=True)
    lines = difflib.unified_diff(old, new, f"a/{repair.path}", f"b/{repair.new_path}")
    shown = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    return plain(shown) if shown else f"rename {repair.path} to {repair.new_path}\n"
