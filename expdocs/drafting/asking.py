"""Asking a model where the passages of a log belong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from expdocs.config import Settings
from expdocs.drafting.answers import PARTS, SCHEMA, Faulty, read_answer
from expdocs.drafting.entry import Prepared
from expdocs.drafting.passages import Passage
from expdocs.errors import ConfigurationError, MissingExtra, UsageError
from expdocs.modelsettings import EFFORTS, Model
from expdocs.narrative.anthropic.cost import Usage, check_budget, most, shown
from expdocs.narrative.anthropic.evidence import lines_text
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.request import Body, bytes_of
from expdocs.narrative.anthropic.sending import Guard
from expdocs.narrative.writers import Choice, Progress

if TYPE_CHECKING:
    from expdocs.narrative.anthropic.client import Reply

_PROMPT = Path(__file__).with_name("prompts") / "log.md"
_TRIES = 2
_AGAIN = "A program found these faults. Answer again, whole, without them."


@cache
def prompt() -> str:
    """Return what the model is told, below the line with the prompt's version."""
    return _PROMPT.read_text(encoding="utf-8").partition("\n")[2].strip()


class _Turn(NamedTuple):
    """What a model answered, and what was wrong with it."""

    text: str
    faults: tuple[str, ...]


def preview(prepared: Prepared, choice: Choice, settings: Settings) -> str:
    """Return the body of the request that would be sent, byte for byte."""
    return _Asking(choice, settings, Progress(_unheard, _unheard)).preview(prepared)


def asked(prepared: Prepared, choice: Choice, settings: Settings, progress: Progress) -> Prepared:
    """Return a log as a model sorts it; as it was where the model's second answer fails, too."""
    return _Asking(choice, settings, progress).sort(prepared)


def _unheard(_: str) -> None:
    return None


class _Asking:
    """Asks one model about one log."""

    def __init__(self, choice: Choice, settings: Settings, progress: Progress) -> None:
        self._model = _model(choice, settings)
        self._identities = Identities(settings.people)
        self._guard = Guard(settings, ours=[prompt()])
        self._progress = progress

    def preview(self, prepared: Prepared) -> str:
        body = bytes_of(self._body(prepared, ()))
        self._guard.before(body)
        return body.decode("utf-8")

    def sort(self, prepared: Prepared) -> Prepared:
        turns: list[_Turn] = []
        used = Usage()
        hidden = self._hidden(prepared.found)
        for _ in range(_TRIES):
            reply, used = self._ask(self._body(prepared, turns), used)
            self._guard.after(reply.text)
            try:
                return prepared._replace(order=read_answer(reply.text, hidden, prepared.order))
            except Faulty as problem:
                turns.append(_Turn(reply.text, problem.faults))
        self._progress.say(f"the model's answer was not used: {turns[-1].faults[0]}")
        return prepared

    def _ask(self, body: Body, spent: Usage) -> tuple[Reply, Usage]:
        self._guard.before(bytes_of(body))
        with self._client() as client:
            if said := client.look_up(self._model):
                self._progress.say(said)
            next_one = most(client.count(body), self._model)
            check_budget(spent, next_one, self._model)
            self._progress.say(f"asking {self._model.id}: at most {shown(next_one, self._model)}")
            reply = client.ask(body, lambda length: self._progress.show(f"{length:,} characters"))
        used = spent.plus(reply.usage)
        self._progress.say(f"used {shown(used, self._model)}")
        if reply.problem:
            raise reply.problem
        return reply, used

    def _client(self) -> Any:
        try:
            # More than a second, and an extra.
            from expdocs.narrative.anthropic.client import open_client  # noqa: PLC0415
        except ImportError as error:
            raise MissingExtra("llm", "asking a model") from error
        return open_client(self._model, self._guard.before)

    def _hidden(self, found: Sequence[Passage]) -> list[Passage]:
        return [one._replace(text=self._identities.hide(one.text)) for one in found]

    def _body(self, prepared: Prepared, turns: Sequence[_Turn]) -> Body:
        if not self._model.id:
            hint = "set 'id' under [tool.expdocs.model] to a model of your provider"
            raise ConfigurationError("no model is configured", hint)
        effort = {"effort": self._model.effort} if self._model.effort else {}
        return {
            "max_tokens": self._model.max_tokens,
            "messages": [
                {"role": "user", "content": [_text(self._given(prepared))]},
                *(message for turn in turns for message in _repairing(turn)),
            ],
            "model": self._model.id,
            "output_config": {**effort, "format": {"type": "json_schema", "schema": SCHEMA}},
            "system": [_text(prompt())],
            "stream": True,
        }

    def _given(self, prepared: Prepared) -> str:
        order = prepared.order
        parts = [{"part": key, "holds": meaning} for key, meaning in PARTS.items()]
        listed = [
            {"passage": number + 1, "text": one.text}
            | ({"part": order.parts[number]} if number in order.fixed else {})
            for number, one in enumerate(self._hidden(prepared.found))
        ]
        return f"{lines_text('parts', parts)}\n\n{lines_text('passages', listed)}"


def _repairing(turn: _Turn) -> list[dict[str, Any]]:
    wrong = lines_text("faults", turn.faults)
    return [
        {"role": "assistant", "content": [_text(turn.text)]},
        {"role": "user", "content": [_text(f"{wrong}\n\n{_AGAIN}")]},
    ]


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _model(choice: Choice, settings: Settings) -> Model:
    if choice.effort and choice.effort not in EFFORTS:
        known = ", ".join(EFFORTS)
        raise UsageError(f"there is no effort '{choice.effort[:40]}'", f"write one of: {known}")
    configured = settings.model or Model()
    return configured._replace(
        id=choice.model or configured.id, effort=choice.effort or configured.effort
    )
