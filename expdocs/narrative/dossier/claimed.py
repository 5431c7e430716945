"""What a record claims of one run in its text, held against the snapshot."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from expdocs.evidence.snapshots import Population
from expdocs.facts.citations import Fact, FactKey, Facts, Unresolved
from expdocs.facts.tables import run_table, says_the_same
from expdocs.narrative.dossier.case import Case
from expdocs.prose.numbers import NumberProblem, exact, matches, parse_shown
from expdocs.prose.references import ReferenceProblem, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES, Citation
from expdocs.records.record import Record

_EMPHASIS = "*_`"


class Claimed(NamedTuple):
    """A citation that rests on a run: its target, what is shown, the facts, whether it agrees."""

    target: str
    shown: str
    keys: tuple[FactKey, ...]
    agrees: bool


def claimed(case: Case, facts: Facts, units: Collection[str]) -> Iterator[Claimed]:
    """Yield what the record's text cites of the run, a sweep's children among it."""
    if case.record is None:
        return
    runs = {case.use.run_id, *_children(case, facts)}
    for one in _of_record(case.record, facts, tuple(units)):
        if any(key.run_id in runs for key in one.keys):
            yield one


# A record with many runs is asked once for each of them, by several checks.
@lru_cache(maxsize=4)
def _of_record(record: Record, facts: Facts, units: tuple[str, ...]) -> tuple[Claimed, ...]:
    found = []
    for citation in record.prose.citations:
        fact = _resolved(record, citation, facts)
        if fact is not None:
            keys = tuple(key for key, _ in fact.keys)
            target = f"{citation.scheme}:{citation.target}"
            found.append(Claimed(target, citation.text, keys, _says(citation.text, fact, units)))
    return tuple(found)


def _resolved(record: Record, citation: Citation, facts: Facts) -> Fact | None:
    if citation.scheme not in NUMBER_SCHEMES:
        return None
    try:
        reference = parse_reference(citation.scheme, citation.target)
        return facts.resolve(record, reference)  # type: ignore[arg-type]
    except (ReferenceProblem, Unresolved):
        return None


def _says(text: str, fact: Fact, units: Collection[str]) -> bool:
    shown = text.strip(_EMPHASIS).strip()
    if shown == fact.value:
        return True
    try:
        value = fact.value if not isinstance(fact.value, float | int | str) else exact(fact.value)
        return matches(parse_shown(shown, units), value)
    except (NumberProblem, ValueError):
        return False


def _children(case: Case, facts: Facts) -> Iterator[str]:
    if not case.use.sweep or case.run is None:
        return
    population = facts.evidence.population(case.run.experiment_id)
    if isinstance(population, Population):
        yield from (one.run_id for one in population.runs if one.parent_run_id == case.use.run_id)


@lru_cache(maxsize=4)
def table_agrees(record: Record, facts: Facts) -> bool | None:
    """Whether the generated table shows what the snapshots hold; None where there is none."""
    block = next((one for one in record.prose.blocks if one.name == "runs"), None)
    text = record.file.body[block.inner_start : block.inner_end].strip() if block else ""
    wanted = run_table(record, facts) if text else None
    return says_the_same(text, wanted) if wanted is not None else None
