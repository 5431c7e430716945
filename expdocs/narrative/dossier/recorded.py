"""What a run recorded of its start, read strictly: tags are text that anybody may have written."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
import posixpath
import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from expdocs.evidence.snapshots import RunSnapshot

REDACTED = "[redacted]"
_CUT, _LOST = "…", "�"
_LOCK = re.compile(r"(?P<path>.+):sha256:(?P<digest>[0-9a-f]{64})\Z")
_IMAGE = re.compile(r"\w[\w./:-]{0,300}@sha256:[0-9a-f]{64}\Z", re.ASCII)
_PYTHON = re.compile(r"(?P<minor>3\.[0-9]{1,2})(?:\.[0-9]{1,2})?(?:[a-z0-9]{0,6})\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,20}\Z")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PROGRAM = ("-c",)


class Lock(NamedTuple):
    """A lock file: its path in the repository and the SHA-256 of its bytes."""

    path: str
    digest: str


class Command(NamedTuple):
    """A command line by its arguments; ``problem`` says why it cannot be run as it is."""

    arguments: tuple[str, ...]
    problem: str = ""


def lock_of(run: RunSnapshot) -> Lock | None:
    """Return the lock file that a run found beside it, or None."""
    found = _LOCK.match(run.tags.get("expdocs.lock", ""))
    return Lock(found["path"], found["digest"]) if found and inside(found["path"]) else None


def working_folder(run: RunSnapshot) -> str:
    """Return the folder in the repository that a run was started in or above; empty for its top.

    A run looks for the lock file that is nearest to the folder in which it was started.
    """
    lock = lock_of(run)
    return posixpath.dirname(lock.path) if lock else ""


def image_of(run: RunSnapshot) -> str:
    """Return the container image that somebody noted with its digest, or an empty text."""
    image = run.tags.get("expdocs.image", "")
    return image if _IMAGE.match(image) else ""


def python_of(run: RunSnapshot) -> str:
    """Return Python's version, or an empty text."""
    version = run.tags.get("expdocs.python", "")
    return version if _PYTHON.match(version) else ""


def minor(version: str) -> str:
    """Return what the interpreter of a version is called by: ``3.11`` of ``3.11.9``."""
    found = _PYTHON.match(version)
    return found["minor"] if found else ""


def command_of(run: RunSnapshot) -> Command:
    """Return the command that started a run, as far as it can be known."""
    text = run.tags.get("expdocs.command", "")
    if not text:
        return Command((), "the run recorded no command")
    if run.tags.get("expdocs.kernel") == "true" or run.source_type == "NOTEBOOK":
        return Command((), "the code was typed into a notebook or a prompt, and is in no file")
    try:
        arguments = tuple(shlex.split(text))
    except ValueError:
        return Command((), "the recorded command cannot be read")
    return Command(arguments, _flaw(arguments))


def _flaw(arguments: tuple[str, ...]) -> str:
    text = " ".join(arguments)
    if not text.isprintable() or _LOST in text:
        return "the command held characters that cannot be shown"
    if arguments[-1:] == (_CUT,):
        return "the command was too long to be recorded"
    for option, value in pairwise(arguments):
        if option in _PROGRAM and REDACTED in value:
            return "the program was given on the command line, and was left out"
    return ""


def seeds_of(run: RunSnapshot) -> dict[str, str]:
    """Return the variables of the environment that set seeds."""
    named = _mapping(run.tags.get("expdocs.seeds", ""))
    sound = {n: v for n, v in named.items() if _VARIABLE.match(n) and _NUMBER.match(v)}
    return dict(sorted(sound.items()))


def seed_parameters(run: RunSnapshot) -> dict[str, str]:
    """Return the parameters that are seeds by their names: ``seed``, ``model.random_state``."""
    return {name: value for name, value in sorted(run.params.items()) if _is_seed(name)}


def _is_seed(name: str) -> bool:
    words = words_of(name)
    return words[-1:] in (["seed"], ["seeds"]) or words[-2:] == ["random", "state"]


def words_of(name: str) -> list[str]:
    """Return the words that a name is made of, in small letters."""
    return [word.lower() for word in _WORDS.findall(name)]


def _mapping(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in items if isinstance(value, str)}


def inside(path: str) -> bool:
    """Whether a path stays in the repository and can be shown on one line."""
    named = PurePosixPath(path)
    return bool(path) and path.isprintable() and not named.is_absolute() and ".." not in named.parts
