"""The records of the working tree as commands ask for them, without reading all of them again."""

from __future__ import annotations

from expdocs.cli.output import note
from expdocs.cli.progress import Progress
from expdocs.narrative.why.shelf import Reader, Shelf, open_shelf
from expdocs.workspace import Workspace


def shelf_of(workspace: Workspace) -> Shelf:
    """Return all records, and say how many files are none that can be read."""
    at = workspace
    with Progress("records") as progress:
        reader = Reader(at.repository, at.files, at.settings, at.registry)
        shelf = open_shelf(reader, progress.show)
    if shelf.unread:
        files = "file" if shelf.unread == 1 else "files"
        note(f"{shelf.unread} {files} could not be read: run: expdocs check")
    return shelf
