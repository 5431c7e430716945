"""A page's body from its brief and claims: Markdown in which no text of a record is markup.

Every value from a run is a citation, so that a check of the page compares it with the evidence
like any number that a person wrote.
"""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from expdocs.analytics.datum import Datum
from expdocs.narrative.blocks import Block, markdown
from expdocs.narrative.brief import Brief, Section
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import PLACEHOLDER, Claim, Claims, Quote
from expdocs.narrative.filling import Piece, pieces, value_with_unit
from expdocs.narrative.inert import escape
from expdocs.narrative.inline import cited, inline, within
from expdocs.narrative.words import words_of

VERSION = "1"
ABOUT, NUMBERS, LEFT_OUT = "about", "numbers", "left-out"
_LABELLED = ("interpretation", "warning", "question")
_OPERANDS = 8
_NAMES = ("title:", "option:")
# Of records' own fields a page says the source by citing the record.
_FIELDS = (
    *("title:", "date:", "status:", "verdict:", "approach:", "project:", "metric:", "option:"),
)


class Rendering(NamedTuple):
    """Everything that a page shows: ``model`` is empty where none wrote."""

    brief: Brief
    claims: Claims
    blocks: Sequence[Block] = ()
    model: str = ""


def render(page: Rendering) -> list[tuple[str, str]]:
    """Return the generated blocks of a page, names and Markdown, in order."""
    return _Renderer(page).blocks()


class _Renderer:
    def __init__(self, page: Rendering) -> None:
        self._page = page
        self._brief = page.brief
        self._words = catalogue("render", page.brief.language)

    def blocks(self) -> list[tuple[str, str]]:
        said = {one.key: one.claims for one in self._page.claims.sections}
        found = [(ABOUT, self._about())]
        for section in self._brief.sections:
            found.append((section.key, self._section(section, said.get(section.key, ()))))
        if rows := list(self._rows()):
            found.append((NUMBERS, self._table(rows)))
        if left := list(self._left_out()):
            found.append((LEFT_OUT, _headed(self._words.say("left_out"), left)))
        return found

    def _about(self) -> str:
        model = escape(self._page.model)
        writer = self._words.say("model", model=model) if model else self._words.say("offline")
        return f"> {self._words.say('draft', writer=writer)}"

    # --- claims

    def _section(self, section: Section, claims: Sequence[Claim]) -> str:
        shown = [markdown(block) for block in self._page.blocks if block.section == section.key]
        parts = [self._claim(claim) for claim in claims]
        if not parts and not shown:
            parts = [self._words.say("nothing")]
        return _headed(section.title, ["\n".join(parts), *shown])

    def _claim(self, claim: Claim) -> str:
        label = self._words.say(claim.kind) if claim.kind in _LABELLED else ""
        cited = ", ".join(claim.record_ids)
        quoted = "".join(f"\n\n{_quote(quote)}" for quote in claim.quotes)
        end = "\n" if quoted else ""
        return f"-   {label}{self._filled(claim.text)} ({cited}){quoted}{end}"

    def _filled(self, text: str) -> str:
        found = pieces(text, self._brief.data, self._brief.language)
        return "".join(inline(piece, _uncited) for piece in found)

    def _valued(self, datum: Datum) -> str:
        text = value_with_unit(datum, words_of(self._brief.language))
        return inline(Piece(text, datum), _uncited)

    # --- where the numbers come from

    def _rows(self) -> Iterator[tuple[str, str, str]]:
        for datum in self._used():
            if not datum.id.startswith(_FIELDS):
                yield self._valued(datum), within(datum.meaning), self._source(datum)

    def _used(self) -> Iterator[Datum]:
        texts = (claim.text for one in self._page.claims.sections for claim in one.claims)
        found = (place["id"] for text in texts for place in PLACEHOLDER.finditer(text))
        yield from (self._brief.data[name] for name in dict.fromkeys(found))

    def _source(self, datum: Datum) -> str:
        parts = [", ".join(datum.records)]
        if datum.formula:
            parts.insert(0, within(datum.formula))
        if operands := [name for name in datum.operands if not name.startswith(_FIELDS)]:
            parts.append(self._words.say("from_operands") + self._operands(operands))
        if datum.method:
            parts.append(within(datum.method))
        return "; ".join(part for part in parts if part)

    def _operands(self, operands: Sequence[str]) -> str:
        shown = [self._operand(name) for name in operands[:_OPERANDS]]
        if len(operands) > _OPERANDS:
            shown.append(self._words.say("more", count=str(len(operands) - _OPERANDS)))
        return ", ".join(shown)

    def _operand(self, name: str) -> str:
        datum = self._brief.data.get(name)
        return (datum and cited(datum)) or within(f"{datum.shown} ({name})" if datum else name)

    def _table(self, rows: Iterable[tuple[str, str, str]]) -> str:
        header = [self._words.say(name) for name in ("number", "meaning", "source")]
        lines = [_row(header), _row(["---"] * len(header)), *map(_row, rows)]
        return _headed(self._words.say("numbers"), ["\n".join(lines)])

    # --- what is not in here

    def _left_out(self) -> Iterator[str]:
        said = [(one.record_id, one.reason) for one in self._page.claims.uncovered]
        said += [(name, self._words.say("draft_record")) for name in self._brief.drafts]
        if said:
            yield "\n".join(f"-   {name}: {escape(reason)}" for name, reason in said)


def _uncited(datum: Datum, text: str) -> str:
    return f"*{within(text.strip())}*" if datum.id.startswith(_NAMES) else within(text)


def _quote(quote: Quote) -> str:
    return f"    > {escape(quote.text)} ({quote.record_id})"


def _headed(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"## {escape(title)}", *(part.strip("\n") for part in parts if part)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
