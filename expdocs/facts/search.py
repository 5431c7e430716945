"""Finding what a number or some words mean, among all that a record could cite."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from expdocs.facts.citable import Citable, Citables
from expdocs.facts.citations import Evidenced, Facts, Unresolved
from expdocs.facts.tables import metric_names
from expdocs.prose.numbers import (
    MINUS,
    NumberProblem,
    ShownNumber,
    enough_digits,
    exact,
    matches,
    parse_shown,
    show,
)
from expdocs.prose.references import Delta, format_reference
from expdocs.prose.scanner import scan
from expdocs.records.record import Record

# The likeliest first: what a run ended with, its best, what groups and comparisons give.
_SORTS = ("last", "max", "min", "mean", "gain", "delta", "ratio", "sd", "count", "parameter")
_COMPARED = ("gain", "delta", "ratio")
_COMPARISONS = frozenset({"difference", "delta", "gain", "ratio", "factor"})


class Candidate(NamedTuple):
    """A value that may be meant: its reference, the text to show, and what it is in words."""

    reference: Evidenced
    shown: str
    value: Decimal | str
    description: str

    @property
    def link(self) -> str:
        """The citation as it is written in a record."""
        return f"[{self.shown}]({format_reference(self.reference)})"


class Found(NamedTuple):
    """The candidates, best first, and the labels of runs that have no evidence to look into."""

    candidates: tuple[Candidate, ...]
    missing: tuple[str, ...]


class Wanted(NamedTuple):
    """What is looked for: a number as it would be shown, words, or both."""

    number: ShownNumber | None
    words: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Whether the number is written as a difference is."""
        return self.number is not None and self.number.text.startswith(("+", "-", MINUS))

    @property
    def comparisons(self) -> bool:
        """Whether comparisons of runs may be meant."""
        return self.number is not None or not _COMPARISONS.isdisjoint(self.words)


def wanted(texts: Sequence[str], units: Collection[str]) -> Wanted:
    """Tell a number from words; raises ``NumberProblem`` where there are two numbers."""
    numbers, words = [], []
    for text in texts:
        try:
            numbers.append(parse_shown(text, units))
        except NumberProblem:
            words += text.casefold().split()
    if len(numbers) > 1:
        shown = " and ".join(number.text for number in numbers[:2])
        raise NumberProblem(f"{shown} are two numbers", "look for one at a time")
    return Wanted(numbers[0] if numbers else None, tuple(words))


def search(record: Record, facts: Facts, sought: Wanted) -> Found:
    """Return every value of the record's runs, and of linked records', that may be meant."""
    citables = Citables(record, facts)
    names = metric_names(record)
    ranked: list[tuple[tuple[object, ...], Candidate]] = []
    for one in citables.listed(comparisons=sought.comparisons):
        fit = _fit(one, sought.words)
        found = None if fit is None else _candidate(one, record, facts, sought)
        if found is not None and _reads_back(found):
            ranked.append(((fit, *_rank(one, found, names, sought)), found))
    ranked.sort(key=lambda pair: pair[0])
    return Found(tuple(candidate for _, candidate in ranked), tuple(citables.missing))


def _fit(one: Citable, words: Sequence[str]) -> int | None:
    """Return how badly words fit, 0 for whole words; None where one of them does not fit at all."""
    worst = 0
    known = [word.casefold() for word in one.words if word]
    for word in words:
        if word not in known:
            if not any(word in other for other in known):
                return None
            worst += 1
    return worst


def _candidate(one: Citable, record: Record, facts: Facts, sought: Wanted) -> Candidate | None:
    try:
        value = facts.resolve(record, one.reference).value
        number = value if isinstance(value, Decimal) else exact(value)
    except Unresolved:
        return None
    except NumberProblem:
        text = str(value)
        return None if sought.number else Candidate(one.reference, text, text, one.description)
    shown = _shown(one, number, value, sought.number)
    return None if shown is None else Candidate(one.reference, shown, number, one.description)


def _shown(one: Citable, number: Decimal, value: object, sought: ShownNumber | None) -> str | None:
    """Return the text to show for a number, or None where it is not the one that is sought."""
    difference = isinstance(one.reference, Delta)
    if sought is None:
        return value if isinstance(value, str) else show(number, signed=difference)
    if sought.form == "pp" and not difference:
        return None
    if not matches(sought, number):
        return None
    if enough_digits(sought, number):
        return sought.text
    return None if sought.is_integer else show(number, signed=difference)


def _reads_back(candidate: Candidate) -> bool:
    """Whether the scanner reads the link as this citation, whatever the shown text holds."""
    found = scan(candidate.link).citations
    return len(found) == 1 and (found[0].start, found[0].end) == (0, len(candidate.link))


def _rank(
    one: Citable, found: Candidate, names: Sequence[str], sought: Wanted
) -> tuple[object, ...]:
    named = names.index(one.name) if one.name in names else len(names)
    sort = _SORTS.index(one.sort)
    # Whoever writes no sign mostly means a value, even of a metric that the record does not name.
    compares = one.sort in _COMPARED
    if sought.signed and one.sort != "ratio":
        compares = not compares
    off = Decimal(0)
    if sought.number is not None and isinstance(found.value, Decimal) and found.value.is_finite():
        scale = 1 if sought.number.form == "plain" else 100
        off = abs(found.value * scale - sought.number.value)
    return one.elsewhere, compares, named, sort, off, format_reference(one.reference)
