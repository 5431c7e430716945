"""Asking a model where the passages of a log belong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.config import Settings
from expdocs.drafting.answers import PARTS, SCHEMA, Faulty, read_answer
from expdocs.drafting.entry import Prepared
from expdocs.drafting.passages import Passage
from expdocs.narrative.anthropic.asking import Asking, chosen
from expdocs.narrative.anthropic.cost import Usage
from expdocs.narrative.anthropic.evidence import lines_text
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.request import Body, block, body_of
from expdocs.narrative.writers import Choice, Progress

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
    return _Sorting(choice, settings, Progress(_unheard, _unheard)).preview(prepared)


def asked(prepared: Prepared, choice: Choice, settings: Settings, progress: Progress) -> Prepared:
    """Return a log as a model sorts it; as it was where the model's second answer fails, too."""
    return _Sorting(choice, settings, progress).sort(prepared)


def _unheard(_: str) -> None:
    return None


class _Sorting:
    """Asks one model about one log."""

    def __init__(self, choice: Choice, settings: Settings, progress: Progress) -> None:
        self._asking = Asking(chosen(choice, settings), settings, progress, ours=[prompt()])
        self._identities = Identities(settings.people)
        self._progress = progress

    def preview(self, prepared: Prepared) -> str:
        return self._asking.preview(self._body(prepared, ()))

    def sort(self, prepared: Prepared) -> Prepared:
        turns: list[_Turn] = []
        used = Usage()
        hidden = self._hidden(prepared.found)
        for _ in range(_TRIES):
            reply, used = self._asking.ask(self._body(prepared, turns), used)
            try:
                return prepared._replace(order=read_answer(reply.text, hidden, prepared.order))
            except Faulty as problem:
                turns.append(_Turn(reply.text, problem.faults))
        self._progress.say(f"the model's answer was not used: {turns[-1].faults[0]}")
        return prepared

    def _hidden(self, found: Sequence[Passage]) -> list[Passage]:
        return [one._replace(text=self._identities.hide(one.text)) for one in found]

    def _body(self, prepared: Prepared, turns: Sequence[_Turn]) -> Body:
        messages = [
            {"role": "user", "content": [block(self._given(prepared))]},
            *(message for turn in turns for message in _repairing(turn)),
        ]
        return body_of(self._asking.model, prompt(), messages, SCHEMA)

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
        {"role": "assistant", "content": [block(turn.text)]},
        {"role": "user", "content": [block(f"{wrong}\n\n{_AGAIN}")]},
    ]
