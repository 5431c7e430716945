"""A session log as a draft of an experiment entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from expdocs.drafting.bench import Bench
from expdocs.drafting.best import with_best_run
from expdocs.drafting.composing import Composer
from expdocs.drafting.passages import Passage, passages
from expdocs.drafting.roles import Named, chosen_runs
from expdocs.drafting.sorting import Sorted, sort_passages
from expdocs.drafting.sourcing import holding, sourced
from expdocs.drafting.titles import effect_of, hypothesis_of, title_of
from expdocs.drafting.words import Words, language_of, load_titles, load_words
from expdocs.edit.evidenced import Chosen, fields_of
from expdocs.edit.scaffold import drafted, refuse_broken
from expdocs.errors import UsageError
from expdocs.kinds.registry import Kind
from expdocs.prose.scanner import Citation, scan
from expdocs.records.record import Record

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Wish(NamedTuple):
    """What an author gives for an entry: the text, the runs, and fields that need no guess.

    ``runs`` are names with role and label, empty where they are to be found out.
    """

    text: str
    runs: Sequence[tuple[str, str, str]] = ()
    title: str = ""
    metric: str = ""
    effect: float | None = None
    values: Mapping[str, Any] = _NOTHING


class Logged(NamedTuple):
    """A draft and what became of the text: its passages by part, the citations that were made."""

    draft: Record
    title: str
    parts: Mapping[str, Sequence[str]]
    runs: Sequence[Mapping[str, Any]]
    metric: str
    citations: int


class Prepared(NamedTuple):
    """A log that was cut and sorted, with its runs; where passages belong may be changed."""

    wish: Wish
    found: Sequence[Passage]
    order: Sorted
    chosen: Sequence[Chosen]


def prepare(bench: Bench, kind: Kind, wish: Wish) -> Prepared:
    """Pull the runs and sort the text by its own words; raises for what can be no draft."""
    words = load_words()
    found = passages(wish.text)
    _refuse(kind, wish, title_of(found, sort_passages(found, words, []), words))
    chosen = _chosen(bench, wish, words)
    return Prepared(wish, found, sort_passages(found, words, _names(chosen)), chosen)


def log(bench: Bench, kind: Kind, day: date, prepared: Prepared) -> Logged:
    """Make the draft of an entry on a bench."""
    wish, found, order, _ = prepared
    values = _values(bench, prepared)
    title = wish.title or title_of(found, order, load_words())
    refuse_broken(kind, title, values)
    draft = drafted(bench.workspace, kind, title, day, values)
    bench.add(draft, again=not wish.metric)
    draft = bench.put(draft, _composed(bench, draft, prepared, title))
    draft, citations = _cited(bench, draft, language_of(wish.text))
    parts = {key: [found[n].text for n in order.of(key)] for key in order.keys}
    metric = (values.get("metric") or {}).get("name", "")
    return Logged(bench.mend(draft), title, parts, values.get("runs", []), metric, citations)


def _refuse(kind: Kind, wish: Wish, title: str) -> None:
    """Refuse what cannot become a draft before anything is pulled for it."""
    labels = [label for _, _, label in wish.runs if label]
    if twice := next((one for one in labels if labels.count(one) > 1), ""):
        raise UsageError(f"the label '{twice[:60]}' is given to two runs", "give each its own")
    if not (wish.title or title):
        raise UsageError("the text has no words to make a title of", "give one: --title TITLE")
    refuse_broken(kind, wish.title or title, wish.values)


def _chosen(bench: Bench, wish: Wish, words: Words) -> list[Chosen]:
    ids = bench.run_ids([name for name, _, _ in wish.runs], [wish.metric] if wish.metric else [])
    once: dict[str, tuple[str, str]] = {}
    for one, (_, role, label) in zip(ids, wish.runs, strict=True):
        known = once.get(one, ("", ""))
        once[one] = (known[0] or role, known[1] or label)
    named = [Named(bench.snapshot(one), role, label) for one, (role, label) in once.items()]
    return chosen_runs(named, wish.text, words)


def _names(chosen: Sequence[Chosen]) -> set[str]:
    names = {name for one in chosen for name in one.snapshot.metrics}
    return names | {one.snapshot.run_name for one in chosen}


def _values(bench: Bench, prepared: Prepared) -> dict[str, Any]:
    wish, found, order, chosen = prepared
    words = load_words()
    told = hypothesis_of(found, order, words)
    hypothesis = wish.values.get("hypothesis") or told
    metric = wish.metric or _spoken_metric(chosen, wish.text)
    fields: dict[str, Any] = {"hypothesis": hypothesis}
    if chosen:
        with bench.workspace.context() as context:
            fields |= fields_of(chosen, metric, context.commits, bench.workspace.repository)
    elif metric:
        fields["metric"] = {"name": metric, "goal": None}
    if fields.get("metric"):
        effect = effect_of(hypothesis, words) if wish.effect is None else wish.effect
        fields["metric"]["effect"] = effect
    return {**fields, **{key: value for key, value in wish.values.items() if value}}


def _spoken_metric(chosen: Sequence[Chosen], text: str) -> str:
    """Return the metric of all runs that the text names most often; empty where two are level."""
    shared = set.intersection(*(set(one.snapshot.metrics) for one in chosen)) if chosen else set()
    counts = {name: len(_mentions(name, text)) for name in sorted(shared)}
    most = max(counts.values(), default=0)
    leading = [name for name, count in counts.items() if count == most]
    return leading[0] if most and len(leading) == 1 else ""


def _mentions(name: str, text: str) -> list[str]:
    return re.findall(rf"(?<![\w/]){re.escape(name)}(?![\w/])", text, re.IGNORECASE)


def _composed(bench: Bench, draft: Record, prepared: Prepared, title: str) -> str:
    wish, found, order, _ = prepared
    cited = [citation for passage in found for citation in scan(passage.text).citations]
    with bench.workspace.context() as context:
        sound = holding(draft, cited, context) if cited else ()

    def holds(citation: Citation) -> bool:
        return (citation.text, citation.scheme, citation.target) in sound

    titles = load_titles(language_of(wish.text))
    return Composer(wish.text, found, holds).body(draft, order, titles, title)


def _cited(bench: Bench, draft: Record, language: str) -> tuple[Record, int]:
    with bench.workspace.context() as context:
        text, count = sourced(draft, context)
        draft = bench.put(draft, text)
        text = with_best_run(draft, context.facts, load_titles(language)["best run"])
    return bench.put(draft, text), count
