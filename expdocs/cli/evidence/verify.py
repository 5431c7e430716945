"""expdocs evidence verify: hold the evidence against the tracker, git and DVC."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from expdocs import __version__
from expdocs.atomic import write_bytes
from expdocs.cli.evidence.verdicts_json import JsonVerdicts
from expdocs.cli.evidence.verdicts_text import report_lines
from expdocs.cli.output import note
from expdocs.cli.progress import Progress
from expdocs.errors import CannotRun, UsageError
from expdocs.evidence.documents import SnapshotProblem
from expdocs.evidence.verdicts import Report, encode_report, report_path
from expdocs.trackers.doors import Doors
from expdocs.trackers.mlflow import connect
from expdocs.trackers.scope import scope_of
from expdocs.trackers.tally import Occasion, Tally
from expdocs.trackers.verify import SOURCES, verify
from expdocs.workspace import Workspace

CONTRADICTED = 1
UNREACHABLE = 3


@click.command(
    "verify",
    epilog="Example: expdocs evidence verify --all",
    short_help="Hold the evidence against the tracker, git and DVC.",
)
@click.argument("what", nargs=-1, metavar="[RUN|RECORD]...")
@click.option("--all", "everything", is_flag=True, help="Verify every record and every snapshot.")
@click.option("--tracker", metavar="URI|ALIAS", help="The MLflow tracking URI or an alias of it.")
@click.option(
    "--skip",
    multiple=True,
    type=click.Choice(SOURCES),
    help="A source that is not asked; may be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every verdict as JSON.")
@click.option("--write", is_flag=True, help="Keep the result in journal/evidence/verdicts.")
def command(
    what: tuple[str, ...],
    everything: bool,
    tracker: str | None,
    skip: tuple[str, ...],
    as_json: bool,
    write: bool,
) -> int:
    """Compare snapshots with the tracker, git and DVC as they are now.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL; RECORD an id or a path.
    Nothing is changed, except that --write adds a report. Exit code: 1 when something is
    contradicted, else 3 when something cannot be reached, else 0.
    """
    if bool(what) == everything:
        message = "name runs or records, or give --all"
        raise UsageError(message, "see: expdocs evidence verify --help")
    workspace = Workspace.open(Path.cwd())
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    trackers, by = workspace.settings.trackers, f"expdocs {__version__}"
    tally = Tally()
    with (
        Doors(lambda name: connect(name, workspace.root, trackers), trackers, tracker) as doors,
        JsonVerdicts(at, by) as document,
        Progress("runs") as progress,
    ):
        scope = scope_of(
            workspace, what, lambda one: doors.default().resolve(one), everything=everything
        )
        for one in verify(workspace, doors, scope, skip=skip, progress=progress.show):
            tally.add(one)
            if as_json:
                document.add(one)
        progress.end()
        commit = workspace.repository.resolve("HEAD")
        report = tally.report(Occasion(at, by, ", ".join(doors.shown), commit))
        for line in document.lines(report.counts) if as_json else report_lines(report):
            click.echo(line)
    if everything and workspace.corpus.unread:
        note(f"left out, run expdocs check: {', '.join(sorted(workspace.corpus.unread))}")
    if write:
        _write(workspace, report, as_json=as_json)
    return _exit_code(report)


def _write(workspace: Workspace, report: Report, *, as_json: bool) -> None:
    path = f"{workspace.settings.evidence}/{report_path(report.at)}"
    try:
        content = encode_report(report)
    except SnapshotProblem as problem:
        raise CannotRun(f"the report cannot be written: {problem.message}", problem.hint) from None
    write_bytes(workspace.place(path), content)
    say = note if as_json else click.echo
    say(f"wrote {path}")
    say(f"git add {path}")


def _exit_code(report: Report) -> int:
    if report.counts.contradicted:
        return CONTRADICTED
    return UNREACHABLE if report.counts.unreachable else 0
