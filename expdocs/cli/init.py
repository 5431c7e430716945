"""expdocs init: set a repository up."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.output import plain
from expdocs.edit.initialise import initialise
from expdocs.history import History
from expdocs.workspace import Workspace


@click.command("init", epilog="Example: expdocs init", short_help="Set this repository up.")
@click.option("--git-hooks", is_flag=True, help="Also write hooks/ for plain git.")
def command(git_hooks: bool) -> int:
    """Write configuration, folders, mkdocs.yml, hooks and CI files; keep whatever exists.

    Safe to run again: files that exist are kept, and advice is printed for those to be merged.
    """
    workspace = Workspace.open(Path.cwd())
    name = "".join(c for c in workspace.root.name if c.isalnum() or c in " ._-") or "Experiments"
    branch = History(workspace.root).branch()
    steps = initialise(workspace, branch=branch, name=name, git_hooks=git_hooks)
    for step in steps:
        click.echo(plain(f"{step.did:<8}  {step.path}"))
    for step in (step for step in steps if step.advice):
        click.echo(f"\n{step.path} is yours; to use expdocs with it, add:\n")
        click.echo("\n".join(f"    {line}" for line in step.advice.rstrip().splitlines()))
    changed = [step.path for step in steps if step.did != "kept"]
    if git_hooks:
        click.echo("\nto use the hooks: git config core.hooksPath hooks")
    if not changed:
        click.echo("\nnothing to do: this repository is set up")
        return 0
    click.echo(f"\ngit add {' '.join(changed)}")
    click.echo("next: expdocs new experiment 'What you found' --run last")
    return 0
