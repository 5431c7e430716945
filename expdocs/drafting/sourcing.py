"""Sources for the numbers of a log: those that can only be one value of its runs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import NamedTuple

from expdocs.edit.citing import read_back
from expdocs.edit.source import Edit, apply_edits
from expdocs.facts.citable import Citables
from expdocs.facts.citations import Evidenced, Unresolved, finite
from expdocs.facts.sources import value_of_one
from expdocs.findings import Severity
from expdocs.prose.numbers import ShownNumber, enough_digits, matches
from expdocs.prose.references import (
    Delta,
    DvcLink,
    GitLink,
    ReferenceProblem,
    format_reference,
    parse_reference,
)
from expdocs.prose.scanner import Citation
from expdocs.prose.uncited import decimals
from expdocs.records.frontmatter import read_record
from expdocs.records.record import Record
from expdocs.rules import claims
from expdocs.rules.context import Context, Subject

# A number with fewer digits fits too many values by chance, unless its sentence names the metric.
ENOUGH = 3
_CLOSE = 1e-9


class _Known(NamedTuple):
    near: float
    value: Decimal
    reference: Evidenced


def sourced(record: Record, context: Context) -> tuple[str, int]:
    """Return a record's text with citations for such numbers, and how many there are.

    A number that stands for exactly one of all values that the record could cite is that value.
    """
    known = _known(record, context)
    found = []
    for number in decimals(record.file.body, record.prose):
        shown = value_of_one(record.file.body, number, context.settings.units)
        source = _only(shown, known) if shown else None
        if source is not None:
            link = f"[{number.text}]({format_reference(source)})"
            found.append(Edit(number.start, number.end, link))
    kept = read_back(record.file.body, found)
    start = record.file.body_start
    shifted = [Edit(start + one.start, start + one.end, one.replacement) for one in kept]
    return apply_edits(record.file.text, shifted), len(kept)


def _known(record: Record, context: Context) -> list[_Known]:
    found = []
    for one in Citables(record, context.facts).listed(comparisons=True):
        try:
            value = finite(context.facts.resolve(record, one.reference).value)
        except Unresolved:
            continue
        found.append(_Known(float(value), value, one.reference))
    return sorted(found, key=lambda one: one.near)


def _only(shown: ShownNumber, known: list[_Known]) -> Evidenced | None:
    if shown.significant < ENOUGH or shown.is_integer:
        return None
    hits = [one for one in _around(shown, known) if matches(shown, one.value)]
    if len(hits) != 1 or not enough_digits(shown, hits[0].value):
        return None
    signed = isinstance(hits[0].reference, Delta)
    return hits[0].reference if shown.form != "pp" or signed else None


def _around(shown: ShownNumber, known: list[_Known]) -> list[_Known]:
    """Return the values near enough to be worth an exact look."""
    scale = 1 if shown.form == "plain" else 100
    centre, reach = float(shown.value) / scale, float(shown.half_unit) / scale
    reach += abs(centre) * _CLOSE
    first = bisect_left(known, centre - reach, key=lambda one: one.near)
    return known[first : bisect_right(known, centre + reach, key=lambda one: one.near)]


def holding(
    record: Record, citations: Iterable[Citation], context: Context
) -> Collection[tuple[str, str, str]]:
    """Return text, scheme and target of those citations that hold in a record."""
    listed = list(dict.fromkeys((one.text, one.scheme, one.target) for one in citations))
    lines = "".join(f"[{text}]({scheme}:{target})\n\n" for text, scheme, target in listed)
    file = read_record(f"{record.file.text[: record.file.body_start]}{lines}".encode())
    probe = Record(record.path, record.kind, file)
    first = probe.lines.at(file.body_start)[0]
    wrong = {
        (finding.line - first) // 2
        for finding in claims.check(Subject(probe, context, ()))
        if finding.severity is Severity.ERROR and finding.rule.startswith("CLM1")
    }
    # A check says nothing of a source that is lost through a fault that it reports elsewhere.
    wrong |= {n for n, one in enumerate(listed) if not _leads_somewhere(one, record, context)}
    return {one for number, one in enumerate(listed) if number not in wrong}


def _leads_somewhere(cited: tuple[str, str, str], record: Record, context: Context) -> bool:
    _, scheme, target = cited
    try:
        reference = parse_reference(scheme, target)
        if not isinstance(reference, GitLink | DvcLink):
            context.facts.resolve(record, reference)
    except (ReferenceProblem, Unresolved):
        return False
    return True
