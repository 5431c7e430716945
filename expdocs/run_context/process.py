"""What a process tells of itself: its command line, its Python, its seeds, what is installed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from expdocs.run_context.place import Place
from expdocs.run_context.reading import content
from expdocs.run_context.redaction import REDACTED, redacted, sensitivity
from expdocs.run_context.tagtext import compact

_LOCKS = (
    *("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "pylock.toml"),
    *("requirements.txt", "requirements*.txt"),
)
_MAX_LOCK = 64 * 1024 * 1024
_MAX_SEEDS = 30
_SEED = re.compile(r"(?:\w{0,60}_)?(?:SEED|PYTHONHASHSEED)", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,20}")
_INSTALLED = re.compile(r"(.+?)-([^-]+)(?:-py\d[\d.]*.*)?\.(?:dist|egg)-info")


def process_tags() -> dict[str, str]:
    """Return the command line without secrets, Python's version, and the seeds that are set."""
    tags = {"expdocs.python": platform.python_version()}
    with contextlib.suppress(Exception):
        tags["expdocs.command"] = redacted(list(_command()))
    if seeds := _seeds(os.environ):
        tags["expdocs.seeds"] = compact(seeds)
    if typed_in():
        tags["expdocs.kernel"] = "true"
    return tags


def typed_in() -> bool:
    """Return whether code comes from cells or a prompt: it changes under way, and is in no file.

    A program that only starts kernels, such as one that executes notebooks, is none of these.
    """
    shell = getattr(sys.modules.get("IPython.core.interactiveshell"), "InteractiveShell", None)
    return hasattr(sys, "ps1") or (shell is not None and bool(shell.initialized()))


def lock_tags(place: Place) -> dict[str, str]:
    """Return the digest of the lock file that is nearest to the run's folder, if there is one."""
    for folder in (place.folder, *place.folder.parents):
        for name in _LOCKS:
            for path in sorted(folder.glob(name)):
                with contextlib.suppress(OSError, ValueError):
                    digest = hashlib.sha256(content(path, _MAX_LOCK)).hexdigest()
                    named = path.relative_to(place.root).as_posix()
                    return {"expdocs.lock": f"{named}:sha256:{digest}"}
        if folder == place.root:
            break
    return {}


def environment_tags() -> dict[str, str]:
    """Return the digest of what is installed, for a project that locks nothing.

    The names of the folders beside the packages tell name and version: reading the metadata of
    some hundred packages would take longer than all the rest.
    """
    lines = "".join(f"{name}=={version}\n" for name, version in sorted(installed().items()))
    digest = hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()
    return {"expdocs.environment": f"v1:{digest}"} if lines else {}


def installed() -> dict[str, str]:
    """Return name and version of every installed distribution; the first found stands."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys(sys.path):
        with contextlib.suppress(OSError):
            for entry in sorted(os.listdir(folder or ".")):  # noqa: PTH208 - a third of the time
                if match := entry.endswith("-info") and _INSTALLED.fullmatch(entry):
                    name = re.sub(r"[-_.]+", "-", match[1]).lower()
                    found.setdefault(name, match[2].replace("_", "-"))
    return found


def _command() -> Iterator[str]:
    started, arguments = sys.orig_argv, sys.argv
    yield Path(started[0]).name
    options = started[1 : len(started) - len(arguments) + 1] if arguments else started[1:]
    if arguments[:1] == ["-c"]:  # what follows is a program, in which anything may stand
        yield from [*options[:-1], REDACTED, *arguments[1:]]
    else:
        yield from started[1:]


def _seeds(environment: Mapping[str, str]) -> dict[str, str]:
    named = (
        (name, value.strip())
        for name, value in sorted(environment.items())
        if _SEED.fullmatch(name) and not sensitivity(name)
    )
    numbers = [(name, value) for name, value in named if _NUMBER.fullmatch(value)]
    return dict(numbers[:_MAX_SEEDS])
