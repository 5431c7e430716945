"""Limits on what the SDK waits for and reads: one deadline over all retries, one size for replies.

The SDK waits as long as ``retry-after`` says, and reads as long as something comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from expdocs.errors import ExpdocsError
from expdocs.narrative.anthropic.errors import (
    Stopped,
    compressed,
    must_wait,
    too_late,
    too_much,
)

_AGAIN = (408, 409, 429)
_FAILED = 500
_LEAST = 0.01


class Limits:
    """What one page may take; hooks of the HTTP client see to it at every try."""

    def __init__(self, deadline: int, most_bytes: int, check: Callable[[bytes], None]) -> None:
        self._deadline = deadline
        self._end = time.monotonic() + deadline
        self._most_bytes = most_bytes
        self._check = check

    @property
    def left(self) -> float:
        """The seconds until the deadline."""
        return self._end - time.monotonic()

    def on_request(self, request: httpx2.Request) -> None:
        """Look at what is about to be sent, and give the try the time that is left."""
        self.in_time()
        self._look_at(request)
        most = max(self.left, _LEAST)
        waits = request.extensions["timeout"]
        request.extensions["timeout"] = {name: min(waits[name] or most, most) for name in waits}

    def _look_at(self, request: httpx2.Request) -> None:
        try:
            self._check(request.content)
        except ExpdocsError as reason:
            raise Stopped(reason) from reason

    def on_response(self, response: httpx2.Response) -> None:
        """Refuse to wait beyond the deadline, and bound what is read."""
        if _tried_again(response) and (wait := waiting(response.headers)) > self.left:
            raise Stopped(must_wait(wait, self._deadline))
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Stopped(compressed())
        stream = response.stream
        if isinstance(stream, httpx2.SyncByteStream):
            response.stream = _Bounded(stream, self)

    def in_time(self) -> None:
        """Raise when the deadline has passed."""
        if self.left <= 0:
            raise Stopped(too_late(self._deadline))

    def in_size(self, size: int) -> None:
        """Raise when a reply is longer than it can be."""
        if size > self._most_bytes:
            raise Stopped(too_much(self._most_bytes))


class _Bounded(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            self._limits.in_size(size)
            self._limits.in_time()
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _tried_again(response: httpx2.Response) -> bool:
    """Whether the SDK would wait and try again."""
    status = response.status_code
    asked = response.headers.get("x-should-retry")
    return asked == "true" or (asked != "false" and (status in _AGAIN or status >= _FAILED))


def waiting(headers: httpx2.Headers) -> float:
    """Return the seconds that a server asks to wait, in any of the forms that the SDK follows."""
    forms = (("retry-after-ms", _milliseconds), ("retry-after", float), ("retry-after", _until))
    for name, read in forms:
        try:
            return read(headers[name])
        except (KeyError, ValueError, OverflowError):
            continue
    return 0.0


def _milliseconds(text: str) -> float:
    return float(text) / 1000


def _until(text: str) -> float:
    date = parsedate_to_datetime(text)
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()
