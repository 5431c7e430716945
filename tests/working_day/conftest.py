"""``day``: a working folder in which somebody is about to begin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.working_day.days import Day


@pytest.fixture
def day(tmp_path: Path, run_cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Day:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/tracker.db")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    return Day(tmp_path / "work", run_cli)
