"""A record in a terminal: its head, what it is joined to, its evidence, and its words."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.cli.columns import shortened, terminal_width, wrapped
from expdocs.cli.output import one_line, styled
from expdocs.cli.whytext import label_of
from expdocs.evidence.triangle import Verdict
from expdocs.facts.gates import GateResult
from expdocs.narrative.portrait import Listed, Portrait
from expdocs.narrative.why.finding import Option
from expdocs.narrative.why.quoting import Figure

_LABEL = 14
_LONGEST = 400


def portrait_lines(portrait: Portrait) -> Iterator[str]:
    """Yield what there is to show of a record."""
    yield styled(shortened(f"{portrait.source.name}  {portrait.source.title}", _LONGEST), "cyan")
    yield from _head(portrait)
    yield from _part("links", _relations(portrait))
    yield from _part("runs", _runs(portrait))
    yield from _part("gates", (_gate(one) for one in portrait.gates))
    yield from _part("options", (_option(one) for one in portrait.options))
    yield from _part("measured", map(_figure, portrait.measured), prose=False)
    yield from _part("cited", map(_figure, portrait.cited), prose=False)
    yield from _part("open", (f"{one.field}: {one.reason}" for one in portrait.unknown))
    yield from _words(portrait)


def standing_of(portrait: Portrait) -> str:
    """Return in words where a record stands."""
    source = portrait.source
    by, when = portrait.accepted or ("", "")
    who = f" by {by} on {when[:10]} (claimed: no review is recorded)" if by else ", by whom is open"
    newer = ", ".join(one.id for one in source.successors)
    words = {
        "draft": "draft: it may still change",
        "proposed": "proposed: it waits to be accepted",
        "accepted": f"accepted{who}",
        "rejected": "rejected: it was never in force",
        "superseded": f"superseded by {newer or 'a record that is not here'}",
        "deprecated": "deprecated: it is no longer in force",
    }
    return words.get(source.status, source.status)


def _head(portrait: Portrait) -> Iterator[str]:
    record, source = portrait.record, portrait.source
    rows = [
        (source.kind.lower(), standing_of(portrait)),
        ("date", source.date),
        ("authors", ", ".join(record.texts_of("authors"))),
        ("project", record.text_of("project")),
        ("approach", record.text_of("approach")),
        ("tags", ", ".join(record.texts_of("tags"))),
        ("verdict", source.verdict),
        ("outcome", _outcome(portrait)),
        ("beforehand", str(portrait.timing) if portrait.timing else ""),
    ]
    for label, text in rows:
        if text:
            yield from _row(label, text)
    yield from _row("file", source.path, prose=False)


def _outcome(portrait: Portrait) -> str:
    found = portrait.outcome
    return f"{found.name}: {found.reason}" if found else ""


def _row(label: str, text: str, *, prose: bool = True) -> Iterator[str]:
    shown = one_line(label)[: _LABEL - 2].ljust(_LABEL)
    for line in wrapped(text, terminal_width() - _LABEL) if prose else [shortened(text, _LONGEST)]:
        yield f"{shown}{line}"
        shown = " " * _LABEL


def _part(title: str, lines: Iterator[str], *, prose: bool = True) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield ""
        yield from _row("" if number else title, line, prose=prose)


def _relations(portrait: Portrait) -> Iterator[str]:
    for one in portrait.relations:
        known = f"{one.title} ({one.status})" if one.status else "no such record"
        yield f"{', '.join(one.types)} {one.id}: {known}"


def _runs(portrait: Portrait) -> Iterator[str]:
    for one in portrait.runs:
        use = one.use
        name = " ".join(filter(None, (use.label or use.run_id[:12], use.role, use.group)))
        yield f"{name}: {_evidence(one)}"


def _evidence(one: Listed) -> str:
    if one.missing:
        return one.missing
    if one.use.sweep:
        return "a sweep, its runs are counted in the population"
    return "; ".join(
        f"{edge.name} {edge.verdict}"
        + ("" if edge.verdict is Verdict.VERIFIED else f" ({edge.reason})")
        for edge in one.edges
    )


def _option(one: Option) -> str:
    rests = ", ".join((*one.texts("experiments"), *one.texts("runs")))
    return f"{one.outcome or 'open'}: {one.name}. {one.reason}{f' ({rests})' if rests else ''}"


def _gate(result: GateResult) -> str:
    seen = result.reading
    if not result.evaluated:
        return f"{result.threshold}: not to be evaluated, run {seen.name} {seen.reason}"
    met = "met" if result.passed else "not met"
    return f"{result.threshold}: {met}, run {seen.name} has {seen.value!r}"


def _figure(figure: Figure) -> str:
    if not figure.shown:
        return f"{figure.about}: {figure.said}"
    said = f": {figure.said}" if figure.said else ""
    return f"{figure.shown}  {figure.source}{said}"


def _words(portrait: Portrait) -> Iterator[str]:
    before = ""
    for piece in portrait.pieces:
        label = label_of(piece.key)
        if piece.start >= 0 or not before:
            yield ""
        yield from _row("" if label == before else label, piece.text)
        before = label
