"""expdocs decide: candidates held against criteria become the draft of a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from expdocs.cli.fields import authors, day_of, links, record_options
from expdocs.cli.formats.as_json import dump
from expdocs.cli.log import plain_text
from expdocs.cli.output import note, one_line
from expdocs.cli.pages import writing_options
from expdocs.cli.progress import writing
from expdocs.drafting.arguing import Argued, argue, prepared
from expdocs.drafting.bench import Bench, git_add
from expdocs.drafting.candidates import Candidate, candidates_of, finals_of
from expdocs.drafting.comparing import FORMULAS, source_of
from expdocs.drafting.criteria import Criterion, criteria_of, gate_of
from expdocs.drafting.decision import Choice, Decided, compacts_of, decide, judged
from expdocs.drafting.grounds import brief_of, unaskable
from expdocs.drafting.judging import SCALES, Judged, Judgement, dominators
from expdocs.errors import UsageError
from expdocs.facts.gates import GateResult
from expdocs.kinds.registry import Kind
from expdocs.narrative.brief import Brief
from expdocs.narrative.writers import OFFLINE, Writer, open_writer
from expdocs.narrative.writers import Choice as Asked
from expdocs.workspace import Workspace

VERSION = 1
_KIND = "decision"
_NEEDED = ("options", "criteria", "gates", "decision_type")


@click.command(
    "decide",
    epilog=(
        "Example: expdocs decide --candidate EXP-2026-11-20-417/smote --candidate focal "
        "--criterion val_f1:maximize:0.6 --criterion attributes.duration:minimize:0.4"
    ),
    short_help="Compare candidates and draft the decision among them.",
)
@click.argument("title", required=False)
@click.option(
    "--candidate",
    "names",
    multiple=True,
    metavar="RUN|RECORD[/LABEL]",
    help="A run, a run or group of a record, or a record's final runs.",
)
@click.option("--approach", default="", help="All finals of the experiments on an approach.")
@click.option(
    "--criterion",
    "criteria",
    multiple=True,
    metavar="NAME:GOAL:WEIGHT",
    help="A metric, params.NAME or attributes.NAME, maximize or minimize, and its weight.",
)
@click.option(
    "--scale",
    type=click.Choice(list(SCALES)),
    default="min-max",
    show_default=True,
    help="How values come onto one scale.",
)
@click.option("--gate", "gates", multiple=True, metavar="'METRIC>=VALUE'", help="A threshold.")
@click.option("--compact", "compacts", multiple=True, metavar="ID", help="Whose gates hold, too.")
@click.option("--question", help="What is decided, as somebody would ask it in a year.")
@click.option("--decider", "deciders", multiple=True, metavar="ID", help="Who decides.")
@record_options
@writing_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(title: str | None, as_json: bool, dry_run: bool, **options: Any) -> int:
    """Write the draft of a model selection: values, scores, gates, and what is not certain.

    Without --candidate the finals of --approach, or of --project, are compared. Every value is
    cited. A candidate without a value has no score, and one that misses a gate is rejected. What
    was traded off, and who decided, is asked for and never made up.

    With --provider anthropic a model adds what speaks for the proposed choice, and questions to
    the deciders; --dry-run then prints what would be sent.
    """
    workspace = Workspace.open(Path.cwd())
    kind = workspace.registry.get(_KIND)
    if kind is None or any(key not in kind.properties for key in _NEEDED):
        raise UsageError(f"this repository has no kind '{_KIND}' with {', '.join(_NEEDED)}")
    day = day_of(options["day"])
    bench = Bench(workspace, options["tracker"])
    choice = _choice(bench, kind, title or "", options)
    found = judged(bench, kind, choice)
    argued = Argued()
    asked = Asked(options["provider"] or OFFLINE, options["model"] or "", options["effort"] or "")
    brief = _brief(bench, kind, choice, found, asked)
    if brief is not None:
        with writing() as progress:
            writer = open_writer(asked, workspace.settings, progress)
            if dry_run:
                return _preview(writer, brief)
            argued = argue(brief, writer)
    done = decide(bench, kind, day, choice, found, argued.said)
    if not dry_run:
        bench.write()
    _tell(argued)
    _report(workspace, choice, done, argued, as_json=as_json, dry_run=dry_run)
    return 0


def _brief(
    bench: Bench, kind: Kind, choice: Choice, found: Judgement, asked: Asked
) -> Brief | None:
    """Return what a model is asked about; None where none is asked."""
    if asked.provider == OFFLINE:
        return None
    if reason := unaskable(choice):
        note(f"{reason}; this is the draft without a model")
        return None
    return brief_of(bench, kind, choice, found)


def _preview(writer: Writer, brief: Brief) -> int:
    if writer.preview is not None:
        click.echo(writer.preview(prepared(brief)))
    return 0


def _tell(argued: Argued) -> None:
    if argued.model and not argued.used:
        wrong = f"what it wrote does not hold: {argued.faults[0]}" if argued.faults else ""
        said = wrong or "it had nothing to say"
        note(one_line(f"{argued.model}: {said}; this is the draft without a model"))


def _choice(bench: Bench, kind: Kind, title: str, options: Mapping[str, Any]) -> Choice:
    criteria = criteria_of(options["criteria"])
    gates = [gate_of(text) for text in options["gates"]]
    candidates = _candidates(bench, options)
    return Choice(
        candidates,
        criteria,
        gates,
        compacts_of(bench, candidates, options["compacts"]),
        options["scale"],
        title,
        dict(_values(bench.workspace, kind, candidates, options)),
    )


def _candidates(bench: Bench, options: Mapping[str, Any]) -> list[Candidate]:
    if options["names"]:
        return candidates_of(bench, options["names"])
    if not (options["approach"] or options["project"]):
        hint = "name them: --candidate RUN, or take all finals of an approach: --approach NAME"
        raise UsageError("there are no candidates", hint)
    records = bench.workspace.corpus.records
    return finals_of(records, approach=options["approach"], project=options["project"] or "")


def _values(
    workspace: Workspace, kind: Kind, candidates: list[Candidate], options: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    yield "authors", authors(workspace, options["authors"])
    projects = {one.owner.text_of("project") for one in candidates if one.owner}
    shared = projects.pop() if len(projects) == 1 else ""
    yield "project", options["project"] or shared or workspace.settings.project
    yield "deciders", list(options["deciders"])
    yield "tags", list(options["tags"])
    yield "links", list(links(workspace, kind, options["links"]))
    if options["question"]:
        yield "question", options["question"]


def _report(
    workspace: Workspace,
    choice: Choice,
    done: Decided,
    argued: Argued,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    for message in done.notes:
        note(one_line(message))
    line = git_add(workspace.settings.evidence, done.draft.path)
    if as_json:
        known = {**_document(choice, done), "model": argued.model if argued.used else None}
        click.echo(dump({**known, "written": not dry_run, "git_add": line}))
    elif dry_run:
        click.echo(plain_text(done.draft.file.text), nl=False)
    else:
        click.echo(one_line(line))
        click.echo(one_line(done.draft.path))


def _document(choice: Choice, done: Decided) -> dict[str, Any]:
    found = done.judgement
    return {
        "version": VERSION,
        "path": done.draft.path,
        "title": done.draft.title,
        "scale": choice.scale,
        "formula": f"score = sum(w * s) / sum(w), {FORMULAS[choice.scale]}",
        "criteria": [_criterion(one, found) for one in found.criteria],
        "candidates": [_candidate(done, one) for one in found.candidates],
        "first": list(found.first),
        "moved": [one._asdict() for one in found.moved],
        "notes": list(done.notes),
        "text": done.draft.file.text,
    }


def _criterion(one: Criterion, found: Judgement) -> dict[str, Any]:
    scored = one in found.scored
    return {"name": one.name, "goal": one.goal, "weight": one.weight, "scored": scored}


def _candidate(done: Decided, one: Judged) -> dict[str, Any]:
    option = next(entry for entry in done.options if entry["name"] == one.candidate.name)
    return {
        "name": one.candidate.name,
        "record": one.candidate.owner.id if one.candidate.owner else None,
        "runs": one.candidate.run_ids,
        "outcome": option["outcome"],
        "reason": option["reason"],
        "score": one.score,
        "dominated_by": dominators(done.judgement, one),
        "values": [_value(one, criterion) for criterion in done.judgement.criteria],
        "gates": [_gate(result) for result in one.gates],
    }


def _value(one: Judged, criterion: Criterion) -> dict[str, Any]:
    measured = one.values[criterion.name]
    return {
        "criterion": criterion.name,
        "reference": source_of(one, criterion),
        "value": None if measured.value is None else str(measured.value),
        "spread": None if measured.spread is None else str(measured.spread),
        "scaled": one.scaled.get(criterion.name),
        "reason": measured.reason,
    }


def _gate(result: GateResult) -> dict[str, Any]:
    return {
        "gate": str(result.threshold),
        "of": result.threshold.owner or None,
        "run": result.reading.run_id,
        "value": result.reading.value,
        "passed": result.passed,
        "reason": result.reading.reason,
    }
