"""The demo's synthesis pages, with the same functions that the commands use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from expdocs.atomic import write_bytes
from expdocs.narrative.make import Job, claims_path, make_page
from expdocs.narrative.page import Request, Sources
from expdocs.narrative.pagefile import read_page
from expdocs.narrative.review import reviewed
from expdocs.narrative.standing import standing_of
from expdocs.narrative.writers import Choice, Progress, open_writer
from expdocs.rules.context import Context
from expdocs.workspace import Workspace

REQUESTS = {
    "overview-screening": Request("overview", project="screening"),
    "dropped": Request("dropped"),
}


def write_pages(root: Path) -> None:
    """Write every page offline."""
    workspace = Workspace.open(root)
    quiet = Progress(_nothing, _nothing)
    with workspace.context() as context:
        for name, request in REQUESTS.items():
            writer = open_writer(Choice(), workspace.settings, quiet)
            path = f"{workspace.settings.synthesis}/{name}.md"
            make_page(_sources(context), Job(path, request, writer, workspace.place))


def review_page(root: Path, name: str, by: str, at: str) -> None:
    """Review a page as somebody, at a time in UTC."""
    workspace = Workspace.open(root)
    path = f"{workspace.settings.synthesis}/{name}.md"
    page = read_page(path, workspace.files.read(path) or b"")
    claims = workspace.files.read(claims_path(path))
    with workspace.context() as context:
        standing = standing_of(page, claims, _sources(context))
    text = reviewed(page, standing, by, datetime.fromisoformat(at))
    write_bytes(workspace.place(path), text.encode("utf-8"))


def _sources(context: Context) -> Sources:
    return Sources(context.settings, context.corpus, context.facts, context.commits)


def _nothing(said: str) -> None:
    """Tell nobody."""
