"""expdocs similar: what was tried before that is like what is about to be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from expdocs.cli.formats.as_json import dump
from expdocs.cli.output import note, one_line
from expdocs.errors import UsageError
from expdocs.evidence.parameters import MAX_FILE, flat_parameters
from expdocs.evidence.workingdata import data_hash
from expdocs.facts.similar import (
    WITHIN,
    Asked,
    Differing,
    Looked,
    Similar,
    Why,
    asked_by,
    look,
    similar,
)
from expdocs.kinds.shape import typed
from expdocs.prose.sentences import first_sentence
from expdocs.questions import unnoted
from expdocs.records.outline import RECORD_ID
from expdocs.records.record import Record
from expdocs.workspace import Workspace
from expdocs.yamlnodes import YamlProblem, read_yaml

VERSION = 1
MOST = 5
MOST_DIFFERING = 6


@click.command(
    "similar",
    epilog="Example: expdocs similar --params params.yaml --data data/churn.csv focal loss",
    short_help="Find what was tried before, before you run it again.",
)
@click.argument("words", nargs=-1, metavar="[RECORD] [WORDS]...")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--params", "file", metavar="FILE", help="A YAML or JSON file of parameters.")
@click.option("--data", "paths", multiple=True, metavar="PATH", help="Data that DVC tracks.")
@click.option(
    "--within",
    type=click.FloatRange(0, 1),
    default=WITHIN,
    show_default=True,
    help="The largest distance that is shown.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(
    words: tuple[str, ...],
    params: tuple[str, ...],
    file: str | None,
    paths: tuple[str, ...],
    within: float,
    as_json: bool,
) -> int:
    """Find runs with the same parameters and data, then near ones, then records in like words.

    RECORD, such as a draft, asks with its runs, data, title and hypothesis. The distance is
    Gower's over all given parameters and data: 0 is the same, 1 has nothing in common. Offline:
    runs come from committed snapshots.
    """
    workspace = Workspace.open(Path.cwd())
    evidence = workspace.passing_evidence(unnoted)
    record, spoken = _record(workspace, words)
    given, declared = _given(params), _declared(file) if file else {}
    data = {path: _hash(workspace, path) for path in map(workspace.relative, paths)}
    if not (record or spoken or given or file or data):
        hint = "for example: expdocs similar --param c=0.1 --data data/churn.csv"
        raise UsageError("say what you are about to run", hint)
    looked = look(evidence, workspace.corpus.records)
    asked = asked_by(record, evidence) if record else [Asked()]
    if file or given:
        asked = [_with_params(asked[0], _logged(declared, looked, file or ""), given)]
    asked = [_with(one, data, spoken) for one in asked]
    found = similar(asked, looked.tried, workspace.corpus.records, within)
    if as_json:
        click.echo(dump(_document(asked, looked, found)))
    else:
        click.echo("\n".join(map(one_line, _lines(looked, found))))
    return 0


def _record(workspace: Workspace, words: Sequence[str]) -> tuple[Record | None, str]:
    if words and (RECORD_ID.fullmatch(words[0]) or words[0].endswith(".md")):
        return workspace.record(words[0]), " ".join(words[1:])
    return None, " ".join(words)


def _given(params: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for text in params:
        name, separator, value = text.partition("=")
        if not name or not separator:
            raise UsageError(f"--param {text[:60]}: not NAME=VALUE", "for example: --param c=0.1")
        if name in given:
            raise UsageError(f"--param {name[:60]} is given twice", "give one value of it")
        given[name] = value
    return given


def _hash(workspace: Workspace, path: str) -> str:
    found = data_hash(workspace.files, workspace.root, path)
    if found is None:
        raise UsageError(f"DVC does not track {path[:200]} here", f"run: dvc add {path[:200]}")
    return found


def _declared(file: str) -> Mapping[str, Any]:
    """Return the parameters in a file by dotted name; raises ``UsageError`` for any other file."""
    hint = "name a YAML or JSON file such as params.yaml"
    try:
        path = Path(file)
        if path.stat().st_size > MAX_FILE:
            raise UsageError(f"{file} is larger than 1 MiB", hint)
        content = path.read_bytes()
        node = read_yaml(content.decode("utf-8"))
    except YamlProblem as problem:
        raise UsageError(f"{file}: {problem.message}", problem.hint) from problem
    except (OSError, UnicodeDecodeError) as problem:
        said = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        raise UsageError(f"{file[:200]} cannot be read: {said}", hint) from problem
    if node is None or not isinstance(typed(node, None), dict):
        raise UsageError(f"{file} holds no parameters", hint)
    return flat_parameters(content)


def _logged(declared: Mapping[str, Any], looked: Looked, file: str) -> dict[str, str]:
    """Return the declared parameters that runs logged: a file may serve several scripts."""
    names = {name.replace("/", "."): name for one in looked.tried for name in one.params}
    known = {names[name]: str(value) for name, value in declared.items() if name in names}
    if missing := [name for name in declared if name not in names]:
        more = " and others" if len(missing) > MOST else ""
        note(one_line(f"no run logged {', '.join(missing[:MOST])}{more} of {file}: not compared"))
    return known


def _with_params(asked: Asked, known: Mapping[str, str], given: Mapping[str, str]) -> Asked:
    params, optional = {**known, **given}, frozenset(known.keys() - given.keys())
    return asked._replace(params=params, complete=False, optional=optional)


def _with(asked: Asked, data: Mapping[str, str], spoken: str) -> Asked:
    words = f"{asked.words}\n{spoken}".strip()
    return asked._replace(data=data or asked.data, words=words)


# --- as text


def _lines(looked: Looked, found: Sequence[Similar]) -> Iterator[str]:
    groups, told = _groups(found), set[str]()
    for group in groups[:MOST]:
        yield from _entry(group, told)
    if len(groups) > MOST:
        yield f"and {len(groups) - MOST} more; all of them with --json"
    if not found:
        yield f"nothing like it among {len(looked.tried)} runs with a snapshot"
    if looked.unreadable:
        yield f"{looked.unreadable} of {looked.snapshots} snapshots cannot be read"


def _groups(found: Sequence[Similar]) -> list[list[Similar]]:
    """Return what was found, runs of the same records together."""
    groups: dict[tuple[str, ...], list[Similar]] = {}
    for one in found:
        alone = (one.tried.run_id,) if one.tried else ()
        groups.setdefault(tuple(r.path for r in one.records) or alone, []).append(one)
    return list(groups.values())


def _entry(group: Sequence[Similar], told: set[str]) -> Iterator[str]:
    best = group[0]
    if best.tried is None:
        yield f"{best.score:.0%} of the words: {_title(best.records[0])}"
        yield from _conclusion(best.records[0])
        return
    how = "the same" if best.why is Why.SAME else f"{best.score:.2g} apart"
    yield f"{how}: run {best.tried.run_id[:12]} {best.tried.name} ({best.tried.experiment})"
    yield from _differences(best)
    for record in best.records:
        if record.path not in told:
            yield f"  {_title(record)}"
            yield from _conclusion(record)
    if again := [record.id or record.path for record in best.records if record.path in told]:
        yield f"  {', '.join(again)}, as above"
    told.update(record.path for record in best.records)
    if not best.records:
        yield "  no record tells of it"
    if len(group) > 1:
        yield f"  and {len(group) - 1} more of its runs"


def _conclusion(record: Record) -> Iterator[str]:
    if said := conclusion_of(record):
        yield f"    {said}"


def _differences(one: Similar) -> Iterator[str]:
    for differing in one.differing[:MOST_DIFFERING]:
        yield f"  {differing.name}: {_shown(differing.tried)} (yours {_shown(differing.asked)})"
    if len(one.differing) > MOST_DIFFERING:
        yield f"  and {len(one.differing) - MOST_DIFFERING} more differences"
    if one.unknown:
        more = f" and {len(one.unknown) - MOST_DIFFERING} more"
        names = ", ".join(one.unknown[:MOST_DIFFERING])
        yield f"  not compared: {names}{more if len(one.unknown) > MOST_DIFFERING else ''}"


def _shown(value: str | None) -> str:
    return "none" if value is None else value[:80]


def _title(record: Record) -> str:
    standing = ", ".join(filter(None, (record.status, record.text_of("verdict"))))
    return f"{record.id or record.path} ({standing}): {record.title}"


def conclusion_of(record: Record) -> str:
    """Return the first sentence of a record's conclusion, or an empty text."""
    section = next((one for one in record.kind.sections if one.key == "conclusion"), None)
    headings = record.prose.headings
    at = next((n for n, h in enumerate(headings) if section and section.has_title(h.title)), None)
    if at is None:
        return ""
    end = headings[at + 1].start if at + 1 < len(headings) else len(record.file.body)
    return first_sentence(record.file.body, record.prose, headings[at].end, end)


# --- as JSON


def _document(
    asked: Sequence[Asked], looked: Looked, found: Sequence[Similar]
) -> dict[str, object]:
    return {
        "version": VERSION,
        "asked": [
            {"params": dict(one.params), "data": dict(one.data), "words": one.words}
            for one in asked
        ],
        "runs": len(looked.tried),
        "unreadable": looked.unreadable,
        "similar": [_similar(one) for one in found],
    }


def _similar(one: Similar) -> dict[str, object]:
    return {
        "why": one.why,
        "distance" if one.tried else "words": one.score,
        "run_id": one.tried.run_id if one.tried else None,
        "run_name": one.tried.name if one.tried else None,
        "experiment": one.tried.experiment if one.tried else None,
        "differing": [Differing._asdict(differing) for differing in one.differing],
        "unknown": list(one.unknown),
        "records": [_about(record) for record in one.records],
    }


def _about(record: Record) -> dict[str, str]:
    return {
        "id": record.id,
        "path": record.path,
        "title": record.title,
        "status": record.status,
        "verdict": record.text_of("verdict"),
        "conclusion": conclusion_of(record),
    }
