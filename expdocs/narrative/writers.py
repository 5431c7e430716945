"""The writers: who turns a brief into claims, offline or by a model in a module of its own."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import importlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.errors import UsageError
from expdocs.narrative.claims import Claims
from expdocs.narrative.page import Prepared

OFFLINE = "offline"
# Each module has a function `writer(choice, settings, progress) -> Writer`.
PROVIDERS = {
    OFFLINE: "expdocs.narrative.offline",
    "anthropic": "expdocs.narrative.anthropic.writer",
}
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Progress(NamedTuple):
    """Where a writer tells what it does: a line that stays, or one that the next one replaces."""

    say: Callable[[str], None]
    show: Callable[[str], None]


class Choice(NamedTuple):
    """Which writer somebody asked for; empty fields leave it to the configuration."""

    provider: str = OFFLINE
    model: str = ""
    effort: str = ""


class Written(NamedTuple):
    """What a writer answered. ``model`` is the one that was served, which may be another one.

    ``details`` are kept with the page and have no part in whether it is fresh, such as the id of
    a message or what it cost.
    """

    claims: Claims
    model: str = ""
    details: Mapping[str, str] = _NOTHING


class Writer(NamedTuple):
    """Somebody who writes claims.

    ``key`` is what an answer depends on besides the brief: the requested model and effort, the
    digests of prompts and schema. A page is written anew when it changes. ``repair`` gets the
    claims again with what is wrong with them, in words. ``preview`` gives what would be sent.
    """

    provider: str
    key: Mapping[str, str]
    write: Callable[[Prepared], Written]
    repair: Callable[[Prepared, Written, Sequence[str]], Written] | None = None
    preview: Callable[[Prepared], str] | None = None


def open_writer(choice: Choice, settings: Settings, progress: Progress) -> Writer:
    """Return the writer that was asked for; its module is imported only then."""
    if choice.provider not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise UsageError(f"there is no provider '{choice.provider}'", f"write one of: {known}")
    found: Writer = importlib.import_module(PROVIDERS[choice.provider]).writer(
        choice, settings, progress
    )
    return found
