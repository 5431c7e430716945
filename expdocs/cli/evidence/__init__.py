"""expdocs evidence: what records rest on, committed, and held against its source."""

from __future__ import annotations

import click

from expdocs.cli.lazy import LazyGroup

COMMANDS = {
    "pull": "expdocs.cli.evidence.pull",
    "status": "expdocs.cli.evidence.status",
    "verify": "expdocs.cli.evidence.verify",
    "link": "expdocs.cli.evidence.link",
}


@click.group(
    "evidence",
    cls=LazyGroup,
    modules=COMMANDS,
    short_help="Pull what records rest on into snapshots, and hold them against their sources.",
)
def command() -> None:
    """Bring what records rest on into the repository, and hold it against its sources."""
