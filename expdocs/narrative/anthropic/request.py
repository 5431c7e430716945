"""The request: its parts in the order in which they are sent, and its bytes.

System prompt and records come first and are the same for every page over the same records, so
that the server can keep them; what is about the page comes after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from expdocs.modelsettings import Model
from expdocs.narrative.anthropic.evidence import (
    data_text,
    inert,
    lines_text,
    page_text,
    records_text,
)
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.prompts import REPAIR, SYSTEM, prompt
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.narrative.claimsfile import SCHEMA, to_document

Body = dict[str, Any]


def body_for(brief: Brief, model: Model, identities: Identities) -> Body:
    """Return the body of the request for a page."""
    blocks = [
        {**block(records_text(brief, identities.hide)), "cache_control": {"type": "ephemeral"}},
        block(data_text(brief, identities.hide)),
        block(page_text(brief, identities.hide)),
        block(prompt(brief.page).text),
    ]
    return body_of(model, prompt(SYSTEM).text, [{"role": "user", "content": blocks}], SCHEMA)


def body_of(
    model: Model, system: str, messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]
) -> Body:
    """Return the body of a request whose answer has the form of a schema.

    Its keys stand in the order of the SDK, so that its bytes can be told before it is sent.
    """
    effort = {"effort": model.effort} if model.effort else {}
    return {
        "max_tokens": model.max_tokens,
        "messages": list(messages),
        "model": model.id,
        "output_config": {**effort, "format": {"type": "json_schema", "schema": schema}},
        "system": [block(system)],
        "stream": True,
    }


def body_for_repair(
    body: Body, answer: Claims, faults: Sequence[str], identities: Identities
) -> Body:
    """Return the body that asks once more, with the answer and what is wrong with it."""
    said = inert(identities.hide(_json(to_document(answer))))
    wrong = lines_text("faults", [identities.hide(fault) for fault in faults])
    turns = [
        {"role": "assistant", "content": [block(said)]},
        {"role": "user", "content": [block(wrong), block(prompt(REPAIR).text)]},
    ]
    return {**body, "messages": [*body["messages"], *turns]}


def bytes_of(body: Body) -> bytes:
    """Return the bytes that the SDK sends for a body."""
    return _json(body).encode("utf-8")


def block(text: str) -> dict[str, Any]:
    """Return a text as a part of a message or of the system prompt."""
    return {"type": "text", "text": text}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
