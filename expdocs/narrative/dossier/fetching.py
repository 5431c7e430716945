"""Commands that bring code and data of a run into a folder of their own, beside the clone."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname
from typing import NamedTuple

from expdocs.evidence.codeedge import code_edge
from expdocs.evidence.edges import Verdict as EdgeVerdict
from expdocs.evidence.neighbours import Unread
from expdocs.narrative.dossier.case import Case
from expdocs.narrative.dossier.ground import Ground
from expdocs.narrative.dossier.method import changes
from expdocs.narrative.dossier.recorded import inside
from expdocs.narrative.dossier.shell import ask, line, note, relative
from expdocs.objects import FULL_SHA

_SHORT = 12
_TAG = "refs/tags/expdocs"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[^/]+@[^/]+:")
_FORMS = ("md5:", "md5-dos2unix:")

Entry = tuple[tuple[str, str], ...]


class Place(NamedTuple):
    """Where runs are made again: one commit, its uncommitted changes, its data, its environment."""

    folder: str
    commit: str
    changes: tuple[tuple[str, str], ...]
    data: tuple[Entry, ...]
    environment: tuple[str, ...]

    @property
    def alias(self) -> str:
        """The name of the repository that the commit is of; empty for this one."""
        return self.commit.rpartition("@")[0]

    @property
    def sha(self) -> str:
        """The commit's id alone."""
        return self.commit.rpartition("@")[2]


def place_of(case: Case, ground: Ground, number: int) -> Place:
    """Return what a run has to share with others to be made in one place with them.

    A run without a commit shares nothing: its ``number`` names the folder.
    """
    sha = case.use.commit.rpartition("@")[2]
    name = sha[:_SHORT] if FULL_SHA.match(sha) else str(number + 1)
    tags = case.run.tags if case.run else {}
    found = sorted((changes(case, ground) or {}).items())
    data = tuple(_entry(one) for one in case.use.data)
    environment = tuple(tags.get(f"expdocs.{one}", "") for one in ("image", "lock", "python"))
    return Place(f"../rerun-{name}", case.use.commit, tuple(found), data, environment)


def _entry(entry: Mapping[str, object]) -> Entry:
    return tuple(sorted((key, str(value)) for key, value in entry.items()))


# --- code


def code_lines(place: Place, case: Case, ground: Ground) -> Iterator[str]:
    """Yield the commands that check out the code as it ran."""
    if not FULL_SHA.match(place.sha):
        yield ask("which commit was it? nobody recorded one")
        yield line("mkdir", "-p", place.folder)
        return
    yield from _checkout(place, ground)
    if place.changes:
        yield note("uncommitted changes of the run, by the hashes that it recorded")
        for path, blob in place.changes:
            yield _change(place, path, blob, ground)
    elif case.run is not None:
        yield from _doubt(case, ground)


def _checkout(place: Place, ground: Ground) -> Iterator[str]:
    where = _repository(place.alias, ground)
    if where is None:
        yield ask(f"where is the repository {place.alias}? the configuration does not name it")
        return
    if _ADDRESS.match(where):
        yield line("git", "clone", "--no-checkout", "--", where, place.folder)
        yield line("git", "-C", place.folder, "checkout", "--detach", place.sha)
        return
    git = ("git", "-C", where) if place.alias else ("git",)
    yield from _missing(place, git, ground)
    # A folder of another repository counts from there.
    folder = f'"$PWD"/{line(place.folder)}' if place.alias else line(place.folder)
    yield f"{line(*git, 'worktree', 'add', '--detach')} {folder} {place.sha}"


def _repository(alias: str, ground: Ground) -> str | None:
    where = ground.settings.repositories.get(alias) if alias else "."
    return where if where and where.isprintable() else None


def _missing(place: Place, git: tuple[str, ...], ground: Ground) -> Iterator[str]:
    there, sha = ground.commits.of(place.commit)
    if isinstance(there, Unread):
        yield note(f"{there.reason}: {there.advice}")
    elif there.commit(sha) is None and ground.repository is not None and not place.alias:
        if ground.repository.shallow:
            yield line(*git, "fetch", "--unshallow", "--tags", "origin")
            return
        tag = f"{_TAG}/{sha[:_SHORT]}"
        yield note("the commit is not in this clone; where it was kept, a tag holds it")
        yield line(*git, "fetch", "origin", f"{tag}:{tag}")


def _change(place: Place, path: str, blob: str, ground: Ground) -> str:
    if not inside(path):
        return ask("a changed file has a name that cannot be shown")
    target = f"{place.folder}/{path}"
    if not blob:
        return line("rm", target)
    held = ground.repository is not None and ground.repository.objects.get(blob) is not None
    if not held or place.alias:
        return ask(f"who has {path} with the hash {blob}? no commit here holds it")
    folder = line("mkdir", "-p", dirname(target))
    return f"{folder} && git cat-file blob {blob} > {line(target)}"


def _doubt(case: Case, ground: Ground) -> Iterator[str]:
    assert case.run is not None  # noqa: S101 - the caller has looked
    edge = code_edge(case.use, case.run, ground.commits)
    if edge.verdict is EdgeVerdict.CONTRADICTED:
        yield ask(f"which code ran? {edge.reason}")
    elif edge.verdict is not EdgeVerdict.VERIFIED:
        yield ask(f"was anything uncommitted? {edge.reason}")


# --- data


def data_lines(place: Place, case: Case, ground: Ground) -> Iterator[str]:
    """Yield the commands that bring the data of the commit."""
    if case.reads_none:
        yield note("the record says that it reads no data")
    elif not place.data:
        yield ask("which data did it read? neither the record nor the run names any")
    for entry in place.data:
        yield from _fetch(place, dict(entry), ground)


def _fetch(place: Place, entry: dict[str, str], ground: Ground) -> Iterator[str]:
    alias, _, path = entry.get("path", "").rpartition("@")
    where = _repository(alias or place.alias, ground)
    if not path:
        said = ", ".join(f"{key} {value}" for key, value in entry.items())
        yield ask(f"how is it fetched? {said}")
    elif alias != place.alias or where is None or not FULL_SHA.match(place.sha):
        yield ask(f"how is {path} fetched? no commit of its repository is named")
    elif not inside(path):
        yield ask("a data path cannot be shown")
    elif not entry.get("hash", "").startswith(_FORMS):
        yield note(f"imported without a copy of its own, at the version {entry.get('hash', '')}")
        yield from _get(place, where, path)
    else:
        yield from _get(place, where, path)


def _get(place: Place, where: str, path: str) -> Iterator[str]:
    target = f"{place.folder}/{path}"
    yield line("mkdir", "-p", dirname(target))
    out = ("--rev", place.sha, "--out", target)
    yield line("dvc", "get", "--force", *out, relative(where), relative(path))
