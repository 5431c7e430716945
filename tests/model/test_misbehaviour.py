"""Every way in which a server or the way to it fails: one clear error of ours, nothing raw."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import Any

import pytest

from expdocs.errors import ExpdocsError
from tests.model.pages import ANSWER, configured, model_writer, prepared
from tests.model.server import (
    KEY,
    MODEL,
    Answer,
    Connection,
    ModelServer,
    document,
    encoded,
    endless,
    error_event,
    events,
    known_model,
    pinging,
    raw,
    says,
    silent,
    stalled,
    status,
    stream,
)

OFFLINE = "or write the page with --provider offline"
AGAIN = f"try again later, {OFFLINE}"
ADDRESS = "check what ANTHROPIC_BASE_URL points at"
UPDATE = f"{ADDRESS}, and run: python -m pip install --upgrade 'expdocs[llm]'"
SECRET = "sk-ant-api03-" + "Zx9Kq7Lm2Np4Rt" * 6 + "Hb3Wd5YcVAA"
# Of a form that no rule knows.
TOKEN = "gw2-" + "qzkfw8" * 6


def without(*fields: str) -> list[dict[str, Any]]:
    """A reply whose first event lacks fields."""
    first, *others = events("{}")
    message = {name: value for name, value in first["message"].items() if name not in fields}
    return [{**first, "message": message}, *others]


def changed(at: int, **fields: Any) -> list[dict[str, Any]]:
    """A reply of which one event differs."""
    all_events = events("{}")
    all_events[at] = {**all_events[at], **fields}
    return all_events


def broken_utf8(connection: Connection) -> None:
    connection.head(200, {"content-type": "text/event-stream"})
    pieces = list(encoded(events("grün")))
    for piece in pieces:
        connection.chunk(piece.replace("ü".encode(), b"\xff"))
    connection.end()


def broken_json(connection: Connection) -> None:
    connection.head(200, {"content-type": "text/event-stream"})
    connection.chunk(b'event: message_start\ndata: {"type": "message_start", \n\n')
    connection.end()


def begun(connection: Connection) -> None:
    connection.head(200, {"content-type": "application/json"})
    connection.chunk(b'{"input_tokens": ')
    connection.cut()


def nothing_at_all(connection: Connection) -> None:
    connection.cut()


NOT_THE_API = ("SERVER did not answer as the Messages API does", UPDATE)
BROKEN_UTF8 = ("SERVER answers with broken UTF-8", AGAIN)
CUT = ("the connection ended before the reply did", AGAIN)
TOO_LARGE = (
    "the request is too large for the model",
    "select fewer records, or a model with more room",
)
UNREACHABLE = (
    "SERVER cannot be reached",
    f"check the network and ANTHROPIC_BASE_URL, {OFFLINE}",
)

# What the server answers to messages, and the message and the hint that a user sees.
ROWS: dict[str, tuple[Answer, tuple[str, str]]] = {
    "overloaded three times": (
        status(529, "overloaded_error", "Overloaded", retry_after="0.01"),
        ("the model is overloaded (HTTP 529)", AGAIN),
    ),
    "overloaded in the stream": (
        error_event("overloaded_error", "Overloaded"),
        ("the model is overloaded (HTTP 529)", AGAIN),
    ),
    "rate limit": (
        status(429, "rate_limit_error", "slow down", retry_after="0.01"),
        ("the limit of requests is reached (HTTP 429)", AGAIN),
    ),
    "a huge retry-after": (
        status(429, "rate_limit_error", "later", retry_after="86400"),
        ("the server asks to wait 86,400 seconds, beyond the deadline of 20", AGAIN),
    ),
    "a huge retry-after in milliseconds": (
        status(529, "overloaded_error", "later", retry_after_ms="90000"),
        ("the server asks to wait 90 seconds, beyond the deadline of 20", AGAIN),
    ),
    "an endless retry-after": (
        status(503, "api_error", "later", retry_after="inf"),
        ("the server asks to wait inf seconds, beyond the deadline of 20", AGAIN),
    ),
    "internal error": (
        status(500, "api_error", "boom", retry_after="0.01"),
        ("the server of the model failed (HTTP 500)", AGAIN),
    ),
    "a gateway's own page of an error": (
        status(502, retry_after="0.01"),
        ("the server of the model failed (HTTP 502)", AGAIN),
    ),
    "an error in the stream": (
        error_event("api_error", "boom"),
        ("the server of the model failed (HTTP 500)", AGAIN),
    ),
    "malformed JSON in the stream": (broken_json, ("SERVER answers with broken JSON", AGAIN)),
    "JSON instead of a stream": (document({"type": "message"}), NOT_THE_API),
    "malformed JSON": (raw(b'{"type": "mess'), NOT_THE_API),
    "HTML": (raw(b"<html><script>alert(1)</script></html>", "text/html"), NOT_THE_API),
    "an empty body": (raw(b""), NOT_THE_API),
    "missing fields": (stream(without("id", "model")), NOT_THE_API),
    "no usage": (stream(without("usage")), NOT_THE_API),
    "content for a block that there is not": (stream(changed(3, index=7)), NOT_THE_API),
    "an unknown reason to stop": (says(ANSWER, "tired"), NOT_THE_API),
    "refusal": (
        says("I will not.", "refusal"),
        (
            "the model refuses to write this page",
            "select other records, configure another model, or use --provider offline",
        ),
    ),
    "refusal with a reason": (
        says(
            "",
            "refusal",
            stop_details={
                "type": "refusal",
                "category": "frontier_llm",
                "explanation": "<b>no</b>",
            },
        ),
        (
            "the model refuses to write this page (frontier_llm)",
            "select other records, configure another model, or use --provider offline",
        ),
    ),
    "max_tokens": (
        says('{"sections": [', "max_tokens"),
        (
            "the answer was cut off at max_tokens",
            "raise 'max_tokens' under [tool.expdocs.model], or select fewer records",
        ),
    ),
    "context window": (
        says('{"sections": [', "model_context_window_exceeded"),
        (
            "the answer does not fit into the model beside the records",
            "select fewer records",
        ),
    ),
    "another reason to stop": (
        says(ANSWER, "stop_sequence"),
        ("the model stopped without finishing (stop_sequence)", "try again"),
    ),
    "a tool that nobody offered": (
        says("", "tool_use"),
        ("the model stopped without finishing (tool_use)", "try again"),
    ),
    "no end of the message": (stream(events("{}")[:-1]), CUT),
    "no end after all is said": (stream(events("{}")[:-2]), CUT),
    "cut in the middle": (stream(events("{}")[:4], end=False), CUT),
    "an empty stream": (stream([]), CUT),
    "pings alone": (stream([{"type": "ping"}]), CUT),
    "events before the first": (stream(events("{}")[1:]), NOT_THE_API),
    "no answer": (nothing_at_all, CUT),
    "broken UTF-8": (broken_utf8, BROKEN_UTF8),
    "compressed": (
        raw(b"\x1f\x8b", content_encoding="gzip"),
        (
            "the server compresses its replies, though it was asked not to",
            "turn compression off at the gateway",
        ),
    ),
    "a grammar that is too large": (
        status(400, "invalid_request_error", "The compiled grammar is too large"),
        (
            "the server cannot compile the form that answers must have (HTTP 400)",
            "configure another model, or a server that supports structured outputs",
        ),
    ),
    "a prompt that is too long": (
        status(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        TOO_LARGE,
    ),
    "too large": (status(413, "request_too_large", "too large"), TOO_LARGE),
    "too large for the gateway": (status(413), TOO_LARGE),
    "credentials": (
        status(401, "authentication_error", f"invalid key {SECRET}"),
        (
            "SERVER does not accept the credentials (HTTP 401)",
            "set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for a gateway",
        ),
    ),
    "credentials, and a time to wait for nothing": (
        status(401, "authentication_error", "no", retry_after="86400"),
        (
            "SERVER does not accept the credentials (HTTP 401)",
            "set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for a gateway",
        ),
    ),
    "a date to wait for": (
        status(429, "rate_limit_error", "no", retry_after="Fri, 31 Dec 2066 23:59:59 GMT"),
        ("the server asks to wait … seconds, beyond the deadline of 20", AGAIN),
    ),
    "an order not to try again": (
        status(529, "overloaded_error", "no", retry_after="9999", x_should_retry="false"),
        ("the model is overloaded (HTTP 529)", AGAIN),
    ),
    "billing": (
        status(402, "billing_error", "pay"),
        (
            "the account has no credit left (HTTP 402)",
            "see the billing page of your provider",
        ),
    ),
    "permission": (
        status(403, "permission_error", "no"),
        (
            f"the credentials may not use the model '{MODEL}' (HTTP 403)",
            "ask whoever manages the account, or configure another model",
        ),
    ),
    "no such model": (
        status(404, "not_found_error", f"model: {MODEL}"),
        (
            f"SERVER knows no model '{MODEL}' (HTTP 404)",
            "set 'id' under [tool.expdocs.model] to a model that your provider lists",
        ),
    ),
    "no such route": (status(404), ("SERVER does not serve the Messages API", ADDRESS)),
    "a redirect": (
        status(307, location="http://127.0.0.1:9/elsewhere"),
        (
            "SERVER sends elsewhere (HTTP 307), which is not followed",
            "set ANTHROPIC_BASE_URL to the final address",
        ),
    ),
    "a request that is wrong": (
        status(400, "invalid_request_error", "effort: not\x1b[31m supported"),
        (
            'the server refuses the request (HTTP 400): "effort: not [31m supported"',
            "write the page with --provider offline",
        ),
    ),
    "a request that is wrong, with a secret": (
        status(400, "invalid_request_error", f"bad header {SECRET}"),
        (
            "the server refuses the request (HTTP 400)",
            "write the page with --provider offline",
        ),
    ),
    "a request that is wrong, with a token": (
        status(400, "invalid_request_error", f"header {TOKEN} is bad"),
        (
            'the server refuses the request (HTTP 400): "header … is bad"',
            "write the page with --provider offline",
        ),
    ),
    "a request that is wrong, at length": (
        status(422, "invalid_request_error", "no " * 200),
        (
            f'the server refuses the request (HTTP 422): "{"no " * 66}no…"',
            "write the page with --provider offline",
        ),
    ),
    "prose": (
        says("Here is your page."),
        (
            "the model did not answer with claims: "
            "the text is not JSON: Expecting value: line 1 column 1 (char 0)",
            "try again, configure another model, or use --provider offline",
        ),
    ),
    "other JSON": (
        says({"sections": []}),
        (
            "the model did not answer with claims: the key uncovered is missing",
            "try again, configure another model, or use --provider offline",
        ),
    ),
}


def failure(server: ModelServer, act: Callable[[], object]) -> tuple[str, str]:
    """The message and the hint, with the server's address as SERVER."""
    with pytest.raises(ExpdocsError) as caught:
        act()
    said = caught.value
    for secret in (KEY, SECRET, TOKEN, "<html", "<b>", "\x1b"):
        assert secret not in said.message + said.hint
    message = said.message.replace(server.address, "SERVER")
    return re.sub("[0-9,]{12,}", "…", message), said.hint


@pytest.mark.parametrize(("answer", "said"), ROWS.values(), ids=ROWS)
def test_misbehaviour(model_server: ModelServer, answer: Answer, said: tuple[str, str]) -> None:
    model_server.answers(answer)
    writer = model_writer(configured(deadline=20))
    assert failure(model_server, lambda: writer.write(prepared())) == said


def test_a_limit_that_passes_is_waited_for(model_server: ModelServer) -> None:
    limited = status(429, "rate_limit_error", "slow down", retry_after="0.1")
    model_server.answers(limited, status(500, "api_error", "x", retry_after="0.1"), says(ANSWER))
    assert model_writer().write(prepared()).claims.sections
    assert len(model_server.messages) == 3
    assert len({one.raw for one in model_server.messages}) == 1


def test_tries_end(model_server: ModelServer) -> None:
    model_server.answers(status(529, "overloaded_error", "x", retry_after="0.05"))
    failure(model_server, lambda: model_writer().write(prepared()))
    assert len(model_server.messages) == 3


def test_a_huge_wait_is_not_waited_for(model_server: ModelServer) -> None:
    model_server.answers(status(429, "rate_limit_error", "x", retry_after="3600"), says(ANSWER))
    failure(model_server, lambda: model_writer().write(prepared()))
    assert len(model_server.messages) == 1


LATE = (
    "the model took longer than 1 seconds",
    "try again, or raise 'deadline' under [tool.expdocs.model]",
)


@pytest.mark.parametrize("slow", [silent, pinging, stalled])
def test_the_deadline_holds(model_server: ModelServer, slow: Callable[..., Answer]) -> None:
    model_server.answers(slow(model_server))
    writer = model_writer(configured(deadline=1))
    assert failure(model_server, lambda: writer.write(prepared())) == LATE


def test_the_deadline_is_over_all_tries(model_server: ModelServer) -> None:
    model_server.answers(status(503, "api_error", "x", retry_after="0.9"))
    writer = model_writer(configured(deadline=1))
    message, _ = failure(model_server, lambda: writer.write(prepared()))
    assert message == "the server asks to wait 1 seconds, beyond the deadline of 1"
    assert len(model_server.messages) < 3


def test_nothing_is_sent_after_the_deadline(model_server: ModelServer) -> None:
    # The SDK waits for at least 0.375 and 0.75 seconds before it tries again.
    model_server.answers(status(503, "api_error", "x"))
    writer = model_writer(configured(deadline=1))
    assert failure(model_server, lambda: writer.write(prepared())) == LATE
    assert len(model_server.messages) < 3


def test_a_reply_of_tens_of_megabytes_is_not_read(model_server: ModelServer) -> None:
    model_server.answers(endless(model_server))
    writer = model_writer(configured(max_tokens=1000))
    message, hint = failure(model_server, lambda: writer.write(prepared()))
    assert message == "the reply is longer than 2,000,000 bytes"
    assert hint == f"{ADDRESS}, or lower max_tokens"


def test_a_document_of_tens_of_megabytes_is_not_read(model_server: ModelServer) -> None:
    model_server.answers(document({"input_tokens": 1, "more": "x" * 30_000_000}), to="count")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == "the reply is longer than 17,000,000 bytes"
    assert model_server.messages == []


def test_nobody_listens(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
        message, hint = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == f"{address} cannot be reached"
    assert hint == UNREACHABLE[1]


def test_an_address_shows_no_credentials(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = model_server.address.replace("http://", "http://ana:hunter2hunter2@")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    model_server.answers(status(401, "authentication_error", "no"), to="models")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == "SERVER does not accept the credentials (HTTP 401)"


def test_a_proxy_is_used(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://model.example")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTP_PROXY", model_server.address)
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    assert [one.path for one in model_server.messages] == ["http://model.example/v1/messages"]


@pytest.mark.parametrize("address", ["no address", "ftp://x", "http://", "http://[::1"])
def test_an_address_that_is_none(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    message, hint = failure(model_server, lambda: model_writer().write(prepared()))
    assert message
    assert "ANTHROPIC_BASE_URL" in hint


def test_no_credentials(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert failure(model_server, lambda: model_writer().write(prepared())) == (
        "there are no credentials for the model",
        f"set ANTHROPIC_API_KEY, or ANTHROPIC_AUTH_TOKEN for a gateway, {OFFLINE}",
    )
    assert model_server.asked == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANTHROPIC_AUTH_TOKEN", "gateway-token"),
        ("ANTHROPIC_CUSTOM_HEADERS", "authorization: Bearer gateway-token"),
    ],
)
def test_a_gateway_takes_its_own_credentials(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv(name, value)
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    assert model_server.messages[0].headers["authorization"] == "Bearer gateway-token"


def test_a_profile_that_cannot_be_read(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.setenv("ANTHROPIC_PROFILE", "nobody")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == "the credentials for the model cannot be read"


# --- before a page is asked for


def test_a_model_that_is_unknown_is_not_asked(model_server: ModelServer) -> None:
    model_server.answers(status(404, "not_found_error", "model"), to="models")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == f"SERVER knows no model '{MODEL}' (HTTP 404)"
    assert [one.method for one in model_server.asked] == ["GET"]


def test_a_model_that_is_retired_is_not_asked(model_server: ModelServer) -> None:
    model_server.answers(known_model(lifecycle="retired"), to="models")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == f"the model '{MODEL}' is retired"
    assert len(model_server.asked) == 1


def test_a_deprecated_model_is_asked_and_named(model_server: ModelServer) -> None:
    model_server.answers(known_model(lifecycle="deprecated"), to="models")
    model_server.answers(says(ANSWER))
    said: list[str] = []
    model_writer(said=said).write(prepared())
    assert said[0] == f"the model '{MODEL}' is deprecated"


def test_more_tokens_than_the_model_has(model_server: ModelServer) -> None:
    model_server.answers(known_model(max_tokens=8000), to="models")
    message, _ = failure(model_server, lambda: model_writer().write(prepared()))
    assert message == f"'{MODEL}' answers with at most 8,000 tokens; max_tokens is 16,000"


@pytest.mark.parametrize("code", [404, 405, 501])
def test_a_gateway_may_have_messages_alone(model_server: ModelServer, code: int) -> None:
    model_server.answers(status(code, retry_after="0.01"), to="models")
    model_server.answers(status(code, retry_after="0.01"), to="count")
    model_server.answers(says(ANSWER))
    said: list[str] = []
    model_writer(configured(max_tokens=2000), said).write(prepared())
    size = len(model_server.messages[0].raw)
    assert said[0] == f"asking {MODEL}: at most {size + 2000:,} tokens"


BROKEN_JSON = ("SERVER answers with broken JSON", AGAIN)
BROKEN: dict[str, tuple[Answer, tuple[str, str]]] = {
    "missing fields": (document({"tokens": 3}), NOT_THE_API),
    "HTML": (raw(b"<html>", "text/html"), NOT_THE_API),
    "a list": (document([1]), NOT_THE_API),
    "null": (document(None), NOT_THE_API),
    "nested too deeply": (raw(b"[" * 100_000), NOT_THE_API),
    "a number of too many digits": (raw(b'{"input_tokens": ' + b"9" * 5000 + b"}"), NOT_THE_API),
    "malformed JSON": (raw(b'{"input_tokens": 3'), BROKEN_JSON),
    "an empty body": (raw(b""), BROKEN_JSON),
    "invalid UTF-8": (raw(b'{"input_tokens": "\xff"}'), BROKEN_UTF8),
    "cut in the middle": (begun, CUT),
}


@pytest.mark.parametrize("to", ["models", "count"])
@pytest.mark.parametrize(("answer", "said"), BROKEN.values(), ids=BROKEN)
def test_documents_that_are_broken(
    model_server: ModelServer, answer: Answer, said: tuple[str, str], to: str
) -> None:
    model_server.answers(answer, to=to)
    assert failure(model_server, lambda: model_writer().write(prepared())) == said
    assert model_server.messages == []


def test_a_deprecated_id_warns_nobody_twice(
    model_server: ModelServer, recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture[str]
) -> None:
    from anthropic.resources.messages.messages import DEPRECATED_MODELS

    model_server.answers(says(ANSWER))
    model_writer(model=next(iter(DEPRECATED_MODELS))).write(prepared())
    assert not recwarn.list
    assert capfd.readouterr() == ("", "")
