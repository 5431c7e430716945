"""expdocs evidence link: lead from runs in the tracker to the records that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from expdocs.cli.output import note as say
from expdocs.cli.output import one_line
from expdocs.errors import UsageError
from expdocs.records.record import Record
from expdocs.site.urls import page_of
from expdocs.trackers.doors import Doors
from expdocs.trackers.link import How, Linked, connect_to_label, link
from expdocs.trackers.notes import NOTE_TAG, Story
from expdocs.workspace import Workspace

NOT_LINKED = 1
COULD_NOT_ASK = 3
_SHOWN = 100


@click.command(
    "link",
    epilog="Example: expdocs evidence link EXP-2026-11-20-417 --dry-run",
    short_help="Write on runs in the tracker which records tell of them.",
)
@click.argument("records", nargs=-1, metavar="[RECORD]...")
@click.option("--all", "everything", is_flag=True, help="Link the runs of every record.")
@click.option("--note", is_flag=True, help="Add a block to the run's note, too.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--tracker", metavar="URI|ALIAS", help="The MLflow tracking URI or an alias of it.")
def command(
    records: tuple[str, ...],
    everything: bool,
    note: bool,
    dry_run: bool,
    tracker: str | None,
) -> int:
    """Write tags on runs in the tracker, so that they lead to their records.

    This is the one command that writes to the tracker: expdocs.record, expdocs.record.title and,
    where the configuration says where the site is, expdocs.record.url. A run of several records
    names all of them. With --note, a block between two comments is kept in the run's note; the
    rest of the note is never changed. Exit code: 1 when a run could not be linked, 3 when the
    tracker does not answer.
    """
    if bool(records) == everything:
        raise UsageError("name records, or give --all", "see: expdocs evidence link --help")
    workspace = Workspace.open(Path.cwd())
    chosen = workspace.corpus.records if everything else [workspace.record(r) for r in records]
    aliases = workspace.settings.trackers
    stories = _stories(workspace, chosen)
    if not workspace.settings.site:
        say("no address is written: the configuration does not say where the site is (site)")
    with Doors(
        lambda name: connect_to_label(name, workspace.root, aliases), aliases, tracker
    ) as doors:
        done = []
        for one in link(doors, workspace.evidence, stories, How(note, dry_run)):
            _tell(one, dry_run=dry_run)
            done.append(one)
    return _summed(done, dry_run=dry_run)


def _stories(workspace: Workspace, chosen: Iterable[Record]) -> dict[str, list[Story]]:
    """Return, for each run of the chosen records, every record that tells of it."""
    wanted = {use.run_id for record in chosen for use in record.runs}
    found: dict[str, dict[str, Story]] = {}
    for record in sorted(workspace.corpus.records, key=lambda one: (one.id, one.path)):
        for use in record.runs:
            if use.run_id in wanted and workspace.corpus.by_id.get(record.id) is record:
                found.setdefault(use.run_id, {})[record.id] = _story(workspace, record)
    return {run_id: list(stories.values()) for run_id, stories in found.items()}


def _story(workspace: Workspace, record: Record) -> Story:
    site = workspace.settings.site.rstrip("/")
    url = f"{site}/{page_of(record, owner=True)}" if site else ""
    return Story(record.id, record.title, url)


def _tell(one: Linked, *, dry_run: bool) -> None:
    did = "would write" if dry_run else "wrote"
    for name, value in one.tags.items():
        shown = "the block of expdocs" if name == NOTE_TAG else value[:_SHOWN]
        click.echo(one_line(f"run {one.run_id[:12]}: {did} {name} = {shown}"))
    if one.problem:
        say(f"run {one.run_id[:12]} is not linked: {one_line(one.problem)}")


def _summed(done: Sequence[Linked], *, dry_run: bool) -> int:
    changed = sum(bool(one.tags) for one in done)
    unlinked = [one for one in done if one.problem]
    alike = sum(not one.tags and not one.problem for one in done)
    verb = "to be linked" if dry_run else "linked"
    click.echo(f"{changed} {verb}, {alike} linked before, {len(unlinked)} not linked")
    if any(one.failed for one in unlinked):
        return COULD_NOT_ASK
    return NOT_LINKED if unlinked else 0
