"""The summary of a phase: approaches, what is closed, what is open, the best, what comes next."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from expdocs.analytics.approaches import Approach, approach_data, approaches, gain_datum
from expdocs.analytics.best import Best, best_data, bests
from expdocs.analytics.citing import derived_id
from expdocs.analytics.exhaustion import Line, State, lines
from expdocs.analytics.trial import Trial
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.lines import Lines, lines_data
from expdocs.narrative.pages.material import Chosen, choose
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences

NAME = "phase"
_SECTIONS = {
    "approaches": ("fact", "quote", "interpretation"),
    "closed": ("exhausted", "fact", "quote", "interpretation"),
    "open": ("open", "fact", "quote", "interpretation"),
    "best": ("fact", "quote", "interpretation"),
    "next": ("fact", "suggestion", "quote", "interpretation"),
    "decisions": ("fact", "quote", "interpretation"),
    "other": ("fact", "quote"),
}


class _Found(NamedTuple):
    approaches: tuple[Approach, ...]
    bests: tuple[Best, ...]
    lines: tuple[Line, ...]


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of a phase, and its offline writer."""
    chosen = choose(sources, request)
    history = chosen.history
    found = _Found(approaches(history), bests(history.standing), lines(history))
    for approach in found.approaches:
        chosen.add(approach_data(approach))
    for best in found.bests:
        chosen.add(best_data(best))
    chosen.add(lines_data(found.lines))
    words = catalogue(NAME, request.language)
    sections = [words.section(key, kinds) for key, kinds in _SECTIONS.items()]
    brief = chosen.brief(request, words.title, sections)
    return Prepared(brief, _Writer(chosen, brief, found, Teller(brief, Sentences(words))).write)


PAGE = PageKind(NAME, "Phase summary", 1, prepare)


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes the summary by its own sentences."""

    chosen: Chosen
    brief: Brief
    found: _Found
    told: Teller

    def write(self) -> Claims:
        lines = Lines(self.brief)
        by_state = {
            state: [lines.standing(one) for one in self.found.lines if one.state is state]
            for state in State
        }
        sections = {
            "approaches": self.approaches(),
            "closed": [*by_state[State.EXHAUSTED], *by_state[State.PROMOTED]],
            "open": self.open(lines),
            "best": self.best(),
            "next": self.next(),
            "decisions": self.decisions(),
            "other": by_state[State.WITHDRAWN],
        }
        return self.told.say.whole(sections, self.brief, "uncovered")

    def open(self, lines: Lines) -> Iterator[Claim]:
        """Yield what goes on, and how long each has seen no new best."""
        for line in self.found.lines:
            if line.state is State.OPEN:
                yield lines.standing(line)
                yield from lines.streaks(line)

    def approaches(self) -> Iterator[Claim]:
        for one in self.found.approaches:
            record = one.best.record_id
            filled = {
                "record": record,
                "best": derived_id("approach-best", one.subject),
                "runs": derived_id("approach-runs", one.subject),
                **self.gained(one.best, one.baseline),
            }
            sentence = "gained" if "gain" in filled else "approach"
            quotes = self.told.quote(record, "conclusion")
            about = dict.fromkeys((record, *one.record_ids))
            yield self.told.say.claim("fact", sentence, tuple(about), quotes, **filled)

    def gained(self, trial: Trial, baseline: Trial | None) -> dict[str, str]:
        return {"gain": gain_datum(trial, baseline).id} if baseline else {}

    def best(self) -> Iterator[Claim]:
        rivals = {one.best.subject: one.baseline for one in self.found.approaches}
        for one in self.found.bests:
            trial = one.trial
            gained = self.gained(trial, rivals.get(trial.subject))
            best = derived_id("best", one.series.subject)
            filled = {"record": trial.record_id, "best": best, **gained}
            sentence = "best_gained" if gained else "best"
            yield self.told.say.claim("fact", sentence, [trial.record_id], **filled)
            if f"outcome:{trial.record_id}" in self.brief.data:
                record = trial.record_id
                quotes = self.told.quote(record, "hypothesis")
                yield self.told.say.claim("fact", "outcome", [record], quotes, record=record)

    def next(self) -> Iterator[Claim]:
        """Yield the next steps of the latest record of each line that goes on."""
        for line in self.found.lines:
            if line.state in (State.OPEN, State.PROMOTED):
                record = line.grounds[-1]
                if quotes := self.told.quote(record, "next-steps"):
                    say = self.told.say
                    yield say.claim("suggestion", "next", [record], quotes, record=record)

    def decisions(self) -> Iterator[Claim]:
        for record in self.chosen.decisions:
            if record.status == "accepted":
                yield self.told.record("decision", record, "decision")
