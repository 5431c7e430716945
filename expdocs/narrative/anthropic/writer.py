"""The writer that asks a model, by the provider's own SDK, which is imported only then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from expdocs.canonical import sha256_of
from expdocs.config import Settings
from expdocs.errors import ConfigurationError, ExpdocsError, MissingExtra, UsageError
from expdocs.modelsettings import EFFORTS, Model
from expdocs.narrative.anthropic.cost import Usage, check_budget, money, most, shown
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.prompts import SYSTEM, prompt, prompts, prompts_digest
from expdocs.narrative.anthropic.request import Body, body_for, body_for_repair, bytes_of
from expdocs.narrative.anthropic.sending import Guard
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.narrative.claimsfile import SCHEMA, ClaimsProblem, read_claims
from expdocs.narrative.page import Prepared
from expdocs.narrative.words import has_words
from expdocs.narrative.writers import Choice, Progress, Writer, Written

if TYPE_CHECKING:
    from expdocs.narrative.anthropic.client import Client, Reply

PROVIDER = "anthropic"
_NAME = re.compile(r"[\w.:@/+-]{1,200}", re.ASCII)


class AnswerError(ExpdocsError):
    """The model answered, but not with claims."""


def writer(choice: Choice, settings: Settings, progress: Progress) -> Writer:
    """Return the writer that asks the configured model, or the one of the choice."""
    model = _model(choice, settings)
    asking = _Asking(model, settings, progress)
    return Writer(PROVIDER, _key(model), asking.write, asking.repair, asking.preview)


def _model(choice: Choice, settings: Settings) -> Model:
    if choice.effort and choice.effort not in EFFORTS:
        raise UsageError(
            f"there is no effort '{choice.effort[:40]}'", f"write one of: {', '.join(EFFORTS)}"
        )
    configured = settings.model or Model()
    return configured._replace(
        id=choice.model or configured.id, effort=choice.effort or configured.effort
    )


def _key(model: Model) -> Mapping[str, str]:
    """Return what an answer depends on; the deadline and the budget are no part of it."""
    return {
        "model": model.id,
        "effort": model.effort,
        "max_tokens": str(model.max_tokens),
        "prompts": prompts_digest(),
        "schema": sha256_of(SCHEMA)[:16],
    }


class _Asking:
    """Asks one model for pages."""

    def __init__(self, model: Model, settings: Settings, progress: Progress) -> None:
        self._model = model
        self._progress = progress
        self._identities = Identities(settings.people)
        self._guard = Guard(settings, ours=[one.text for one in prompts()])

    def preview(self, prepared: Prepared) -> str:
        """Return the body that would be sent, byte for byte."""
        body = bytes_of(self._body(prepared.brief))
        self._guard.before(body)
        return body.decode("utf-8")

    def write(self, prepared: Prepared) -> Written:
        """Ask for a page."""
        return self._asked(self._body(prepared.brief), prepared.brief, Usage(), ())

    def repair(self, prepared: Prepared, before: Written, faults: Sequence[str]) -> Written:
        """Ask once more, with what was wrong with the answer."""
        first = self._body(prepared.brief)
        body = body_for_repair(first, before.claims, faults, self._identities)
        messages = before.details.get("messages", "").split()
        return self._asked(body, prepared.brief, _used(before.details), messages)

    def _body(self, brief: Brief) -> Body:
        if not self._model.id:
            raise ConfigurationError(
                "no model is configured",
                "set 'id' under [tool.expdocs.model] to a model of your provider",
            )
        if not has_words(brief.language):
            raise UsageError(
                f"a model's words cannot be checked in the language '{brief.language}'",
                "write the page with --provider offline, or in a language that has word lists",
            )
        return body_for(brief, self._model, self._identities)

    def _asked(self, body: Body, brief: Brief, spent: Usage, messages: Sequence[str]) -> Written:
        self._guard.before(bytes_of(body))
        with _client(self._model, self._guard) as client:
            self._say(client.look_up(self._model))
            sent = client.count(body)
            check_budget(spent, most(sent, self._model), self._model)
            self._say(f"asking {self._model.id}: at most {self._shown(sent)}")
            reply = client.ask(body, self._heard)
        used = spent.plus(reply.usage)
        self._say(f"used {shown(used, self._model)}")
        claims = self._identities.show(self._claims(reply), brief)
        return Written(claims, _named(reply.model), self._details(brief, used, messages, reply))

    def _claims(self, reply: Reply) -> Claims:
        if reply.problem:
            raise reply.problem
        self._guard.after(reply.text)
        return _claims(reply.text)

    def _shown(self, sent: int) -> str:
        return shown(most(sent, self._model), self._model)

    def _say(self, text: str) -> None:
        if text:
            self._progress.say(text)

    def _heard(self, length: int) -> None:
        self._progress.show(f"{self._model.id} has written {length:,} characters")

    def _details(
        self, brief: Brief, used: Usage, messages: Sequence[str], reply: Reply
    ) -> Mapping[str, str]:
        found = {
            "messages": " ".join((*messages, _named(reply.id))),
            "prompts": f"{prompt(SYSTEM).shown}, {prompt(brief.page).shown}",
            **{f"{name}_tokens": str(count) for name, count in used._asdict().items()},
        }
        prices = self._model.prices
        return {**found, "cost": money(used, prices)} if prices else found


@contextmanager
def _client(model: Model, guard: Guard) -> Iterator[Client]:
    try:
        # More than a second, and an extra.
        from expdocs.narrative.anthropic.client import open_client  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("llm", "asking a model") from error
    with open_client(model, guard.before) as client:
        yield client


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
