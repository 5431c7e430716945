"""Comparisons: approaches, searches, one factor at a time, and seed by seed against baselines."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from expdocs.analytics.ablation import Ablation, Change, Sort, ablations
from expdocs.analytics.approaches import Approach, approach_data, approaches
from expdocs.analytics.best import expected_curve, expected_data, once
from expdocs.analytics.budget import cost_data
from expdocs.analytics.citing import cited_as, derived, derived_id, shown
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.analytics.paired import (
    Comparison,
    Said,
    compare_all,
    comparison_data,
    comparison_subject,
    rivalries,
)
from expdocs.analytics.trial import BASELINE, Trial
from expdocs.narrative.blocks import Block, Table
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import Catalogue, catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.material import Chosen, choose
from expdocs.narrative.pages.writing import Sentences

NAME = "comparisons"
_SECTIONS = ("approaches", "searches", "single", "several", "told", "left", "insufficient")
_KINDS = ("fact", "interpretation")
_LONGEST, _SHORT = 60, 12


class _Found(NamedTuple):
    approaches: tuple[Approach, ...]
    searches: tuple[Trial, ...]
    single: tuple[Ablation, ...]
    several: tuple[Ablation, ...]
    compared: tuple[Comparison, ...]


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of comparisons, and its offline writer; needs the extra ``stats``."""
    chosen = choose(sources, request)
    words = catalogue(NAME, request.language)
    found = _found(chosen.history)
    _add(chosen, found, words)
    sections = [words.section(key, _KINDS) for key in _SECTIONS]
    brief = chosen.brief(request, words.title, sections)
    writer = _Writer(brief, found, Sentences(words))
    return Prepared(brief, writer.write, lambda: _tables(found, words))


PAGE = PageKind(NAME, "Comparisons", 1, prepare)


def _found(history: History) -> _Found:
    changed = [one for one in ablations(history.standing, across=False) if one.reference]
    single = [one for one in changed if one.factor is not None]
    several = [one for one in changed if one.factor is None and one.before.role == BASELINE]
    families = rivalries(history.standing).values()
    compared = [one for pairs in families for one in compare_all(pairs)]
    searches = tuple(trial for trial in once(history.standing) if trial.sweep)
    return _Found(approaches(history), searches, tuple(single), tuple(several), tuple(compared))


# --- data


def _add(chosen: Chosen, found: _Found, words: Catalogue) -> None:
    by_id = {record.id: record for record in chosen.records}
    for one in (*found.single, *found.several):
        if one.reference is not None:
            record = by_id[one.before.record_id]
            chosen.data.add(chosen.history.measured(record, one.reference))
        chosen.add(_changed(one, words))
    for comparison in found.compared:
        chosen.add(comparison_data(comparison))
    # What tables alone show is data, too, so that the page is stale when it changes.
    for approach in found.approaches:
        chosen.add(approach_data(approach))
        chosen.add(cost_data(f"{approach.series.project}/{approach.name}", approach.cost))
    for trial in found.searches:
        chosen.add(expected_data(trial))
    trials = [*found.searches]
    trials += [t for one in found.compared for t in (one.baseline, one.candidate)]
    trials += [t for one in (*found.single, *found.several) for t in (one.before, one.after)]
    chosen.add(_text("arm", trial.subject, trial.name, trial.record_id) for trial in trials)


def _changed(one: Ablation, words: Catalogue) -> Iterator[Datum]:
    record = one.before.record_id
    if one.factor is not None:
        texts = (_named(one.factor, words), *_levels(one.factor, words))
        for method, text in zip(("factor", "level-before", "level-after"), texts, strict=True):
            yield _text(method, one.subject, text, record)
        return
    yield derived(
        "changes",
        one.subject,
        len(one.changes) + len(one.unknown),
        f"things that changed, or may have, from {one.before.name} to {one.after.name}",
        formula="parameters, data and code that differ or were not recorded",
        records=[record],
        unit="changes",
    )


def _text(method: str, subject: str, text: str, record: str) -> Datum:
    return derived(method, subject, text, f"{method} of {record}", formula="", records=[record])


def _named(change: Change, words: Catalogue) -> str:
    return change.name if change.sort is Sort.PARAMETER else words.say(str(change.sort))


def _levels(change: Change, words: Catalogue) -> tuple[str, str]:
    longest = _SHORT if change.sort is Sort.CODE else _LONGEST
    old, new = (words.say("absent") if text is None else text for text in change[2:])
    return old[:longest], new[:longest]


# --- tables

_APPROACH = (
    *("approach", "metric", "runs", "best", "gain", "spread", "hours", "verdicts", "first", "last"),
)


def _tables(found: _Found, words: Catalogue) -> tuple[Block, ...]:
    several = [_row(one, words) for one in found.several]
    points = [row for trial in found.searches for row in _points(trial)]
    tables = (
        _table("approaches", _APPROACH, map(_approach, found.approaches), words),
        _table("searches", ("record", "search", "drawn", "expected"), points, words),
        _table("several", ("record", "from", "to", "changed", "unknown"), several, words),
    )
    return tuple(table for table in tables if table.rows)


def _table(
    section: str, heads: Iterable[str], rows: Iterable[tuple[str, ...]], words: Catalogue
) -> Table:
    return Table(section, tuple(words.say(f"head_{name}") for name in heads), tuple(rows))


def _approach(one: Approach) -> tuple[str, ...]:
    return (
        one.name,
        one.series.metric,
        str(one.runs),
        shown(one.best.value),
        "–" if one.gain is None else shown(one.gain, signed=True),
        "–" if one.spread is None else shown(one.spread),
        shown(one.cost.hours),
        ", ".join(dict.fromkeys(verdict for _, verdict in one.verdicts)) or "–",
        one.first,
        one.last,
    )


def _points(trial: Trial) -> Iterator[tuple[str, ...]]:
    for point in expected_curve(trial):
        yield trial.record_id, trial.name, str(point.tries), shown(point.value)


def _row(one: Ablation, words: Catalogue) -> tuple[str, ...]:
    changed = []
    for change in one.changes:
        old, new = _levels(change, words)
        changed.append(f"{_named(change, words)}: {old} → {new}")
    unknown = ", ".join(words.say(str(sort)) for sort in one.unknown)
    names = one.before.name, one.after.name
    return (one.before.record_id, *names, "; ".join(changed) or "–", unknown or "–")


# --- claims


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes comparisons by its own sentences."""

    brief: Brief
    found: _Found
    say: Sentences

    def write(self) -> Claims:
        by_said: dict[Said, list[Comparison]] = {said: [] for said in Said}
        for one in self.found.compared:
            by_said[one.said].append(one)
        sections = {
            "approaches": (),
            "searches": map(self.search, self.found.searches),
            "single": map(self.single, self.found.single),
            "several": map(self.several, self.found.several),
            "told": self.paired(by_said[Said.BETTER]),
            "left": self.paired(by_said[Said.NOT_SHOWN]),
            "insufficient": map(self.insufficient, by_said[Said.INSUFFICIENT]),
        }
        return self.say.whole(sections, self.brief, "uncovered")

    def search(self, one: Trial) -> Claim:
        tries = (1, len(one.values))
        subject = f"{one.subject}/{one.metric}"
        first, last = (derived_id("expected-best", f"{subject}/{number}") for number in tries)
        filled = {"arm": derived_id("arm", one.subject), "first": first, "last": last}
        record = one.record_id
        return self.say.claim("fact", "search", [record], (), record=record, **filled)

    def single(self, one: Ablation) -> Claim:
        names = {"factor": "factor", "old": "level-before", "new": "level-after"}
        filled = {name: derived_id(method, one.subject) for name, method in names.items()}
        return self.changed("single", one, **filled)

    def several(self, one: Ablation) -> Claim:
        return self.changed("several", one, changes=derived_id("changes", one.subject))

    def changed(self, sentence: str, one: Ablation, **filled: str) -> Claim:
        delta = cited_as(one.reference) if one.reference else ""
        record = one.before.record_id
        filled |= self.arms(one.before.subject, one.after.subject)
        return self.say.claim("fact", sentence, [record], (), record=record, delta=delta, **filled)

    def arms(self, before: str, after: str) -> dict[str, str]:
        return {"before": derived_id("arm", before), "after": derived_id("arm", after)}

    def paired(self, compared: Iterable[Comparison]) -> Iterator[Claim]:
        for one in compared:
            yield self.compared("paired", one)
            if one.interval is not None:
                yield self.compared("interval", one)

    def insufficient(self, one: Comparison) -> Claim:
        return self.compared("insufficient", one)

    def compared(self, sentence: str, one: Comparison) -> Claim:
        methods = {"seeds": "shared-seeds", "gain": "paired-gain", "chance": "gain-chance"}
        methods |= {"holm": "gain-chance-holm", "wins": "wins"}
        methods |= {"low": "gain-low", "high": "gain-high"}
        subject, record = comparison_subject(one), one.candidate.record_id
        filled = {name: derived_id(method, subject) for name, method in methods.items()}
        filled |= self.arms(one.baseline.subject, one.candidate.subject)
        return self.say.claim("fact", sentence, [record], (), record=record, **filled)
