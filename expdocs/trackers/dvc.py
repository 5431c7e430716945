"""Where DVC keeps the objects behind hashes: in the local cache, in which remotes."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from expdocs.errors import MissingExtra
from expdocs.evidence.dvcfiles import MAX_FILE, listed_files
from expdocs.gitcommand import run_git
from expdocs.trackers.dvcproblems import sentence

_FORMS = frozenset({"md5", "md5-dos2unix"})
_ABSENT = (404, 410)  # answers of a server that has no such object


class Presence(NamedTuple):
    """Where the object behind a hash is.

    A directory is somewhere when its listing and every file in it are; ``partly`` names places
    that hold the listing and lack files. ``unreachable`` has a sentence for each place that gave
    no answer, which says what to configure.
    """

    cached: bool = False
    remotes: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether any place is known to hold all of it."""
        return self.cached or bool(self.remotes)


class _Place(NamedTuple):
    """A cache or a remote; ``odbs`` by hash form, empty where ``problem`` says why."""

    name: str
    cache: bool
    odbs: Mapping[str, Any]
    problem: str = ""


def presence(root: Path, hashes: Collection[str]) -> Mapping[str, Presence]:
    """Return where the object of each hash (``md5:…``, ``md5:….dir``) is, asked in batches.

    Every DVC repository in the git repository at ``root`` is asked. Raises ``MissingExtra``
    without DVC; what else goes wrong is a sentence in ``Presence.unreachable``.
    """
    wanted = [value for value in dict.fromkeys(hashes) if value.partition(":")[0] in _FORMS]
    found = {value: Presence() for value in dict.fromkeys(hashes)}
    for value in found.keys() - set(wanted):
        form = value.partition(":")[0]
        found[value] = Presence(unreachable=(f"DVC keeps no objects by {form}",))
    with _quiet():
        for place in _places(root) if wanted else ():
            _ask(place, wanted, found)
    return found


def _ask(place: _Place, wanted: list[str], found: dict[str, Presence]) -> None:
    problem = place.problem
    whole: dict[str, bool] = {}
    if not problem:
        try:
            whole = _held(place, wanted)
        except Exception as error:
            problem = sentence(place.name if place.cache else f"remote {place.name}", error)
    for value in wanted:
        found[value] = _with(found[value], place, whole.get(value), problem)


def _with(known: Presence, place: _Place, whole: bool | None, problem: str) -> Presence:
    if problem:
        return known._replace(unreachable=(*known.unreachable, problem))
    if whole is None:
        return known
    if not whole:
        return known._replace(partly=(*known.partly, place.name))
    if place.cache:
        return known._replace(cached=True)
    return known._replace(remotes=(*known.remotes, place.name))


def _held(place: _Place, wanted: list[str]) -> dict[str, bool]:
    """Return the hashes that a place holds, false for directories of which files are missing."""
    present = _existing(place, wanted)
    inside = {value: _inside(place, value) for value in present if value.endswith(".dir")}
    files = _existing(place, sorted({file for listed in inside.values() for file in listed or ()}))
    return {value: value not in inside or _all(inside[value], files) for value in present}


def _all(listed: set[str] | None, present: set[str]) -> bool:
    return listed is not None and listed <= present


def _existing(place: _Place, values: list[str]) -> set[str]:
    found: set[str] = set()
    for form, odb in place.odbs.items():
        ids = [value.partition(":")[2] for value in values if value.startswith(f"{form}:")]
        # Not oids_exist, which for folders reads every file, and deletes what is damaged.
        present = set(odb.list_oids_exists(ids)) if ids else set()
        _probe(odb, next((value for value in ids if value not in present), ""))
        found |= {f"{form}:{value}" for value in present}
    return found


def _probe(odb: Any, absent: str) -> None:
    """Ask once more for one object: "exists" takes a refusal or a dead server for "no"."""
    if not absent:
        return
    try:
        odb.fs.info(odb.oid_to_path(absent))
    except FileNotFoundError as error:
        cause = error.__cause__  # over HTTP this stands for every failure
        over_http = type(cause).__module__.startswith("aiohttp")
        if cause is not None and over_http and getattr(cause, "status", 0) not in _ABSENT:
            raise cause from None


def _inside(place: _Place, directory: str) -> set[str] | None:
    """Return the hashes of a directory's files, or None where its listing cannot be read."""
    form, _, value = directory.partition(":")
    odb = place.odbs[form]
    with odb.fs.open(odb.oid_to_path(value), "rb") as file:
        listed = listed_files(file.read(MAX_FILE + 1), form)
    return None if listed is None else set(listed.values())


# --- caches and remotes


def _places(root: Path) -> Iterator[_Place]:
    folders = _repositories(root)
    if not folders:
        yield _Place(
            "", cache=True, odbs={}, problem="there is no DVC repository here: run dvc init"
        )
    for folder in folders:
        shown = folder.relative_to(root).as_posix()
        yield from _places_of(folder, "" if shown == "." else f"{shown}: ")


def _repositories(root: Path) -> list[Path]:
    listed = run_git(root, "ls-files", "-z", "--", ":(top,glob)**/.dvc/config").split(b"\0")
    folders = {root / Path(os.fsdecode(path)).parent.parent for path in listed if path}
    return sorted(folder for folder in {root, *folders} if (folder / ".dvc").is_dir())


def _places_of(folder: Path, prefix: str) -> Iterator[_Place]:
    try:
        repo = _opened(folder)
    except MissingExtra:
        raise
    except Exception as error:
        problem = sentence(f"{prefix}the cache", error)
        yield _Place(f"{prefix}cache", cache=True, odbs={}, problem=problem)
        return
    try:
        odbs = {"md5": repo.cache.local, "md5-dos2unix": repo.cache.legacy}
        yield _Place(f"{prefix}cache", cache=True, odbs=odbs)
        for name in sorted(repo.config["remote"]):
            yield _remote(repo, name, f"{prefix}{name}")
    finally:
        repo.close()


def _opened(folder: Path) -> Any:
    try:
        from dvc.repo import Repo  # noqa: PLC0415 - the one door to DVC
    except ImportError as error:
        raise MissingExtra("dvc", "looking for data objects") from error
    return Repo(os.fspath(folder))


def _remote(repo: Any, name: str, shown: str) -> _Place:
    try:
        remote = repo.cloud.get_remote(name)
        if remote.worktree or remote.fs.version_aware:
            problem = f"remote {shown} keeps versions of files, not objects: run dvc status --cloud"
            return _Place(shown, cache=False, odbs={}, problem=problem)
        if remote.fs.protocol == "local" and not Path(remote.path).is_dir():
            problem = f"remote {shown} is a folder that does not exist here: mount it"
            return _Place(shown, cache=False, odbs={}, problem=problem)
        odbs = {"md5": remote.odb, "md5-dos2unix": remote.legacy_odb}
    except Exception as error:
        return _Place(shown, cache=False, odbs={}, problem=sentence(f"remote {shown}", error))
    return _Place(shown, cache=False, odbs=odbs)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
