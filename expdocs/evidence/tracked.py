"""What DVC tracks at a commit: its ``.dvc`` and lock files, read once each, and the local cache."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from expdocs.evidence.dvccache import cached_listing
from expdocs.evidence.dvcfiles import DvcFile, is_dvc_file, read_dvc_file
from expdocs.evidence.dvclock import (
    Stage,
    declared_files,
    locked_datasets,
    locked_stages,
    with_stages,
)
from expdocs.evidence.trees import Trees
from expdocs.objects import ObjectStore
from expdocs.questions import Note

Files = tuple[tuple[str, str], ...]
_NO_FILE = DvcFile({})
_NOWHERE: frozenset[str] = frozenset()


class Tracked:
    """Answers about the data of trees.

    Stages, parameters and datasets are looked for outside of the folders of ``records`` alone:
    those are large, and other ones in every commit.
    """

    def __init__(
        self, store: ObjectStore, trees: Trees, root: Path, records: frozenset[str], note: Note
    ) -> None:
        self._store = store
        self._records = records
        self._trees = trees
        self._root = root
        self._note = note
        self._hashes: dict[Files, dict[str, str]] = {}
        self._parsed: dict[tuple[str, str], DvcFile] = {}
        self._locked: dict[tuple[str, str, str], tuple[Stage, ...]] = {}

    def hashes(self, tree: str, left_out: frozenset[str] = _NOWHERE) -> dict[str, str]:
        """Return path and hash of all that is tracked, but for folders ``left_out``."""
        files = self._files(tree, left_out)
        if files not in self._hashes:
            stages = [stage for _, locked in self._locks(files) for stage in locked]
            found: dict[str, str] = {}
            for path, blob in files:
                found |= self._read(path, blob).hashes
            self._hashes[files] = with_stages(found, stages)
        return self._hashes[files]

    def stages(self, tree: str) -> Iterator[Stage]:
        """Yield every stage of every lock file."""
        for _, locked in self._locks(self._files(tree, self._records)):
            yield from locked

    def parameter_files(self, tree: str) -> list[str]:
        """Return the parameter files that stages name, in ``dvc.lock`` or in ``dvc.yaml``."""
        named = [file for stage in self.stages(tree) for file in stage.params]
        for path, blob in self._files(tree, self._records):
            if posixpath.basename(path) == "dvc.yaml":
                named += declared_files(path, self._content(blob))
        return list(dict.fromkeys(named))

    def origin(self, tree: str, path: str) -> str:
        """Return where the data at a path was imported from, or an empty text."""
        holders = {path, *parents(path)}
        for file, blob in self._files(tree, self._records):
            read = self._read(file, blob)
            if not holders.isdisjoint(read.hashes):
                return read.origin
        return ""

    def datasets(self, tree: str) -> set[tuple[str, str]]:
        """Return name and version of every dataset in lock files."""
        files = self._files(tree, self._records)
        locks = (blob for path, blob in files if posixpath.basename(path) == "dvc.lock")
        return {found for blob in locks for found in locked_datasets(self._content(blob))}

    def whole(self, tree: str) -> bool:
        """Whether git has the content of every file of DVC's."""
        return all(self._store.get(blob) is not None for _, blob in self._files(tree))

    def inside_directory(self, hashes: dict[str, str], path: str) -> str | None:
        """Return the hash of a file in a tracked directory, from the cache; None without it."""
        directory = directory_above(hashes, path)
        if directory is None:
            return None
        listing = cached_listing(self._root, directory, hashes[directory], self._note)
        return listing.get(path[len(directory) + 1 :]) if listing else None

    def _files(self, tree: str, left_out: frozenset[str] = _NOWHERE) -> Files:
        return self._trees.files(tree, is_dvc_file, left_out)

    def _read(self, path: str, blob: str) -> DvcFile:
        if not path.endswith(".dvc"):
            return _NO_FILE
        if (path, blob) not in self._parsed:
            self._parsed[path, blob] = read_dvc_file(path, self._content(blob))
        return self._parsed[path, blob]

    def _locks(self, files: Files) -> Iterator[tuple[str, tuple[Stage, ...]]]:
        blobs = dict(files)
        for path, blob in files:
            if posixpath.basename(path) == "dvc.lock":
                defined = blobs.get(posixpath.join(posixpath.dirname(path), "dvc.yaml"), "")
                key = (path, blob, defined)
                if key not in self._locked:
                    definitions = self._content(defined) if defined else None
                    self._locked[key] = locked_stages(path, self._content(blob), definitions)
                yield path, self._locked[key]

    def _content(self, blob: str) -> bytes:
        found = self._store.get(blob)
        return found.data if found and found.type == "blob" else b""


def directory_above(hashes: dict[str, str], path: str) -> str | None:
    """Return the tracked directory that a path is in, or None."""
    return next((p for p in parents(path) if hashes.get(p, "").endswith(".dir")), None)


def parents(path: str) -> list[str]:
    """Return the folders above a path, the nearest first, without the top."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
