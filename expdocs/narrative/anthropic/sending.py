"""What may leave: nothing that holds a secret, personal data, or somebody's name.

This looks at the bytes that are about to be sent and at what came back, and refuses on any doubt.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from expdocs.config import Settings
from expdocs.errors import Refused
from expdocs.narrative.anthropic.identities import Identities
from expdocs.secrets.scan import Hit, personal_data, scan

_SHOWN = 5


class Guard:
    """Holds texts against secrets, personal data and the names of a repository's people.

    ``ours`` are texts of this program, such as prompts, in which a word that is also
    somebody's name is a word.
    """

    def __init__(self, settings: Settings, ours: Collection[str] = ()) -> None:
        self._not_secret = settings.not_secret
        self._identities = Identities(settings.people)
        self._ours = frozenset(ours)

    def before(self, body: bytes) -> None:
        """Raise ``Refused`` when a request holds anything that must not leave."""
        text = body.decode("utf-8")  # empty for a question without a body
        texts = [one for one in _texts(text) if one not in self._ours]
        self._check([text, *texts], "the request to the model")
        named = sorted({name for one in texts for name in self._identities.names(one)})
        if named:
            raise Refused(
                f"the request to the model names people: {', '.join(named[:_SHOWN])}",
                "take the name out of where it stands: an id, a tag, a label or a metric",
            )

    def after(self, text: str) -> None:
        """Raise ``Refused`` when a reply holds a secret or personal data."""
        self._check([text, *_texts(text)], "the model's reply")

    def _check(self, texts: list[str], what: str) -> None:
        found = [hit for one in texts for hit in self._hits(one)]
        if found:
            shown = dict.fromkeys(f"{hit.what}, {hit.masked} ({hit.digest})" for hit in found)
            raise Refused(
                f"{what} holds what must stay here: {'; '.join([*shown][:_SHOWN])}",
                "take it out of the records; list digests of what is no secret in 'not_secret'",
            )

    def _hits(self, text: str) -> Iterator[Hit]:
        yield from scan(text, self._not_secret)
        yield from (hit for hit in personal_data(text) if hit.digest not in self._not_secret)


def _texts(text: str) -> Iterator[str]:
    """Yield the strings of a JSON text, at any depth; escapes would hide what stands in them."""
    waiting = _parsed(text)
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
            waiting += [value for line in one.split("\n") for value in _parsed(line)]
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _parsed(text: str) -> list[Any]:
    """Return the JSON that a text is, where that is an object or a list."""
    try:
        return [json.loads(text)] if text.startswith(("{", "[")) else []
    except (ValueError, RecursionError):
        return []
