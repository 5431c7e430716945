"""The page of each run, the list of runs, and the page of the commits that records cite."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.evidence.replaced import Replaced
from expdocs.evidence.snapshots import (
    Difference,
    Metric,
    Population,
    PopulationRun,
    RunSnapshot,
    differences,
    population_path,
)
from expdocs.site.citations import metric_anchor, parameter_anchor
from expdocs.site.composer import Composer, PagePlan, plural
from expdocs.site.sparkline import sparkline
from expdocs.site.survey import RunPage

INDEX = "runs/index.html"
MAX_CHILDREN = 500
MAX_DIFFERENCES = 50


def run_pages(composer: Composer) -> Iterator[PagePlan]:
    """Yield the list of runs and the page of each."""
    runs = composer.survey.runs
    yield composer.page(
        "runs.html",
        INDEX,
        "Runs",
        runs=runs,
        known=lambda run: isinstance(run.snapshot, RunSnapshot),
        parent=composer.home,
        description=f"{plural(len(runs), 'run')} that records rest on",
    )
    for run in runs:
        yield _run_page(composer, run)


def _run_page(composer: Composer, run: RunPage) -> PagePlan:
    survey = composer.survey
    snapshot = run.snapshot if isinstance(run.snapshot, RunSnapshot) else None
    children = _children(composer, run, snapshot)
    problem = getattr(run.snapshot, "message", "")
    return composer.page(
        "run.html",
        run.url,
        f"Run {run.name}",
        run=run,
        snapshot=snapshot,
        problem=problem,
        metrics=_metrics(snapshot),
        parameters=_parameters(snapshot),
        children=children[:MAX_CHILDREN],
        child_count=len(children),
        child_metrics=sorted({name for child in children for name in child.metrics}),
        commit=composer.mark("commit", snapshot.commit or "") if snapshot else None,
        replaced=_replaced(composer, run, snapshot),
        findings=tuple(f for f in survey.findings if f.path == run.path),
        command=survey.revisions.command(run.path),
        revision=survey.revisions.of(run.path),
        parent=INDEX,
        description=f"Evidence of run {run.run_id}",
        search_text=_search_text(run, snapshot),
    )


def _metrics(snapshot: RunSnapshot | None) -> list[tuple[str, str, Metric, object]]:
    found = sorted(snapshot.metrics.items()) if snapshot else []
    return [(name, metric_anchor(name), one, sparkline(name, one)) for name, one in found]


def _parameters(snapshot: RunSnapshot | None) -> list[tuple[str, str, str]]:
    found = sorted(snapshot.params.items()) if snapshot else []
    return [(name, parameter_anchor(name), value) for name, value in found]


def _children(
    composer: Composer, run: RunPage, snapshot: RunSnapshot | None
) -> list[PopulationRun]:
    """Return the runs of a sweep; none for an ordinary run."""
    if snapshot is None or not any(use.sweep for _, use in run.uses):
        return []
    evidence = composer.survey.context.evidence
    try:
        population_path(snapshot.experiment_id)
    except ValueError:
        return []
    found = evidence.population(snapshot.experiment_id)
    runs = found.runs if isinstance(found, Population) else ()
    return [child for child in runs if child.parent_run_id == run.run_id]


def _replaced(
    composer: Composer, run: RunPage, snapshot: RunSnapshot | None
) -> list[tuple[Replaced, tuple[Difference, ...]]]:
    """Return what the run's evidence was before, with the values that are others now."""
    found = composer.survey.context.evidence.replaced(run.run_id)
    return [
        (one, differences(one.run, snapshot)[:MAX_DIFFERENCES] if one.run and snapshot else ())
        for one in found
    ]


def _search_text(run: RunPage, snapshot: RunSnapshot | None) -> str:
    names = [snapshot.experiment_name, snapshot.status] if snapshot else []
    labels = [use.label for _, use in run.uses]
    return " ".join([run.run_id, *names, *labels, *(p.record.id for p, _ in run.uses)])


def commits_page(composer: Composer) -> PagePlan:
    """Return the page of all cited commits, each with an anchor."""
    entries = composer.survey.commits
    return composer.page(
        "commits.html",
        "commits.html",
        "Commits",
        entries=entries,
        read=lambda entry: getattr(entry.snapshot, "tree", "") and entry.snapshot,
        parent=composer.home,
        description=f"{plural(len(entries), 'commit')} that records cite",
    )
