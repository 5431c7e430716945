"""The dossier of a run or a record: its story by a writer, and what code knows of its set-up."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from expdocs.analytics.citing import datum_of, derived_id
from expdocs.analytics.datum import Data, Datum
from expdocs.facts.citations import Facts, Unresolved
from expdocs.facts.tables import goal_of, metric_names
from expdocs.narrative.blocks import Block
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.dossier.case import Case, Subject, subject_of
from expdocs.narrative.dossier.dossier import dossier_of
from expdocs.narrative.dossier.ground import ground_of
from expdocs.narrative.dossier.reruns import claiming
from expdocs.narrative.dossier.shown import NAME, blocks_of
from expdocs.narrative.dossier.tolerance import METHOD, predicted
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences
from expdocs.narrative.records import data_of, material_of
from expdocs.prose.numbers import show
from expdocs.prose.references import Field, RunRef, ValueOf
from expdocs.records.links import declared_links
from expdocs.records.record import Record

_SECTIONS = {
    "what": ("fact", "quote", "interpretation"),
    "setup": ("fact", "quote", "interpretation", "warning"),
    "steps": ("quote", "interpretation", "warning"),
    "match": ("fact", "interpretation"),
    "rubric": ("interpretation",),
    "questions": ("question", "warning", "quote"),
}
_SHORT = 12
_MOST = 20


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of a dossier, its offline writer, and what code adds.

    Raises ``UsageError`` where there is nothing to run again.
    """
    subject = subject_of(request.subject, sources.corpus, sources.facts.evidence)
    story = _Story(subject, sources)
    words = catalogue(NAME, request.language)
    brief = Brief(
        page=request.page,
        title=f"{words.title}: {subject.id if subject.record else subject.id[:_SHORT]}",
        language=request.language,
        sections=tuple(words.section(key, kinds) for key, kinds in _SECTIONS.items()),
        records=tuple(material_of(record) for record in story.records),
        data=story.data,
    )

    def blocks() -> tuple[Block, ...]:
        return blocks_of(dossier_of(subject, ground_of(sources)), request.language)

    write = _Writer(story, brief, Teller(brief, Sentences(words))).write
    return Prepared(brief, write, blocks)


PAGE = PageKind(NAME, "Reproduction dossier", 1, prepare)


@dataclass(frozen=True, eq=False, repr=False)
class _Story:
    """The records that tell of a subject, and the data that they and its runs give."""

    subject: Subject
    sources: Sources

    @cached_property
    def own(self) -> list[Record]:
        """The records that the runs are told of in."""
        found = [self.subject.record, *(case.record for case in self.subject.cases)]
        return list({one.id: one for one in found if one is not None}.values())

    @cached_property
    def agreed(self) -> list[Record]:
        """The records that the runs test."""
        links = (link for record in self.own for link in declared_links(record))
        found = (self.sources.corpus.find(one.target) for one in links if one.type == "tests")
        return list({one.id: one for one in found if one is not None}.values())

    @cached_property
    def reruns(self) -> list[Record]:
        """The records that say they reproduce one of these."""
        found = [one for record in self.own for one in claiming(record, self.sources.corpus)]
        return list({one.id: one for one in found}.values())

    @cached_property
    def records(self) -> list[Record]:
        """All of them, each once."""
        listed = (*self.own, *self.agreed, *self.reruns)
        return list({one.id: one for one in listed}.values())

    @cached_property
    def data(self) -> Data:
        """What the records state and cite, and what the runs measured."""
        data = data_of(self.records, self.sources.facts)
        for record in self.own:
            for name in metric_names(record)[:1]:
                about = f"primary metric of {record.id}"
                data.add(Datum(f"metric:{record.id}", about, name, name, (record.id,)))
        for datum in (*self.evidence, *self.labels, *(value for _, value in self.values)):
            data.add(datum)
        for _, low, high in self.ranges.values():
            data.add(low)
            data.add(high)
        return data

    @property
    def evidence(self) -> Iterator[Datum]:
        """Digests of the runs' snapshots: the page is stale when one of them changes."""
        for case in self.subject.cases:
            digest = case.run.digest if case.run else "none"
            about = f"digest of the snapshot of {case.label}"
            records = (case.record.id,) if case.record else ()
            yield Datum(f"evidence:{case.use.run_id}", about, digest, digest[:_SHORT], records)

    @property
    def labels(self) -> Iterator[Datum]:
        """What records call their runs and groups of runs."""
        for case in self.subject.cases:
            if case.record is not None and case.use.label:
                for name in dict.fromkeys((case.use.label, _arm(case))):
                    identifier = f"label:{case.record.id}/{name}"
                    about = f"a label in {case.record.id}"
                    yield Datum(identifier, about, name, name, (case.record.id,))

    @cached_property
    def values(self) -> list[tuple[Record, Datum]]:
        """The primary metric of each run, by the record that lists it."""
        cases = self.subject.cases[:_MOST]
        found = ((case.record, _value(case, self.sources.facts)) for case in cases)
        return [(record, datum) for record, datum in found if record is not None and datum]

    @cached_property
    def ranges(self) -> dict[tuple[str, str], tuple[Record, Datum, Datum]]:
        """Where one more repeat of runs is expected, by record and group."""
        found: dict[tuple[str, str], tuple[Record, Datum, Datum]] = {}
        for case in self.subject.cases:
            pair = _range(case, self.sources.facts)
            if case.record is not None and pair is not None:
                found[case.record.id, _arm(case)] = (case.record, *pair)
        return found


def _value(case: Case, facts: Facts) -> Datum | None:
    """Return what a run measured, of a sweep its best."""
    record = case.record
    name = next(iter(metric_names(record)), "") if record is not None else ""
    if record is None or not name or not case.use.label:
        return None
    field = Field("metrics", name)
    if case.use.sweep:
        field = field._replace(suffix="min" if goal_of(record, name) == "minimize" else "max")
    try:
        return datum_of(record, ValueOf(RunRef(label=case.use.label), field), facts)
    except Unresolved:
        return None


def _range(case: Case, facts: Facts) -> tuple[Datum, Datum] | None:
    name = next(iter(metric_names(case.record)), "") if case.record is not None else ""
    tolerance = predicted(case, name, facts) if name and not case.use.sweep else None
    if case.record is None or tolerance is None:
        return None
    return _bound("low", name, tolerance.low, case), _bound("high", name, tolerance.high, case)


def _arm(case: Case) -> str:
    """Return what a run is an instance of: its group, else itself."""
    return case.use.group or case.label


def _bound(end: str, metric: str, value: float, case: Case) -> Datum:
    assert case.record is not None  # noqa: S101 - the caller has looked
    sign = "-" if end == "low" else "+"
    return Datum(
        id=derived_id(f"rerun-{end}", f"{case.record.id}/{_arm(case)}/{metric}"),
        meaning=f"{end} end of where {metric} of one more repeat of {_arm(case)} lies",
        value=value,
        shown=show(value, digits=4),
        records=(case.record.id,),
        formula=f"mean {sign} t * sd * sqrt(1 + 1/n)",
        method=METHOD,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes the story by its own sentences."""

    story: _Story
    brief: Brief
    told: Teller

    def write(self) -> Claims:
        sections = {"what": self.what(), "setup": self.setup(), "match": self.match()}
        return self.told.say.whole(sections, self.brief, "uncovered")

    def what(self) -> Iterator[Claim]:
        for record in self.story.own:
            yield self.told.record(
                "what", record, "hypothesis", "hypothesis.exploratory", "context"
            )
            yield from self._quoted("concluded", [record], "conclusion", "decision")
        for record in self.story.reruns:
            yield self.told.record("rerun", record, "conclusion")

    def setup(self) -> Iterator[Claim]:
        yield from self._quoted("features", self.story.own, "features.1", "model_type")
        for record in self.story.agreed:
            yield self.told.record("agreed", record, "labels_and_data.labels")

    def match(self) -> Iterator[Claim]:
        for record, value in self.story.values:
            label = value.id.partition("/")[2].partition("#")[0]
            filled = {"record": record.id, "value": value.id, "label": f"label:{record.id}/{label}"}
            yield self.told.say.claim("fact", "value", [record.id], **filled)
        for (_, arm), (record, low, high) in self.story.ranges.items():
            label = f"label:{record.id}/{arm}"
            filled = {"record": record.id, "low": low.id, "high": high.id, "label": label}
            yield self.told.say.claim("fact", "range", [record.id], **filled)

    def _quoted(self, sentence: str, records: Iterable[Record], *keys: str) -> Iterator[Claim]:
        """Yield a claim on each record that has one of some passages."""
        for record in records:
            if self.told.quote(record.id, *keys):
                yield self.told.record(sentence, record, *keys)
