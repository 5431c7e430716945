"""expdocs explain: what a rule means and what to do about it."""

from __future__ import annotations

from pathlib import Path

import click

from expdocs.cli.formats import rule_pages
from expdocs.config import load_settings
from expdocs.errors import ExpdocsError, UsageError
from expdocs.repository import Repository
from expdocs.rules.catalogue import CATALOGUE
from expdocs.rules.examples import example_of


@click.command(
    "explain", epilog="Example: expdocs explain EVD203", short_help="Explain a rule of the check."
)
@click.argument("rule", required=False)
@click.option("--list", "listing", is_flag=True, help="List every rule.")
def command(rule: str | None, listing: bool) -> None:
    """Explain a rule: what it means, why it matters, what to do, what fails and what passes."""
    if listing or not rule:
        for each in CATALOGUE.values():
            click.echo(f"{each.id}  {each.severity:<7}  {each.title}")
        return
    found = CATALOGUE.get(rule.upper())
    if found is None:
        raise UsageError(f"no rule has the id '{rule}'", "see: expdocs explain --list")
    click.echo(f"{found.id} ({found.severity}, {found.family}): {found.title}\n\n{found.why}")
    click.echo(f"\n{example_of(found.id).text()}")
    if page := rule_pages(_site())(found.id):
        click.echo(f"\n{page}")


def _site() -> str:
    """Return where the site is published; "" outside a repository, too, or with bad settings."""
    try:
        repository = Repository.discover(Path.cwd())
        return load_settings(repository.working_files().read, repository.root).site
    except ExpdocsError:
        return ""
