"""What a model says beside a comparison: grounds and questions, as Markdown of a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from expdocs.analytics.datum import Datum
from expdocs.drafting.comparing import code
from expdocs.drafting.decision import Said
from expdocs.drafting.grounds import GROUNDS, LANGUAGE, QUESTIONS
from expdocs.narrative.brief import Brief
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claim, Claims
from expdocs.narrative.filling import pieces
from expdocs.narrative.inline import inline
from expdocs.narrative.make import attempted
from expdocs.narrative.page import Prepared
from expdocs.narrative.writers import Writer

_ABOUT = (
    "Written by the model {model}. Code checked the values and what each statement cites; nobody "
    "checked what the sentences make of them. <!-- ? What of this holds? Delete the rest. -->"
)
_ASKED = "The model {model} asks:"
_ANSWER = "<!-- ? What do the deciders answer? -->"


class Argued(NamedTuple):
    """What a model said, or what is wrong with it; without both it had nothing to say."""

    model: str = ""
    said: Said = Said()
    faults: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Whether any of it stands in the draft."""
        return any(self.said)


def prepared(brief: Brief) -> Prepared:
    """Return a brief as writers take it; without a model nothing is argued."""
    return Prepared(brief, lambda: Claims(()))


def argue(brief: Brief, writer: Writer) -> Argued:
    """Ask a writer, and hold what it says against the comparison; one attempt to repair it."""
    written, wrong = attempted(writer, prepared(brief))
    if wrong:
        return Argued(written.model, faults=tuple(wrong))
    claims = {section.key: section.claims for section in written.claims.sections}
    grounds = [f"- {_text(one, brief.data)}" for one in claims.get(GROUNDS, ())]
    questions = [f"- {_text(one, brief.data)} {_ANSWER}" for one in claims.get(QUESTIONS, ())]
    model = code(written.model)
    said = Said(
        _below(_ABOUT.format(model=model), grounds), _below(_ASKED.format(model=model), questions)
    )
    return Argued(written.model, said)


def _below(head: str, lines: list[str]) -> str:
    return "\n".join([head, "", *lines]) if lines else ""


def _text(claim: Claim, data: Mapping[str, Datum]) -> str:
    return f"{_label(claim)}{''.join(_filled(claim, data))} ({', '.join(claim.record_ids)})"


def _label(claim: Claim) -> str:
    if claim.kind != "interpretation":
        return ""
    return catalogue("render", LANGUAGE).say(claim.kind)


def _filled(claim: Claim, data: Mapping[str, Datum]) -> Iterator[str]:
    for piece in pieces(claim.text, data, LANGUAGE):
        yield inline(piece, _uncited)


def _uncited(_: Datum, text: str) -> str:
    """Return a name or a computed value as code: there is no run that it could cite."""
    return code(text)
