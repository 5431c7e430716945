"""Running git: a cleaned environment, no shell, and its complaints as one error."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from expdocs.errors import CannotRun

# Git warns of a folder that it leaves out and goes on. One that does not exist is left out rightly.
_UNOPENED = re.compile(rb"could not open directory '(.*)/': (?!No such file|Not a directory)")

# What hooks run with, and what would point git elsewhere; see git rev-parse --local-env-vars.
# The index of a commit in progress is looked at on purpose, so GIT_INDEX_FILE is not among them.
OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_PREFIX", "GIT_SHALLOW_FILE"),
)


def git_environment(keep: Sequence[str] = ()) -> dict[str, str]:
    """Return the environment for a git child: no inherited repository, replacements or fetches.

    Hooks run with ``GIT_DIR`` and ``GIT_INDEX_FILE`` set, which would point every other git call
    at the wrong place. ``keep`` names the variables that this call does want.
    """
    kept = {"GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", *keep}
    kept |= {"GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in kept}
    return environment | {
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # for what git before 2.45 would fetch all the same
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        **_configuration(),
    }


def _configuration() -> dict[str, str]:
    """Return what the environment configures, such as `safe.directory` in CI, with our addition."""
    given = os.environ.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isdecimal() else 0
    names = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
    found = {name: value for name, value in os.environ.items() if name.startswith(names)}
    return found | {
        # A program that the repository's configuration names, which listing files would start.
        f"GIT_CONFIG_KEY_{count}": "core.fsmonitor",
        f"GIT_CONFIG_VALUE_{count}": "false",
        "GIT_CONFIG_COUNT": str(count + 1),
    }


def run_git(
    where: Path, *arguments: str, stdin: bytes | None = None, keep: Sequence[str] = ()
) -> bytes:
    """Run git in a folder and return what it printed; raises ``CannotRun``."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=where,
            env=git_environment(keep),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        if not where.is_dir():
            raise CannotRun(f"the folder {where} does not exist") from error
        raise CannotRun("git is not installed", "install git 2.36 or newer") from error
    except NotADirectoryError as error:
        raise CannotRun(f"{where} is not a folder") from error
    if unopened := _UNOPENED.search(done.stderr):
        raise CannotRun(f"{os.fsdecode(unopened[1])} cannot be read", "check its permissions")
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise CannotRun(f"git {arguments[0]} failed: {lines[0].removeprefix('fatal: ')}")
    return done.stdout
