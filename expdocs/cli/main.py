"""The command group; each command's module is imported when the command is called."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click

from expdocs import __version__
from expdocs.gitcommand import OF_ANOTHER_REPOSITORY

COMMANDS = {
    "init": "expdocs.cli.init",
    "new": "expdocs.cli.new",
    "check": "expdocs.cli.check",
    "fix": "expdocs.cli.fix",
    "explain": "expdocs.cli.explain",
    "evidence": "expdocs.cli.evidence",
    "accept": "expdocs.cli.accept",
    "supersede": "expdocs.cli.supersede",
    "kinds": "expdocs.cli.kinds",
    "build": "expdocs.cli.build",
    "serve": "expdocs.cli.serve",
    "demo": "expdocs.cli.demo",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, so that starting up stays cheap."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line help."""
        found = ((name, self.get_command(ctx, name)) for name in COMMANDS)
        rows = [(name, c.get_short_help_str(80)) for name, c in found if c]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
