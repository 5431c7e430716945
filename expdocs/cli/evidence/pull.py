"""expdocs evidence pull: bring what records rest on into the repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from expdocs.cli.output import note, plain, print_problem
from expdocs.cli.progress import Progress
from expdocs.errors import UsageError
from expdocs.trackers.mlflow import connect
from expdocs.trackers.pull import Pulled, Wanted, pull
from expdocs.workspace import Workspace


@click.command(
    "pull",
    epilog="Example: expdocs evidence pull last EXP-2026-11-20-417",
    short_help="Pull runs and commits into journal/evidence.",
)
@click.argument("what", nargs=-1, metavar="[RUN|RECORD]...")
@click.option("--all", "everything", is_flag=True, help="Pull for every record.")
@click.option(
    "--experiment",
    "experiments",
    multiple=True,
    metavar="NAME",
    help="Pull every run of an MLflow experiment, and its population.",
)
@click.option(
    "--since", metavar="DATE", help="Pull the runs started from this day or time on, in UTC."
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME@ALIAS|NAME/VERSION",
    help="Pull a registered model and the run of one of its versions.",
)
@click.option("--missing", is_flag=True, help="Ask only for runs that have no snapshot yet.")
@click.option("--tracker", metavar="URI|ALIAS", help="The MLflow tracking URI or an alias of it.")
@click.option(
    "--replace", metavar="REASON", default="", help="Replace contradicted values, and say why."
)
def command(tracker: str | None, replace: str, **options: Any) -> int:
    """Pull runs, or all that records rest on, into committed snapshots.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL; RECORD an id or a path.
    Cited commits that the protected branch lacks are tagged. A value that a record beyond a draft
    rests on is replaced only with a reason. A pull that was interrupted goes on with --missing.
    """
    wanted = _wanted(**options)
    workspace = Workspace.open(Path.cwd())
    trackers = workspace.settings.trackers
    with Progress("runs") as progress:
        done = pull(
            workspace,
            lambda: connect(tracker, workspace.root, trackers),
            wanted,
            replace=replace,
            progress=progress.show,
        )
    contradicted = bool(done.contradictions) and not replace
    if done.written or not (contradicted or done.problems):
        _report(workspace, done)
    if contradicted:
        _contradicted(done)
    for problem in done.problems:
        print_problem(problem.message, problem.hint)
    return 1 if contradicted or done.problems else 0


def _wanted(
    what: tuple[str, ...], since: str | None, everything: bool, missing: bool, **named: Any
) -> Wanted:
    if everything == bool(what or since or any(named.values())):
        raise UsageError(
            "name runs or records, or give --all, --experiment, --since or --model",
            "see: expdocs evidence pull --help",
        )
    moment = _moment(since) if since is not None else None
    return Wanted(what, everything, since=moment, missing=missing, **named)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text[:100]!r} is no date"
        raise UsageError(message, "write it as 2026-11-20 or 2026-11-20T10:00Z") from error


def _contradicted(done: Pulled) -> None:
    for one in done.contradictions:
        key, old, new = one.difference.key, one.difference.old, one.difference.new
        click.echo(plain(f"contradicted: run {one.run_id[:12]} {key}: {old} is now {new}"))
        click.echo(f"    {one.record} rests on it")
    kept = "nothing that has changed was written" if done.written else "nothing was written"
    note(f"{kept}; to replace it say why: --replace REASON")


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
