"""What pages say of where a line of investigation stands, and by whose word or which rule."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Iterator

from expdocs.analytics.citing import derived, derived_id
from expdocs.analytics.datum import Datum
from expdocs.analytics.exhaustion import Line, Rule, State, line_datum
from expdocs.analytics.records import Streak, streak_data
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences

_KINDS = {State.EXHAUSTED: "exhausted", State.OPEN: "open"}
_BY_RULE = "tries:"
_RULE = Rule()


def lines_data(lines: Iterable[Line], rule: Rule = _RULE) -> Iterator[Datum]:
    """Yield where lines stand by a rule, and their streaks."""
    for line in lines:
        for streak in line.streaks:
            yield from streak_data(streak)
            yield from _thresholds(streak, rule)
        yield line_datum(line)


def _thresholds(streak: Streak, rule: Rule) -> Iterator[Datum]:
    """Yield what the rule asks of a streak before it calls a line exhausted."""
    for method, value, meaning, unit in (
        ("rule-tries", rule.tries, "tries that the rule asks for", "tries"),
        ("rule-chance", 100 * rule.chance, "chance at which the rule calls a line exhausted", "%"),
    ):
        yield derived(
            method,
            streak.subject,
            value,
            meaning,
            formula="threshold of the rule",
            records=streak.record_ids,
            unit=unit,
        )


def by_rule(line: Line) -> bool:
    """Whether the rule says where a line stands, and nobody's word."""
    return any(name.startswith(_BY_RULE) for name in line.operands)


class Lines:
    """Tells of lines in the words of ``lines.toml``."""

    def __init__(self, brief: Brief) -> None:
        self._told = Teller(brief, Sentences(catalogue("lines", brief.language)))

    def standing(self, line: Line) -> Claim:
        """Return what is to say of one line, with the words of whoever said so."""
        kind = _KINDS.get(line.state, "fact")
        name = derived_id(str(line.state), line.subject)
        if by_rule(line):
            return self._streak(kind, "rule", line.streaks[0], line.grounds, line=name)
        ground, latest = line.grounds[0], line.grounds[-1]
        filled = {"record": latest, "ground": ground, "line": name}
        if ground != latest:
            quotes = self._told.quote(ground, "decision", "question")
            return self._told.say.claim(kind, "decision", line.grounds, quotes, **filled)
        sentence = "verdict" if line.operands else "undecided"
        sentence = "withdrawn" if line.state is State.WITHDRAWN else sentence
        quotes = self._told.quote(latest, *self._words(line))
        return self._told.say.claim(kind, sentence, [latest], quotes, **filled)

    def streaks(self, line: Line) -> Iterator[Claim]:
        """Yield how many tries of an open line brought no new best."""
        for streak in line.streaks:
            yield self._streak("fact", "streak", streak, streak.record_ids)

    def _words(self, line: Line) -> tuple[str, ...]:
        return ("next-steps",) if line.state is State.OPEN else ("conclusion",)

    def _streak(
        self, kind: str, sentence: str, streak: Streak, records: Iterable[str], **filled: str
    ) -> Claim:
        named = {
            "record": streak.record_ids[-1],
            "tries": derived_id("tries", streak.subject),
            "since": derived_id("records-since", streak.subject),
            "chance": derived_id("chance-of-none", streak.subject),
            "enough": derived_id("rule-tries", streak.subject),
            "seldom": derived_id("rule-chance", streak.subject),
        }
        return self._told.say.claim(kind, sentence, tuple(records), **named, **filled)
