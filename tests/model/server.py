"""A server on this machine that speaks the Messages API as scripted, and misbehaves as scripted.

``with ModelServer() as server`` serves; ``server.answers(...)`` scripts what it answers to
messages, one after the other, the last one again and again; ``server.asked`` has what it was asked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "test-key-that-no-server-knows"
MODEL = "scripted-large"
SERVED = "scripted-large-20261101"
MESSAGE_ID = "msg_01ScriptedReply"
USAGE = {
    "input_tokens": 120,
    "output_tokens": 45,
    "cache_creation_input_tokens": 900,
    "cache_read_input_tokens": 0,
}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.raw)


class Connection:
    """What an answer writes to: HTTP/1.1 with chunks, so that an early end is an error."""

    def __init__(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self._handler = handler
        self.asked = asked

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Begin a reply in chunks."""
        self._handler.send_response(status)
        for name, value in {**headers, "Transfer-Encoding": "chunked"}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def chunk(self, data: bytes) -> None:
        """Send a piece of the body."""
        if data:
            self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self._handler.wfile.flush()

    def end(self) -> None:
        """Send the end of the body."""
        self._handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Close without the end of the body."""
        self._handler.close_connection = True


Answer = Callable[[Connection], None]


@dataclass
class ModelServer:
    """Serves on a free port of this machine while it is a context."""

    asked: list[Asked] = field(default_factory=list)
    script: dict[str, list[Answer]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> ModelServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        """What ``ANTHROPIC_BASE_URL`` has to be."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the SDK finds this server, and no other."""
        return {
            "ANTHROPIC_BASE_URL": self.address,
            "ANTHROPIC_API_KEY": KEY,
            "NO_PROXY": "127.0.0.1",
        }

    def answers(self, *answers: Answer, to: str = "messages") -> None:
        """Script the answers to ``messages``, ``count`` or ``models``."""
        self.script[to] = list(answers)

    def asked_for(self, path: str) -> list[Asked]:
        """The requests whose path ends so, in order."""
        return [one for one in self.asked if one.path.split("?")[0].endswith(path)]

    @property
    def messages(self) -> list[Asked]:
        """The requests for messages, in order."""
        return self.asked_for("/v1/messages")

    def next_answer(self, asked: Asked) -> Answer:
        """The answer that is due."""
        self.asked.append(asked)
        name = _name_of(asked)
        scripted = self.script.get(name, [])
        if not scripted:
            return {"models": known_model(), "count": counted(1000)}.get(name, status(404))
        return scripted.pop(0) if len(scripted) > 1 else scripted[0]


def _name_of(asked: Asked) -> str:
    if asked.path.split("?")[0].endswith("/count_tokens"):
        return "count"
    return "models" if "/v1/models/" in asked.path else "messages"


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            try:
                server.next_answer(asked)(Connection(self, asked))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


# --- whole replies


def raw(
    data: bytes, content_type: str = "application/json", code: int = 200, **headers: str
) -> Answer:
    """Any bytes; ``retry_after="1"`` gives the header ``retry-after``."""

    def answer(connection: Connection) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.head(code, {"content-type": content_type, "request-id": "req_1", **named})
        connection.chunk(data)
        connection.end()

    return answer


def document(value: Any, code: int = 200, **headers: str) -> Answer:
    """A JSON document."""
    return raw(json.dumps(value).encode(), code=code, **headers)


def status(code: int, kind: str = "", message: str = "", **headers: str) -> Answer:
    """An error as the API gives it, or one that is not the API's where it has no kind."""
    if not kind:
        return raw(b"<html><b>no</b></html>", "text/html", code, **headers)
    return document({"type": "error", "error": {"type": kind, "message": message}}, code, **headers)


def counted(tokens: int) -> Answer:
    """The reply to a count."""
    return document({"input_tokens": tokens})


def known_model(**changed: Any) -> Answer:
    """The reply to a question for a model."""
    model = {
        "type": "model",
        "id": MODEL,
        "display_name": "Scripted",
        "created_at": "2026-11-01T00:00:00Z",
        "lifecycle": "active",
        "max_tokens": 64_000,
        "max_input_tokens": 200_000,
    }
    return document({**model, **changed})


# --- streams

Event = dict[str, Any]


def events(
    text: str,
    stop_reason: str = "end_turn",
    *,
    model: str = SERVED,
    message_id: str = MESSAGE_ID,
    usage: Mapping[str, int] | None = None,
    stop_details: Mapping[str, Any] | None = None,
) -> list[Event]:
    """The events of a reply, its text in three pieces."""
    used = {**USAGE, **(usage or {})}
    message = {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": model,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**used, "output_tokens": 1},
    }
    third = max(1, len(text) // 3)
    pieces = [text[:third], text[third : 2 * third], text[2 * third :]]
    return [
        {"type": "message_start", "message": message},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        {"type": "ping"},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": piece},
            }
            for piece in pieces
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {
                "stop_reason": stop_reason,
                "stop_sequence": None,
                "stop_details": stop_details,
            },
            "usage": {"output_tokens": used["output_tokens"]},
        },
        {"type": "message_stop"},
    ]


def encoded(all_events: Sequence[Event]) -> Iterator[bytes]:
    """Events as they go over the wire."""
    for event in all_events:
        data = json.dumps(event, ensure_ascii=False)
        yield f"event: {event['type']}\ndata: {data}\n\n".encode()


def stream(all_events: Sequence[Event], *, end: bool = True) -> Answer:
    """A stream of events; without ``end`` the connection is cut after the last."""

    def answer(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream", "request-id": "req_1"})
        for data in encoded(all_events):
            connection.chunk(data)
        if end:
            connection.end()
        else:
            connection.cut()

    return answer


def says(value: Any, stop_reason: str = "end_turn", **more: Any) -> Answer:
    """A whole reply whose text is a JSON value, or a text as it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return stream(events(text, stop_reason, **more))


def diligent(connection: Connection) -> None:
    """A reply that cites each record by its title, in the first section that takes facts."""
    records, _, page, _ = (one["text"] for one in connection.asked.body["messages"][0]["content"])
    names = [json.loads(line)["id"] for line in records.split("\n")[1:-1]]
    sections = json.loads(page.split("\n")[1])["sections"]
    place = next(one["key"] for one in sections if "fact" in one["kinds"])
    filled = [
        {"key": one["key"], "claims": [_named(name) for name in names if one["key"] == place]}
        for one in sections
    ]
    says({"sections": filled, "uncovered": []})(connection)


def _named(record: str) -> dict[str, Any]:
    return {
        "kind": "fact",
        "text": f"{{{{title:{record}}}}} is on record since {{{{date:{record}}}}}.",
        "record_ids": [record],
        "fact_ids": [f"title:{record}", f"date:{record}"],
        "quotes": [],
    }


def error_event(kind: str, message: str, after: int = 3) -> Answer:
    """A stream that breaks off with an event that says so."""
    error = {"type": "error", "error": {"type": kind, "message": message}}
    return stream([*events("…")[:after], error])


# --- what takes long


def silent(server: ModelServer, seconds: float = 60) -> Answer:
    """Nothing at all, for a while or until the server stops."""

    def answer(connection: Connection) -> None:
        server.stopping.wait(seconds)
        connection.cut()

    return answer


def pinging(server: ModelServer, every: float = 0.1) -> Answer:
    """The beginning of a reply, and then signs of life until the server stops."""

    def answer(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream"})
        for data in encoded(events("a text that has begun")[:4]):
            connection.chunk(data)
        while not server.stopping.wait(every):
            connection.chunk(b'event: ping\ndata: {"type": "ping"}\n\n')

    return answer


def stalled(server: ModelServer) -> Answer:
    """The beginning of a reply, and then silence until the server stops."""

    def answer(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream"})
        for data in encoded(events("a text that has begun")[:4]):
            connection.chunk(data)
        server.stopping.wait(60)
        connection.cut()

    return answer


def endless(server: ModelServer, megabytes: int = 64) -> Answer:
    """A reply of tens of megabytes."""
    delta = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "x" * 500_000},
    }

    def answer(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream"})
        for data in encoded(events("")[:2]):
            connection.chunk(data)
        for _ in range(2 * megabytes):
            connection.chunk(next(encoded([delta])))
        connection.cut()

    return answer
