"""When a project's metric was changed, and whether values from before compare with later ones."""

from typing import NamedTuple

from expdocs.analytics.citing import derived
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.facts.tables import metric_names
from expdocs.records.renames import Rename


class MetricChange(NamedTuple):
    """An accepted decision puts one metric in the place of another.

    ``before`` and ``after`` are the experiments whose primary metric is the old or the new one.
    """

    rename: Rename
    date: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def metric_changes(history: History) -> tuple[MetricChange, ...]:
    """Return the changes that the history's decisions state, in the order of time."""
    found = []
    for record in history.records:
        project = record.text_of("project")
        for rename in history.facts.index.renames(project):
            if rename.decision == record.id:
                before, after = (_with(history, project, n) for n in (rename.old, rename.new))
                found.append(MetricChange(rename, record.text_of("date"), before, after))
    return tuple(found)


def _with(history: History, project: str, metric: str) -> tuple[str, ...]:
    return tuple(
        record.id
        for record in history.experiments
        if record.text_of("project") == project and metric in metric_names(record)[:1]
    )


def change_datum(change: MetricChange) -> Datum:
    """Return the name of the new metric, as the decision states it."""
    rename = change.rename
    same = "the same quantity" if rename.same else "another quantity, values do not compare"
    return derived(
        "renamed",
        f"{rename.decision}/{rename.old}",
        rename.new,
        f"metric in the place of {rename.old}: {same}",
        formula="renames of the decision",
        operands=[f"title:{rename.decision}"],
        records=[rename.decision],
    )
