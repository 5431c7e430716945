"""Title, hypothesis and effect of an entry: copies of the author's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from expdocs.drafting.passages import Passage
from expdocs.drafting.sorting import HYPOTHESIS, Sorted
from expdocs.drafting.words import Words
from expdocs.prose.scanner import scan

MAX_TITLE = 200  # as the schema of a line has it
MAX_HYPOTHESIS = 2000
_CUT_AT = 120
# What tells best what was found comes first.
_TITLED_BY = ("conclusion", "finding", "observations", "failures", "hypothesis")
_MARK = re.compile(r"\A\s*(?:#{1,6}\s+|[-*+\u2022]\s+|[0-9]{1,9}[.)]\s+|>\s*)+")
_EMPHASIS = re.compile(r"\*+|`+|(?<!\w)_+|_+(?!\w)")
_LABEL = re.compile(r"([^:：]{1,40})[:：]\s*")


def title_of(found: Sequence[Passage], order: Sorted, words: Words) -> str:
    """Return the title that a log gives itself, else its most telling sentence; it may be empty."""
    texts = (_said(found[number], words) for number in _candidates(found, order))
    return next((cut(text) for text in (order.words, *texts) if text), "")


def _candidates(found: Sequence[Passage], order: Sorted) -> Iterator[int]:
    if order.title is not None:
        yield order.title
    for part in _TITLED_BY:
        yield from (number for number in order.of(part) if found[number].sort != "heading")
    yield from range(len(found))


def hypothesis_of(found: Sequence[Passage], order: Sorted, words: Words) -> str:
    """Return the sentences of the hypothesis on one line; empty without one, or with a long one."""
    numbers = (n for n in order.of(HYPOTHESIS) if found[n].sort in ("sentence", "item"))
    text = " ".join(filter(None, (_said(found[number], words) for number in numbers)))
    return text if len(text) <= MAX_HYPOTHESIS else ""


def effect_of(hypothesis: str, words: Words) -> float | None:
    """Return the one effect size that a hypothesis states, or None."""
    stated = {match[1] for form in words.effects for match in form.finditer(hypothesis)}
    if len(stated) != 1:
        return None
    effect = float(stated.pop())
    return effect if effect > 0 else None


def cut(text: str) -> str:
    """Return a text as a title: without a final stop, at the end of a word where it is long."""
    whole = text.rstrip(".。")
    if len(whole) <= MAX_TITLE:
        return whole
    kept = whole[:_CUT_AT].rpartition(" ")[0] or whole[:_CUT_AT]
    return f"{kept.rstrip(',;:')}…"


def _said(passage: Passage, words: Words) -> str:
    """Return what a passage says as plain text, without the label that names its part."""
    text = plain(passage.title or passage.text)
    label = _LABEL.match(text)
    if label and words.part_of_heading(label[1]):
        text = text[label.end() :]
    return text if any(map(str.isalnum, text)) else ""


def plain(text: str) -> str:
    """Return what a reader sees of Markdown, on one line, without control characters."""
    prose = scan(text)
    spans = [(one.start, one.end, one.text) for one in prose.citations]
    spans += [(one.start, one.end, one.text) for one in prose.links]
    spans += [(start, end, "") for start, end in prose.comments]
    seen = _EMPHASIS.sub("", _MARK.sub("", _without(text, spans), count=1))
    printable = (c if c.isprintable() else " " for c in seen)
    return " ".join("".join(printable).split())


def _without(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, shown in sorted(spans):
        if start >= at:
            parts += [text[at:start], shown]
            at = end
    return "".join([*parts, text[at:]])
