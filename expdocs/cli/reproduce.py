"""expdocs reproduce: what is known of how to run it again, and what is not."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import one_line, plain
from expdocs.cli.pages import (
    Wanted,
    make_pages,
    page_name,
    page_path,
    preview_pages,
    sources,
    writing_options,
)
from expdocs.cli.reproducejson import document
from expdocs.cli.reproducetext import lines
from expdocs.errors import UsageError
from expdocs.narrative.dossier.case import named, subject_of
from expdocs.narrative.dossier.dossier import Dossier, dossier_of
from expdocs.narrative.dossier.ground import ground_of
from expdocs.narrative.dossier.shown import NAME
from expdocs.narrative.page import Request
from expdocs.narrative.writers import OFFLINE, Choice
from expdocs.workspace import Workspace


@click.command(
    "reproduce",
    epilog="Example: expdocs reproduce EXP-2026-11-20-417 --output text",
    short_help="Say how to run it again, and what nobody knows.",
)
@click.argument("what", metavar="RUN|RECORD")
@click.option(
    "--output",
    type=click.Choice(["page", "text"]),
    default="page",
    help="Write a page, or print the dossier and write nothing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the dossier as JSON, write nothing.")
@click.option("--language", default="en", metavar="TAG", help="Of the page, such as en or zh.")
@writing_options
@click.option("--keep-edits", is_flag=True, help="Move edits of generated text to your own text.")
def command(
    what: str,
    output: str,
    as_json: bool,
    language: str,
    provider: str | None,
    model: str | None,
    effort: str | None,
    dry_run: bool,
    keep_edits: bool,
) -> int:
    """Gather the set-up of runs from evidence, the commands to run them again, and the questions.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL; RECORD an id or a path.
    Only committed evidence is read, and git. Each part names its source and how sure it is;
    fourteen checks give a score and a level from L0 to L4.
    """
    workspace = Workspace.open(Path.cwd())
    if as_json or output == "text":
        dossier = _dossier(workspace, _subject(workspace, what))
        if as_json:
            click.echo(dump(document(dossier)))
        else:
            for line in lines(dossier):
                click.echo(plain(line))
        return 0
    subject = _subject(workspace, what)
    if (provider or OFFLINE) != OFFLINE and not _told(workspace, subject):
        message = "no record tells of the run, so there is nothing that a model could tell"
        raise UsageError(message, "leave --provider out, or record the run: expdocs new")
    request = Request(NAME, subject=subject, language=language)
    choice = Choice(provider or OFFLINE, model or "", effort or "")
    wanted = Wanted(page_path(workspace, page_name(request)), request, choice)
    if dry_run:
        preview_pages(workspace, [wanted])
        return 0
    make_pages(workspace, [wanted], keep_edits=keep_edits)
    _summary(_dossier(workspace, subject))
    return 0


def _subject(workspace: Workspace, what: str) -> str:
    """Return the id of the record or run that is meant; a record may be given by its path."""
    by_path = workspace.corpus.by_path.get(workspace.relative(what))
    name = by_path.id if by_path else ""
    return name or named(what, workspace.corpus, workspace.evidence)


def _told(workspace: Workspace, subject: str) -> bool:
    return subject_of(subject, workspace.corpus, workspace.evidence).record is not None


def _dossier(workspace: Workspace, subject: str) -> Dossier:
    with sources(workspace) as opened:
        found = subject_of(subject, opened.corpus, opened.facts.evidence)
        return dossier_of(found, ground_of(opened))


def _summary(dossier: Dossier) -> None:
    rubric, open_ = dossier.rubric, len(dossier.questions)
    questions = "1 question is" if open_ == 1 else f"{open_} questions are"
    click.echo(one_line(f"{rubric.level}, {rubric.score}; {questions} open"))
