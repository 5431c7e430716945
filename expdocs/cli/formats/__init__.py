"""The forms in which a check prints its findings; a module is imported when its form is chosen."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

from expdocs.findings import Finding

# A line of a file in the state that was checked, without its line end; None where it has none.
ReadLine = Callable[[str, int], str | None]
# What is printed for findings and the number of files that were read as records.
Render = Callable[[Sequence[Finding], int, ReadLine], str]

FORMATS = {
    "text": "expdocs.cli.formats.text",
    "json": "expdocs.cli.formats.as_json",
    "github": "expdocs.cli.formats.github",
    "gitlab": "expdocs.cli.formats.gitlab",
    "sarif": "expdocs.cli.formats.sarif",
}


def load_format(name: str) -> Render:
    """Import a format and return its function."""
    render: Render = importlib.import_module(FORMATS[name]).render
    return render
