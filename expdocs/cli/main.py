"""The command group; each command's module is imported when the command is called."""

from __future__ import annotations

import os
from pathlib import Path

import click

from expdocs import __version__
from expdocs.cli.lazy import LazyGroup
from expdocs.gitcommand import OF_ANOTHER_REPOSITORY

COMMANDS = {
    "init": "expdocs.cli.init",
    "new": "expdocs.cli.new",
    "log": "expdocs.cli.log",
    "decide": "expdocs.cli.decide",
    "check": "expdocs.cli.check",
    "fix": "expdocs.cli.fix",
    "explain": "expdocs.cli.explain",
    "evidence": "expdocs.cli.evidence",
    "cite": "expdocs.cli.cite",
    "accept": "expdocs.cli.accept",
    "supersede": "expdocs.cli.supersede",
    "similar": "expdocs.cli.similar",
    "synth": "expdocs.cli.synth",
    "suggest": "expdocs.cli.suggest",
    "reproduce": "expdocs.cli.reproduce",
    "why": "expdocs.cli.why",
    "show": "expdocs.cli.show",
    "list": "expdocs.cli.list",
    "kinds": "expdocs.cli.kinds",
    "build": "expdocs.cli.build",
    "serve": "expdocs.cli.serve",
    "doctor": "expdocs.cli.doctor",
    "demo": "expdocs.cli.demo",
}


@click.group(
    cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="expdocs %(version)s")
@click.option(
    "-C",
    "directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run as if started in this folder.",
)
def cli(directory: Path | None) -> None:
    """Keep the why of your experiments: records in git, bound to evidence, published as a site."""
    for name in OF_ANOTHER_REPOSITORY:  # for the sake of libraries that start git themselves
        os.environ.pop(name, None)
    if directory is not None:
        os.chdir(directory)
