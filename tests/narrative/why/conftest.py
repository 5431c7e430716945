"""Journals to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from expdocs.narrative.why.shelf import Reader, Shelf, open_shelf
from expdocs.workspace import Workspace
from tests.narrative.why.journal import files

OpenShelf = Callable[[Path], Shelf]


@pytest.fixture
def open_at() -> OpenShelf:
    """Open the records of a repository as a question does."""

    def call(root: Path) -> Shelf:
        at = Workspace.open(root)
        return open_shelf(Reader(at.repository, at.files, at.settings, at.registry))

    return call


@pytest.fixture
def journal(repo: Any) -> Any:
    """A repository with the made-up journal."""
    return repo(files())


@pytest.fixture
def shelf_of(repo: Any, open_at: OpenShelf) -> Callable[[Mapping[str, Any]], Shelf]:
    """Open a repository with these files."""

    def call(content: Mapping[str, Any]) -> Shelf:
        return open_at(repo({"expdocs.toml": 'project = "churn"\n', **content}).root)

    return call
