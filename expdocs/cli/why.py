"""expdocs why: ask the records, and get an answer of which every line has its source."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.asking import shelf_of
from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note
from expdocs.cli.whyjson import document
from expdocs.cli.whytext import answer_lines
from expdocs.narrative.why.answer import MOST, Question
from expdocs.narrative.why.composing import answer
from expdocs.narrative.why.database import Scope
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    words: tuple[str, ...], project: str, tags: tuple[str, ...], limit: int, as_json: bool
) -> int:
    """Answer QUESTION from the records: what was decided, what that rests on, what else is said.

    Every line begins with the record and the line that it comes from. Exit code 1: the records do
    not say.
    """
    workspace = Workspace.open(Path.cwd())
    question = Question(" ".join(words), Scope(project, tags), limit)
    found = answer(question, shelf_of(workspace))
    click.echo(dump(document(found)) if as_json else "\n".join(answer_lines(found)))
    if found.left_out and not as_json:
        note(f"and {found.left_out} more: --limit {found.left_out + limit}")
    return 0 if found.found else SILENT
