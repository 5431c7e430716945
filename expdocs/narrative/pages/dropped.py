"""What was tried and dropped: each option with its experiments, its decision and the reason."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator
from dataclasses import dataclass

from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.material import WITHDRAWN, Chosen, choose
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences
from expdocs.narrative.selection import options_of
from expdocs.records.record import Record

NAME = "dropped"
_KINDS = ("fact", "quote", "interpretation")
_SECTIONS = ("options", "lines", "proposals", "deferred", "withdrawn")


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of what was dropped, and its offline writer."""
    chosen = choose(sources, request)
    words = catalogue(NAME, request.language)
    brief = chosen.brief(request, words.title, [words.section(key, _KINDS) for key in _SECTIONS])
    return Prepared(brief, _Writer(chosen, brief, Teller(brief, Sentences(words))).write)


PAGE = PageKind(NAME, "Tried and dropped", 1, prepare)


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes of each option what was tried, what was decided, and the reason in its own words."""

    chosen: Chosen
    brief: Brief
    told: Teller

    def write(self) -> Claims:
        sections = {
            "options": self.options(),
            "lines": self.lines(),
            "proposals": self.proposals(),
            "deferred": self.deferred(),
            "withdrawn": self.withdrawn(),
        }
        return self.told.say.whole(sections, self.brief, "uncovered")

    def options(self) -> Iterator[Claim]:
        """Yield each option that was rejected, and after it what experiments on it concluded."""
        concluded: set[str] = set()
        for record in self.decided("accepted"):
            for claim in self.told.options(record, "rejected"):
                yield claim
                rests_on = [name for name in claim.record_ids[1:] if name not in concluded]
                concluded.update(rests_on)
                yield from map(self.tried, rests_on)

    def tried(self, name: str) -> Claim:
        """Return what became of one experiment, in the words of its conclusion."""
        sentence = "tried" if f"verdict:{name}" in self.brief.data else "examined"
        quotes = self.told.quote(name, "conclusion")
        return self.told.say.claim("fact", sentence, [name], quotes, record=name)

    def lines(self) -> Iterator[Claim]:
        settled = {
            name
            for record in self.decided("accepted")
            for option in options_of(record)
            if option.get("outcome") == "rejected"
            for name in self.told.known(option.get("experiments"))
        }
        for record in self.chosen.experiments:
            archived = record.text_of("verdict") == "archived"
            if archived and record.status not in WITHDRAWN and record.id not in settled:
                yield self.told.record("archived", record, "conclusion")

    def proposals(self) -> Iterator[Claim]:
        for record in self.decided("rejected"):
            yield self.told.record("refused", record, "question", "decision")

    def deferred(self) -> Iterator[Claim]:
        for record in self.decided("accepted"):
            yield from self.told.options(record, "deferred")

    def withdrawn(self) -> Iterator[Claim]:
        for record in self.decided(*WITHDRAWN):
            yield from self.told.options(record, "rejected", "withdrawn")

    def decided(self, *statuses: str) -> Iterator[Record]:
        return (record for record in self.chosen.decisions if record.status in statuses)
