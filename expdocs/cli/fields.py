"""Options that every command has which writes a record, and the fields that they give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import click

from expdocs.cli.output import note
from expdocs.errors import UsageError
from expdocs.history import History
from expdocs.kinds.registry import Kind
from expdocs.workspace import Workspace

_OPTIONS = (
    click.option("--project", help="The project; the configuration may hold a default."),
    click.option(
        "--author",
        "authors",
        multiple=True,
        metavar="ID",
        help="Who wrote it, if not git's author.",
    ),
    click.option("--tag", "tags", multiple=True, help="A topic."),
    click.option("--link", "links", multiple=True, metavar="TYPE:ID", help="A link to a record."),
    click.option(
        "--date",
        "day",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="YYYY-MM-DD",
        help="Its day, if not today.",
    ),
    click.option(
        "--tracker", metavar="URI|ALIAS", help="The MLflow tracking URI or an alias of it."
    ),
)


def record_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for project, authors, tags, links, day and tracker."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def day_of(given: datetime | None) -> date:
    """Return the day that was given, or today's."""
    return (given or datetime.now().astimezone()).date()


def authors(workspace: Workspace, given: Sequence[str]) -> list[str]:
    """Return the authors that were given, or whoever git says works here."""
    found = list(given) or [History(workspace.root).author(workspace.settings)]
    if not any(found):
        note("git does not know who you are: fill in `authors`, or set git's user.name")
    return [author for author in found if author]


def require(kind: Kind, key: str, option: str) -> None:
    """Raise ``UsageError`` where a kind has no field for an option."""
    if key not in kind.properties:
        raise UsageError(f"a {kind.name} has no field '{key}' for {option}")


def commit(workspace: Workspace, name: str) -> str:
    """Return the full id of a commit by any of git's names for it."""
    sha = workspace.repository.resolve(name)
    if sha is None:
        raise UsageError(f"'{name}' names no commit here", "name a branch, a tag or a commit")
    return sha


def links(workspace: Workspace, kind: Kind, given: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the links that ``TYPE:ID`` texts give."""
    for text in given:
        type_, _, target = text.partition(":")
        if type_ not in kind.links:
            known = ", ".join(kind.links)
            raise UsageError(f"a {kind.name} has no links of type '{type_}'", f"known: {known}")
        record = workspace.record(target)
        yield {"type": type_, "target": record.id}


def label_and_run(text: str) -> tuple[str, str]:
    """Return label and run of ``[LABEL=]RUN``; the label is empty where none was given."""
    label, separator, run = text.partition("=")
    return (label, run) if separator and "://" not in label else ("", text)
