"""What the commands share that make synthesis pages: names, writers, and how it went."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import click

from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line, plain, print_problem
from expdocs.cli.progress import writing
from expdocs.errors import ExpdocsError, UsageError
from expdocs.narrative.claimsfile import claims_bytes
from expdocs.narrative.make import Job, Made, claims_path, make_page, plan_page
from expdocs.narrative.page import Prepared, Request, Sources
from expdocs.narrative.writers import PROVIDERS, Choice, open_writer
from expdocs.workspace import Workspace

VERSION = 1
_MAX_NAME = 100
_DID = {"written": "wrote", "rendered": "rendered", "unchanged": "unchanged"}


class Wanted(NamedTuple):
    """A page to make: where, about what, and by whom it is written."""

    path: str
    request: Request
    choice: Choice


def writing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose a writer (provider, model, effort), and the dry run."""
    options = (
        click.option(
            "--dry-run", is_flag=True, help="Print what would be sent or written; do neither."
        ),
        click.option("--effort", metavar="LEVEL", help="How hard a model is to think."),
        click.option("--model", metavar="ID", help="Which model, instead of the configured one."),
        click.option(
            "--provider", type=click.Choice(list(PROVIDERS)), help="Who writes the sentences."
        ),
    )
    for option in options:
        command = option(command)
    return command


def page_path(workspace: Workspace, name: str) -> str:
    """Return the path of a page that is given by its name or its path."""
    folder = f"{workspace.settings.synthesis}/"
    path = workspace.relative(name)
    if not path.startswith(folder):
        path = f"{folder}{name}"
    path = path if path.endswith(".md") else f"{path}.md"
    inside = path.removeprefix(folder)
    if not all(re.fullmatch(r"\w[\w.-]*", part) for part in inside.split("/")):
        hint = "a name is letters, digits, - and _, such as overview-churn"
        raise UsageError(f"'{name[:60]}' is no name of a page", hint)
    return path


def page_name(request: Request) -> str:
    """Return the name that a page has for what it is about."""
    about = (request.project, *request.approaches, *request.tags, request.since, request.until)
    parts = (request.page, *about, request.subject)
    plain = (re.sub(r"[^\w]+", "-", part.lower()).strip("-") for part in parts)
    return "-".join(part for part in plain if part)[:_MAX_NAME].rstrip("-")


@contextmanager
def sources(workspace: Workspace) -> Iterator[Sources]:
    """Open what pages are made from."""
    with workspace.context() as context:
        known = (context.settings, context.corpus, context.facts, context.commits)
        yield Sources(*known, workspace.repository, workspace.files)


def make_pages(
    workspace: Workspace,
    wanted: Sequence[Wanted],
    *,
    keep_edits: bool = False,
    as_json: bool = False,
) -> None:
    """Bring pages up to date and print what became of them; raises the first failure at the end.

    One page that fails does not keep the others from being made.
    """
    made: list[Made] = []
    failed: list[ExpdocsError] = []
    with sources(workspace) as opened, writing() as progress:
        for one in wanted:
            try:
                writer = open_writer(one.choice, workspace.settings, progress)
                job = Job(one.path, one.request, writer, workspace.place, keep_edits)
                made.append(make_page(opened, job))
            except ExpdocsError as problem:
                failed.append(problem)
    report(made, as_json=as_json)
    for other in failed[1:]:
        print_problem(other.message, other.hint)
    if failed:
        raise failed[0]


def preview_pages(workspace: Workspace, wanted: Sequence[Wanted]) -> None:
    """Print what a model would be sent, or the claims that code would write."""
    with sources(workspace) as opened, writing() as progress:
        for one in wanted:
            writer = open_writer(one.choice, workspace.settings, progress)
            plan = plan_page(opened, Job(one.path, one.request, writer, workspace.place))
            if plan.stored:
                note(f"{one.path}: its claims are fresh, so that nobody would be asked")
                continue
            note(f"{one.path}: nothing is sent and nothing is written")
            shown = writer.preview(plan.prepared) if writer.preview else _claims(plan.prepared)
            click.echo(plain(shown))


def _claims(prepared: Prepared) -> str:
    return claims_bytes(prepared.write()).decode("utf-8").rstrip()


def report(made: Sequence[Made], *, as_json: bool) -> None:
    """Print what became of pages, and the files to commit."""
    if as_json:
        pages = [{"path": one.path, "how": one.how, "why": one.why} for one in made]
        click.echo(dump({"version": VERSION, "pages": pages}))
        return
    for one in made:
        why = f" ({one.why})" if one.why else ""
        click.echo(one_line(f"{_DID[one.how]} {one.path}{why}"))
    if paths := [name for one in made if one.how != "unchanged" for name in _files(one)]:
        click.echo(one_line(f"git add {' '.join(paths)}"))


def _files(made: Made) -> tuple[str, str]:
    return made.path, claims_path(made.path)
