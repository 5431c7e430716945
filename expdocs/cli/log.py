"""expdocs log: a day's work in free text becomes the draft of an experiment entry."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from expdocs.cli.fields import authors, day_of, label_and_run, links, record_options
from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line, plain
from expdocs.cli.progress import writing
from expdocs.drafting.asking import asked, preview
from expdocs.drafting.bench import Bench, git_add
from expdocs.drafting.editor import Sheet
from expdocs.drafting.entry import Logged, Prepared, Wish, log, prepare
from expdocs.drafting.reading import text_of
from expdocs.drafting.since import runs_since
from expdocs.errors import ExpdocsError, UsageError
from expdocs.kinds.registry import Kind
from expdocs.narrative.writers import OFFLINE, PROVIDERS, Choice
from expdocs.workspace import Workspace

VERSION = 1
_KIND = "experiment"
_ROLES = (("baseline", "baselines"), ("", "runs"), ("sweep", "sweeps"))


@click.command(
    "log",
    epilog="Example: expdocs log monday.md --since-last-entry churn --approach smote",
    short_help="Turn a day's notes and its runs into a draft entry.",
)
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--run", "runs", multiple=True, metavar="[LABEL=]RUN", help="A run of the day.")
@click.option(
    "--baseline", "baselines", multiple=True, metavar="[LABEL=]RUN", help="A baseline run."
)
@click.option(
    "--sweep", "sweeps", multiple=True, metavar="[LABEL=]RUN", help="A sweep's parent run."
)
@click.option(
    "--since-last-entry",
    "since",
    metavar="EXPERIMENT",
    help="All runs of an MLflow experiment since your last entry about it.",
)
@click.option("--title", default="", help="The title, if not in the words of the text.")
@click.option("--metric", default="", metavar="NAME", help="The primary metric.")
@click.option("--effect", type=float, help="The smallest improvement that counts.")
@click.option("--hypothesis", help="What was expected, if the text does not say it.")
@click.option("--approach", help="The line of investigation.")
@click.option("--verdict", help="promoted, archived or iterate.")
@record_options
@click.option(
    "--provider",
    type=click.Choice(list(PROVIDERS)),
    default=OFFLINE,
    show_default=True,
    help="Who sorts the sentences; none of them writes any.",
)
@click.option("--model", default="", metavar="ID", help="Which model, if not the configured one.")
@click.option("--effort", default="", metavar="LEVEL", help="How hard a model is to think.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--dry-run", is_flag=True, help="Print the draft and write nothing.")
def command(file: str | None, as_json: bool, dry_run: bool, **options: Any) -> int:
    """Write a draft entry from the text in FILE, from stdin, or from your editor.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL. Every word of the text
    stands in the draft as it was written: headings, labels such as `Next:`, and the words of a
    sentence tell in which section, and what found no place is kept under Notes. Numbers that can
    only be one value of the runs become citations.

    With --provider anthropic a model says where the sentences belong that the author put nowhere;
    --dry-run then prints what would be sent.
    """
    workspace = Workspace.open(Path.cwd())
    kind = workspace.registry.get(_KIND)
    if kind is None or "runs" not in kind.properties:
        raise UsageError(f"this repository has no kind '{_KIND}' with runs")
    values = dict(_values(workspace, kind, options))
    sheet = None if file or not sys.stdin.isatty() else Sheet(workspace.repository)
    text = _text(file) if sheet is None else sheet.written()
    try:
        bench = Bench(workspace, options["tracker"])
        prepared = prepare(bench, kind, _wish(bench, text, values, options))
        choice = Choice(options["provider"], options["model"], options["effort"])
        if dry_run and choice.provider != OFFLINE:
            click.echo(preview(prepared, choice, workspace.settings))
            return 0
        done = log(bench, kind, day_of(options["day"]), _asked(prepared, choice, workspace))
        if not dry_run:
            bench.write()
    except ExpdocsError as problem:
        if sheet is not None:
            problem.hint = "; ".join(filter(None, (problem.hint, sheet.kept)))
        raise
    if sheet is not None and not dry_run:
        sheet.clear()
    _report(workspace, done, as_json=as_json, dry_run=dry_run)
    return 0


def _asked(prepared: Prepared, choice: Choice, workspace: Workspace) -> Prepared:
    if choice.provider == OFFLINE:
        return prepared
    with writing() as progress:
        return asked(prepared, choice, workspace.settings, progress)


def _values(workspace: Workspace, kind: Kind, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "authors", authors(workspace, options["authors"])
    yield "project", options["project"] or workspace.settings.project
    yield from ((key, options[key]) for key in ("hypothesis", "approach", "verdict"))
    yield "tags", list(options["tags"])
    yield "links", list(links(workspace, kind, options["links"]))


def _text(file: str | None) -> str:
    if file in (None, "-"):
        return text_of(sys.stdin.buffer.read(), "the text on stdin")
    try:
        return text_of(Path(str(file)).read_bytes(), str(file))
    except OSError as problem:
        raise UsageError(f"{file} cannot be read: {problem.strerror}") from problem


def _wish(bench: Bench, text: str, values: dict[str, Any], options: dict[str, Any]) -> Wish:
    runs = [
        (name, role, label)
        for role, key in _ROLES
        for label, name in map(label_and_run, options[key])
    ]
    if options["since"]:
        author = next(iter(values["authors"]), "")
        since = runs_since(bench, options["since"], author)
        runs += [(run_id, "", "") for run_id in since.runs]
        runs += [(run_id, "sweep", "") for run_id in since.sweeps]
    given = {key: value for key, value in values.items() if value}
    return Wish(text, runs, options["title"], options["metric"], options["effect"], given)


def _report(workspace: Workspace, done: Logged, *, as_json: bool, dry_run: bool) -> None:
    _notes(done)
    line = git_add(*([workspace.settings.evidence] if done.runs else []), done.draft.path)
    if as_json:
        click.echo(dump(_document(done, line, dry_run=dry_run)))
    elif dry_run:
        click.echo(plain_text(done.draft.file.text), nl=False)
    else:
        click.echo(one_line(line))
        click.echo(one_line(done.draft.path))


def plain_text(text: str) -> str:
    """Return a draft for a terminal, tabs and lines kept."""
    return "\t".join(map(plain, text.split("\t")))


def _notes(done: Logged) -> None:
    if not done.runs:
        note("no runs: name them with --run or --since-last-entry")
    elif not any(run["role"] == "baseline" for run in done.runs):
        note("no run is called a baseline: name it with --baseline")
    if done.runs and not done.metric:
        note("the runs share no single metric that the text names: give --metric")
    if kept := len(done.parts.get("notes", ())):
        passages = (
            "passages found no place and stand" if kept > 1 else "passage found no place and stands"
        )
        note(f"{kept} {passages} under Notes")


def _document(done: Logged, line: str, *, dry_run: bool) -> dict[str, Any]:
    return {
        "version": VERSION,
        "path": done.draft.path,
        "written": not dry_run,
        "title": done.title,
        "metric": done.metric,
        "runs": [dict(run) for run in done.runs],
        "citations": done.citations,
        "parts": {key: list(texts) for key, texts in done.parts.items()},
        "text": done.draft.file.text,
        "git_add": line,
    }
