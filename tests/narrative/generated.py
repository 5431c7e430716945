"""Pages of claims that hold, made from a seed: briefs of experiments and decisions, sentences.

The sentences are those of a careful author, in English and Chinese, and owe nothing to the word
lists; the values are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import NamedTuple

from expdocs.analytics.datum import Data, Datum
from expdocs.narrative.brief import Brief, Material, Passage, Section
from expdocs.narrative.claims import (
    KINDS,
    PLACEHOLDER,
    Claim,
    Claims,
    Quote,
    SectionClaims,
    Uncovered,
)

LABELS = ("weights", "smote", "forest", "linear", "boosted", "shallow-net", "kb", "focal")
METRICS = ("recall", "val_f1", "auc", "log_loss", "top5", "macro-f1")
APPROACHES = ("smote", "class-weights", "random-forest", "tf-idf", "focal-loss", "u-net2")
PROJECTS = ("churn", "digits", "triage")
TITLES = (
    "Oversampling does not help the minority class",
    "A forest of 500 trees",
    "Do class weights carry over to 2025?",
    "类别权重足够了",
    "What the linear model misses",
    "Retry with [seeds] & <more> data",
)
PASSAGES = (
    "Training was slow on the laptop. We stopped it after the second night.",
    "The minority class has 212 rows, so a fold sees a handful; we should not read much into it.",
    "Recall rose to 0.83 with the weights alone, which nobody had expected.",
    "It failed. The loader dropped rows with a missing label, and nobody saw it for a week.",
    "少数类只有 212 行，因此每一折的结果都不稳定。",
    "Use <b>the other</b> split, see [the note](https://example.com/a_b) — or ask Ana.",
    "Next: try a calibration set; ask the call centre for more labels.",
)


class Page(NamedTuple):
    """A brief, and claims on it that hold."""

    brief: Brief
    claims: Claims


class _Experiment(NamedTuple):
    id: str
    approach: str
    metric: str
    goal: str
    runs: dict[str, float]


def page(seed: int) -> Page:
    """Return the page of a seed."""
    return _Author(Random(seed)).page()


class _Author:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.language = random.choice(["en", "en", "zh"])
        self.project = random.choice(PROJECTS)
        self.metric = random.choice(METRICS)
        self.goal = "minimize" if self.metric == "log_loss" else "maximize"
        self.data = Data()

    def page(self) -> Page:
        numbers = self.random.sample(range(100, 1000), self.random.randint(2, 7))
        experiments = [self._experiment(number) for number in numbers]
        decisions = [f"DEC-2026-11-21-{n}" for n in range(100, 100 + self.random.randint(0, 2))]
        materials = [self._material(one.id, one.approach) for one in experiments]
        materials += [self._material(one, "") for one in decisions]
        self._derived(experiments)
        brief = Brief(
            page="overview",
            title="A page",
            language=self.language,
            sections=(
                Section("first", "First", "What there is.", KINDS),
                Section("second", "Second", "What there is, too.", KINDS),
            ),
            records=tuple(materials),
            data=self.data,
        )
        return Page(brief, self._claims(brief, experiments, decisions))

    # --- what is known

    def _add(self, identifier: str, value: float | str, *records: str, **more: str) -> Datum:
        shown = (
            value if isinstance(value, str) else f"{value:+g}" if "goal" in more else f"{value:g}"
        )
        return self.data.add(Datum(identifier, identifier, value, shown, records, **more))

    def _experiment(self, number: int) -> _Experiment:
        random, record = self.random, f"EXP-2026-11-20-{number}"
        labels = random.sample(LABELS, random.randint(1, 3))
        runs = {label: round(random.uniform(0.1, 0.99), 3) for label in labels}
        made = _Experiment(record, random.choice(APPROACHES), self.metric, self.goal, runs)
        self._add(f"approach:{record}", made.approach, record)
        self._add(f"verdict:{record}", random.choice(["archived", "iterate", "promoted"]), record)
        self._add(f"metric:{record}", self.metric, record)
        for label, value in runs.items():
            self._add(f"run:{record}/{label}#{self.metric}", value, record)
            minutes = round(random.uniform(2, 90), 1)
            self._add(f"run:{record}/{label}#duration", minutes, record, unit="minutes")
        for one, other in pairwise(labels):
            change = round(runs[other] - runs[one], 3)
            pair = f"delta:{record}/{one}..{record}/{other}#{self.metric}"
            self._add(pair, change, record, goal=self.goal)
        return made

    def _material(self, record: str, approach: str) -> Material:
        title = self.random.choice(TITLES)
        self._add(f"title:{record}", title, record)
        self._add(f"date:{record}", "2026-11-20", record)
        texts = self.random.sample(PASSAGES, 2)
        passages = tuple(Passage(f"part-{n}", text) for n, text in enumerate(texts))
        kind = "experiment" if approach else "decision"
        return Material(
            record, kind, title, "accepted", "2026-11-20", ("ana",), self.project, approach,
            passages=passages,
        )  # fmt: skip

    def _derived(self, experiments: list[_Experiment]) -> None:
        subject = f"{self.project}/{self.metric}"
        choose = min if self.goal == "minimize" else max
        best = choose(experiments, key=lambda one: choose(one.runs.values()))
        self._add(f"best:{subject}", choose(best.runs.values()), best.id)
        ids = [one.id for one in experiments]
        self._add(
            f"trials:{subject}", sum(len(one.runs) for one in experiments), *ids, unit="trials"
        )
        one, other = experiments[:2]
        pair = f"{one.id}/{next(iter(one.runs))}..{other.id}/{next(iter(other.runs))}"
        change = round(next(iter(other.runs.values())) - next(iter(one.runs.values())), 3)
        self._add(f"delta:{pair}#{self.metric}", change, one.id, other.id, goal=self.goal)
        for line in experiments:
            state = {"archived": "exhausted", "promoted": "promoted"}.get(
                str(self.data[f"verdict:{line.id}"].value), "open"
            )
            self._add(f"{state}:{self.project}/{line.id[-3:]}", state, line.id)

    # --- what is said

    def _claims(self, brief: Brief, experiments: list[_Experiment], decisions: list[str]) -> Claims:
        claims = [claim for one in experiments for claim in self._about(one, brief)]
        claims += [self._quote(one, brief) for one in decisions if self.random.random() < 0.7]
        claims += self._together(experiments)
        self.random.shuffle(claims)
        claims = list(dict.fromkeys(claims))
        half = len(claims) // 2
        cited = {record for claim in claims for record in claim.record_ids}
        why = self._say("Its metric is another.", "指标是另一种。")
        return Claims(
            (
                SectionClaims("first", tuple(claims[:half])),
                SectionClaims("second", tuple(claims[half:])),
            ),
            tuple(Uncovered(one.id, why) for one in brief.records if one.id not in cited),
        )

    def _say(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english

    def _about(self, one: _Experiment, brief: Brief) -> Iterator[Claim]:
        ways: list[Callable[[_Experiment], Claim]] = [
            self._value, self._change, self._duration, self._verdict, self._reading,
            lambda it: self._quote(it.id, brief), self._state, self._ask, self._warn,
        ]  # fmt: skip
        for way in self.random.sample(ways, self.random.randint(0, 4)):
            yield way(one)

    def _value(self, one: _Experiment) -> Claim:
        label = self.random.choice(list(one.runs))
        run, title = f"{{{{run:{one.id}/{label}#{one.metric}}}}}", f"{{{{title:{one.id}}}}}"
        metric = f"{{{{metric:{one.id}}}}}"
        return claim(
            "fact",
            self._say(
                self.random.choice(
                    [
                        f"{title} reached {run}.",
                        f"At {metric}, {title} reached {run}.",
                        f"The run {label} of {title} reached {run}, measured on the held-out part.",
                        f"{run} was measured in {title} ({{{{date:{one.id}}}}}).",
                    ]
                ),
                f"{title}的{metric}达到{run}。",
            ),
            one.id,
        )

    def _change(self, one: _Experiment) -> Claim:
        pairs = [
            datum.id
            for datum in self.data.values()
            if datum.id.startswith(f"delta:{one.id}") and datum.records == (one.id,)
        ]
        if not pairs:
            return self._value(one)
        pair = self.random.choice(pairs)
        before, after = (side.rpartition("/")[2] for side in pair.partition("#")[0].split(".."))
        title = f"{{{{title:{one.id}}}}}"
        text = self.random.choice(
            [
                f"In {title}, {after} is {{{{{pair}|direction}}}} to {before}: {{{{{pair}}}}}.",
                f"From {before} to {after}, the result of {title} was {{{{{pair}|quality}}}}.",
                f"{title}: a change of {{{{{pair}}}}}, which is {{{{{pair}|quality}}}}.",
            ]
        )
        chinese = f"{title}：从{before}到{after}，结果{{{{{pair}|quality}}}}（{{{{{pair}}}}}）。"
        return claim("fact", self._say(text, chinese), one.id)

    def _duration(self, one: _Experiment) -> Claim:
        run = f"{{{{run:{one.id}/{self.random.choice(list(one.runs))}#duration}}}}"
        title = f"{{{{title:{one.id}}}}}"
        return claim(
            "fact", self._say(f"{title} took {run} to train.", f"{title}训练用时{run}。"), one.id
        )

    def _verdict(self, one: _Experiment) -> Claim:
        title, verdict = f"{{{{title:{one.id}}}}}", f"{{{{verdict:{one.id}}}}}"
        text = f"{title} of {{{{date:{one.id}}}}} ended with {verdict}; it follows the plan."
        return claim("fact", self._say(text, f"{title}的结论是{verdict}。"), one.id)

    def _reading(self, one: _Experiment) -> Claim:
        title = f"{{{{title:{one.id}}}}}"
        text = self.random.choice(
            [
                f"{title} suggests that the labels matter here, though nobody tested it.",
                f"The data behind {title} may not carry over to other markets.",
                f"We read {title} as a hint about {{{{approach:{one.id}}}}}, and no proof.",
            ]
        )
        return claim("interpretation", self._say(text, f"{title}也许说明标签质量很关键。"), one.id)

    def _quote(self, record: str, brief: Brief) -> Claim:
        material = next(one for one in brief.records if one.id == record)
        passage = self.random.choice(material.passages).text
        words = passage.split(" ")
        start = self.random.randrange(max(1, len(words) - 5))
        chosen = passage if len(words) < 8 else " ".join(words[start : start + 8])
        title = f"{{{{title:{record}}}}}"
        text = self._say(f"From {title}:", f"{title}写道：")
        return claim("quote", text, record, quotes=(Quote(record, chosen),))

    def _state(self, one: _Experiment) -> Claim:
        datum = next(
            found
            for found in self.data.values()
            if found.records == (one.id,) and found.id.endswith(f"/{one.id[-3:]}")
        )
        kind = str(datum.value) if datum.value in ("exhausted", "open") else "fact"
        approach, state = f"{{{{approach:{one.id}}}}}", f"{{{{{datum.id}}}}}"
        return claim(
            kind, self._say(f"{approach} is {state}.", f"{approach}的状态是{state}。"), one.id
        )

    def _ask(self, one: _Experiment) -> Claim:
        title = f"{{{{title:{one.id}}}}}"
        text = self._say(f"Who owns the labels of {title}?", f"{title}的标签由谁负责？")
        return claim("question", text, one.id)

    def _warn(self, one: _Experiment) -> Claim:
        title = f"{{{{title:{one.id}}}}}"
        text = self._say(f"{title} has no baseline of its own.", f"{title}缺少自己的基线。")
        return claim("warning", text, one.id)

    def _together(self, experiments: list[_Experiment]) -> Iterator[Claim]:
        subject = f"{self.project}/{self.metric}"
        best = self.data[f"best:{subject}"]
        trials = self.data[f"trials:{subject}"]
        title = f"{{{{title:{best.records[0]}}}}}"
        yield claim(
            "fact",
            self._say(
                f"The value to reach for is {{{{{best.id}}}}}, from {title}.",
                f"目前要达到的值是{{{{{best.id}}}}}，来自{title}。",
            ),
            *best.records,
        )
        yield claim(
            "fact",
            self._say(f"All in all: {{{{{trials.id}}}}}.", f"总共{{{{{trials.id}}}}}。"),
            *trials.records,
        )
        one, other = experiments[:2]
        yield self._between(one, other)
        yield self._side_by_side(one, other)

    def _between(self, one: _Experiment, other: _Experiment) -> Claim:
        pair = next(
            datum.id for datum in self.data.values() if len(datum.records) == 2 and ".." in datum.id
        )
        before, after = f"{{{{title:{one.id}}}}}", f"{{{{title:{other.id}}}}}"
        return claim(
            "fact",
            self._say(
                f"{after} is {{{{{pair}|quality}}}} by {{{{{pair}}}}}, seen from {before}.",
                f"从{before}到{after}，变化为{{{{{pair}}}}}，{{{{{pair}|direction}}}}。",
            ),
            one.id,
            other.id,
        )

    def _side_by_side(self, one: _Experiment, other: _Experiment) -> Claim:
        parts = []
        for each in (one, other):
            label = self.random.choice(list(each.runs))
            run = f"{{{{run:{each.id}/{label}#{each.metric}}}}}"
            parts.append((f"{{{{title:{each.id}}}}}", run))
        (first, value), (second, rival) = parts
        return claim(
            "fact",
            self._say(
                f"{first} reached {value}, and {second} reached {rival}.",
                f"{first}达到{value}，{second}达到{rival}。",
            ),
            one.id,
            other.id,
        )


def claim(kind: str, text: str, *records: str, quotes: tuple[Quote, ...] = ()) -> Claim:
    """Return a claim that lists the data that it shows."""
    shown = dict.fromkeys(found["id"] for found in PLACEHOLDER.finditer(text))
    return Claim(kind, text, records, tuple(shown), quotes)
