"""The one place that talks to the SDK: looks a model up, counts tokens, reads a reply."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import anthropic
from anthropic.types import Message, ModelInfo

from expdocs.modelsettings import Model
from expdocs.narrative.anthropic.cost import Usage
from expdocs.narrative.anthropic.errors import (
    Asked,
    ModelError,
    NotServed,
    cut_off,
    explained,
    no_credentials,
    no_reply,
)
from expdocs.narrative.anthropic.limits import Limits
from expdocs.narrative.anthropic.request import Body, bytes_of

# An event of the stream carries a token or more; nothing that is longer is an answer.
_BYTES_A_TOKEN = 1_000
_BYTES_ELSE = 1_000_000
_CONNECT = 10.0
VERSION: str = anthropic.__version__


class Reply(NamedTuple):
    """A whole reply: what is said, the model that was served, its id, what was used.

    ``problem`` is why it is no answer, where the model did not come to the end of one.
    """

    text: str
    model: str
    id: str
    usage: Usage
    problem: ModelError | None


class Client:
    """Asks one model for one page."""

    def __init__(self, sdk: anthropic.Anthropic, asked: Asked) -> None:
        self._sdk = sdk
        self._asked = asked

    def look_up(self, model: Model) -> str:
        """Return what to know of a model before it is asked; raises when it cannot be asked so."""
        try:
            with self._guarded():
                found = self._sdk.models.retrieve(model.id)
        except NotServed:
            return ""
        if found is None:  # what the SDK makes of a null
            raise no_reply(self._asked)
        return _suits(found, model)

    def count(self, body: Body) -> int:
        """Return how many tokens a request has: as the server counts them, else at most."""
        asked = {key: body[key] for key in ("messages", "model", "output_config", "system")}
        try:
            with self._guarded():
                return self._sdk.messages.count_tokens(**asked).input_tokens
        except NotServed:  # no token is shorter than a byte
            return len(bytes_of(body))

    def ask(self, body: Body, written: Callable[[int], None]) -> Reply:
        """Send a request and read the reply to its end; ``written`` hears how long it is."""
        asked = {key: value for key, value in body.items() if key != "stream"}
        with self._guarded(), self._sdk.messages.stream(**asked) as stream:
            ended = _follow(stream, written)
            if not ended:
                raise cut_off() if _is_stream(stream) else no_reply(self._asked)
            message = stream.get_final_message()
        text = "".join(block.text for block in message.content if block.type == "text")
        return Reply(text, message.model, message.id, _usage_of(message), _problem(message))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with guarded(self._asked):
            yield


@contextmanager
def open_client(model: Model, check: Callable[[bytes], None]) -> Iterator[Client]:
    """Yield a client with the SDK's own credentials, address and proxies, within limits.

    ``check`` sees the bytes of every request before they leave, and raises to keep them.
    """
    limits = Limits(model.deadline, model.max_tokens * _BYTES_A_TOKEN + _BYTES_ELSE, check)
    with guarded(Asked(model.id, "the server of the model", model.deadline)):
        sdk = _sdk(limits, model.deadline)
    with sdk:
        if not _has_credentials(sdk):
            raise no_credentials()
        yield Client(sdk, Asked(model.id, _shown(sdk), model.deadline))


def _sdk(limits: Limits, deadline: int) -> anthropic.Anthropic:
    timeout = anthropic.Timeout(deadline, connect=_CONNECT)
    http = anthropic.DefaultHttpxClient(
        timeout=timeout,
        follow_redirects=False,
        event_hooks={"request": [limits.on_request], "response": [limits.on_response]},
    )
    return anthropic.Anthropic(
        http_client=http,
        timeout=timeout,
        # Of a compressed reply nobody knows how long it is.
        default_headers={"Accept-Encoding": "identity"},
        _strict_response_validation=True,
    )


@contextmanager
def guarded(asked: Asked) -> Iterator[None]:
    """Silence the SDK's warnings and turn all that it raises into one error of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Exception as error:
        raise explained(error, asked) from error


def _suits(found: ModelInfo, model: Model) -> str:
    if found.lifecycle == "retired":
        raise ModelError(
            f"the model '{model.id}' is retired",
            "set 'id' under [tool.expdocs.model] to a model that your provider lists",
        )
    if found.max_tokens and model.max_tokens > found.max_tokens:
        raise ModelError(
            f"'{model.id}' answers with at most {found.max_tokens:,} tokens; "
            f"max_tokens is {model.max_tokens:,}",
            "lower 'max_tokens' under [tool.expdocs.model]",
        )
    return f"the model '{model.id}' is deprecated" if found.lifecycle == "deprecated" else ""


def _has_credentials(sdk: anthropic.Anthropic) -> bool:
    headers = {name.lower() for name in sdk.default_headers}
    own = sdk.api_key or sdk.auth_token or sdk.credentials
    return bool(own) or not headers.isdisjoint({"authorization", "x-api-key"})


def _shown(sdk: anthropic.Anthropic) -> str:
    return f"{sdk.base_url.scheme}://{sdk.base_url.netloc.decode('ascii', 'replace')}"


def _follow(stream: Any, written: Callable[[int], None]) -> bool:
    length, ended = 0, False
    for event in stream:
        if event.type == "text":
            length += len(event.text)
            written(length)
        ended = ended or event.type == "message_stop"
    return ended


def _is_stream(stream: Any) -> bool:
    return str(stream.response.headers.get("content-type", "")).startswith("text/event-stream")


def _problem(message: Message) -> ModelError | None:
    """Return why a reply is no answer, unless the model came to the end of it."""
    stopped = message.stop_reason
    if stopped == "refusal":
        return _refusal(message)
    if stopped != "end_turn":
        default = (f"the model stopped without finishing ({stopped})", "try again")
        return ModelError(*_STOPPED.get(str(stopped), default))
    return None


def _refusal(message: Message) -> ModelError:
    about = message.stop_details.category if message.stop_details else None
    more = f" ({about})" if about else ""
    return ModelError(
        f"the model refuses to write this page{more}",
        "select other records, configure another model, or use --provider offline",
    )


_STOPPED = {
    "max_tokens": (
        "the answer was cut off at max_tokens",
        "raise 'max_tokens' under [tool.expdocs.model], or select fewer records",
    ),
    "model_context_window_exceeded": (
        "the answer does not fit into the model beside the records",
        "select fewer records",
    ),
}


def _usage_of(message: Message) -> Usage:
    used = message.usage
    return Usage(
        used.input_tokens,
        used.output_tokens,
        used.cache_creation_input_tokens or 0,
        used.cache_read_input_tokens or 0,
    )
