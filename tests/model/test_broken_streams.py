"""Streams that are broken at random: claims or one error of ours, never anything else."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expdocs.errors import ExpdocsError
from expdocs.narrative.writers import Written
from tests.model.pages import ANSWER, configured, model_writer, prepared
from tests.model.server import Connection, Event, ModelServer, encoded, events

NODES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["message_stop", "text", "end_turn", "refusal", "tool_use", "thinking"]),
    st.builds(list),
    st.builds(dict),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for key, item in inside:
        yield from places(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], node: Any) -> None:
    """Replace what is at a place."""
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = node


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """The bytes of a stream with a few faults in its events, their order, or its bytes."""
    broken: list[Event] = copy.deepcopy(events(json.dumps(ANSWER)))
    for _ in range(draw(st.integers(0, 2))):
        put(broken, draw(st.sampled_from(list(places(broken)))), draw(NODES))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(broken) - 1))
        broken[at : at + 1] = [broken[at]] * draw(st.sampled_from([0, 2]))
    kept = [one for one in broken if isinstance(one, dict) and isinstance(one.get("type"), str)]
    data = b"".join(encoded(kept))
    if data and draw(st.booleans()):
        at = draw(st.integers(0, len(data) - 1))
        junk = draw(st.sampled_from([b"", b"\xff", b"\n\n", b"\r", b"{", b'"', b"\x00", b": "]))
        data = data[:at] + junk + data[at + draw(st.integers(0, 3)) :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as scripted, pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith("ANTHROPIC_") or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        for name, value in scripted.environment.items():
            patch.setenv(name, value)
        yield scripted


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(streams())
def test_a_broken_stream_is_one_error_or_claims(server: ModelServer, data: bytes) -> None:
    def answer(connection: Connection) -> None:
        connection.head(200, {"content-type": "text/event-stream"})
        connection.chunk(data)
        connection.end()

    server.answers(answer)
    said = outcome()
    if isinstance(said, ExpdocsError):
        assert (said.message + said.hint).isprintable()
    else:
        # Only what came to its end is an answer.
        assert b"message_stop" in data
        assert b"end_turn" in data


def outcome() -> Written | ExpdocsError:
    """What a page by the model becomes."""
    try:
        return model_writer(configured(deadline=20)).write(prepared())
    except ExpdocsError as error:
        return error
