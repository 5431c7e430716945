"""Writing files so that a reader or a crash only ever meets the whole old or the whole new one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Replace ``path`` by ``data``, or leave it as it was; creates missing parent folders.

    What is not ``durable`` may be lost, whole, when the machine stops.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path.parent / f".{path.name[:40]}")
    try:
        with _created(temporary) as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def create_bytes(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet; raises ``FileExistsError`` and changes nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path.parent / ".new")
    try:
        with _created(temporary) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(path))
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def keep_newest(folder: Path, pattern: str, most: int) -> None:
    """Remove the files of a pattern that were written longest ago."""
    files = sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[most:]:
        file.unlink(missing_ok=True)


def _temporary(near: Path) -> Path:
    """Return a path that no file has; the module `tempfile` takes longer to load."""
    return near.with_name(f"{near.name}.{os.urandom(8).hex()}~")


def _created(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _mode(path: Path) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
