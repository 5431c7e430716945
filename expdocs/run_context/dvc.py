"""What DVC tracks when a run starts: the hashes of data, and the outs that git tracks too."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from expdocs.run_context.place import inside
from expdocs.run_context.reading import content, yaml_mapping

_MAX_FILES = 10_000
_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_WRITTEN = ("outs", "metrics", "plots")

Document = Mapping[str, Any]


class Stage(NamedTuple):
    """A stage of a ``dvc.lock``: its name, what it read and wrote, and where paths start from."""

    name: str
    folder: PurePosixPath
    lock: Document


class DvcFiles:
    """The DVC files of a working tree, each read once; what cannot be read tells nothing."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        """``paths`` are relative to the repository, those of DVC's files among them."""
        self._root = root
        self._documents: dict[str, Document] = {}
        self.tracking = sorted(filter(_tracks, paths))[:_MAX_FILES]
        self._pipelines = [path for path in paths if _name(path) == "dvc.yaml"]

    def hashes(self, running: str = "") -> dict[str, str]:
        """Return the hashes of outs, and of what stages read inside tracked folders.

        ``running`` is the stage that is running now, as DVC names it: what its lock says was so
        when it ran the last time.
        """
        outs: dict[str, str] = {}
        deps: dict[str, str] = {}
        for path in self.tracking:
            with contextlib.suppress(Exception):
                for stage in self._stages(path):
                    if not _is(stage, path, running):
                        _collect(deps, stage.folder, stage.lock.get("deps"))
                        _collect(outs, stage.folder, stage.lock.get("outs"))
        within = {path: value for path, value in deps.items() if _in_tracked_folder(path, outs)}
        return within | outs

    def outs(self) -> Iterator[str]:
        """Yield the paths that DVC knows as outs."""
        for path in self.tracking:
            with contextlib.suppress(Exception):
                for stage in self._stages(path):
                    for entry in _entries(stage.lock.get("outs")):
                        yield from _joined(stage.folder, entry.get("path"))

    def uncached(self) -> Iterator[str]:
        """Yield the outs that pipelines declare to be kept in git; templates are left out."""
        for path in self._pipelines:
            with contextlib.suppress(Exception):
                document, folder = self._document(path), PurePosixPath(path).parent
                for metric in _paths(document.get("metrics"), uncached=False):
                    yield from _joined(folder, metric)
                for definition in _definitions(document).values():
                    wdir = _wdir(definition)
                    for key in _WRITTEN if wdir is not None else ():
                        for out in _paths(definition.get(key), uncached=True):
                            yield from _joined(folder / str(wdir), out)

    def _stages(self, path: str) -> Iterator[Stage]:
        document, folder = self._document(path), PurePosixPath(path).parent
        if _name(path) != "dvc.lock":
            yield Stage("", folder / document.get("wdir", "."), document)
            return
        defined = self._definitions_beside(path)
        stages = document.get("stages")
        for name, stage in stages.items() if isinstance(stages, dict) else ():
            wdir = _wdir(defined.get(name.partition("@")[0], {}))
            if isinstance(stage, dict) and wdir is not None:
                yield Stage(name, folder / wdir, stage)

    def _definitions_beside(self, lock: str) -> dict[str, Document]:
        with contextlib.suppress(OSError):
            return _definitions(self._document(str(PurePosixPath(lock).with_name("dvc.yaml"))))
        return {}

    def _document(self, path: str) -> Document:
        if path not in self._documents:
            self._documents[path] = yaml_mapping(content(self._root / path))
        return self._documents[path]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _tracks(path: str) -> bool:
    name = _name(path)
    return name == "dvc.lock" or (name != ".dvc" and name.endswith(".dvc"))


def _is(stage: Stage, path: str, running: str) -> bool:
    """Whether DVC would call a stage so: ``train``, ``sub/dvc.yaml:train`` or ``train.dvc``.

    DVC starts such paths from where it was called, so only their ends can be held together.
    """
    file, _, name = running.rpartition(":")
    if not running or stage.name:
        return bool(stage.name) and stage.name == name
    return not file and name.endswith(".dvc") and _name(path) == _name(name)


def _definitions(document: Document) -> dict[str, Document]:
    """Return what a ``dvc.yaml`` says of each stage, of several by one template too."""
    stages = document.get("stages")
    found: dict[str, Document] = {}
    for name, definition in stages.items() if isinstance(stages, dict) else ():
        one = definition.get("do", definition) if isinstance(definition, dict) else {}
        found[name] = one if isinstance(one, dict) else {}
    return found


def _wdir(definition: Document) -> str | None:
    """Return the folder that a stage's paths start from, or None where it is a template."""
    wdir = definition.get("wdir", ".")
    return wdir if isinstance(wdir, str) and "$" not in wdir else None


def _paths(listed: Any, *, uncached: bool) -> Iterator[str]:
    """Yield the paths of a list of outs, whose entries are paths or maps of one path."""
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, str):
            entry = {entry: {}}  # noqa: PLW2901
        for path, said in entry.items() if isinstance(entry, dict) else ():
            kept_in_git = isinstance(said, dict) and str(said.get("cache")).lower() == "false"
            if "$" not in path and (kept_in_git or not uncached):
                yield path


def _collect(into: dict[str, str], folder: PurePosixPath, entries: Any) -> None:
    for entry in _entries(entries):
        md5 = entry.get("md5")
        if not isinstance(md5, str) or not _MD5.fullmatch(md5):
            continue
        form = {"md5": "md5", None: "md5-dos2unix"}.get(entry.get("hash"))
        for path in _joined(folder, entry.get("path")) if form else ():
            into[path] = f"{form}:{md5}"


def _entries(entries: Any) -> Iterator[Document]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield entry


def _joined(folder: PurePosixPath, path: Any) -> Iterator[str]:
    """Yield the path as the repository names it, if it lies there."""
    joined = os.path.normpath(folder / str(path or ""))
    if path and joined != "." and inside(PurePosixPath(joined)):
        yield joined


def _in_tracked_folder(path: str, outs: Mapping[str, str]) -> bool:
    return any(outs.get(str(above), "").endswith(".dir") for above in PurePosixPath(path).parents)
