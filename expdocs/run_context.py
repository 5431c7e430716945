"""Provenance for MLflow runs: which code and data were in the working folder when a run started.

MLflow loads this module in every process that logs runs. It uses the standard library (and PyYAML
where there are DVC files), changes nothing in the repository and never raises: what cannot be
found out is left out, so that the edge reads "unrecorded" later.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["ExpdocsRunContext", "provenance_tags"]

_DEFAULT_RECORDS = ("journal", "decisions")
_GIT_SECONDS = 10
_TAG_CHARACTERS = 4000
_MAX_DATA_TAGS = 21
_MAX_FILE_BYTES = 4 * 1024 * 1024
_MAX_DVC_FILES = 10_000
_MAX_DEPTH = 50
_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_KEPT_GIT_VARIABLES = {
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"),
}
_GIT = (
    *("git", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false"),
    *("-c", "core.looseCompression=0", "-c", "advice.addEmbeddedRepo=false"),
)

_found: dict[str, dict[str, str]] = {}
_lock = threading.Lock()


class ExpdocsRunContext:
    """MLflow's run-context provider: adds the tags of ``provenance_tags`` to every fluent run."""

    def in_context(self) -> bool:
        """Return whether the current folder is in a repository that uses expdocs."""
        with contextlib.suppress(Exception):
            return _wanted() and _repository() is not None
        return False

    def tags(self) -> dict[str, str]:
        """Return the provenance tags."""
        return provenance_tags()


def provenance_tags() -> dict[str, str]:
    """Return tags for code and data of the current folder's repository; empty without expdocs.

    They are found once a process and repository, because a process keeps running the code that
    it loaded; in a notebook, where code changes under way, each time. ``EXPDOCS_PROVENANCE=0``
    turns them off.
    """
    with contextlib.suppress(Exception):
        repository = _repository() if _wanted() else None
        if repository is not None:
            with _lock:
                if str(repository.root) not in _found or "ipykernel" in sys.modules:
                    _found[str(repository.root)] = _tags(repository)
                return dict(_found[str(repository.root)])
    return {}


def _wanted() -> bool:
    return os.environ.get("EXPDOCS_PROVENANCE", "").strip().lower() not in {
        *("0", "false", "no", "off"),
    }


# --- the repository and its record roots


@dataclass(frozen=True, slots=True)
class _Repository:
    root: Path
    records: tuple[str, ...]


def _repository() -> _Repository | None:
    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
    records = None if root is None else _records(root)
    return None if root is None or records is None else _Repository(root, records)


def _records(root: Path) -> tuple[str, ...] | None:
    """The record roots, or None where nothing says that expdocs is used."""
    settings: Any = _toml(root / "expdocs.toml")
    if settings is None:
        settings = (_toml(root / "pyproject.toml") or {}).get("tool", {}).get("expdocs")
    if not isinstance(settings, dict):
        return None
    named = settings.get("records", _DEFAULT_RECORDS)
    clean = (PurePosixPath(name) for name in named if isinstance(name, str))
    return tuple(sorted({str(path) for path in clean if path.parts and _inside(path)}))


def _toml(path: Path) -> dict[str, Any] | None:
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else None


def _inside(path: PurePosixPath) -> bool:
    return not path.is_absolute() and ".." not in path.parts and str(path).isprintable()


# --- the tags


def _tags(repository: _Repository) -> dict[str, str]:
    tags: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="expdocs-", ignore_cleanup_errors=True) as scratch:
        git = _Git(repository.root, Path(scratch))
        with contextlib.suppress(Exception):
            tags["expdocs.commit"] = git.text("rev-parse", "--verify", "HEAD^{commit}")
        with contextlib.suppress(Exception):
            files = git.stage_working_files(repository.records)
            with contextlib.suppress(Exception):
                tags |= _code_tags(git, repository.records, files, tags.get("expdocs.commit"))
            with contextlib.suppress(Exception):
                tags |= _data_tags(repository.root, files)
    return tags


def _code_tags(
    git: _Git, records: tuple[str, ...], files: Iterable[str], commit: str | None
) -> dict[str, str]:
    git.unstage(path for path in files if _left_out(path, records))
    tree = git.text("write-tree", "--missing-ok")
    tags = {
        "expdocs.code_tree": tree,
        "expdocs.code_tree_without": json.dumps(sorted({*records, "dvc.lock"}), ensure_ascii=False),
    }
    with contextlib.suppress(Exception):
        dirty = commit is None or git.differs(commit, records)
        tags["expdocs.dirty"] = "true" if dirty else "false"
    return tags


def _left_out(path: str, records: tuple[str, ...]) -> bool:
    name = path.rpartition("/")[2]
    return name == "dvc.lock" or any(path == r or path.startswith(f"{r}/") for r in records)


def _data_tags(root: Path, files: Iterable[str]) -> dict[str, str]:
    hashes = _data_hashes(root, files)
    parts: list[dict[str, str]] = []
    length = _TAG_CHARACTERS
    for path in sorted(hashes):
        added = len(_compact({path: hashes[path]})) - 1  # a comma in place of two braces
        if added >= _TAG_CHARACTERS:
            continue
        if length + added > _TAG_CHARACTERS:
            parts.append({})
            length = 1
        parts[-1][path] = hashes[path]
        length += added
    names = ("expdocs.data", *(f"expdocs.data.{number}" for number in range(1, _MAX_DATA_TAGS)))
    return {name: _compact(part) for name, part in zip(names, parts, strict=False)}


def _compact(value: Mapping[str, str]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- git: a second index and a second object store, so that the repository stays as it is


class _Git:
    def __init__(self, root: Path, scratch: Path) -> None:
        self._root = root
        self._environment = _clean_environment()
        objects, index = self.text(
            *("rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "index")
        ).splitlines()
        own = scratch / "objects"
        own.mkdir()
        if Path(index).is_file():
            # with its time, by which git tells which entries it must look at again
            shutil.copy2(index, scratch / "index")
        self._environment |= {
            "GIT_INDEX_FILE": str(scratch / "index"),
            "GIT_OBJECT_DIRECTORY": str(own),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects),
        }

    def stage_working_files(self, records: tuple[str, ...]) -> list[str]:
        """Stage all files but records; return the tracked ones that matter: records and DVC's."""
        skipped = [f":(exclude,top,literal){root}" for root in records]
        self._run("add", "--all", "--", ":(top)", *skipped)
        roots = [f":(top,literal){root}" for root in records]
        listed = self._run(
            "ls-files", "-z", "--", *roots, ":(top,glob)**/dvc.lock", ":(top,glob)**/*.dvc"
        )
        return [os.fsdecode(path) for path in listed.split(b"\0") if path]

    def unstage(self, paths: Iterable[str]) -> None:
        listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
        if listed:
            self._run("update-index", "--force-remove", "-z", "--stdin", given=listed)

    def differs(self, commit: str, records: tuple[str, ...]) -> bool:
        skipped = [f":(exclude,top,literal){root}" for root in records]
        pathspecs = [":(top)", *skipped, ":(exclude,top,glob)**/dvc.lock"]
        changed = self._run(
            "diff-index", "--cached", "--name-only", "--no-renames", commit, "--", *pathspecs
        )
        return bool(changed)

    def text(self, *arguments: str) -> str:
        return os.fsdecode(self._run(*arguments)).strip()

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        process = subprocess.Popen(
            [*_GIT, *arguments],
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(given, timeout=_GIT_SECONDS)
        except BaseException:
            # the whole group: a filter that git started would keep the pipe open
            with contextlib.suppress(OSError, AttributeError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.communicate()
            raise
        if process.returncode:
            raise RuntimeError(f"git {arguments[0]} failed")
        return output


def _clean_environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT_GIT_VARIABLES
    }
    fixed = {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # before git 2.45 nothing else stops a lazy fetch
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
    return kept | fixed


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# --- DVC files


def _data_hashes(root: Path, files: Iterable[str]) -> dict[str, str]:
    outs: dict[str, str] = {}
    deps: dict[str, str] = {}
    for path in sorted(files)[:_MAX_DVC_FILES]:
        name = path.rpartition("/")[2]
        if name != "dvc.lock" and (name == ".dvc" or not name.endswith(".dvc")):
            continue
        with contextlib.suppress(Exception):
            document = _yaml(root / path)
            if name == "dvc.lock":
                for stage, wdir in _stages(root / path, document):
                    _collect(deps, PurePosixPath(path).parent / wdir, stage.get("deps"))
                    _collect(outs, PurePosixPath(path).parent / wdir, stage.get("outs"))
            else:
                folder = PurePosixPath(path).parent / document.get("wdir", ".")
                _collect(outs, folder, document.get("outs"))
    inside = {path: value for path, value in deps.items() if _in_tracked_folder(path, outs)}
    return inside | outs


def _collect(into: dict[str, str], folder: PurePosixPath, entries: Any) -> None:
    for entry in entries if isinstance(entries, list) else ():
        md5 = entry.get("md5") if isinstance(entry, dict) else None
        if not isinstance(md5, str) or not _MD5.fullmatch(md5):
            continue
        path = os.path.normpath(folder / str(entry.get("path", "")))
        form = {"md5": "md5", None: "md5-dos2unix"}.get(entry.get("hash"))
        if form and path != "." and _inside(PurePosixPath(path)):
            into[path] = f"{form}:{md5}"


def _in_tracked_folder(path: str, outs: Mapping[str, str]) -> bool:
    return any(outs.get(str(above), "").endswith(".dir") for above in PurePosixPath(path).parents)


def _stages(lock: Path, document: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The stages of a lock file with the folder that their paths start from."""
    stages = document.get("stages")
    defined: Any = {}
    with contextlib.suppress(OSError):
        defined = _yaml(lock.with_name("dvc.yaml")).get("stages")
    for name, stage in stages.items() if isinstance(stages, dict) else ():
        definition = defined.get(name.partition("@")[0]) if isinstance(defined, dict) else None
        definition = definition if isinstance(definition, dict) else {}
        definition = definition.get("do", definition)
        wdir = definition.get("wdir", ".") if isinstance(definition, dict) else "."
        if isinstance(stage, dict) and isinstance(wdir, str) and "$" not in wdir:
            yield stage, wdir


def _yaml(path: Path) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 - only where there are DVC files

    # Events, not yaml.load: on deep nesting the C composer ends the process by a stack overflow.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    document = _built(yaml.parse(_content(path), Loader=loader))
    return document if isinstance(document, dict) else {}


def _built(events: Iterable[Any]) -> Any:
    """Build lists, maps and texts; what DVC never writes (aliases, deep nesting) is an error."""
    top: list[Any] = []
    around: list[list[Any]] = []
    items = top
    for event in events:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            items.append(event.value)
        elif kind in {"MappingStartEvent", "SequenceStartEvent"} and len(around) < _MAX_DEPTH:
            around.append(items)
            items = []
        elif kind == "MappingEndEvent":
            built = dict(zip(items[::2], items[1::2], strict=True))
            items = around.pop()
            items.append(built)
        elif kind == "SequenceEndEvent":
            around[-1].append(items)
            items = around.pop()
        elif not kind.startswith(("Stream", "Document")):
            raise ValueError("no file that DVC writes")
    return top[0]


def _content(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_FILE_BYTES:
            raise ValueError("not a small regular file")
        return file.read(_MAX_FILE_BYTES)
