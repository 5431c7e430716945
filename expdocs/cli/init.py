"""expdocs init: set a repository up."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from expdocs.cli.output import plain
from expdocs.edit.initialise import Step, initialise
from expdocs.workspace import Workspace


@click.command("init", epilog="Example: expdocs init", short_help="Set this repository up.")
@click.option("--git-hooks", is_flag=True, help="Also write hooks/ for plain git.")
def command(git_hooks: bool) -> int:
    """Write configuration, folders, mkdocs.yml, hooks and CI files; keep whatever exists.

    Safe to run again: files that exist are kept, and advice is printed for those to be merged.
    """
    workspace = Workspace.open(Path.cwd())
    steps = initialise(workspace, git_hooks=git_hooks)
    for step in steps:
        click.echo(plain(f"{step.did:<8}  {step.path}"))
    for step in (step for step in steps if step.advice):
        click.echo(f"\n{step.path} is yours; to use expdocs with it, add:\n")
        click.echo("\n".join(f"    {line}" for line in step.advice.rstrip().splitlines()))
    _next(workspace.root, steps, git_hooks=git_hooks)
    return 0


def _next(root: Path, steps: Sequence[Step], *, git_hooks: bool) -> None:
    changed = [step.path for step in steps if step.did != "kept"]
    if not changed:
        click.echo("\nnothing to do: this repository is set up")
    if git_hooks:
        click.echo("\nto use the hooks: git config core.hooksPath hooks")
    elif ".pre-commit-config.yaml" in changed:
        click.echo("\nto use the hooks: pre-commit install   (or: prek install)")
    if changed:
        here = [os.path.relpath(root.resolve() / path, Path.cwd().resolve()) for path in changed]
        click.echo(plain(f"\ngit add {shlex.join(here)}"))
        click.echo("next: expdocs new experiment 'What you found' --run last")
