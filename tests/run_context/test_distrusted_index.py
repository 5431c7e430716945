"""An index that takes a changed file for unchanged, as DVC leaves it in its experiments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TAGS = "import expdocs, json; print(json.dumps(expdocs.tags()))"
WRITTEN = 1_790_000_000


@pytest.fixture
def root(repo) -> Path:
    """Make a repository in which git overlooks a change, by size and times of the file."""
    made = repo({"train.py": "", "params.yaml": "rate: 0.1\n", "expdocs.toml": ""})
    made.git("config", "core.trustctime", "false")
    params = made.root / "params.yaml"
    os.utime(params, (WRITTEN, WRITTEN))
    made.git("add", "--renormalize", "params.yaml")
    made.git("update-index", "--refresh")
    params.write_text("rate: 0.3\n")
    os.utime(params, (WRITTEN, WRITTEN))
    os.utime(made.root / ".git" / "index", (WRITTEN + 1, WRITTEN + 1))
    assert made.git("status", "--short") == ""
    os.utime(made.root / ".git" / "index", (WRITTEN + 1, WRITTEN + 1))
    return Path(made.root)


@pytest.mark.parametrize(("stage", "dirty"), [({}, "false"), ({"DVC_STAGE": "train"}, "true")])
def test_what_dvc_started_is_read_again(root: Path, stage: dict[str, str], dirty: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAGS],
        cwd=root,
        env={**os.environ, **stage},
        check=True,
        capture_output=True,
    )
    assert json.loads(done.stdout)["expdocs.dirty"] == dirty
