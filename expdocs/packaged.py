"""What is installed: folders that a wheel carries inside the package, and which code this is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def packaged_folder(name: str) -> Path:
    """Return ``schemas`` or ``hooks``, in an installed wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def code_mark() -> str:
    """Return what tells this installation from another: Python, our files, other packages."""
    ours = (os.path.dirname(__file__), str(packaged_folder("schemas")))  # noqa: PTH120
    files = sorted(mark for folder in ours for mark in _marks(folder))
    # Installing or removing a package changes the time of the folder that it is in.
    shelves = (Path(path) for path in sys.path if path.endswith("-packages"))
    others = [str(shelf.stat().st_mtime_ns) for shelf in shelves if shelf.is_dir()]
    return "\n".join((sys.version, *files, *others))


def _marks(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _marks(entry.path)
            else:
                yield f"{entry.path} {entry.stat().st_size} {entry.stat().st_mtime_ns}"
