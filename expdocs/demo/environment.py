"""The environment that the demo is made in: neither the user's settings nor the network."""

from __future__ import annotations

import os
import shlex
import site
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOREIGN = ("GIT_", "MLFLOW_", "DVC_", "EXPDOCS_", "DATABRICKS_", "PYTHONSTARTUP")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


@contextmanager
def isolated() -> Iterator[None]:
    """Make this process and those that it starts ignore the user's configuration for a while.

    Git, DVC and MLflow see no settings of the user or the system, send nothing, and work with an
    empty home folder; ``expdocs`` on the path is the one that runs. All is put back at the end.
    """
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="expdocs-demo-", ignore_cleanup_errors=True) as scratch:
        try:
            _enter(Path(scratch))
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _enter(scratch: Path) -> None:
    user_packages = site.getuserbase()
    for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
        del os.environ[name]
    home = scratch / "home"
    home.mkdir()
    os.environ |= {
        "HOME": str(home),
        "PYTHONUSERBASE": user_packages,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PATH": os.pathsep.join([str(_own_command(scratch)), os.environ.get("PATH", os.defpath)]),
        "TZ": "UTC",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(scratch / "dvc"),
        "DVC_GLOBAL_CONFIG_DIR": str(scratch / "dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(scratch / "dvc-system"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
        **dict.fromkeys(_THREADS, "1"),
    }


def _own_command(scratch: Path) -> Path:
    """Write the ``expdocs`` that git hooks find: this one, whether or not it is installed."""
    folder = scratch / "bin"
    folder.mkdir()
    command = folder / "expdocs"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m expdocs "$@"\n')
    command.chmod(0o755)
    return folder
