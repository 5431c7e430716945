"""The comparison of candidates as Markdown: tables and sentences whose numbers are cited.

What is computed from several values, such as a score, stands in code: there is no source to cite
but the rule that is written beside it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from expdocs.drafting.criteria import Criterion
from expdocs.drafting.judging import MOVED, Judged, Judgement, difference, dominators
from expdocs.facts.citations import Evidenced
from expdocs.facts.gates import GateResult, Threshold
from expdocs.narrative.inert import escape, plain
from expdocs.prose.numbers import show
from expdocs.prose.references import (
    Field,
    Group,
    RunRef,
    Statistic,
    ValueOf,
    format_reference,
)

_DIGITS = 4
_WORD = re.compile(r"[\w.@/+-]+")
_SOURCE = "Hwang and Yoon, Multiple Attribute Decision Making, 1981"
FORMULAS = {
    "min-max": "s = (x − worst) / (best − worst) over the candidates, 1 where all are the same",
    "ratio": "s = x / largest where more is better, smallest / x where less is better",
}


def options_text(judgement: Judgement, scale: str) -> str:
    """Return the section that compares the candidates."""
    parts = [_values_table(judgement), *_unscored(judgement), _scores(judgement, scale)]
    parts += [_listed("Gates, each read in every run:", _gates(judgement))]
    parts += [_listed("Nowhere better and somewhere worse (Pareto):", _dominated(judgement))]
    parts += [_listed("How firm the first place is:", _firmness(judgement))]
    return "\n\n".join(filter(None, parts))


def _listed(head: str, lines: Iterator[str]) -> str:
    found = [f"- {line}" for line in lines]
    return "\n".join([head, "", *found]) if found else ""


# --- values


def _values_table(judgement: Judgement) -> str:
    shares = _shares(judgement)
    heads = [f"{named(one.name)} ({one.goal}, `{shares[one.name]}`)" for one in judgement.criteria]
    rows = [
        [
            named(one.candidate.name),
            str(len(one.candidate.uses)),
            *(value_text(one, criterion) for criterion in judgement.criteria),
        ]
        for one in judgement.candidates
    ]
    said = (
        "Values are those of the committed snapshots; of repeated seeds the mean ± the standard "
        "deviation (n − 1). In brackets: the direction, and the weight's share of all weights."
    )
    return f"{said}\n\n{_table(['Candidate', 'Runs', *heads], rows)}"


def _shares(judgement: Judgement) -> dict[str, str]:
    total = math.fsum(one.weight for one in judgement.criteria)
    return {one.name: show(one.weight / total) for one in judgement.criteria}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def value_text(one: Judged, criterion: Criterion) -> str:
    """Return a candidate's value for a criterion as a citation, or a dash."""
    measured = one.values[criterion.name]
    if measured.value is None:
        return "–"
    shown = f"[{show(measured.value, _DIGITS)}]({source_of(one, criterion)})"
    if measured.spread is None or not one.candidate.grouped:
        return shown
    return f"{shown} ± [{show(measured.spread, 2)}]({source_of(one, criterion, 'sd')})"


def source_of(one: Judged, criterion: Criterion, statistic: Statistic = "mean") -> str:
    """Return the reference of a candidate's value for a criterion."""
    return format_reference(reference_of(one, criterion.field, statistic))


def reference_of(one: Judged, field: Field, statistic: Statistic = "mean") -> Evidenced:
    """Return what a candidate's value of a field is cited by."""
    ref = one.candidate.ref
    return Group(statistic, ref, field) if one.candidate.grouped else ValueOf(ref, field)


def _unscored(judgement: Judgement) -> Iterator[str]:
    for one in judgement.criteria:
        if one not in judgement.scored:
            name = named(one.name)
            yield (
                f"No run has a value for {name}, so no score counts it. "
                "<!-- ? How does each candidate fare by it, and who judged that? -->"
            )


# --- scores


def _scores(judgement: Judgement, scale: str) -> str:
    if not judgement.scored:
        return "No criterion has values, so that there are no scores."
    heads = [named(one.name) for one in judgement.scored]
    rows = [
        [
            named(one.candidate.name),
            *(_computed(one.scaled.get(criterion.name)) for criterion in judgement.scored),
            _computed(one.score),
        ]
        for one in judgement.candidates
    ]
    total = math.fsum(one.weight for one in judgement.scored)
    return "\n\n".join((
        f"Scores are weighted means, Σ w·s / Σ w, of scaled values ({scale}): "
        f"{FORMULAS[scale]} ({_SOURCE}). The weights that count add up to `{show(total)}`. "
        "A candidate without a value has no score.",
        _table(["Candidate", *heads, "Score"], rows),
    ))  # fmt: skip


def _computed(value: float | None) -> str:
    return "–" if value is None else f"`{show(value)}`"


# --- gates and dominance


def _gates(judgement: Judgement) -> Iterator[str]:
    for one in judgement.candidates:
        for results in by_gate(one):
            yield f"{named(one.candidate.name)}: {_gate(one, results)}"


def by_gate(one: Judged) -> list[list[GateResult]]:
    """Return what a candidate's gates found in its runs, gate by gate."""
    found: dict[Threshold, list[GateResult]] = {}
    for result in one.gates:
        found.setdefault(result.threshold, []).append(result)
    return list(found.values())


def _gate(one: Judged, results: Sequence[GateResult]) -> str:
    gate = results[0].threshold
    of = f" of {gate.owner}" if gate.owner else ""
    failed = sum(not result.passed for result in results)
    stands = "met" if not failed else "not met"
    if failed and len(results) > 1:
        stands = f"not met by {failed} of {len(results)} runs"
    seen = ", ".join(_read(one, result) for result in results)
    return f"{code(str(gate))}{of} is {stands}: {seen}."


def _read(one: Judged, result: GateResult) -> str:
    gate, seen = result.threshold, result.reading
    if seen.value is None:
        return f"run {named(seen.name)} {escape(seen.reason)}"
    link = format_reference(ValueOf(run_ref(one, result), Field("metrics", gate.metric)))
    return f"[{show(seen.value, _DIGITS)}]({link})"


def named(name: str) -> str:
    """Return a name as Markdown: in code where it is one word, else as inert text."""
    return f"`{name}`" if _WORD.fullmatch(name) else escape(name)


def code(text: str) -> str:
    """Return text as code, on one line."""
    return f"`{plain(text).replace('`', chr(39))}`"


def run_ref(one: Judged, result: GateResult) -> RunRef:
    """Return by what a draft names the run that a gate was read in."""
    use = next(use for use in one.candidate.uses if use.run_id == result.reading.run_id)
    if one.candidate.owner and use.label:
        return RunRef(use.label, record=one.candidate.owner.id)
    return RunRef(run_id=use.run_id)


def _dominated(judgement: Judgement) -> Iterator[str]:
    for one in judgement.candidates:
        if better := dominators(judgement, one):
            yield f"{named(one.candidate.name)}, beside {_names(better)}."


def _names(names: Sequence[str]) -> str:
    *others, last = map(named, names)
    return f"{', '.join(others)} and {last}" if others else last


# --- how firm it is


def _firmness(judgement: Judgement) -> Iterator[str]:
    if len(judgement.first) > 1:
        yield f"{_names(judgement.first)} are level."
    if len(judgement.candidates) == 1:
        yield "There is one candidate, so that nothing was compared."
    if len(judgement.first) == 1:
        yield from _weights_moved(judgement)
        yield from _apart(judgement)


def _weights_moved(judgement: Judgement) -> Iterator[str]:
    if not judgement.moved or len(judgement.candidates) == 1:
        return
    others = [one for one in judgement.moved if one.first != judgement.first]
    if not others:
        yield f"It stays when the share of any one weight is moved by `{MOVED}`."
    for one in others:
        share = f"`{show(one.share)}` for {named(one.criterion)}"
        yield f"With a share of {share} the first place is that of {_names(one.first)}."


def _apart(judgement: Judgement) -> Iterator[str]:
    first = judgement.of(judgement.first[0])
    for other in judgement.candidates:
        for criterion in judgement.scored:
            if other is not first and other.values[criterion.name].value is not None:
                yield _told_apart(first, other, criterion)


def _told_apart(first: Judged, other: Judged, criterion: Criterion) -> str:
    pair = f"{named(first.candidate.name)} and {named(other.candidate.name)}"
    about = f"By {named(criterion.name)} {pair}"
    sizes = [one.values[criterion.name].size for one in (first, other)]
    if min(sizes) == 1:
        return f"{about} cannot be told apart: one of them has no repeated seeds, and no spread."
    found = difference(first, other, criterion)
    if found is None:
        return f"{about} have no spread over their seeds."
    interval = f"`{show(found.low)}` to `{show(found.high)}`"
    said = f"the `{100 * found.level:.3g} %` interval of the improvement (Welch) is {interval}"
    if found.low <= 0 <= found.high:
        return f"{about} cannot be told apart: {said}, which holds zero."
    return f"{about} differ: {said}."
