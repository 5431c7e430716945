"""Which repository a run belongs to: the current folder's, else that of the main script."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from expdocs.run_context.reading import toml

_DEFAULT_RECORDS = ("journal", "decisions")
_DEFAULT_EVIDENCE = "journal/evidence"
_INSTALLED = {"site-packages", "dist-packages"}


class Place(NamedTuple):
    """A repository that uses expdocs, and the folder in it that the run was started for."""

    root: Path
    folder: Path
    records: tuple[str, ...]
    evidence: str
    people: Mapping[str, Any]


def find_place() -> Place | None:
    """Return where the process runs, or None where nothing says that expdocs is used.

    A job is often started from elsewhere (``cd /tmp && python /home/ana/train.py``): then the main
    script tells. What is installed is nobody's project, though its folder may stand in one.
    """
    for folder in _folders():
        root = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
        settings = None if root is None else _settings(root)
        if root is not None and settings is not None:
            return _place(root, folder, settings)
    return None


def main_script() -> Path | None:
    """Return the file that the process was started with, unless it is an installed program."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if not isinstance(file, str):
        return None
    path = Path(file).absolute()
    own = sys.prefix != sys.base_prefix and path.is_relative_to(sys.prefix)
    beside = path.parent == Path(sys.executable).parent
    return None if own or beside or _INSTALLED & set(path.parts) else path


def inside(path: PurePosixPath) -> bool:
    """Whether a path stays below the folder that it starts from."""
    return not path.is_absolute() and ".." not in path.parts and str(path).isprintable()


def _folders() -> Iterator[Path]:
    yield Path.cwd()
    script = main_script()
    if script is not None:
        yield script.parent


def _settings(root: Path) -> dict[str, Any] | None:
    settings: Any = toml(root / "expdocs.toml")
    if settings is None:
        settings = (toml(root / "pyproject.toml") or {}).get("tool", {}).get("expdocs")
    return settings if isinstance(settings, dict) else None


def _place(root: Path, folder: Path, settings: Mapping[str, Any]) -> Place:
    named = settings.get("records", _DEFAULT_RECORDS)
    clean = (PurePosixPath(name) for name in named if isinstance(name, str))
    records = sorted({str(path) for path in clean if path.parts and inside(path)})
    evidence, people = settings.get("evidence"), settings.get("people")
    return Place(
        root,
        folder,
        tuple(records),
        evidence if isinstance(evidence, str) else _DEFAULT_EVIDENCE,
        people if isinstance(people, dict) else {},
    )
