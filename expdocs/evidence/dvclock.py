"""The stages of a ``dvc.lock``: what each read and wrote, and the parameters that it saw.

Paths in a lock start from the stage's ``wdir``, which only the ``dvc.yaml`` beside it names.
"""

from __future__ import annotations

import itertools
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from expdocs.evidence.dvcfiles import entry_hashes, inside, read_document

_COMPUTED = "${"
_VERSIONS = ("rev_lock", "version", "version_id", "etag", "checksum", "md5")


class Stage(NamedTuple):
    """A stage of a lock file; paths are relative to the repository.

    ``params`` has the values by file and name. ``placed`` is false where ``dvc.yaml`` computes the
    stage's folder in a way that only DVC can tell; nothing else is known of it then.
    """

    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]
    placed: bool = True


def locked_stages(path: str, lock: bytes, definitions: bytes | None) -> tuple[Stage, ...]:
    """Return the stages of one ``dvc.lock``, given the bytes of the ``dvc.yaml`` beside it."""
    defined = _mapping(read_document(definitions or b"").get("stages"))
    stages = _mapping(read_document(lock).get("stages"))
    above = posixpath.dirname(path)
    return tuple(
        _stage(name, stage, above, _wdir(defined, name))
        for name, stage in stages.items()
        if isinstance(stage, dict)
    )


def with_stages(hashes: Mapping[str, str], stages: Iterable[Stage]) -> dict[str, str]:
    """Return hashes by path with those of stages; of a path read and written the one written."""
    found = dict(hashes)
    for stage in (known := tuple(stages)):
        found |= {path: found.get(path, value) for path, value in stage.deps.items()}
    for stage in known:
        found |= stage.outs
    return found


def _stage(name: str, stage: Mapping[str, Any], above: str, wdir: str | None) -> Stage:
    if wdir is None:
        return Stage(name, {}, {}, {}, placed=False)
    folder = posixpath.join(above, wdir)
    params = {
        where: _mapping(values)
        for file, values in _mapping(stage.get("params")).items()
        if (where := inside(folder, file))
    }
    deps, outs = (entry_hashes(folder, stage.get(key)) for key in ("deps", "outs"))
    return Stage(name, deps, outs, params)


def _wdir(defined: Mapping[str, Any], name: str) -> str | None:
    """Return the folder that a stage runs in, or None where it is computed beyond our grasp."""
    base, _, chosen = name.partition("@")
    definition = _mapping(defined.get(name, defined.get(base)))
    wdir = _mapping(definition.get("do", definition)).get("wdir", ".")
    if not isinstance(wdir, str):
        return "."
    if _COMPUTED in wdir:
        for variable, value in _chosen(definition, chosen).items():
            wdir = wdir.replace(f"${{{variable}}}", value)
    return None if _COMPUTED in wdir else wdir


def _chosen(definition: Mapping[str, Any], chosen: str) -> dict[str, str]:
    """Return what ``item`` and ``key`` stand for in one instance of a foreach or matrix stage."""
    each, matrix = definition.get("foreach"), _mapping(definition.get("matrix"))
    if isinstance(each, dict):
        return {"key": chosen} | _items(each.get(chosen))
    if isinstance(each, list):
        texts = {_text(item): item for item in each if not isinstance(item, dict | list)}
        by_place = {str(place): item for place, item in enumerate(each) if isinstance(item, dict)}
        return _items((texts | by_place).get(chosen))
    lists = [value if isinstance(value, list) else [] for value in matrix.values()]
    for values in itertools.islice(itertools.product(*lists), 10_000):
        if "-".join(_text(value) for value in values) == chosen:
            return {f"item.{k}": _text(v) for k, v in zip(matrix, values, strict=True)}
    return {}


def _items(item: Any) -> dict[str, str]:
    if isinstance(item, dict):
        return {f"item.{key}": _text(value) for key, value in item.items()}
    return {} if item is None else {"item": _text(item)}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def locked_datasets(lock: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and version of the datasets in a lock file: a revision, a number, an ETag."""
    datasets = read_document(lock).get("datasets")
    for dataset in datasets if isinstance(datasets, list) else ():
        known = _mapping(dataset)
        for found in (known, _mapping(known.get("meta"))):
            versions = (found.get(key) for key in _VERSIONS)
            yield from ((str(known.get("name")), str(version)) for version in versions if version)


def declared_files(path: str, definitions: bytes) -> Iterator[str]:
    """Yield the parameter files that a ``dvc.yaml`` names, relative to the repository."""
    document = read_document(definitions)
    above = posixpath.dirname(path)
    yield from _files(above, document.get("params"))
    for name, stage in _mapping(document.get("stages")).items():
        body = _mapping(_mapping(stage).get("do", stage))
        wdir = _wdir({name: stage}, name)
        if wdir is not None:
            yield from _files(posixpath.join(above, wdir), body.get("params"))


def _files(folder: str, params: Any) -> Iterator[str]:
    for entry in params if isinstance(params, list) else ():
        for name in entry if isinstance(entry, dict) else ():
            if _COMPUTED not in str(name) and (where := inside(folder, name)):
                yield where
