"""An answer as one JSON document of version 1."""

from __future__ import annotations

from typing import Any

from expdocs.narrative.why.answer import Answer, Decided, Said, Source, Tested
from expdocs.narrative.why.grounded import Grounded
from expdocs.narrative.why.quoting import Figure, Quotation

VERSION = 1


def document(answer: Answer, grounded: Grounded | None = None) -> dict[str, Any]:
    """Return an answer for programs; ``model`` is what a model made of it, if one was asked."""
    return {
        "version": VERSION,
        "question": answer.question,
        "words": list(answer.sought),
        "found": answer.found,
        "decisions": [_decided(one) for one in answer.decided],
        "experiments": [_tested(one) for one in answer.tested],
        "passages": [_said(one) for one in answer.said],
        "model": _model(grounded) if grounded else None,
        "left_out": answer.left_out,
        "unread": answer.unread,
    }


def _model(grounded: Grounded) -> dict[str, Any]:
    statements = [
        {
            "kind": one.kind,
            "text": one.text,
            "records": [source_document(source) for source in one.sources],
            "quotes": [
                {"record": placed.source.name, **_quotes((placed.said,))[0]}
                for placed in one.placed
                if isinstance(placed.said, Quotation)
            ],
            "values": [
                {"record": placed.source.name, **_figure(placed.said)}
                for placed in one.placed
                if isinstance(placed.said, Figure)
            ],
        }
        for one in grounded.statements
    ]
    return {"id": grounded.model, "statements": statements, "faults": list(grounded.faults)}


def _decided(one: Decided) -> dict[str, Any]:
    option = {"name": one.option.text, "outcome": one.outcome, "line": one.option.line}
    return {"record": source_document(one.source), "option": option, "quotes": _quotes(one.quotes)}


def _tested(one: Tested) -> dict[str, Any]:
    outcome = None
    if one.outcome:
        outcome = {"name": one.outcome.name, "reason": one.outcome.reason, "line": one.judged}
    return {
        "record": source_document(one.source),
        "quotes": _quotes(one.quotes),
        "outcome": outcome,
        "values": [_figure(figure) for figure in one.figures],
    }


def _said(one: Said) -> dict[str, Any]:
    return {
        "record": source_document(one.source),
        "share": one.share,
        "quotes": _quotes(one.quotes),
    }


def source_document(source: Source) -> dict[str, Any]:
    """Return a record as every document names it."""
    newer = [{"id": one.id, "path": one.path, "line": one.line} for one in source.successors]
    return {
        "id": source.name,
        "path": source.path,
        "line": source.line,
        "kind": source.kind,
        "title": source.title,
        "status": source.status,
        "date": source.date,
        "verdict": source.verdict,
        "superseded_by": newer,
    }


def _quotes(quotes: tuple[Quotation, ...]) -> list[dict[str, Any]]:
    return [
        {
            "key": quote.key,
            "line": quote.line,
            "text": quote.text,
            "whole": quote.whole,
            "values": [_figure(figure) for figure in quote.figures],
        }
        for quote in quotes
    ]


def _figure(figure: Figure) -> dict[str, Any]:
    return figure._asdict()
