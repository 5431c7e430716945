"""How to tell whether a rerun is the same: values with a tolerance, data, code, environment."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.facts.citations import Facts, Unresolved
from expdocs.facts.tables import goal_of
from expdocs.narrative.dossier.case import Case, Subject
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.recorded import lock_of
from expdocs.narrative.dossier.tolerance import measured, sample_of, tolerance_of, value_of
from expdocs.prose.numbers import show


class Point(NamedTuple):
    """One thing to compare: what it was, what counts as the same, how to find out."""

    what: str
    was: str
    same: str
    how: str


def checklist_of(subject: Subject, ground: Ground) -> tuple[Point, ...]:
    """Return what to compare, each thing once."""
    found = [point for case in subject.cases for point in _of_inputs(case)]
    found += [point for case in subject.cases for point in _of_sweep(case, ground.facts)]
    return tuple(dict.fromkeys([*found, *_of_metrics(subject, ground)]))


def _of_inputs(case: Case) -> Iterator[Point]:
    run = case.run
    if run is not None and run.code_tree:
        how = "the tag expdocs.code_tree of the new run"
        yield Point("code tree", run.code_tree, "equal", how)
    for entry in case.use.data:
        path, value = entry.get("path"), entry.get("hash")
        if isinstance(path, str) and isinstance(value, str):
            yield Point(f"data {path}", value, "equal", "the tag expdocs.data of the new run")
    lock = lock_of(run) if run is not None else None
    if lock is not None:
        how = f"sha256sum {lock.path}" if lock.path.isprintable() else "sha256sum"
        yield Point("lock file", lock.digest, "equal", how)


def _of_sweep(case: Case, facts: Facts) -> Iterator[Point]:
    """Yield the best of a sweep: which of its runs that was may change with the seed."""
    names = measured(case, facts) if case.use.sweep and case.record is not None else []
    for name in names:
        best = min if case.record and goal_of(case.record, name) == "minimize" else max
        try:
            values = sample_of(case, name, facts)
        except Unresolved:
            continue
        if values:
            was = f"{show(best(values), digits=6)}, the best of {len(values)} runs"
            how = "the population of the new run's experiment"
            yield Point(f"{name} of {case.label}", was, "equal with the same seeds", how)


def _of_metrics(subject: Subject, ground: Ground) -> Iterator[Point]:
    """Yield a point for each metric and arm; runs that repeat one another share theirs."""
    values: dict[tuple[str, str, str], list[str]] = {}
    for case in subject.cases:
        for name in measured(case, ground.facts):
            value = value_of(case, name, ground.facts)
            tolerance = tolerance_of(case, name, ground.facts, ground.settings.units)
            if value is not None and tolerance is not None:
                arm = case.use.group if tolerance.repeats else case.label
                key = (name, arm or case.label, str(tolerance))
                values.setdefault(key, []).append(show(value, digits=6))
    for (name, arm, same), shown in values.items():
        yield Point(f"{name} of {arm}", ", ".join(shown), same, "the snapshot of the new run")
