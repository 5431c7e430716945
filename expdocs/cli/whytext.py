"""An answer in a terminal: every line begins with the record and the line that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.cli.columns import padded, shortened, terminal_width, width_of, wrapped
from expdocs.cli.output import one_line, styled
from expdocs.narrative.why.answer import Answer, Decided, Said, Source, Tested
from expdocs.narrative.why.grounded import Grounded, Statement
from expdocs.narrative.why.quoting import Figure, Quotation

SILENCE = "the records do not say"
_NARROWEST, _WIDEST_LABEL = 30, 20
# A title or a source that is longer was not written by somebody who wants to be read.
_LONGEST = 400


class Row(NamedTuple):
    """One thing that is said: where it stands, what it is, and the words.

    What is to be copied, such as a source, is no ``prose`` and stays on one line.
    """

    place: str
    label: str
    text: str
    colour: str = ""
    prose: bool = True


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield the lines of an answer."""
    if not answer.found:
        yield SILENCE
        return
    parts = [list(_decided(one)) for one in answer.decided]
    parts += [list(_tested(one)) for one in answer.tested]
    parts += [list(_said(one)) for one in answer.said]
    yield from laid_out(parts)


def grounded_lines(grounded: Grounded) -> Iterator[str]:
    """Yield the lines of an answer that a model wrote, each sentence with what it rests on."""
    yield from laid_out([list(_statement(one)) for one in grounded.statements])


def laid_out(parts: list[list[Row]]) -> Iterator[str]:
    """Yield rows in columns, an empty line between parts."""
    parts = [[row._replace(label=shortened(row.label, _WIDEST_LABEL)) for row in p] for p in parts]
    rows = [row for part in parts for row in part]
    place = max(width_of(one_line(row.place)) for row in rows) + 2
    label = max(width_of(row.label) for row in rows) + 2
    width = max(terminal_width() - place - label, _NARROWEST)
    for number, part in enumerate(parts):
        if number:
            yield ""
        for row in part:
            before = padded(one_line(row.place), place)
            named = padded(row.label, label)
            texts = list(wrapped(row.text, width)) if row.prose else [shortened(row.text, _LONGEST)]
            for at, text in enumerate(texts or [""]):
                shown = " " * label if at else styled(named, row.colour) if row.colour else named
                yield f"{before}{shown}{text}".rstrip()


def _decided(one: Decided) -> Iterator[Row]:
    yield from _source(one.source)
    colour = {"rejected": "red", "chosen": "green"}.get(one.outcome, "yellow")
    place = f"{one.source.name}:{one.option.line}"
    yield Row(place, one.outcome or "option", one.option.text, colour)
    yield from _quotes(one.source, one.quotes)


def _tested(one: Tested) -> Iterator[Row]:
    yield from _source(one.source)
    for quote in one.quotes:
        yield from _quotes(one.source, (quote,))
        if one.outcome and quote.key == "hypothesis":
            text = f"{one.outcome.name}: {one.outcome.reason}"
            yield Row(f"{one.source.name}:{one.judged}", "outcome", text)
    yield from (_figure(one.source, figure) for figure in one.figures)


def _said(one: Said) -> Iterator[Row]:
    yield from _source(one.source)
    yield from _quotes(one.source, one.quotes)


def _statement(one: Statement) -> Iterator[Row]:
    first = one.sources[0]
    yield Row(f"{first.name}:{first.line}", one.kind, one.text, "green")
    for source, said in one.placed:
        if isinstance(said, Figure):
            yield _figure(source, said)
        else:
            yield from _quotes(source, (said,))
    for source in one.sources:
        yield from _source(source)


def _source(source: Source) -> Iterator[Row]:
    state = ", ".join(filter(None, (STATES.get(source.status, source.status), source.verdict)))
    said = "; ".join(filter(None, (state, source.date)))
    text = f"{shortened(source.title, _LONGEST)} ({said})"
    yield Row(f"{source.name}:{source.line}", source.kind.lower(), text, "cyan")
    for newer in source.successors:
        yield Row(f"{newer.id}:{newer.line}", "supersedes", source.name, "yellow")


STATES = {
    "draft": "draft, may still change",
    "rejected": "rejected, never in force",
    "superseded": "superseded, no longer in force",
    "deprecated": "deprecated, no longer in force",
}


def _quotes(source: Source, quotes: tuple[Quotation, ...]) -> Iterator[Row]:
    for quote in quotes:
        end = "" if quote.whole else " …"
        yield Row(f"{source.name}:{quote.line}", label_of(quote.key), f"“{quote.text}{end}”")
        yield from (_figure(source, figure) for figure in quote.figures)


def _figure(source: Source, figure: Figure) -> Row:
    text = "  ".join(filter(None, (figure.shown, figure.source)))
    if figure.said:
        text = f"{text}: {figure.said}" if text else f"{figure.about}: {figure.said}"
    colour = "yellow" if figure.said else ""
    return Row(f"{source.name}:{figure.line}", "value", text, colour, prose=False)


def label_of(key: str) -> str:
    """Return what a quotation is called: the last name of its key, without numbers."""
    names = [part for part in key.split(".") if not part.isdecimal()]
    return one_line(names[-1] if names else key)[:20]
