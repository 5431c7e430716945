"""The overview of a project: what is decided, the best so far, what is open, what was dropped."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator
from dataclasses import dataclass

from expdocs.analytics.best import Best, best_data, bests
from expdocs.analytics.citing import derived_id
from expdocs.analytics.history import STANDING, is_experiment
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.material import WITHDRAWN, Chosen, choose
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences
from expdocs.narrative.selection import options_of
from expdocs.records.record import Record

NAME = "overview"
_SECTIONS = {
    "aim": ("fact", "quote", "interpretation"),
    "decided": ("fact", "quote", "interpretation"),
    "best": ("fact", "interpretation"),
    "open": ("fact", "open", "quote", "interpretation"),
    "dropped": ("fact", "quote", "interpretation"),
    "withdrawn": ("fact", "quote"),
}


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of an overview, and its offline writer."""
    chosen = choose(sources, request)
    found = bests(chosen.history.standing)
    for best in found:
        chosen.add(best_data(best))
    words = catalogue(NAME, request.language)
    sections = [words.section(key, kinds) for key, kinds in _SECTIONS.items()]
    brief = chosen.brief(request, words.title, sections)
    return Prepared(brief, _Writer(chosen, brief, found, Teller(brief, Sentences(words))).write)


PAGE = PageKind(NAME, "Project overview", 1, prepare)


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes the overview by its own sentences."""

    chosen: Chosen
    brief: Brief
    found: tuple[Best, ...]
    told: Teller

    def write(self) -> Claims:
        sections = {
            "aim": self.aim(),
            "decided": self.decided(),
            "best": self.best(),
            "open": self.open(),
            "dropped": self.dropped(),
            "withdrawn": self.withdrawn(),
        }
        return self.told.say.whole(sections, self.brief, "uncovered")

    def aim(self) -> Iterator[Claim]:
        """Yield what frames the work: neither an experiment nor a decision."""
        for record in self.chosen.records:
            if not (is_experiment(record) or options_of(record)) and record.status in STANDING:
                yield self.told.record("aim", record, "goal", "context")

    def decided(self) -> Iterator[Claim]:
        for record in self.held():
            yield self.told.record("decided", record, "decision")

    def held(self) -> Iterator[Record]:
        """Return the decisions that hold."""
        return (record for record in self.chosen.decisions if record.status == "accepted")

    def best(self) -> Iterator[Claim]:
        for one in self.found:
            record = one.trial.record_id
            best = derived_id("best", one.series.subject)
            yield self.told.say.claim("fact", "best", [record], record=record, best=best)

    def open(self) -> Iterator[Claim]:
        for record in self.chosen.records:
            if record.status == "proposed":
                yield self.told.record("proposed", record, "next-steps", "question")
            elif is_experiment(record) and record.status in STANDING:
                verdict = record.text_of("verdict")
                if verdict in ("iterate", "promoted"):
                    yield self.told.record(verdict, record, "next-steps")
        for record in self.held():
            yield from self.told.options(record, "deferred")

    def dropped(self) -> Iterator[Claim]:
        for record in self.chosen.experiments:
            if record.text_of("verdict") == "archived" and record.status == "accepted":
                yield self.told.record("archived", record, "conclusion")
        for record in self.held():
            yield from self.told.options(record, "rejected")
        for record in self.chosen.records:
            if record.status == "rejected":
                yield self.told.record("refused", record, "question")

    def withdrawn(self) -> Iterator[Claim]:
        for record in self.chosen.records:
            if record.status in WITHDRAWN:
                yield self.told.record("withdrawn", record)
