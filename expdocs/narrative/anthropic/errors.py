"""Every way in which asking a model fails, as one message and what to do about it.

Nothing that a server says is passed on as it is: only what is short, printable and no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import anthropic
import httpx2

from expdocs.errors import ExpdocsError
from expdocs.secrets.scan import personal_data, scan

_LONGEST_SAID, _LONGEST_WORD = 200, 30
_TOO_LARGE = re.compile(r"prompt is too long|too many (?:input )?tokens|context (?:window|length)")
_OFFLINE = "or write the page with --provider offline"
_CHECK_ADDRESS = "check what ANTHROPIC_BASE_URL points at"
_AGAIN = f"try again later, {_OFFLINE}"


class ModelError(ExpdocsError):
    """The model could not be asked, or its answer cannot be used."""


class NotServed(ModelError):
    """A gateway has only some of the API's routes, and not this one."""


class Stopped(anthropic.AnthropicError):
    """Carries an error of ours through the SDK, which passes on its own errors as they are."""

    def __init__(self, reason: ExpdocsError) -> None:
        super().__init__(reason.message)
        self.reason = reason


class Asked(NamedTuple):
    """What was asked, as far as messages tell it."""

    model: str
    address: str
    deadline: int


def explained(error: Exception, asked: Asked) -> ExpdocsError:
    """Return the one error that a user sees for whatever the SDK raised."""
    if isinstance(error, ExpdocsError):
        return error
    if isinstance(error, Stopped):
        return error.reason
    if isinstance(error, anthropic.APIStatusError):
        return _of_status(error, asked)
    found = next((say for kind, say in _OTHERS if isinstance(error, kind)), _unreadable)
    return found(error, asked)


# --- what the server says itself


def _of_status(error: anthropic.APIStatusError, asked: Asked) -> ModelError:
    kind = error.type if isinstance(error.type, str) else ""
    if error.status_code in _NO_ROUTE and not kind:
        return NotServed(f"{asked.address} does not serve the Messages API", _CHECK_ADDRESS)
    status = _STATUS_OF.get(kind, error.status_code)
    if status == 400 and "grammar" in _said(error):  # noqa: PLR2004
        return ModelError(
            "the server cannot compile the form that answers must have (HTTP 400)",
            "configure another model, or a server that supports structured outputs",
        )
    if status == 413 or _TOO_LARGE.search(_said(error)):  # noqa: PLR2004
        return _too_large()
    if status in _STATUSES:
        message, hint = _STATUSES[status]
        return ModelError(message.format(**asked._asdict()), hint)
    if 300 <= status < 400:  # noqa: PLR2004
        return ModelError(
            f"{asked.address} sends elsewhere (HTTP {status}), which is not followed",
            "set ANTHROPIC_BASE_URL to the final address",
        )
    if status >= 500:  # noqa: PLR2004
        return ModelError(f"the server of the model failed (HTTP {status})", _AGAIN)
    said = _said(error)
    more = f': "{said}"' if said else ""
    return ModelError(f"the server refuses the request (HTTP {status}){more}", _OFFLINE[3:])


def _too_large() -> ModelError:
    return ModelError(
        "the request is too large for the model", "select fewer records, or a model with more room"
    )


def _said(error: anthropic.APIStatusError) -> str:
    """Return what the server says, where it can be shown."""
    said = error.api_message if isinstance(error.api_message, str) else ""
    words = "".join(c if c.isprintable() else " " for c in said).split()
    if scan(" ".join(words)) or personal_data(" ".join(words)):
        return ""
    text = " ".join(word if len(word) <= _LONGEST_WORD else "…" for word in words)
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}…"


# What a server says that is not the API's own.
_NO_ROUTE = (404, 405, 501)
# An error in the middle of a stream has the status 200 and tells by its type alone.
_STATUS_OF = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_STATUSES = {
    401: (
        "{address} does not accept the credentials (HTTP 401)",
        "set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for a gateway",
    ),
    402: ("the account has no credit left (HTTP 402)", "see the billing page of your provider"),
    403: (
        "the credentials may not use the model '{model}' (HTTP 403)",
        "ask whoever manages the account, or configure another model",
    ),
    404: (
        "{address} knows no model '{model}' (HTTP 404)",
        "set 'id' under [tool.expdocs.model] to a model that your provider lists",
    ),
    429: ("the limit of requests is reached (HTTP 429)", _AGAIN),
    529: ("the model is overloaded (HTTP 529)", _AGAIN),
}


# --- what happened on the way


def _no_credentials(error: Exception, asked: Asked) -> ModelError:  # noqa: ARG001
    return no_credentials("the credentials for the model cannot be read")


def no_credentials(message: str = "there are no credentials for the model") -> ModelError:
    """Return the error for somebody who has not set up a key."""
    return ModelError(
        message,
        f"set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for a gateway, {_OFFLINE}",
    )


def too_late(deadline: int) -> ModelError:
    """Return the error for what took longer than it may."""
    return ModelError(
        f"the model took longer than {deadline} seconds",
        "try again, or raise 'deadline' under [tool.expdocs.model]",
    )


def must_wait(seconds: float, deadline: int) -> ModelError:
    """Return the error for a server that asks to wait beyond the deadline."""
    return ModelError(
        f"the server asks to wait {seconds:,.0f} seconds, beyond the deadline of {deadline}",
        _AGAIN,
    )


def too_much(limit: int) -> ModelError:
    """Return the error for a reply that does not end."""
    return ModelError(
        f"the reply is longer than {limit:,} bytes",
        f"{_CHECK_ADDRESS}, or lower max_tokens",
    )


def compressed() -> ModelError:
    """Return the error for a reply whose size could not be limited."""
    return ModelError(
        "the server compresses its replies, though it was asked not to",
        "turn compression off at the gateway",
    )


def cut_off() -> ModelError:
    """Return the error for a reply that has no end."""
    return ModelError("the connection ended before the reply did", _AGAIN)


def no_reply(asked: Asked) -> ModelError:
    """Return the error for an answer that is none of the Messages API."""
    return ModelError(
        f"{asked.address} did not answer as the Messages API does",
        f"{_CHECK_ADDRESS}, and run: python -m pip install --upgrade 'expdocs[llm]'",
    )


def _late(error: Exception, asked: Asked) -> ModelError:  # noqa: ARG001
    return too_late(asked.deadline)


def _cut(error: Exception, asked: Asked) -> ModelError:  # noqa: ARG001
    return cut_off()


def _unreached(error: Exception, asked: Asked) -> ModelError:
    if isinstance(error.__cause__, _CUT):
        return cut_off()
    return ModelError(
        f"{asked.address} cannot be reached",
        f"check the network and ANTHROPIC_BASE_URL, {_OFFLINE}",
    )


def _unreadable(error: Exception, asked: Asked) -> ModelError:  # noqa: ARG001
    return no_reply(asked)


def _malformed(error: Exception, asked: Asked) -> ModelError:
    what = "JSON" if isinstance(error, json.JSONDecodeError) else "UTF-8"
    return ModelError(f"{asked.address} answers with broken {what}", _AGAIN)


_CUT = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)
_Say = Callable[[Any, Asked], ModelError]
# The first that fits: a timeout is also an error of the connection.
_OTHERS: tuple[tuple[type[Exception], _Say], ...] = (
    (anthropic.CredentialsError, _no_credentials),
    (anthropic.APITimeoutError, _late),
    (anthropic.APIConnectionError, _unreached),
    (httpx2.TimeoutException, _late),
    (httpx2.TransportError, _cut),
    (json.JSONDecodeError, _malformed),
    (UnicodeDecodeError, _malformed),
)
