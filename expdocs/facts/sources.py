"""Which value of a record's runs a number without a source can only mean."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from expdocs.facts.citations import EXACT, Facts, Unresolved, finite, mean, standard_deviation
from expdocs.facts.tables import metric_names
from expdocs.prose.numbers import NumberProblem, ShownNumber, enough_digits, matches, parse_shown
from expdocs.prose.references import Field, RunRef, Suffix, ValueOf
from expdocs.prose.spans import UncitedNumber
from expdocs.records.record import Record, RunUse

MOST_RUNS = 50
_SUFFIXES: tuple[Suffix, ...] = ("last", "min", "max")
# A bound, a spread, a range or percentage points: a number beside these is no value of one run.
_BEFORE = re.compile(r"(?:[±≥≤<>~≈]|\+/-)\s*\Z|[0-9%][-–—]\Z")
_AFTER = re.compile(r"\s*(?:±|\+/-|pp\b|points?\b|percent)|[-–—][0-9]")
_CONTEXT = 16


class _Value(NamedTuple):
    label: str
    metric: str
    suffix: Suffix
    value: Decimal


class _Incomplete(Exception):
    """Evidence is missing, so that a value that nobody sees might match as well."""


class Sources:
    """Finds the one source of numbers in one record's text."""

    def __init__(self, record: Record, facts: Facts, units: Collection[str]) -> None:
        self._record = record
        self._facts = facts
        self._units = units

    def only(self, number: UncitedNumber) -> ValueOf | None:
        """Return the last value of a run that the number can only mean, or None.

        Exactly one run and metric match as shown, it is the metric that the sentence names, and
        neither another run's best, nor a sweep's, nor a group's mean or spread, nor a difference
        of two runs matches too.
        """
        shown = self._shown(number)
        if shown is None or len(self._record.runs) > MOST_RUNS:
            return None
        try:
            return self._only(number.name, shown)
        except _Incomplete:
            return None

    def _shown(self, number: UncitedNumber) -> ShownNumber | None:
        if number.text.startswith("+"):
            return None
        return value_of_one(self._record.file.body, number, self._units)

    def _only(self, name: str, shown: ShownNumber) -> ValueOf | None:
        hits = [one for one in self._values if matches(shown, one.value)]
        plain = [one for one in hits if one.suffix == "last"]
        if len(plain) != 1 or plain[0].metric != name:
            return None
        found = plain[0]
        rival = any((one.label, one.metric) != (found.label, found.metric) for one in hits)
        if rival or not enough_digits(shown, found.value):
            return None
        if any(matches(shown, value) for value in self._derived):
            return None
        return ValueOf(RunRef(label=found.label), Field("metrics", found.metric))

    @cached_property
    def _values(self) -> list[_Value]:
        uses = [use for use in self._record.runs if use.label]
        names = metric_names(self._record)
        return [one for use in uses for name in names for one in self._of_run(use, name)]

    def _of_run(self, use: RunUse, name: str) -> Iterator[_Value]:
        for suffix in _SUFFIXES:
            if use.sweep and suffix == "last":
                continue
            reference = ValueOf(RunRef(label=use.label), Field("metrics", name, suffix))
            try:
                value = finite(self._facts.resolve(self._record, reference).value)
            except Unresolved as problem:
                if problem.follows:
                    raise _Incomplete from problem
                continue
            yield _Value(use.label, name, suffix, value)

    @cached_property
    def _derived(self) -> list[Decimal]:
        """What is computed from several runs: the mean and spread of groups, differences."""
        return [value for name in metric_names(self._record) for value in self._combined(name)]

    def _combined(self, name: str) -> Iterator[Decimal]:
        sides = {v.label: v.value for v in self._values if v.metric == name and v.suffix == "last"}
        for group, uses in self._record.groups.items():
            members = [sides[use.label] for use in uses if use.label in sides]
            if len(members) > 1:
                yield mean(members)
                yield standard_deviation(members)
                sides.setdefault(group, mean(members))
        for side, value in sides.items():
            yield from (EXACT.subtract(value, v) for other, v in sides.items() if other != side)


def value_of_one(body: str, number: UncitedNumber, units: Collection[str]) -> ShownNumber | None:
    """Return a number as it is shown; None where what is around it makes it no single value."""
    before = body[max(0, number.start - _CONTEXT) : number.start]
    after = body[number.end : number.end + _CONTEXT]
    if _BEFORE.search(before) or _AFTER.match(after):
        return None
    try:
        return parse_shown(number.text, units)
    except NumberProblem:
        return None
