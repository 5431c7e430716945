"""Asking the configured model: looked at before it leaves, counted, within the budget."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from expdocs.config import Settings
from expdocs.errors import ConfigurationError, MissingExtra, UsageError
from expdocs.modelsettings import EFFORTS, Model
from expdocs.narrative.anthropic.cost import Usage, check_budget, most, shown
from expdocs.narrative.anthropic.request import Body, bytes_of
from expdocs.narrative.anthropic.sending import Guard
from expdocs.narrative.writers import Choice, Progress

if TYPE_CHECKING:
    from expdocs.narrative.anthropic.client import Client, Reply


def chosen(choice: Choice, settings: Settings) -> Model:
    """Return the configured model with what somebody chose; its id may be missing still."""
    if choice.effort and choice.effort not in EFFORTS:
        known = ", ".join(EFFORTS)
        raise UsageError(f"there is no effort '{choice.effort[:40]}'", f"write one of: {known}")
    configured = settings.model or Model()
    return configured._replace(
        id=choice.model or configured.id, effort=choice.effort or configured.effort
    )


class Asking:
    """Asks one model; ``ours`` are the program's own texts in its requests."""

    def __init__(
        self, model: Model, settings: Settings, progress: Progress, ours: Collection[str]
    ) -> None:
        self.model = model
        self._progress = progress
        self._guard = Guard(settings, ours)

    def preview(self, body: Body) -> str:
        """Return the body of a request as it would be sent, byte for byte."""
        return self._checked(body).decode("utf-8")

    def ask(self, body: Body, spent: Usage) -> tuple[Reply, Usage]:
        """Send a request; returns the reply and what was used, with what was ``spent`` before."""
        self._checked(body)
        with self._client() as client:
            self._say(client.look_up(self.model))
            next_one = most(client.count(body), self.model)
            check_budget(spent, next_one, self.model)
            self._say(f"asking {self.model.id}: at most {shown(next_one, self.model)}")
            reply = client.ask(body, self._heard)
        used = spent.plus(reply.usage)
        self._say(f"used {shown(used, self.model)}")
        if reply.problem:
            raise reply.problem
        self._guard.after(reply.text)
        return reply, used

    def _checked(self, body: Body) -> bytes:
        if not self.model.id:
            raise ConfigurationError(
                "no model is configured",
                "set 'id' under [tool.expdocs.model] to a model of your provider",
            )
        content = bytes_of(body)
        self._guard.before(content)
        return content

    def _client(self) -> AbstractContextManager[Client]:
        try:
            # More than a second, and an extra.
            from expdocs.narrative.anthropic.client import open_client  # noqa: PLC0415
        except ImportError as error:
            raise MissingExtra("llm", "asking a model") from error
        return open_client(self.model, self._guard.before)

    def _say(self, text: str) -> None:
        if text:
            self._progress.say(text)

    def _heard(self, length: int) -> None:
        self._progress.show(f"{self.model.id} has written {length:,} characters")
