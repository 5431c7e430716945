"""What is exhausted and what is open, by recorded verdicts or by a rule with its thresholds."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expdocs.analytics.exhaustion import Line, State, lines
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.lines import Lines, by_rule, lines_data
from expdocs.narrative.pages.material import choose
from expdocs.narrative.pages.writing import Sentences

NAME = "exhausted"
_SECTIONS = {
    "recorded": ("exhausted", "quote", "interpretation"),
    "computed": ("exhausted", "interpretation"),
    "open": ("open", "fact", "quote", "interpretation"),
    "settled": ("fact", "quote", "interpretation"),
}


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of what is exhausted, and its offline writer."""
    chosen = choose(sources, request)
    found = lines(chosen.history)
    chosen.add(lines_data(found))
    words = catalogue(NAME, request.language)
    sections = [words.section(key, kinds) for key, kinds in _SECTIONS.items()]
    brief = chosen.brief(request, words.title, sections)
    return Prepared(brief, _Writer(brief, found, Sentences(words)).write)


PAGE = PageKind(NAME, "What is exhausted", 1, prepare)


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes where each line stands."""

    brief: Brief
    found: Sequence[Line]
    say: Sentences

    def write(self) -> Claims:
        told = Lines(self.brief)
        spent = [one for one in self.found if one.state is State.EXHAUSTED]
        settled = [one for one in self.found if one.state in (State.PROMOTED, State.WITHDRAWN)]
        sections = {
            "recorded": [told.standing(one) for one in spent if not by_rule(one)],
            "computed": [told.standing(one) for one in spent if by_rule(one)],
            "open": list(self.open(told)),
            "settled": [told.standing(one) for one in settled],
        }
        return self.say.whole(sections, self.brief, "uncovered")

    def open(self, told: Lines) -> Iterator[Claim]:
        for line in self.found:
            if line.state is State.OPEN:
                yield told.standing(line)
                yield from told.streaks(line)
