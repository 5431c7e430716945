"""What is installed: folders that a wheel carries inside the package, and which code this is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from expdocs import __version__


def packaged_folder(name: str) -> Path:
    """Return ``schemas`` or ``hooks``, in an installed wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def code_mark() -> str:
    """Return what tells this installation from another: Python, our files, other packages."""
    package = Path(__file__).parent
    # Installing or removing a package changes the time of the folder that it is in.
    shelves = [Path(path) for path in sys.path if path.endswith("-packages")]
    packages = [f"{shelf} {shelf.stat().st_mtime_ns}" for shelf in shelves if shelf.is_dir()]
    files: list[str] = []
    if package.parent not in shelves:  # a checkout, whose files people edit
        ours = (str(package), str(packaged_folder("schemas")))
        files = sorted(mark for folder in ours for mark in _marks(folder))
    return "\n".join((sys.version, __version__, *packages, *files))


def _marks(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _marks(entry.path)
            else:
                yield f"{entry.path} {entry.stat().st_size} {entry.stat().st_mtime_ns}"
