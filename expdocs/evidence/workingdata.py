"""What DVC tracks in a state of the repository's files, such as the working tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from expdocs.evidence.dvccache import cached_listing
from expdocs.evidence.dvcfiles import LOCK, PIPELINE, is_dvc_file, read_dvc_file
from expdocs.evidence.dvclock import Stage, locked_stages, with_stages
from expdocs.evidence.tracked import directory_above
from expdocs.files import Files
from expdocs.questions import unnoted

_LOCK, _PIPELINE = LOCK.decode(), PIPELINE.decode()


def data_hash(files: Files, root: Path, path: str) -> str | None:
    """Return the DVC hash of a path, also of a file in a tracked directory; None without one."""
    hashes = _hashes(files)
    if path in hashes:
        return hashes[path]
    folder = directory_above(hashes, path)
    listing = cached_listing(root, folder, hashes[folder], unnoted) if folder else None
    return listing.get(path[len(folder) + 1 :]) if folder and listing else None


def _hashes(files: Files) -> dict[str, str]:
    paths = [e.path for e in files.list([""]) if e.regular and is_dvc_file(_name(e.path))]
    hashes: dict[str, str] = {}
    for path in paths:
        if path.endswith(".dvc"):
            hashes |= read_dvc_file(path, files.read(path) or b"").hashes
    return with_stages(hashes, _stages(files, paths))


def _stages(files: Files, paths: list[str]) -> Iterator[Stage]:
    for path in paths:
        if posixpath.basename(path) == _LOCK:
            beside = posixpath.join(posixpath.dirname(path), _PIPELINE)
            definitions = files.read(beside) if beside in paths else None
            yield from locked_stages(path, files.read(path) or b"", definitions)


def _name(path: str) -> bytes:
    return posixpath.basename(path).encode("utf-8", "surrogateescape")
