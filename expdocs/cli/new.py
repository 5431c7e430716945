"""expdocs new: a record from the kind's template, filled with what evidence already tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from expdocs.cli.fields import (
    authors,
    commit,
    day_of,
    label_and_run,
    links,
    record_options,
    require,
)
from expdocs.cli.output import note
from expdocs.drafting.bench import Bench, git_add
from expdocs.edit.evidenced import Chosen, fields_of
from expdocs.edit.scaffold import create, drafted, refuse_broken
from expdocs.errors import UsageError
from expdocs.facts.similar import NEAR, Why, asked_by, look, similar
from expdocs.kinds.registry import Kind
from expdocs.kinds.shape import typed
from expdocs.questions import unnoted
from expdocs.workspace import Workspace
from expdocs.yamlnodes import YamlMapping, YamlProblem, read_yaml

_FIELDS = ("project", "approach", "hypothesis", "commit", "verdict", "decision_type")


@click.command(
    "new",
    epilog=(
        "Example: expdocs new experiment 'Oversampling does not help' --baseline weights "
        "--run smote --metric val_f1 --approach smote --project churn"
    ),
    short_help="Scaffold a record: new experiment|decision|compact TITLE.",
)
@click.argument("kind_name", metavar="KIND")
@click.argument("title")
@click.option("--run", "runs", multiple=True, metavar="[LABEL=]RUN", help="A candidate run.")
@click.option(
    "--baseline", "baselines", multiple=True, metavar="[LABEL=]RUN", help="A baseline run."
)
@click.option(
    "--sweep", "sweeps", multiple=True, metavar="[LABEL=]RUN", help="A sweep's parent run."
)
@click.option("--metric", default="", metavar="NAME", help="The primary metric.")
@click.option("--effect", type=float, help="The smallest improvement that counts.")
@click.option("--hypothesis", help="What was expected, falsifiable, with an effect size.")
@click.option("--approach", help="The line of investigation.")
@click.option("--verdict", help="promoted, archived or iterate.")
@click.option("--commit", help="The commit that holds the code (any git name of it).")
@click.option("--data", "data", multiple=True, metavar="PATH", help="A path tracked by DVC.")
@click.option("--decision-type", help="model-selection, promotion, stop-line, …")
@click.option("--decider", "deciders", multiple=True, metavar="ID", help="Who decides.")
@record_options
@click.option("--supersedes", metavar="ID", help="The record that this one will replace.")
@click.option("--set", "given", multiple=True, metavar="KEY=YAML", help="Any other field.")
@click.option("--edit", is_flag=True, help="Open the new record in $EDITOR.")
def command(kind_name: str, title: str, **options: Any) -> int:
    """Write a new draft record and print its path as the last line.

    RUN is a full id, a unique prefix, a run name, `last` or a tracker URL. Snapshots that are
    missing are pulled; runs, metric, commit, data and the run table come from them.
    """
    workspace = Workspace.open(Path.cwd())
    kind = _kind(workspace, kind_name)
    day = day_of(options["day"])
    values = dict(_values(workspace, kind, options))
    refuse_broken(kind, title, values)
    evidenced = bool(options["runs"] or options["baselines"] or options["sweeps"])
    bench = Bench(workspace, options["tracker"])
    if evidenced:
        require(kind, "runs", "--run")
        found = _from_runs(bench, options)
        values = {key: values.get(key) or found.get(key) for key in {**values, **found}}
    elif metric := _metric_options(options):
        values["metric"] = metric
    if evidenced:
        draft = drafted(workspace, kind, title, day, values)
        bench.add(draft, again=not options["metric"])
        bench.mend(draft)
        bench.write()
        path = draft.path
        _tell_of_near(bench.workspace, path)
    else:
        path = create(workspace, kind, title, day, values)
    if options["edit"]:
        click.edit(filename=str(workspace.root / path))
    click.echo(git_add(*([workspace.settings.evidence] if evidenced else []), path))
    click.echo(path)
    return 0


def _kind(workspace: Workspace, name: str) -> Kind:
    kind = workspace.registry.get(name)
    if kind is None:
        known = ", ".join(workspace.registry.names())
        raise UsageError(f"'{name}' is no kind of record", f"there are: {known}")
    return kind


def _values(workspace: Workspace, kind: Kind, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "authors", authors(workspace, options["authors"])
    yield "project", workspace.settings.project
    for key in _FIELDS:
        if options[key]:
            require(kind, key, f"--{key.replace('_', '-')}")
            yield key, commit(workspace, options[key]) if key == "commit" else options[key]
    if options["deciders"]:
        require(kind, "deciders", "--decider")
        yield "deciders", list(options["deciders"])
    for key, option in (("tags", "--tag"), ("links", "--link")):
        if options[key]:
            require(kind, key, option)
    yield "tags", list(options["tags"])
    given = [*options["links"], *_superseding(options["supersedes"])]
    yield "links", list(links(workspace, kind, given))
    if options["data"]:
        require(kind, "data", "--data")
        yield "data", _data(workspace, options["data"], options["commit"])
    yield from (_setting(kind, one) for one in options["given"])


def _superseding(target: str | None) -> list[str]:
    return [f"supersedes:{target}"] if target else []


def _data(workspace: Workspace, paths: Sequence[str], revision: str | None) -> list[dict[str, str]]:
    sha = commit(workspace, revision or "HEAD")
    found = []
    with workspace.context() as context:
        for path in paths:
            value = context.commits.data_hash(sha, path)
            if value is None:
                raise UsageError(
                    f"DVC does not track {path} at commit {sha[:12]}", f"run: dvc add {path}"
                )
            found.append({"path": path, "hash": value})
    return found


def _setting(kind: Kind, text: str) -> tuple[str, Any]:
    key, separator, source = text.partition("=")
    if not separator or key not in kind.properties:
        known = ", ".join(kind.properties)
        raise UsageError(f"--set {text[:60]}: not KEY=YAML of a {kind.name}", f"keys: {known}")
    try:
        node = read_yaml(f"{key}: {source}")
    except YamlProblem as problem:
        raise UsageError(f"--set {key}: {problem.message}", problem.hint) from problem
    if not isinstance(node, YamlMapping) or list(node.entries) != [key]:
        raise UsageError(f"--set {key}: write one YAML value on one line")
    return key, typed(node.entries[key], kind.shape.properties.get(key))


def _metric_options(options: dict[str, Any]) -> dict[str, Any]:
    if not options["metric"]:
        return {}
    return {"name": options["metric"], "goal": None, "effect": options["effect"]}


# --- from runs


def _from_runs(bench: Bench, options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the runs tell."""
    wanted = [
        (role, *label_and_run(text))
        for role, key in (("baseline", "baselines"), ("candidate", "runs"), ("sweep", "sweeps"))
        for text in options[key]
    ]
    metrics = [options["metric"]] if options["metric"] else []
    ids = bench.run_ids([name for _, _, name in wanted], metrics)
    chosen = [
        Chosen(bench.snapshot(run_id), role, label)
        for (role, label, _), run_id in zip(wanted, ids, strict=True)
    ]
    with bench.workspace.context() as context:
        repository = bench.workspace.repository
        fields = fields_of(chosen, options["metric"], context.commits, repository)
    if fields["metric"] and options["effect"] is not None:
        fields["metric"]["effect"] = options["effect"]
    _explain_gaps(fields, chosen)
    return fields


def _explain_gaps(fields: dict[str, Any], chosen: Sequence[Chosen]) -> None:
    if not fields["commit"] and any(one.snapshot.code_tree for one in chosen):
        note("no commit holds the code that ran: commit it, then fill in `commit`")
    elif not fields["commit"]:
        note("the runs recorded no code: fill in `commit` by hand")
    if not fields["metric"]:
        note("the runs share no single metric: fill in `metric`, or give --metric")


def _tell_of_near(workspace: Workspace, path: str) -> None:
    """Say in one line that the new record's runs were tried before, where they nearly were."""
    records, evidence = workspace.corpus.records, workspace.passing_evidence(unnoted)
    asked = asked_by(workspace.corpus.by_path[path], evidence)
    near = similar(asked, look(evidence, records).tried, [], NEAR)
    if near and (run := near[0].tried):
        told = f" of {run.records[0].id}" if run.records else ""
        how = "the same" if near[0].why is Why.SAME else "nearly the same"
        note(f"run {run.run_id[:12]}{told} was {how}: expdocs similar {asked[0].record_id}")
