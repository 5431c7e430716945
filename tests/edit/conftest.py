"""What the tests of edits share."""

from __future__ import annotations

from typing import Any

import pytest

from expdocs.workspace import Workspace


@pytest.fixture
def kept() -> dict[str, Any]:
    """What the examples of one property share."""
    return {}


@pytest.fixture
def experiment(repo: Any) -> Any:
    """The shipped kind of experiments."""
    return Workspace.open(repo({"README.md": "x"}).root).registry.get("experiment")
