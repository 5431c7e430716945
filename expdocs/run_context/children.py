"""What child processes of a run's program take over: the tags of the process that began.

A worker of the same program (multiprocessing, joblib) runs the code of its parent: all tags hold,
unless a module that it loaded is newer. A program that was started as one of its own reads the
files anew: what the parent found about the repository holds as long as nothing that git tracks,
and nothing that the program is seen to use, has changed since. Files that the runs of a sweep
write beside the code are no such change. Anything else is found out anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.run_context.git import Git, fields
from expdocs.run_context.place import Place, main_script

VARIABLE = "EXPDOCS_PROVENANCE_PARENT"
# One variable of the environment may hold 128 KB on Linux, all of them 32 KB on Windows.
_MAX_CHARACTERS = 16_000


class Parent(NamedTuple):
    """What a parent process found: when it began to look, in nanoseconds, and the tags."""

    looked: int
    stage: str
    tags: dict[str, str]


def hand_on(place: Place, looked: int, stage: str, tags: dict[str, str]) -> None:
    """Let child processes know the tags, where they are not too large for an environment."""
    given = _given()
    given[str(place.root)] = {"pid": os.getpid(), "looked": looked, "stage": stage, "tags": tags}
    text = json.dumps(given, separators=(",", ":"))
    if len(text) > _MAX_CHARACTERS:
        text = json.dumps({str(place.root): given[str(place.root)]}, separators=(",", ":"))
    if len(text) <= _MAX_CHARACTERS:
        os.environ[VARIABLE] = text
    else:
        os.environ.pop(VARIABLE, None)


def parent_of(place: Place, stage: str) -> Parent | None:
    """Return what another process found about this repository, for the same stage of DVC."""
    found: Any = _given().get(str(place.root))
    with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
        tags = {str(k): str(v) for k, v in found["tags"].items() if k.startswith("expdocs.")}
        parent = Parent(int(found["looked"]), str(found["stage"]), tags)
        others = found["pid"] != os.getpid() and parent.looked <= time.time_ns()
        return parent if others and tags and parent.stage == stage else None
    return None


def is_worker() -> bool:
    """Whether the process was started by multiprocessing, or joblib, to work for its parent."""
    process = sys.modules.get("multiprocessing.process")
    asked = getattr(process, "parent_process", None)
    return asked is not None and asked() is not None


def same_program(place: Place, parent: Parent) -> bool:
    """Whether all that the process has loaded from the repository is older than the look."""
    return not _any_newer(_ours(place, _loaded()), parent.looked)


def same_files(git: Git, place: Place, parent: Parent) -> bool:
    """Whether the files that git tracks, and those in use, are as the parent found them."""
    if git.head is None or git.head.commit != parent.tags.get("expdocs.commit"):
        return False
    if _newer(git.index, parent.looked) or not same_program(place, parent):
        return False
    changed = fields(git.run("diff-files", "--name-only", "-z"))
    paths = [place.root / os.fsdecode(path) for path in changed]
    return not _any_newer([*paths, *_ours(place, _named())], parent.looked)


def _loaded() -> set[str]:
    """Return the files of the modules that the process has loaded."""
    files = (getattr(module, "__file__", None) for module in tuple(sys.modules.values()))
    return {file for file in (*files, str(main_script() or "")) if isinstance(file, str)}


def _named() -> set[str]:
    """Return what may be files on the command line: arguments, and the values of options."""
    return {part for one in sys.argv[1:] for part in (one, one.partition("=")[2])}


def _ours(place: Place, files: Iterable[str]) -> Iterator[Path]:
    """Yield the files that stand in the repository, those of its environment left out."""
    root, installed = str(place.root) + os.sep, sys.prefix + os.sep
    for file in files:
        path = os.path.normpath(Path(file).absolute())
        ours = path.startswith(root) and not path.startswith(installed)
        if ours and os.path.lexists(path) and not Path(path).is_dir():
            yield Path(path)


def _any_newer(paths: Iterable[Path], looked: int) -> bool:
    return any(_newer(path, looked) for path in paths)


def _newer(path: Path, looked: int) -> bool:
    """Whether a file was changed after the look; one that is gone is judged by its folder."""
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        return max(status.st_mtime_ns, status.st_ctime_ns) > looked
    return not path.parent.exists() or _newer(path.parent, looked)


def _given() -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        given = json.loads(os.environ.get(VARIABLE, ""))
        if isinstance(given, dict):
            return given
    return {}
