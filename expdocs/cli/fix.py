"""expdocs fix: repair what is mechanical."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import click

from expdocs.cli.output import note, one_line, plain
from expdocs.edit.fix import Plan, carry_out, finish, plan, plan_renumbering
from expdocs.edit.pending import Pending, Repair
from expdocs.edit.scaffold import only_one
from expdocs.errors import UsageError
from expdocs.workspace import Workspace


@click.command("fix", epilog="Example: expdocs fix --diff", short_help="Repair what is mechanical.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--diff", is_flag=True, help="Show what would change and change nothing.")
@click.option(
    "--renumber",
    metavar="RECORD",
    help="Only give this record (path or id) another id, with all that refers to it.",
)
def command(paths: tuple[str, ...], diff: bool, renumber: str | None) -> int:
    """Repair what has one right answer; every other byte stays, and accepted records are left.

    Line ends and byte order marks; quotes, days, hashes, numbers and lists in the front matter;
    sources of numbers that one metric of one run alone can mean; run tables; file names; ids that
    two records share. PATHS choose the records; what refers to them is corrected wherever it is.
    """
    workspace = Workspace.open(Path.cwd())
    if renumber is not None and paths:
        raise UsageError("--renumber takes one record and no paths")
    chosen = [_existing(workspace, path) for path in paths]
    if diff:
        _show(_begun(workspace) or _planned(workspace, chosen, renumber))
        return 0
    with only_one(workspace):
        done, said = finish(workspace)
        for repair in done:
            _say(repair, "finished: ")
        found = _planned(workspace.refreshed(), chosen, renumber)
        for repair in carry_out(workspace, found.repairs):
            _say(repair)
    for text in (*said, *found.notes):
        note(one_line(text))
    count = len({repair.new_path for repair in (*done, *found.repairs)})
    click.echo(f"{count} file{'s' if count != 1 else ''} changed")
    return 0


def _say(repair: Repair, before: str = "") -> None:
    click.echo(one_line(f"{repair.path}: {before}{', '.join(repair.what)}"))


def _existing(workspace: Workspace, path: str) -> str:
    relative = workspace.relative(path)
    if not (workspace.root / relative).exists():
        raise UsageError(f"{path} does not exist")
    return relative


def _planned(workspace: Workspace, chosen: Sequence[str], renumber: str | None) -> Plan:
    with workspace.context() as context:
        if renumber is not None:
            return plan_renumbering(workspace, context, renumber)
        return plan(workspace, context, chosen)


def _begun(workspace: Workspace) -> Plan | None:
    repairs = Pending(workspace).read()
    return Plan(tuple(repairs), ("an interrupted fix will be finished first",)) if repairs else None


def _show(found: Plan) -> None:
    for repair in found.repairs:
        click.echo(plain("".join(_difference(repair))), nl=False)
    for text in found.notes:
        note(one_line(text))


def _difference(repair: Repair) -> list[str]:
    """Return a repair in the form that git shows changes in."""
    head = [f"diff --git a/{repair.path} b/{repair.new_path}\n"]
    if repair.path != repair.new_path:
        head += [f"rename from {repair.path}\n", f"rename to {repair.new_path}\n"]
    old, new = _lines(repair.old), _lines(repair.new)
    lines = difflib.unified_diff(old, new, f"a/{repair.path}", f"b/{repair.new_path}")
    ended = (
        one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in lines
    )
    return [*head, *(line.replace("\r\n", "^M\n") for line in ended)]


def _lines(text: str) -> list[str]:
    """Return the lines of a text as git sees them: parted by line feeds and nothing else."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + [part for part in parts[-1:] if part]
