"""expdocs kinds: what kinds of records there are, and overriding a shipped one."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.atomic import create_bytes
from expdocs.errors import Refused, UsageError
from expdocs.kinds.registry import FILES, Kind, shipped_folder
from expdocs.workspace import Workspace


@click.group("kinds", short_help="List the kinds of records; eject a shipped one.")
def command() -> None:
    """Kinds are data: a folder schemas/KIND/ with schema.json, kind.yaml and template.md."""


@command.command("list", epilog="Example: expdocs kinds list")
def list_command() -> int:
    """List the kinds with their prefix, version and origin."""
    for kind in Workspace.open(Path.cwd()).registry:
        click.echo(f"{kind.name:<14} {kind.prefix:<6} v{kind.version}  {kind.origin}")
    return 0


@command.command("show", epilog="Example: expdocs kinds show experiment")
@click.argument("name")
def show_command(name: str) -> int:
    """Describe the fields, sections and links of a kind."""
    workspace = Workspace.open(Path.cwd())
    kind = workspace.registry.get(name)
    if kind is None:
        known = ", ".join(workspace.registry.names())
        raise UsageError(f"'{name}' is no kind of record", f"there are: {known}")
    click.echo(f"{kind.title} ({kind.prefix}-YYYY-MM-DD-NNN, v{kind.version}, {kind.origin})")
    click.echo(f"statuses: {', '.join(kind.statuses)}")
    click.echo(f"sections: {', '.join(section.title for section in kind.sections)}")
    click.echo(f"links: {', '.join(kind.links)}\n\nfields (* required from proposed on):")
    for key, schema in kind.properties.items():
        click.echo(f"  {_name(kind, key):<22} {schema.get('description', '')}")
    return 0


def _name(kind: Kind, key: str) -> str:
    return f"{key}*" if key in kind.required else key


@command.command("eject", epilog="Example: expdocs kinds eject experiment")
@click.argument("name")
def eject_command(name: str) -> int:
    """Copy a shipped kind to schemas/NAME/, where it is yours to change."""
    workspace = Workspace.open(Path.cwd())
    source = shipped_folder() / name
    shipped = [folder.name for folder in shipped_folder().iterdir() if folder.is_dir()]
    if name not in shipped:
        known = ", ".join(sorted(shipped))
        raise UsageError(f"'{name[:60]}' is no shipped kind", f"there are: {known}")
    folder = f"{workspace.settings.schemas}/{name}"
    if workspace.place(folder).exists():
        raise Refused(f"{folder} exists already; nothing was changed")
    for file in FILES:
        create_bytes(workspace.place(f"{folder}/{file}"), (source / file).read_bytes())
        click.echo(f"wrote {folder}/{file}")
    click.echo(f"git add {folder}")
    return 0
