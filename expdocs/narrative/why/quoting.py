"""What records say, word for word, and the numbers in it with their sources."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple, cast

from expdocs.analytics.citing import datum_of
from expdocs.analytics.datum import Datum
from expdocs.analytics.history import History
from expdocs.analytics.trial import Trial, arms_of
from expdocs.facts.citations import Evidenced, Facts, Unresolved
from expdocs.narrative.why.passages import Piece, line_of, paragraphs
from expdocs.prose.numbers import NumberProblem, exact, matches, parse_shown
from expdocs.prose.references import ReferenceProblem, parse_reference
from expdocs.prose.spans import NUMBER_SCHEMES, Citation
from expdocs.records.record import Record

# A paragraph is cut after so many characters, for somebody reads it in a terminal.
LONGEST = 900
_EMPHASIS = "*_ "


class Figure(NamedTuple):
    """A number with its source, as a record cites it or as its runs measured it.

    ``shown`` is what the record says, or the value where it says nothing. ``said`` tells what is
    wrong: that the source has another value, or none. ``about`` is what the number is of.
    """

    line: int
    shown: str
    source: str
    about: str
    said: str = ""


class Quotation(NamedTuple):
    """Words of a record: the field or section and the line that they come from.

    ``whole`` is false where the end of a very long paragraph was left out.
    """

    key: str
    line: int
    text: str
    figures: tuple[Figure, ...] = ()
    whole: bool = True


class Quoting(NamedTuple):
    """Quotes records; ``units`` may follow a number."""

    facts: Facts
    units: tuple[str, ...] = ()

    def piece(self, record: Record, piece: Piece) -> Quotation:
        """Return a passage word for word, with the numbers that it cites."""
        return _cut(piece)._replace(figures=tuple(self.cited(record, piece.start, piece.end)))

    def section(self, record: Record, key: str) -> Quotation | None:
        """Return the first paragraph of a section; None where it says nothing."""
        piece = next((one for one in paragraphs(record) if one.key == key), None)
        return self.piece(record, piece) if piece else None

    def measured(self, record: Record) -> list[Figure]:
        """Return what each arm of an experiment reached at its primary metric."""
        history = History([record], self.facts)
        lines = {name: record.locate(uses[0].place)[0] for name, uses in arms_of(record).items()}
        figures = [_of_trial(one, history.datum(one), lines) for one in history.trials]
        missing = [
            Figure(lines[one.name], "", "", f"{one.metric} of {one.name}", one.reason)
            for one in history.unmeasured
            if one.name
        ]
        return sorted([*figures, *missing], key=lambda figure: figure.line)

    def data(self, record: Record) -> list[Datum]:
        """Return what each arm of an experiment reached, as data."""
        history = History([record], self.facts)
        return [history.datum(one) for one in history.trials]

    def cited(self, record: Record, start: int, end: int) -> Iterator[Figure]:
        """Yield the numbers that stand between two offsets of the body."""
        for one in record.prose.citations:
            if start <= one.start < end and one.scheme in NUMBER_SCHEMES:
                yield self._figure(record, one)

    def _figure(self, record: Record, citation: Citation) -> Figure:
        line, source = record.locate_body(citation.start)[0], f"{citation.scheme}:{citation.target}"
        shown = citation.text.strip(_EMPHASIS)
        try:
            reference = parse_reference(citation.scheme, citation.target)
            datum = datum_of(record, cast("Evidenced", reference), self.facts)
        except (ReferenceProblem, Unresolved) as problem:
            return Figure(line, shown, source, "", problem.message)
        said = "" if self._agrees(shown, datum) else f"the evidence has {datum.shown}"
        return Figure(line, shown, datum.id, datum.meaning, said)

    def _agrees(self, shown: str, datum: Datum) -> bool:
        if shown == datum.value:
            return True
        value = datum.value
        try:
            number = value if isinstance(value, Decimal) else exact(value)
            return matches(parse_shown(shown, self.units), number)
        except NumberProblem:
            return False


def quoted_field(record: Record, key: str) -> Quotation | None:
    """Return what a field says, or why it says nothing; None where it is empty."""
    value = record.data.get(key)
    if isinstance(value, dict) and len(value) == 1:  # {exploratory: …}, {unknown: …}
        name, value = next(iter(value.items()))
        key = f"{key}.{name}"
    return quoted_text(record, key, value) if isinstance(value, str) and value.strip() else None


def quoted_text(record: Record, key: str, text: str) -> Quotation:
    """Return the text of a field, with its line."""
    normal = unicodedata.normalize("NFC", " ".join(text.split()))
    return _cut(Piece(key, line_of(record, key), normal))


def _cut(piece: Piece) -> Quotation:
    if len(piece.text) <= LONGEST:
        return Quotation(piece.key, piece.line, piece.text)
    text = piece.text[:LONGEST]
    return Quotation(piece.key, piece.line, text.rpartition(" ")[0] or text, whole=False)


def _of_trial(trial: Trial, datum: Datum, lines: Mapping[str, int]) -> Figure:
    about = f"{datum.meaning}, {trial.role}" if trial.role else datum.meaning
    return Figure(lines[trial.name], datum.shown, datum.id, about)
