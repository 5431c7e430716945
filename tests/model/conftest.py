"""A scripted model for tests, reached through the real SDK and nothing but its own variables."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.model.server import ModelServer


@pytest.fixture
def model_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A server that the SDK of this process, and of those it starts, asks."""
    for name in [*os.environ]:
        if name.startswith("ANTHROPIC_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    with ModelServer() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def golden() -> Callable[[str, str], str]:
    """What a file beside the tests holds; ``EXPDOCS_GOLDEN=1`` writes it anew, to be read."""

    def kept(name: str, now: str) -> str:
        path = Path(__file__).with_name("golden") / name
        if os.environ.get("EXPDOCS_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(now, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return kept
