"""expdocs evidence: what records rest on, committed, and held against its source."""

from __future__ import annotations

import click

from expdocs.cli.lazy import LazyGroup

COMMANDS = {
    "pull": "expdocs.cli.evidence.pull",
    "status": "expdocs.cli.evidence.status",
    "verify": "expdocs.cli.evidence.verify",
}


@click.group(
    "evidence",
    cls=LazyGroup,
    modules=COMMANDS,
    short_help="Pull runs, commits and data hashes into snapshots.",
)
def command() -> None:
    """Bring what records rest on into the repository: runs, commits and data hashes."""
