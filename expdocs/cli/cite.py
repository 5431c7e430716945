"""expdocs cite: find what a number or some words mean, and write the link."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from expdocs.cli.output import note, one_line
from expdocs.edit.citing import Spot, cited_at
from expdocs.edit.pending import Repair, apply_repair
from expdocs.edit.scaffold import only_one
from expdocs.errors import Refused, UsageError
from expdocs.facts.search import Candidate, Found, Wanted, search, wanted
from expdocs.prose.numbers import NumberProblem
from expdocs.prose.references import format_reference
from expdocs.records.record import Record
from expdocs.workspace import Workspace

MOST = 20
_SPOT = re.compile(r"([1-9][0-9]{0,8})(?::([1-9][0-9]{0,8}))?")


@click.command(
    "cite",
    epilog="Example: expdocs cite EXP-2026-11-20-417 0.83 --insert 41",
    short_help="Find the source of a number and write its link.",
    # A number may begin with a minus.
    context_settings={"ignore_unknown_options": True},
)
@click.argument("record")
@click.argument("words", nargs=-1, metavar="[NUMBER|WORD]...")
@click.option("--insert", metavar="LINE[:COLUMN]", help="Write the link into the record there.")
@click.option(
    "--number", type=click.IntRange(min=1), metavar="N", help="Take the N-th of the list."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(
    record: str, words: tuple[str, ...], insert: str | None, number: int | None, as_json: bool
) -> int:
    """List the links that NUMBER or the words can mean, the likeliest first.

    Looked through are the runs, groups and sweeps of RECORD and of the records that it links to.
    With --insert the number on that line becomes the link; with words alone, or at a column where
    no such number stands, the link is put there.
    """
    workspace = Workspace.open(Path.cwd())
    spot = _spot(insert)
    with only_one(workspace) if spot else nullcontext():
        found_in = workspace.record(record)
        sought = _wanted(words, workspace)
        found = _search(workspace, found_in, sought)
        shown = _chosen(found, number)
        inserted = bool(spot) and len(shown) == 1
        if spot and inserted:
            _insert(workspace, found_in, spot, shown[0], sought)
    _report(found_in, found, shown, inserted=inserted, as_json=as_json)
    if not shown:
        raise _nothing(found_in, words)
    if spot and not inserted:
        raise Refused(f"{len(found.candidates)} values fit", "choose one: --number N")
    return 0


def _spot(text: str | None) -> Spot | None:
    if text is None:
        return None
    match = _SPOT.fullmatch(text)
    if match is None:
        raise UsageError(f"'{text}' is no place", "write LINE or LINE:COLUMN: --insert 41:7")
    return Spot(int(match[1]), int(match[2] or 0))


def _wanted(words: Sequence[str], workspace: Workspace) -> Wanted:
    try:
        sought = wanted(words, workspace.settings.units)
    except NumberProblem as problem:
        raise UsageError(problem.message, problem.hint) from problem
    for word in sought.words:
        if word.startswith("--"):
            raise UsageError(f"no such option: {word}", "see: expdocs cite --help")
    return sought


def _search(workspace: Workspace, record: Record, sought: Wanted) -> Found:
    with workspace.context() as context:
        return search(record, context.facts, sought)


def _chosen(found: Found, number: int | None) -> Sequence[Candidate]:
    if number is None:
        return found.candidates
    if number > len(found.candidates):
        count = len(found.candidates)
        raise UsageError(f"--number {number}: there {'is' if count == 1 else 'are'} {count}")
    return found.candidates[number - 1 : number]


def _insert(
    workspace: Workspace, record: Record, spot: Spot, chosen: Candidate, sought: Wanted
) -> None:
    number = sought.number.text if sought.number else ""
    text = cited_at(record, spot, chosen.link, number)
    what = (f"cited: {chosen.link}",)
    apply_repair(workspace, Repair(record.path, record.path, record.file.text, text, what))


def _report(
    record: Record, found: Found, shown: Sequence[Candidate], *, inserted: bool, as_json: bool
) -> None:
    left_off = max(len(shown) - MOST, 0)
    if as_json:
        document = {
            "version": 1,
            "record": record.id,
            "candidates": [_as_json(one) for one in shown[:MOST]],
            "left_off": left_off,
            "missing": list(found.missing),
            "inserted": inserted,
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for place, one in enumerate(shown[:MOST], 1):
        before = f"{place:>2}  " if len(shown) > 1 else ""
        value = one.value if isinstance(one.value, str) else f"{one.value:.6g}"
        click.echo(one_line(f"{before}{one.link}  {one.description}: {value}"))
    if left_off:
        note(f"and {left_off} more: add a word, such as a label or the name of a metric")
    if inserted:
        click.echo(one_line(f"written into {record.path}"))
    if found.missing:
        names = ", ".join(found.missing[:5])
        note(one_line(f"without evidence: {names}; run: expdocs evidence pull {record.id}"))


def _as_json(one: Candidate) -> dict[str, str]:
    return {
        "link": one.link,
        "reference": format_reference(one.reference),
        "shown": one.shown,
        "value": str(one.value),
        "description": one.description,
    }


def _nothing(record: Record, words: Sequence[str]) -> Refused:
    what = " ".join(words)
    if not what:
        return Refused(f"{record.id} has no runs with values", "list runs, and pull their evidence")
    message = f"nothing that {record.id} can cite is {what}"
    return Refused(message, f"see all that it can cite: expdocs cite {record.id}")
