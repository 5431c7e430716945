"""Naming the best run of an entry below its run table."""

from __future__ import annotations

from expdocs.drafting.comparing import named
from expdocs.edit.source import Edit, apply_edits
from expdocs.facts.citations import Facts, Unresolved, finite
from expdocs.facts.tables import goal_of, metric_names
from expdocs.prose.numbers import show
from expdocs.prose.references import Field, RunRef, ValueOf, format_reference
from expdocs.records.record import Record

_DIGITS = 4


def with_best_run(draft: Record, facts: Facts, sentence: str) -> str:
    """Return a draft's text with a sentence on its best run, which cites the value.

    ``sentence`` has places for ``metric``, ``run`` and ``value``. Nothing is said where fewer than
    two runs have a number; seeds are runs of their own, and the table has their mean.
    """
    block = next((one for one in draft.prose.blocks if one.name == "runs"), None)
    metric = next(iter(metric_names(draft)), "")
    best = _best(draft, metric, facts)
    if block is None or best is None:
        return draft.file.text
    label, value = best
    link = f"[{value}]({format_reference(_value_of(label, metric))})"
    said = sentence.format(metric=named(metric), run=named(label), value=link)
    at = draft.file.body_start + block.end
    return apply_edits(draft.file.text, [Edit(at, at, f"\n\n{said}")])


def _best(draft: Record, metric: str, facts: Facts) -> tuple[str, str] | None:
    """Return label and value of the one run that is ahead of all others."""
    values = []
    for use in draft.runs:
        if use.label and not use.sweep:
            try:
                found = finite(facts.resolve(draft, _value_of(use.label, metric)).value)
            except Unresolved:
                continue
            values.append((found, use.label))
    goal = goal_of(draft, metric)
    if len(values) < 2 or not goal:  # noqa: PLR2004 - one alone is no best
        return None
    best, label = (max if goal == "maximize" else min)(values)
    alone = sum(value == best for value, _ in values) == 1
    return (label, show(best, _DIGITS)) if alone else None


def _value_of(label: str, metric: str) -> ValueOf:
    return ValueOf(RunRef(label=label), Field("metrics", metric))
