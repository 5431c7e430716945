"""What a writer is given about a comparison: its records, its data, and the sections to fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.analytics.citing import datum_of, derived, derived_id
from expdocs.analytics.datum import Data, Datum, Value
from expdocs.drafting.bench import Bench
from expdocs.drafting.comparing import FORMULAS, by_gate, reference_of, run_ref
from expdocs.drafting.criteria import Criterion
from expdocs.drafting.decision import Choice, outcome_of, reader_of
from expdocs.drafting.judging import Judged, Judgement
from expdocs.facts.citations import Evidenced, Facts, Unresolved
from expdocs.facts.gates import Threshold
from expdocs.kinds.registry import Kind
from expdocs.narrative.brief import Brief, Section
from expdocs.narrative.records import data_of, material_of
from expdocs.prose.numbers import show
from expdocs.prose.references import Delta, Field, ValueOf
from expdocs.records.record import Record

PAGE, LANGUAGE = "decide", "en"
GROUNDS, QUESTIONS = "decision", "trade-offs"
_SECTIONS = (
    Section(GROUNDS, "Decision", "What the proposed choice rests on.", ("fact", "interpretation")),
    Section(QUESTIONS, "Trade-offs", "What the deciders have to answer.", ("question",)),
)
_DIGITS = 4
_TITLE = "A choice among candidates"


def unaskable(choice: Choice) -> str:
    """Return why nobody can be asked about a choice; an empty text where somebody can."""
    owners = [one.owner for one in choice.candidates if one.owner]
    drafts = dict.fromkeys(one.id for one in owners if one.draft)
    if drafts:
        return f"drafts are never sent: propose {', '.join(drafts)} before"
    return "" if owners else "no record lists these runs, so that there is nothing to cite"


def brief_of(bench: Bench, kind: Kind, choice: Choice, judgement: Judgement) -> Brief:
    """Return what may be said of a comparison; drafts are left out with all that is theirs."""
    owners = [one.owner for one in choice.candidates if one.owner]
    known = {one.id: one for one in (*owners, *choice.compacts)}
    records = {name: one for name, one in known.items() if not one.draft}
    data = Data()
    with bench.workspace.context() as context:
        compared = _Comparison(choice, judgement, reader_of(kind, choice), context.facts)
        stated = data_of(records.values(), context.facts).values()
        for datum in (*compared.data(), *stated):
            if records.keys() >= set(datum.records):
                data.add(datum)
    return Brief(
        page=PAGE,
        title=choice.title or _TITLE,
        language=LANGUAGE,
        sections=_SECTIONS,
        records=tuple(material_of(record) for record in records.values()),
        data=data,
        question=str(choice.values.get("question") or ""),
        drafts=tuple(name for name in known if name not in records),
    )


class _Comparison(NamedTuple):
    """A comparison, and where its values are read."""

    choice: Choice
    judgement: Judgement
    reader: Record
    facts: Facts

    def data(self) -> Iterator[Datum]:
        """Yield what the tables of the draft show, as data."""
        for criterion in self.judgement.criteria:
            yield from _of_criterion(criterion)
        for one in self.judgement.candidates:
            yield from (*self._values(one), *self._changes(one), *self._computed(one))

    def _values(self, one: Judged) -> Iterator[Datum]:
        """Yield what a candidate's runs measured, for the criteria and for the gates."""
        for criterion in self.judgement.scored:
            found = self._cited(one, reference_of(one, criterion.field))
            yield from (datum._replace(shown=_shown(datum.value)) for datum in found)
            if one.candidate.grouped:
                yield from self._cited(one, reference_of(one, criterion.field, "sd"))
        for result in one.gates:
            field = Field("metrics", result.threshold.metric)
            found = self._cited(one, ValueOf(run_ref(one, result), field))
            yield from (datum._replace(shown=_shown(datum.value)) for datum in found)

    def _changes(self, one: Judged) -> Iterator[Datum]:
        """Yield by how much who comes first differs from a candidate."""
        if len(self.judgement.first) != 1 or one.candidate.name in self.judgement.first:
            return
        first = self.judgement.of(self.judgement.first[0])
        for criterion in self.judgement.scored:
            pair = Delta(one.candidate.ref, first.candidate.ref, criterion.field)
            for datum in self._cited(one, pair):
                yield datum._replace(goal=criterion.goal)

    def _cited(self, one: Judged, reference: Evidenced) -> Iterator[Datum]:
        """Yield a value with the records that list its runs; nothing where there is none."""
        try:
            found = datum_of(one.candidate.owner or self.reader, reference, self.facts)
        except Unresolved:
            return
        yield found._replace(records=tuple(filter(None, found.records)))

    def _computed(self, one: Judged) -> Iterator[Datum]:
        name, place, records = one.candidate.name, _place(one), _records(one)
        yield _named("arm", place, name, records)
        if outcome := outcome_of(self.judgement, one):
            meaning = f"what the scores and gates make of {name}"
            yield derived("outcome", place, outcome, meaning, formula="", records=records)
        if one.score is not None:
            formula = f"sum(w * s) / sum(w), {FORMULAS[self.choice.scale]}"
            meaning = f"score of {name}"
            yield derived("score", place, one.score, meaning, formula=formula, records=records)
        for results in by_gate(one):
            threshold = results[0].threshold
            stands = "met" if all(result.passed for result in results) else "not met"
            subject = f"{place}#{_bound(threshold)}"
            meaning = f"whether every run of {name} keeps {threshold}"
            yield derived("gate", subject, stands, meaning, formula="", records=records)
            yield _threshold(threshold)


def _of_criterion(one: Criterion) -> Iterator[Datum]:
    yield _named("metric", one.name, one.name, ())
    yield derived("weight", one.name, one.weight, f"weight of {one.name}, {one.goal}", formula="")


def _named(scheme: str, subject: str, name: str, records: tuple[str, ...]) -> Datum:
    return Datum(derived_id(scheme, subject), f"name of {subject}", name, name, records)


def _threshold(one: Threshold) -> Datum:
    owners = (one.owner,) if one.owner else ()
    meaning = f"the bound of {one}"
    found = derived("threshold", _bound(one), one.bound, meaning, formula="", records=owners)
    return found._replace(shown=repr(one.bound))


def _bound(one: Threshold) -> str:
    return f"{one.metric}@{one.op}{one.bound!r}"


def _place(one: Judged) -> str:
    ref = one.candidate.ref
    return f"{ref.record}/{ref.label}" if ref.label else str(ref.run_id)


def _records(one: Judged) -> tuple[str, ...]:
    owner = one.candidate.owner
    return (owner.id,) if owner else ()


def _shown(value: Value) -> str:
    return value if isinstance(value, str) else show(value, _DIGITS)
