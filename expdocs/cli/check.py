"""expdocs check: every rule over the whole corpus, findings in the files that were asked for."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import NamedTuple

import click

from expdocs.checking.run import check, memory_place
from expdocs.cli.formats import FORMATS, Report, load_format, rule_pages
from expdocs.cli.output import note
from expdocs.cli.scope import scope_of
from expdocs.cli.source import SourceLines
from expdocs.config import Settings, load_settings
from expdocs.errors import ConfigurationError, UsageError
from expdocs.files import Files, Unreadable
from expdocs.findings import Finding, Severity
from expdocs.repository import Repository
from expdocs.rules.catalogue import unknown_patterns
from expdocs.rules.choice import in_paths, new_since, reported
from expdocs.rules.weights import require_known


@click.command(
    "check",
    epilog="Example: expdocs check journal/experiments --strict",
    short_help="Check records, evidence and cited numbers.",
)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--staged", is_flag=True, help="Check what will be committed; report what is new.")
@click.option(
    "--hook",
    is_flag=True,
    help="For pre-commit and prek: what is staged, or what --from-ref and --to-ref name.",
)
@click.option(
    "--base", metavar="REF", help="Report only what is new since the merge base with REF."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="For people or for programs.",
    show_default=True,
)
@click.option("--select", metavar="IDS", help="Only these rules or families, such as EVD,CLM104.")
@click.option("--ignore", metavar="IDS", help="All but these rules or families.")
@click.option("--strict", is_flag=True, help="Let warnings fail the check too.")
@click.option("--no-cache", is_flag=True, help="Keep nothing for the next check and use nothing.")
def command(
    paths: tuple[str, ...],
    staged: bool,
    hook: bool,
    base: str | None,
    form: str,
    select: str | None,
    ignore: str | None,
    strict: bool,
    no_cache: bool,
) -> int:
    """Check the records against schemas, links, evidence, commits, data hashes and cited numbers.

    The rules always see all records; PATHS only choose in which files findings are reported.
    """
    repository = Repository.discover(Path.cwd())
    click.get_current_context().with_resource(repository.objects).begin()  # one git for all
    choice = _Choice(_ids(select), _ids(ignore), keeps=not no_cache)
    files, state, compared = scope_of(repository, staged=staged, base=base, hook=hook)
    settings = load_settings(files.read, repository.root)
    chosen = [_checked_path(repository, files, settings, path) for path in paths]
    findings, records = choice.findings(repository, files, settings, state)
    if findings and compared:
        known = _known(repository, compared, choice)
        if state != "index":  # what the clone lacks is no news in each commit, but in CI it is
            known = [f for f in known if f.rule != "CFG201"]
        findings = new_since(findings, known)
    findings = in_paths(findings, chosen)
    lines = SourceLines(files, findings)
    _print(form, Report(findings, records, lines, rule_pages(settings.site)))
    failing = findings if strict else [f for f in findings if f.severity is Severity.ERROR]
    return 1 if failing else 0


class _Choice(NamedTuple):
    """What the command line says of which rules count, and whether results are kept."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    keeps: bool

    def findings(
        self, repository: Repository, files: Files, settings: Settings, state: str
    ) -> tuple[list[Finding], int]:
        """Check one state of the files; returns findings and the number of records."""
        require_known(settings)
        wanted = _chosen(settings, self.select, self.ignore)
        place = memory_place(repository, state) if self.keeps else None
        outcome = check(repository, files, settings, place, passing=state == "commit")
        found = reported(outcome.said, wanted, incomplete_clone=repository.incomplete)
        return found, outcome.records


def _print(form: str, report: Report) -> None:
    click.echo(load_format(form)(report))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and summary:
        module = importlib.import_module("expdocs.cli.formats.step_summary")
        try:
            module.append_step_summary(Path(summary), report)
        except OSError as problem:
            note(f"{summary} was not written: {problem.strerror or problem}")


def _known(repository: Repository, base: str, choice: _Choice) -> list[Finding]:
    """Return the findings that a commit already has; none where it cannot be checked at all."""
    commit = repository.resolve(base)
    if commit is None:  # before the first commit
        return []
    files = repository.commit_files(commit)
    try:
        settings = load_settings(files.read, repository.root)
        return choice.findings(repository, files, settings, "commit")[0]
    except ConfigurationError:
        return []


def _chosen(settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]) -> Settings:
    hint = "see: expdocs explain --list"
    for key, patterns in (("select", settings.select), ("ignore", settings.ignore)):
        if unknown := unknown_patterns(patterns):
            message = f"{settings.file}: '{key}': no rule has the id '{unknown[0]}'"
            raise ConfigurationError(message, hint)
    if unknown := unknown_patterns([*select, *ignore]):
        raise UsageError(f"no rule has the id '{unknown[0]}'", hint)
    return settings._replace(select=select or settings.select, ignore=(*settings.ignore, *ignore))


def _ids(given: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in given.split(",")) if given else ()


def _checked_path(repository: Repository, files: Files, settings: Settings, path: str) -> str:
    relative = repository.relative(path)
    if relative.startswith(("/", "../")):
        raise UsageError(f"{path} is outside the repository {repository.root}")
    target = repository.root / relative
    if not path:
        raise UsageError("the file '' does not exist")
    if not _on_disk(target):
        if not _in_files(files, relative):
            raise UsageError(f"{path[:200]} does not exist")
    elif target.is_file() and not _checks(settings, relative):
        raise UsageError(
            f"{path} is no record",
            f"records are .md files under {', '.join(settings.records)}",
        )
    return relative


def _in_files(files: Files, path: str) -> bool:
    try:
        return files.read(path) is not None
    except Unreadable:
        return False


def _on_disk(target: Path) -> bool:
    try:
        return target.is_symlink() or target.exists()
    except OSError:  # a name that is too long
        return False


def _checks(settings: Settings, path: str) -> bool:
    inside = path.startswith((f"{settings.evidence}/", f"{settings.synthesis}/"))
    return inside or settings.is_record(path)
