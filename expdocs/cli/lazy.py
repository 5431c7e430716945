"""Groups whose commands are imported when they are called, so that starting up stays cheap."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own: ``modules`` maps names to them.

    Each module has its command under the name ``command``.
    """

    def __init__(self, *arguments: Any, modules: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which people meet them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if name not in self._modules:
            return None
        command: click.Command = importlib.import_module(self._modules[name]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their one-line help."""
        found = ((name, self.get_command(ctx, name)) for name in self._modules)
        rows = [(name, c.get_short_help_str(80)) for name, c in found if c]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
