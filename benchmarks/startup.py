"""What importing costs: whole processes, in turns, against an empty one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from processes import environment
from turns import in_turns, log

IMPORTS = {
    "pass": "pass",
    "click": "import click",
    "pyyaml": "import yaml",
    "ruamel": "import ruamel.yaml",
    "jsonschema": "import jsonschema",
    "jsonschema-rs": "import jsonschema_rs",
    "gitpython": "import git",
    "expdocs-check": "import expdocs.cli.check",
    "mkdocs": "import mkdocs.commands.build",
    "dvc": "import dvc.api",
    "anthropic": "import anthropic",
    "mlflow": "import mlflow",
}
ROUNDS = 15


def process(code: str) -> Callable[[], float]:
    """Return a candidate that runs Python code in a process of its own; milliseconds."""

    def measure() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=environment(), check=True)
        return (time.perf_counter() - start) * 1000

    return measure


if __name__ == "__main__":
    measured = in_turns({name: process(code) for name, code in IMPORTS.items()}, ROUNDS)
    log("expdocs-startup", "milliseconds", measured, "pass")
