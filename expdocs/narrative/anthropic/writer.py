"""The writer that asks a model, by the provider's own SDK, which is imported only then."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from expdocs.canonical import sha256_of
from expdocs.config import Settings
from expdocs.errors import ExpdocsError, UsageError
from expdocs.modelsettings import Model
from expdocs.narrative.anthropic.asking import Asking, chosen
from expdocs.narrative.anthropic.cost import Usage, money
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.prompts import SYSTEM, prompt, prompts, prompts_digest
from expdocs.narrative.anthropic.request import Body, body_for, body_for_repair
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.narrative.claimsfile import SCHEMA, ClaimsProblem, read_claims
from expdocs.narrative.page import Prepared
from expdocs.narrative.words import has_words
from expdocs.narrative.writers import Choice, Progress, Writer, Written

if TYPE_CHECKING:
    from expdocs.narrative.anthropic.client import Reply

PROVIDER = "anthropic"
_NAME = re.compile(r"[\w.:@/+-]{1,200}", re.ASCII)


class AnswerError(ExpdocsError):
    """The model answered, but not with claims."""


def writer(choice: Choice, settings: Settings, progress: Progress) -> Writer:
    """Return the writer that asks the configured model, or the one of the choice."""
    model = chosen(choice, settings)
    asking = Asking(model, settings, progress, [one.text for one in prompts()])
    pages = _Pages(asking, Identities(settings.people))
    return Writer(PROVIDER, _key(model), pages.write, pages.repair, pages.preview)


def _key(model: Model) -> Mapping[str, str]:
    """Return what an answer depends on; the deadline and the budget are no part of it."""
    return {
        "model": model.id,
        "effort": model.effort,
        "max_tokens": str(model.max_tokens),
        "prompts": prompts_digest(),
        "schema": sha256_of(SCHEMA)[:16],
    }


class _Pages:
    """Has pages written by one model."""

    def __init__(self, asking: Asking, identities: Identities) -> None:
        self._asking = asking
        self._identities = identities

    def preview(self, prepared: Prepared) -> str:
        """Return the body that would be sent, byte for byte."""
        return self._asking.preview(self._body(prepared.brief))

    def write(self, prepared: Prepared) -> Written:
        """Ask for a page."""
        return self._asked(self._body(prepared.brief), prepared.brief, {})

    def repair(self, prepared: Prepared, before: Written, faults: Sequence[str]) -> Written:
        """Ask once more, with what was wrong with the answer."""
        first = self._body(prepared.brief)
        body = body_for_repair(first, before.claims, faults, self._identities)
        return self._asked(body, prepared.brief, before.details)

    def _body(self, brief: Brief) -> Body:
        if not has_words(brief.language):
            raise UsageError(
                f"a model's words cannot be checked in the language '{brief.language}'",
                "write the page with --provider offline, or in a language that has word lists",
            )
        return body_for(brief, self._asking.model, self._identities)

    def _asked(self, body: Body, brief: Brief, before: Mapping[str, str]) -> Written:
        reply, used = self._asking.ask(body, _used(before))
        claims = self._identities.show(_claims(reply.text), brief)
        return Written(claims, _named(reply.model), self._details(brief, used, before, reply))

    def _details(
        self, brief: Brief, used: Usage, before: Mapping[str, str], reply: Reply
    ) -> Mapping[str, str]:
        found = {
            "messages": f"{before.get('messages', '')} {_named(reply.id)}".strip(),
            "prompts": f"{prompt(SYSTEM).shown}, {prompt(brief.page).shown}",
            **{f"{name}_tokens": str(count) for name, count in used._asdict().items()},
        }
        prices = self._asking.model.prices
        return {**found, "cost": money(used, prices)} if prices else found


def _claims(text: str) -> Claims:
    try:
        return read_claims(text.encode("utf-8", "replace"))
    except ClaimsProblem as problem:
        raise AnswerError(
            f"the model did not answer with claims: {problem}",
            "try again, configure another model, or use --provider offline",
        ) from problem


def _used(details: Mapping[str, str]) -> Usage:
    counts = (details.get(f"{name}_tokens", "0") for name in Usage._fields)
    return Usage(*(int(count) for count in counts))


def _named(text: str) -> str:
    """Return a name that a server gave, where it is nothing but a name."""
    return text if _NAME.fullmatch(text) else "?"
