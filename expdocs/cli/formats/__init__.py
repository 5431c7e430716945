"""The forms in which a check prints its findings; a module is imported when its form is chosen."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from expdocs.findings import Finding

# A line of a file in the state that was checked, without its line end; None where it has none.
ReadLine = Callable[[str, int], str | None]


class Report(NamedTuple):
    """What is printed: findings, the number of files that were read as records, and more.

    ``rule_page`` returns the address of a rule's page, "" where no site is published.
    """

    findings: Sequence[Finding]
    records: int
    read_line: ReadLine
    rule_page: Callable[[str], str]


Render = Callable[[Report], str]

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


def rule_pages(site: str) -> Callable[[str], str]:
    """Return what gives the address of a rule in the site that is published at ``site``."""
    # The plugin turns directory URLs off, so that this is the page whatever mkdocs.yml says.
    return lambda rule: f"{site}rules.html#{rule}" if site else ""
