"""What pages over many records begin with: the chosen records, their data, the empty brief."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Data, Datum
from expdocs.analytics.history import History, is_experiment
from expdocs.facts.citations import Evidenced, Unresolved
from expdocs.facts.outcome import outcome_of
from expdocs.narrative.brief import Brief, Section
from expdocs.narrative.page import Request, Sources
from expdocs.narrative.records import data_of, material_of
from expdocs.narrative.selection import options_of, select
from expdocs.prose.references import ReferenceProblem, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES
from expdocs.records.record import Record

WITHDRAWN = ("superseded", "deprecated")
WELCH = "Welch t interval of the difference of means, B. L. Welch, Biometrika 34, 1947"


class Chosen(NamedTuple):
    """The records of a request, what they state and cite, and the drafts that were left out."""

    records: tuple[Record, ...]
    drafts: tuple[str, ...]
    data: Data
    history: History

    def add(self, data: Iterable[Datum]) -> None:
        """Take derived data, with the values that they were computed from."""
        for datum in data:
            self.data.add(datum)
            for name in datum.operands:
                self._operand(name)

    def _operand(self, name: str) -> None:
        scheme, _, target = name.partition(":")
        if name in self.data or scheme not in NUMBER_SCHEMES or not self.records:
            return
        try:
            reference = cast("Evidenced", parse_reference(scheme, target))
            self.data.add(datum_of(self.records[0], reference, self.history.facts))
        except (ReferenceProblem, Unresolved):
            return

    @property
    def experiments(self) -> tuple[Record, ...]:
        """The records with runs that play roles."""
        return tuple(one for one in self.records if is_experiment(one))

    @property
    def decisions(self) -> tuple[Record, ...]:
        """The records that chose among options."""
        return tuple(one for one in self.records if options_of(one))

    def brief(self, request: Request, title: str, sections: Sequence[Section]) -> Brief:
        """Return the brief over these records."""
        return Brief(
            page=request.page,
            title=titled(title, request),
            language=request.language,
            sections=tuple(sections),
            records=tuple(material_of(record) for record in self.records),
            data=self.data,
            drafts=self.drafts,
        )


def choose(sources: Sources, request: Request) -> Chosen:
    """Return what a request selects, with the data that its records state and cite."""
    records, drafts = select(request, sources.corpus)
    data = data_of(records, sources.facts)
    known = {record.id for record in records}
    for record in records:
        for datum in (*_metric(record, sources), *_options(record, known)):
            data.add(datum)
    return Chosen(records, drafts, data, History(records, sources.facts))


def _metric(record: Record, sources: Sources) -> Iterator[Datum]:
    """Yield the name of an experiment's primary metric, and what became of its hypothesis."""
    if not is_experiment(record):
        return
    name = next((text for _, text in record.marked("metric")), "")
    if name:
        about = f"primary metric of {record.id}"
        yield Datum(f"metric:{record.id}", about, name, name, (record.id,))
    found = outcome_of(record, sources.facts)
    if found is not None:
        yield Datum(
            id=f"outcome:{record.id}",
            meaning=f"what became of the hypothesis of {record.id}",
            value=found.name,
            shown=found.name,
            records=(record.id,),
            formula=found.reason,
            method=WELCH if found.measured else "",
        )


def _options(record: Record, known: Container[str]) -> Iterator[Datum]:
    """Yield the names of a decision's options, each with the experiments that it rests on."""
    for number, option in enumerate(options_of(record), 1):
        name = option.get("name")
        if isinstance(name, str) and name.strip():
            listed = option.get("experiments")
            named = listed if isinstance(listed, list) else []
            rests_on = [one for one in named if isinstance(one, str) and one in known]
            records = tuple(dict.fromkeys((record.id, *rests_on)))
            about = f"an option of {record.id}"
            yield Datum(f"option:{record.id}/{number}", about, name, name, records)


def titled(title: str, request: Request) -> str:
    """Return a page's title with what it is about."""
    dates = "–".join(filter(None, (request.since, request.until)))
    about = (request.project, *request.approaches, *request.tags, dates)
    shown = ", ".join(part for part in about if part)
    return f"{title}: {shown}" if shown else title
