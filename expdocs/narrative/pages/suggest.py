"""What to try next: candidates by priority, what is of little value, and whether to pivot."""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expdocs.analytics.candidates import Candidate, Sort, taken_up
from expdocs.analytics.citing import derived_id, shown
from expdocs.analytics.datum import Datum
from expdocs.analytics.exhaustion import Line, State
from expdocs.analytics.history import History
from expdocs.analytics.missing import Missing, MissingBaseline
from expdocs.analytics.outlook import Advice, Judgement
from expdocs.analytics.priority import FACTORS
from expdocs.analytics.suggestiondata import suggestion_data
from expdocs.analytics.suggestions import Ranked, Suggestions, suggest
from expdocs.narrative.asking import asked_of, top_of
from expdocs.narrative.blocks import Block, Table
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import Catalogue, catalogue
from expdocs.narrative.claims import Claim, Claims, Quote
from expdocs.narrative.page import PageKind, Prepared, Request, Sources
from expdocs.narrative.pages.lines import Lines, lines_data
from expdocs.narrative.pages.material import Chosen, choose
from expdocs.narrative.pages.telling import Teller
from expdocs.narrative.pages.writing import Sentences
from expdocs.narrative.records import material_of

NAME = "suggest"
STEPS = "next-steps"
_SECTIONS = {
    "next": ("suggestion", "quote", "interpretation"),
    "scores": ("fact",),
    "state": ("fact", "interpretation"),
    "pivot": ("suggestion", "interpretation"),
    "low": ("exhausted", "fact", "quote", "interpretation"),
    "warnings": ("warning",),
}


def prepare(sources: Sources, request: Request) -> Prepared:
    """Return the brief of what to try next, and its offline writer."""
    chosen = choose(sources, request)
    asked = asked_of(request, chosen.history)
    found = suggest(chosen.history, asked, _with_steps(chosen))
    chosen.add(suggestion_data(found))
    chosen.add(lines_data(found.lines, asked.rule))
    words = catalogue(NAME, request.language)
    chosen.add(_projects(chosen.history, words))
    sections = [words.section(key, kinds) for key, kinds in _SECTIONS.items()]
    brief = chosen.brief(request, words.title, sections)
    told = Teller(brief, Sentences(words))
    writer = _Writer(chosen.history, brief, found, told, top_of(request))
    return Prepared(brief, writer.write, lambda: _table(found, words))


PAGE = PageKind(NAME, "What to try next", 1, prepare)


def _with_steps(chosen: Chosen) -> set[str]:
    return {
        record.id
        for record in chosen.experiments
        if any(passage.key == STEPS for passage in material_of(record).passages)
    }


def _projects(history: History, words: Catalogue) -> Iterator[Datum]:
    """Yield the name of the project of each record, in words where it has none."""
    for record in history.records:
        project = record.text_of("project") or words.say("no_project")
        about = f"project of {record.id}"
        yield Datum(f"project:{record.id}", about, project, project, (record.id,))


# --- the table


def _table(found: Suggestions, words: Catalogue) -> tuple[Block, ...]:
    """Return all candidates with their factors, in the order of priority."""
    if not found.ranked:
        return ()
    heads = ("candidate", "record", *FACTORS, "priority", "hours", "fits")
    header = tuple(words.say(f"head_{name}") for name in heads)
    return (Table("scores", header, tuple(_row(one, words) for one in found.ranked)),)


def _row(one: Ranked, words: Catalogue) -> tuple[str, ...]:
    candidate, hours = one.scored.candidate, one.scored.hours
    sort = words.say(f"sort_{candidate.sort}")
    level = f" = {shown(candidate.level)}" if candidate.level is not None else ""
    return (
        f"{sort}: {candidate.name}{level}" if candidate.name else sort,
        candidate.record_id,
        *(shown(factor.value) for factor in one.scored.factors),
        shown(one.scored.priority),
        "–" if hours is None else shown(hours),
        words.say("yes" if one.fits else "no"),
    )


# --- the claims


@dataclass(frozen=True, eq=False, repr=False)
class _Writer:
    """Writes what to try next by its own sentences."""

    history: History
    brief: Brief
    found: Suggestions
    told: Teller
    top: int

    def write(self) -> Claims:
        sections = {
            "next": self.next(),
            "scores": self.scores(),
            "state": self.state(),
            "pivot": map(self.judged, self.found.judgements),
            "low": self.low(),
            "warnings": self.warnings(),
        }
        return self.told.say.whole(sections, self.brief, "uncovered")

    def say(
        self, kind: str, sentence: str, record: str, quotes: Sequence[Quote] = (), /, **filled: str
    ) -> Claim:
        """Return a claim that begins with one record, and cites all that its data belong to."""
        claim = self.told.say.claim(kind, sentence, [record], quotes, record=record, **filled)
        owners = (owner for name in claim.fact_ids for owner in self.brief.data[name].records)
        return claim._replace(record_ids=tuple(dict.fromkeys((*claim.record_ids, *owners))))

    # --- what to try

    def next(self) -> Iterator[Claim]:
        fitting = [one.scored.candidate for one in self.found.ranked if one.fits]
        yield from map(self.candidate, fitting[: self.top])
        if not fitting:
            yield from self.first("suggestion", "no_room")

    def candidate(self, one: Candidate) -> Claim:
        sentence = "trivial" if one.name and one.sort is Sort.BASELINE else str(one.sort)
        quotes = self.told.quote(one.record_id, *self.words_of(one))
        filled = {"priority": derived_id("priority", one.subject), **self.own(one)}
        return self.say("suggestion", sentence, one.record_id, quotes, **filled)

    def own(self, one: Candidate) -> dict[str, str]:
        """Return what the sentence on a candidate of its sort shows besides."""
        if one.sort is Sort.BASELINE:
            sort = Missing.TRIVIAL if one.name else Missing.RUN
            of = one.project if one.name else f"{one.project}/{one.approach}"
            return {"missing": derived_id(str(sort), of)}
        if one.sort is Sort.OPTION:
            return {"option": f"option:{one.record_id}/{one.name}"}
        names = {"arm": "arm", "lacking": "seeds-lacking", "factor": "factor"}
        names["untested"] = "untested"
        return {name: derived_id(method, one.subject) for name, method in names.items()}

    def words_of(self, one: Candidate) -> tuple[str, ...]:
        if one.sort is Sort.STEP:
            return (STEPS,)
        return (f"options.{one.name}.reason",) if one.sort is Sort.OPTION else ()

    def scores(self) -> Iterator[Claim]:
        yield from self.first("fact", "rule")

    def first(self, kind: str, sentence: str) -> Iterator[Claim]:
        """Yield a claim on the candidate with the highest priority, if there is any."""
        for one in self.found.ranked[:1]:
            candidate = one.scored.candidate
            priority = derived_id("priority", candidate.subject)
            yield self.say(kind, sentence, candidate.record_id, priority=priority)

    # --- where it stands

    def state(self) -> Iterator[Claim]:
        for gap in self.found.gaps.values():
            subject, target = gap.target.subject, gap.target.record_id
            yield self.say("fact", "target", target, target=derived_id("target", subject))
            if gap.best is not None:
                sentence = "met" if gap.met else "reached"
                filled = {
                    "best": derived_id("best-for", subject),
                    "gap": derived_id("gap", subject),
                }
                yield self.say("fact", sentence, gap.best.trial.record_id, **filled)
        yield from self.exchanged()
        yield from self.money()

    def exchanged(self) -> Iterator[Claim]:
        named = {(gap.target.project, gap.target.metric) for gap in self.found.gaps.values()}
        for change in self.found.changes:
            rename = change.rename
            if (rename.project, rename.old) in named and not rename.same:
                renamed = derived_id("renamed", f"{rename.decision}/{rename.old}")
                yield self.say("fact", "exchanged", rename.decision, renamed=renamed)

    def money(self) -> Iterator[Claim]:
        for project, cost in self.found.spent.items():
            hours = derived_id("hours", project)
            yield self.say("fact", "spent", cost.record_ids[-1], hours=hours)
            if project in self.found.left:
                left = derived_id("hours-left", project)
                yield self.say("fact", "left", self.found.left[project].record_id, left=left)
            if project in self.found.outlooks:
                last = self.found.outlooks[project].record_ids[-1]
                filled = {name: derived_id(name, project) for name in ("fits", "pace")}
                days = derived_id("days-left", project)
                yield self.say("fact", "deadline", last, days=days, **filled)

    # --- whether to go on

    def judged(self, one: Judgement) -> Claim:
        advice = derived_id("advice", one.project)
        if one.advice in (Advice.CONTINUE, Advice.PIVOT):
            line = self.line_of(one)
            standing = derived_id(str(line.state), line.subject)
            record = line.grounds[-1]
            return self.say("suggestion", str(one.advice), record, advice=advice, line=standing)
        filled = {"advice": advice, "renamed": one.operands[-1], "gap": one.operands[-1]}
        return self.say("suggestion", str(one.advice), one.record_ids[0], **filled)

    def line_of(self, one: Judgement) -> Line:
        """Return one of the lines that a judgement rests on: an open one, rather with results."""
        own = [line for line in self.found.lines if line.project == one.project]
        return min(own, key=lambda line: (line.state is not State.OPEN, not line.streaks))

    # --- what to leave, what to beware of

    def low(self) -> Iterator[Claim]:
        lines = Lines(self.brief)
        for line in self.found.lines:
            if line.state is State.EXHAUSTED:
                yield lines.standing(line)
        for one in self.found.repeats:
            distance = derived_id("distance", f"{one.earlier_id}..{one.record_id}")
            filled = {"earlier": one.earlier_id, "distance": distance}
            yield self.say("fact", "repeats", one.record_id, **filled)
        yield from self.followed()

    def followed(self) -> Iterator[Claim]:
        known = {record.id for record in self.brief.records}
        going = {line.grounds[-1] for line in self.found.lines if line.state is State.OPEN}
        for record, later in taken_up(self.history).items():
            if record in going and later in known:
                yield self.say("fact", "followed", record, later=later)

    def warnings(self) -> Iterator[Claim]:
        yield from map(self.missing, self.found.missing)
        for record in dict.fromkeys(one.record_id for one in self.history.unmeasured):
            yield self.say("warning", "unmeasured", record)

    def missing(self, one: MissingBaseline) -> Claim:
        sentence = "no_trivial" if one.sort is Missing.TRIVIAL else "no_baseline"
        missing = derived_id(str(one.sort), one.subject)
        return self.say("warning", sentence, one.record_ids[-1], missing=missing)
