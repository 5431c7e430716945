"""What one try may take, and how long a server asks to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from expdocs.narrative.anthropic.limits import Limits, waiting


def test_a_try_gets_no_longer_than_what_is_left() -> None:
    limits = Limits(deadline=5, most_bytes=100, check=lambda _: None)
    timeout = {"connect": 10.0, "read": 600.0, "write": None, "pool": 1.0}
    request = httpx2.Request("POST", "http://127.0.0.1", extensions={"timeout": timeout})
    limits.on_request(request)
    given = request.extensions["timeout"]
    assert given["pool"] == 1.0
    assert 0 < given["read"] <= 5
    assert given["connect"] == given["write"] == given["read"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": ""}, 0),
        ({"retry-after": "Thu, 99 Foo 2026 10:00:00 GMT"}, 0),
    ],
)
def test_what_a_server_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert waiting(httpx2.Headers(headers)) == seconds


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_date_to_wait_for(hours: int) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    assert waiting(httpx2.Headers({"retry-after": then})) == pytest.approx(hours * 3600, abs=60)


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert waiting(httpx2.Headers({"retry-after": "Fri, 31 Dec 2066 23:59:59 -0000"})) > 1e9
