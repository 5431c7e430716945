"""expdocs evidence pull: bring what records rest on into the repository."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.output import note, plain
from expdocs.errors import UsageError
from expdocs.trackers.mlflow import connect
from expdocs.trackers.pull import Pulled, pull
from expdocs.workspace import Workspace


@click.command(
    "pull",
    epilog="Example: expdocs evidence pull last EXP-2026-11-20-417",
    short_help="Pull runs and commits into journal/evidence.",
)
@click.argument("what", nargs=-1, metavar="[RUN|RECORD]...")
@click.option("--all", "everything", is_flag=True, help="Pull for every record.")
@click.option("--tracker", metavar="URI|ALIAS", help="The MLflow tracking URI or an alias of it.")
@click.option(
    "--replace", metavar="REASON", default="", help="Replace contradicted values, and say why."
)
def command(what: tuple[str, ...], everything: bool, tracker: str | None, replace: str) -> int:
    """Pull runs, or all that records rest on, into committed snapshots.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL; RECORD an id or a path.
    Cited commits that the protected branch lacks are tagged. A value that a record beyond a draft
    rests on is replaced only with a reason.
    """
    if bool(what) == everything:
        raise UsageError("name runs or records, or give --all", "see: expdocs evidence pull --help")
    workspace = Workspace.open(Path.cwd())
    trackers = workspace.settings.trackers
    done = pull(
        workspace,
        lambda: connect(tracker, workspace.root, trackers),
        what,
        everything=everything,
        replace=replace,
    )
    if done.contradictions and not replace:
        return _contradicted(done)
    _report(workspace, done)
    return 0


def _contradicted(done: Pulled) -> int:
    for one in done.contradictions:
        key, old, new = one.difference.key, one.difference.old, one.difference.new
        click.echo(plain(f"contradicted: run {one.run_id[:12]} {key}: {old} is now {new}"))
        click.echo(f"    {one.record} rests on it")
    note("nothing was written; to replace it say why: --replace REASON")
    return 1


def _report(workspace: Workspace, done: Pulled) -> None:
    for path in done.written:
        click.echo(f"wrote {path}")
    for tag in done.tags:
        click.echo(f"tagged {tag} (push it: git push origin {tag})")
    for sha in done.missing_commits:
        note(f"commit {sha[:12]} is not in this repository, so it has no snapshot")
    click.echo(f"{len(done.written)} written, {done.unchanged} unchanged")
    if done.written:
        click.echo(f"git add {workspace.settings.evidence}")
