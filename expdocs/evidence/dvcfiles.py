"""What ``.dvc`` files say, and the entries of lock files: the hash of each path that DVC tracks.

A hash is ``<form>:<value>``: ``md5`` (DVC 3), ``md5-dos2unix`` (DVC 2, not comparable with it),
``etag``, ``checksum`` or ``version_id`` for imports from clouds.
"""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.findings import brief
from expdocs.kinds.shape import typed
from expdocs.yamlnodes import YamlProblem, read_yaml

MAX_FILE = 8 * 1024 * 1024
MAX_NODES = 500_000
_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?\Z")
LOCK, PIPELINE = b"dvc.lock", b"dvc.yaml"
_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s]*@")
_REVISION = 12
_CLOUD_FORMS = ("etag", "checksum", "version_id")


class DvcFile(NamedTuple):
    """One ``.dvc`` file: the hash of each path that it tracks, and in words where it is from.

    Paths are relative to the repository; ``origin`` is empty for what was not imported.
    """

    hashes: Mapping[str, str]
    origin: str = ""


def is_dvc_file(name: bytes) -> bool:
    """Whether a file of this name is one in which DVC keeps hashes, or says where they belong."""
    return name in (LOCK, PIPELINE) or (name.endswith(b".dvc") and name != b".dvc")


def read_dvc_file(path: str, content: bytes) -> DvcFile:
    """Read a ``.dvc`` file, whose ``path`` is relative to the repository.

    A file that cannot be read tells nothing: what DVC would make of it is not ours to guess.
    """
    data = read_document(content)
    wdir = data.get("wdir", ".")
    folder = posixpath.join(posixpath.dirname(path), wdir if isinstance(wdir, str) else ".")
    deps, outs = data.get("deps"), data.get("outs")
    hashes = _versions_of_sources(folder, deps, outs) | entry_hashes(folder, outs)
    return DvcFile(hashes, _origin(deps))


def _versions_of_sources(folder: str, deps: Any, outs: Any) -> dict[str, str]:
    """Return the cloud's own version of what was imported without being downloaded."""
    if not isinstance(deps, list) or not isinstance(outs, list) or (len(deps), len(outs)) != (1, 1):
        return {}
    dep, out = deps[0], outs[0]
    if not isinstance(dep, dict) or not isinstance(out, dict):
        return {}
    where = inside(folder, out.get("path"))
    found = _hash_of({key: dep.get(key) for key in _CLOUD_FORMS})
    return {where: found} if where and found else {}


def _origin(deps: Any) -> str:
    dep = deps[0] if isinstance(deps, list) and len(deps) == 1 else None
    if not isinstance(dep, dict):
        return ""
    repo = dep.get("repo")
    if isinstance(repo, dict):
        return f"{_address(repo.get('url'))} at {str(repo.get('rev_lock', ''))[:_REVISION]}"
    address = _address(dep.get("path"))
    return address if "://" in address else ""


def _address(value: Any) -> str:
    """Return an address as a message shows it: on one line, without credentials."""
    return brief(" ".join(_CREDENTIALS.sub("", str(value or "")).split()))


def entry_hashes(folder: str, entries: Any) -> dict[str, str]:
    """Return path and hash of each entry of ``outs`` or ``deps``, relative to the repository."""
    hashes: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else ():
        where = inside(folder, entry.get("path")) if isinstance(entry, dict) else ""
        value = _hash_of(entry) if where else ""
        if value:
            hashes[where] = value
            hashes.update(_files_of(where, entry))
    return hashes


def read_document(content: bytes) -> Mapping[str, Any]:
    """Return the mapping in a file of DVC's, empty where there is none that can be read."""
    if len(content) > MAX_FILE:
        return {}
    try:
        node = read_yaml(content.decode("utf-8"), max_nodes=MAX_NODES)
    except (UnicodeDecodeError, YamlProblem):
        return {}
    data = typed(node, None) if node is not None else None
    return data if isinstance(data, dict) else {}


def _hash_of(out: Mapping[str, Any]) -> str:
    md5 = str(out.get("md5", ""))
    if _MD5.match(md5):
        return f"{'md5' if out.get('hash') == 'md5' else 'md5-dos2unix'}:{md5}"
    for form in _CLOUD_FORMS:
        if value := out.get(form):
            return f"{form}:{value}"
    return ""


def _files_of(folder: str, out: Mapping[str, Any]) -> dict[str, str]:
    files = out.get("files")
    if not isinstance(files, list):
        return {}
    found = {}
    for entry in files:
        where = inside(folder, entry.get("relpath")) if isinstance(entry, dict) else ""
        value = _hash_of({"hash": "md5", **entry}) if where else ""
        if value:
            found[where] = value
    return found


def inside(folder: str, path: Any) -> str:
    """Return a path below a folder, relative to the repository; empty for one that leaves it."""
    if not isinstance(path, str) or not path or path.startswith("/") or "://" in path:
        return ""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == ".." or joined.startswith(("../", "/")) else joined


def listing_path(cache: Path, directory_hash: str) -> Path | None:
    """Return where the local cache keeps a tracked directory's ``.dir`` object.

    ``directory_hash`` is ``md5:<32 hex>.dir``; None for what has another form.
    """
    form, _, value = directory_hash.partition(":")
    if form not in ("md5", "md5-dos2unix") or not value.endswith(".dir") or not _MD5.match(value):
        return None
    layout = cache / "files" / "md5" if form == "md5" else cache
    return layout / value[:2] / value[2:]


def directory_listing(path: Path, directory_hash: str) -> dict[str, str] | None:
    """Return the files inside a tracked directory, from its object; None where that is missing."""
    try:
        return listed_files(path.read_bytes(), directory_hash.partition(":")[0])
    except OSError:
        return None


def listed_files(content: bytes, form: str) -> dict[str, str] | None:
    """Return path and hash of each file that a ``.dir`` object lists; None when it is none."""
    try:
        listing = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(listing, list):
        return None
    return {
        str(entry["relpath"]): f"{form}:{entry['md5']}"
        for entry in listing
        if isinstance(entry, dict) and "relpath" in entry and "md5" in entry
    }
