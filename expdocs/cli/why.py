"""expdocs why: ask the records, and get an answer of which every line has its source."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.asking import shelf_of
from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line
from expdocs.cli.pages import writing_options
from expdocs.cli.progress import writing
from expdocs.cli.whyjson import document
from expdocs.cli.whytext import answer_lines, grounded_lines
from expdocs.narrative.page import Prepared
from expdocs.narrative.why.answer import MOST, Answer, Question
from expdocs.narrative.why.composing import answer
from expdocs.narrative.why.database import Scope
from expdocs.narrative.why.grounded import Grounded, ground, prepare
from expdocs.narrative.writers import OFFLINE, Choice, Writer, open_writer
from expdocs.workspace import Workspace

SILENT = 1


@click.command(
    "why",
    epilog='Example: expdocs why "why did we try random forest and drop it?"',
    short_help="Ask why something was done, and read the answer with its sources.",
)
@click.argument("words", nargs=-1, required=True, metavar="QUESTION")
@click.option("--project", default="", metavar="NAME", help="Ask the records of one project.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Ask the records with a tag.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=MOST,
    show_default=True,
    help="The most records of each sort that are shown.",
)
@writing_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    words: tuple[str, ...],
    project: str,
    tags: tuple[str, ...],
    limit: int,
    provider: str | None,
    model: str | None,
    effort: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Answer QUESTION from the records: what was decided, what that rests on, what else is said.

    Every line begins with the record and the line that it comes from. With --provider a model
    answers in sentences from what was found; an answer that does not hold is not shown.
    Exit code 1: the records do not say.
    """
    workspace = Workspace.open(Path.cwd())
    shelf = shelf_of(workspace)
    found = answer(Question(" ".join(words), Scope(project, tags), limit), shelf)
    choice = Choice(provider or OFFLINE, model or "", effort or "")
    prepared = prepare(found, shelf) if choice.provider != OFFLINE and found.found else None
    grounded = None
    if prepared is not None:
        with writing() as progress:
            writer = open_writer(choice, workspace.settings, progress)
            if dry_run:
                return _preview(writer, prepared)
            grounded = ground(prepared, found, shelf, writer)
    _print(found, grounded, as_json=as_json)
    if found.left_out and not as_json:
        note(f"and {found.left_out} more: show more of each sort by --limit")
    return 0 if found.found else SILENT


def _preview(writer: Writer, prepared: Prepared) -> int:
    if writer.preview is not None:
        click.echo(writer.preview(prepared))
    return 0


def _print(found: Answer, grounded: Grounded | None, *, as_json: bool) -> None:
    if grounded is not None and not grounded.statements:
        wrong = f"what it wrote does not hold: {grounded.faults[0]}" if grounded.faults else ""
        said = wrong or "it found no answer in these records"
        note(one_line(f"{grounded.model}: {said}; this is the answer without a model"))
    if as_json:
        click.echo(dump(document(found, grounded)))
    elif grounded is not None and grounded.statements:
        click.echo("\n".join(grounded_lines(grounded)))
        note(one_line(f"written by {grounded.model}; its quotes, values and sources were checked"))
    else:
        click.echo("\n".join(answer_lines(found)))
