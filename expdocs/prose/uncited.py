"""Numbers without a source in sentences that name a metric."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from expdocs.prose.sentences import stops
from expdocs.prose.spans import Prose, UncitedNumber

_FILLER = "\x00"
_NUMBER = re.compile(
    r"""(?<![A-Za-z0-9_./])(?<![A-Za-z_]-)
    (?:(?<![0-9)%\x00])[-+\u2212])?+
    (?:(?:[0-9]{1,3}+(?:,[0-9]{3})++(?![0-9])|[0-9]++)(?P<fraction>\.[0-9]++)?+
      |(?P<bare>\.[0-9]++))
    (?P<exponent>[eE][-+\u2212]?[0-9]++)?+
    (?P<percent>[\ \u00a0\u2009\u202f]?%)?+
    (?![A-Za-z]*+[0-9_])(?!\.[0-9])""",
    re.VERBOSE,
)
_DIGIT = re.compile(r"[0-9]")
_BETWEEN_WORDS = r"[-_\s]+"


def uncited_numbers(body: str, prose: Prose, names: Collection[str]) -> tuple[UncitedNumber, ...]:
    """Find decimals and percentages that name a metric in their sentence but cite nothing.

    Names are matched as whole words, whatever their case; ``_``, ``-`` and spaces are alike.
    Names count where a reader sees them, so also in code spans, but not in the target of a link.
    """
    pattern, ordered = _names_pattern(tuple(sorted(set(names))))
    if pattern is None:
        return ()
    numbers = _masked(body, _sourced(prose))
    visible: str | None = None
    found: list[UncitedNumber] = []
    for start, end in _sentences(numbers, prose):
        decimals = [match for match in _NUMBER.finditer(numbers, start, end) if _is_decimal(match)]
        if decimals:
            visible = visible or _masked(body, _unseen(prose))
            mentions = [
                (match.start(), ordered[(match.lastindex or 1) - 1])
                for match in pattern.finditer(visible, start, end)
            ]
            found += _named(decimals, mentions)
    return tuple(found)


def decimals(body: str, prose: Prose) -> tuple[UncitedNumber, ...]:
    """Find all decimals and percentages that cite nothing, whatever their sentence names."""
    numbers = _masked(body, _sourced(prose))
    return tuple(
        UncitedNumber(match.start(), match.end(), match.group(), "")
        for passage in prose.passages
        if passage.kind != "heading"
        for match in _NUMBER.finditer(numbers, passage.start, passage.end)
        if _is_decimal(match)
    )


def _named(
    decimals: list[re.Match[str]], mentions: list[tuple[int, str]]
) -> Iterator[UncitedNumber]:
    """Give each number the name that stands last before it, else the sentence's first."""
    starts = [start for start, _ in mentions]
    for match in decimals if mentions else ():
        index = max(bisect_right(starts, match.start()) - 1, 0)
        yield UncitedNumber(match.start(), match.end(), match.group(), mentions[index][1])


def _is_decimal(match: re.Match[str]) -> bool:
    return any(match[part] for part in ("fraction", "bare", "exponent", "percent"))


@lru_cache(maxsize=256)
def _names_pattern(names: tuple[str, ...]) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
    """Return one pattern with a group for each name, and the names in the groups' order."""
    words = {name: [word for word in re.split(_BETWEEN_WORDS, name) if word] for name in names}
    ordered = sorted((name for name in names if words[name]), key=len, reverse=True)
    if not ordered:
        return None, ()
    spelled = (_BETWEEN_WORDS.join(map(re.escape, words[name])) for name in ordered)
    groups = "|".join(f"({group})" for group in spelled)
    return re.compile(rf"(?<![A-Za-z0-9_])(?:{groups})(?![A-Za-z0-9_])", re.I), tuple(ordered)


def _sentences(text: str, prose: Prose) -> Iterator[tuple[int, int]]:
    """Split passages with digits, but no headings, into sentences; ``text`` has sources masked."""
    for passage in prose.passages:
        if passage.kind == "heading" or not _DIGIT.search(text, passage.start, passage.end):
            continue
        start = passage.start
        for stop in stops(text, passage.start, passage.end):
            yield start, stop
            start = stop
        yield start, passage.end


def _sourced(prose: Prose) -> Iterator[tuple[int, int]]:
    """Yield the spans whose numbers have a source or are no numbers of the text."""
    yield from prose.code
    yield from prose.comments
    groups = (prose.citations, prose.strays, prose.links, prose.record_ids, prose.blocks)
    for group in groups:
        yield from ((span.start, span.end) for span in group)


def _unseen(prose: Prose) -> Iterator[tuple[int, int]]:
    """Yield the spans that a reader of the page does not see, and generated blocks."""
    yield from prose.comments
    yield from ((citation.target_start, citation.end) for citation in prose.citations)
    yield from ((link.target_start, link.target_end) for link in prose.links)
    for group in (prose.strays, prose.blocks):
        yield from ((span.start, span.end) for span in group)


def _masked(body: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the body with the spans filled, so that every offset stays."""
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end > position:
            pieces.append(body[position : max(start, position)])
            pieces.append(_FILLER * (end - max(start, position)))
            position = end
    pieces.append(body[position:])
    return "".join(pieces)
