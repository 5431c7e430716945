"""expdocs synth: pages over many records, made, brought up to date, checked and reviewed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from expdocs.atomic import write_bytes
from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line
from expdocs.cli.pages import (
    VERSION,
    Wanted,
    make_pages,
    page_name,
    page_path,
    preview_pages,
    sources,
    writing_options,
)
from expdocs.errors import UsageError
from expdocs.narrative.make import claims_path, existing
from expdocs.narrative.page import Request
from expdocs.narrative.pagefile import PageFile
from expdocs.narrative.review import reviewed
from expdocs.narrative.standing import Standing, standing_of
from expdocs.narrative.writers import OFFLINE, Choice
from expdocs.rules.lifecycle import person_id
from expdocs.workspace import Workspace

KINDS = ("overview", "phase", "dropped", "exhausted", "comparisons")


@click.command(
    "synth",
    epilog="Example: expdocs synth --kind overview --project churn",
    short_help="Make pages over many records, and keep them fresh.",
)
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option("--kind", type=click.Choice(KINDS), help="Make a page of this kind.")
@click.option("--project", default="", metavar="NAME", help="Only records of this project.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only records with this tag.")
@click.option(
    "--approach",
    "approaches",
    multiple=True,
    metavar="NAME",
    help="Only experiments of this approach, and what names them.",
)
@click.option("--since", default="", metavar="DATE", help="Only records of this day or later.")
@click.option("--until", default="", metavar="DATE", help="Only records of this day or earlier.")
@click.option("--language", default="", metavar="TAG", help="Such as en or zh.")
@writing_options
@click.option("--check", "checks", is_flag=True, help="Write nothing; fail when a page is stale.")
@click.option("--review", metavar="PAGE", help="Say that you looked this page over.")
@click.option("--by", default="", metavar="NAME", help="Who reviews: an id, a name or an email.")
@click.option("--keep-edits", is_flag=True, help="Move edits of generated text to your own text.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    pages: tuple[str, ...],
    kind: str | None,
    project: str,
    tags: tuple[str, ...],
    approaches: tuple[str, ...],
    since: str,
    until: str,
    language: str,
    provider: str | None,
    model: str | None,
    effort: str | None,
    dry_run: bool,
    checks: bool,
    review: str | None,
    by: str,
    keep_edits: bool,
    as_json: bool,
) -> int:
    """Make a synthesis page with --kind, or bring pages up to date: those named, or all.

    A page keeps what it was asked for. What you write outside of the generated blocks stays; a
    page whose inputs did not change is left alone, and asks no model.
    """
    workspace = Workspace.open(Path.cwd())
    if review is not None:
        return _review(workspace, review, by)
    choice = Choice(provider or "", model or "", effort or "")
    about = (project, tags, approaches, _date(since), _date(until), "", _language(language or "en"))
    if kind:
        request = Request(kind, *about)
        wanted = [_new(workspace, request, choice, pages)]
    elif any((*about[:-1], language)):
        raise UsageError("say what to make", f"add --kind with one of: {', '.join(KINDS)}")
    else:
        wanted = [_again(workspace, path, choice) for path in _named(workspace, pages)]
    if checks:
        return _check(workspace, [one.path for one in wanted], as_json=as_json)
    if dry_run:
        preview_pages(workspace, wanted)
        return 0
    make_pages(workspace, wanted, keep_edits=keep_edits, as_json=as_json)
    return 0


def _language(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", text):
        raise UsageError(f"'{text[:40]}' is no tag of a language", "write it like en or zh-Hant")
    return text


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UsageError(f"'{text[:40]}' is no date", "write it like 2026-11-20") from None


def _new(workspace: Workspace, request: Request, choice: Choice, pages: Sequence[str]) -> Wanted:
    """Return a page to make, under the name given or one that says what it is about."""
    if len(pages) > 1:
        raise UsageError("--kind makes one page", "name one page, or none")
    path = page_path(workspace, pages[0] if pages else page_name(request))
    return Wanted(path, request, choice._replace(provider=choice.provider or OFFLINE))


def _named(workspace: Workspace, pages: Sequence[str]) -> list[str]:
    """Return the paths of the pages named, or of all there are."""
    if pages:
        return [page_path(workspace, page) for page in pages]
    settings = workspace.settings
    listed = workspace.files.list([settings.synthesis])
    found = [entry.path for entry in listed if settings.is_synthesis(entry.path)]
    if not found:
        note(f"there is no page in {settings.synthesis} yet: make one with --kind")
    return found


def _again(workspace: Workspace, path: str, choice: Choice) -> Wanted:
    """Return an existing page to bring up to date, by its own writer where none is given."""
    provenance = _page(workspace, path).provenance
    given = choice._replace(provider=choice.provider or provenance.provider)
    return Wanted(path, provenance.request, given)


def _page(workspace: Workspace, path: str) -> PageFile:
    found = existing(path, workspace.files.read(path))
    if found is None:
        raise UsageError(f"there is no page {path}", "make it: expdocs synth --kind KIND")
    return found


def _check(workspace: Workspace, paths: Sequence[str], *, as_json: bool) -> int:
    """Print how each page stands; 1 when one is not what would be written today."""
    found: dict[str, Standing] = {}
    with sources(workspace) as opened:
        for path in paths:
            claims = workspace.files.read(claims_path(path))
            found[path] = standing_of(_page(workspace, path), claims, opened)
    if as_json:
        pages = [{"path": path, **standing._asdict()} for path, standing in found.items()]
        click.echo(dump({"version": VERSION, "pages": pages}))
    for path, standing in found.items() if not as_json else ():
        for word, text in _said(standing):
            click.echo(one_line(f"{word} {path}{f': {text}' if text else ''}"))
    return 1 if any(any(standing) for standing in found.values()) else 0


def _said(standing: Standing) -> list[tuple[str, str]]:
    words = [("stale", standing.stale), ("edited", standing.edited)]
    words += [("unsupported", fault) for fault in standing.unsupported]
    return [pair for pair in words if pair[1]] or [("fresh", "")]


def _review(workspace: Workspace, name: str, by: str) -> int:
    person = person_id(by, workspace.settings)
    if not person:
        raise UsageError("nobody is named", "say who reviews: --by NAME")
    path = page_path(workspace, name)
    page = _page(workspace, path)
    with sources(workspace) as opened:
        standing = standing_of(page, workspace.files.read(claims_path(path)), opened)
    text = reviewed(page, standing, person, datetime.now(UTC))
    write_bytes(workspace.place(path), text.encode("utf-8"))
    click.echo(one_line(f"{path} was reviewed by {person}"))
    click.echo(one_line(f"git add {path}"))
    return 0
