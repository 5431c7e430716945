"""The only door to git on the hot path: few processes, batched look-ups, a cleaned environment."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from expdocs.errors import CannotRun


class Unreadable(CannotRun):
    """A file is there, but the system does not let it be read."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path} cannot be read: {error.strerror}", "check its permissions")


FULL_SHA = re.compile(r"\A[0-9a-f]{40}\Z")
_PATH = re.compile(r"[^\n\0]+")
_STOPPED = ("git stopped while its objects were read", "run: git fsck")
_REGULAR = {"100644", "100755"}


# What hooks run with, and what would point git elsewhere; see git rev-parse --local-env-vars.
# The index of a commit in progress is looked at on purpose, so GIT_INDEX_FILE is not among them.
OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_PREFIX", "GIT_SHALLOW_FILE"),
)


def git_environment(keep: Sequence[str] = ()) -> dict[str, str]:
    """Return the environment for a git child: no inherited repository, replacements or fetches.

    Hooks run with ``GIT_DIR`` and ``GIT_INDEX_FILE`` set, which would point every other git call
    at the wrong place. ``keep`` names the variables that this call does want.
    """
    kept = {"GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", *keep}
    kept |= {"GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES"}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in kept}
    return environment | {
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


class GitObject(NamedTuple):
    """One object out of the store: its id, its type and its bytes."""

    sha: str
    type: str
    data: bytes


class ObjectReader:
    """A running ``git cat-file --batch`` that answers one look-up after the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._in: IO[bytes] = process.stdin  # type: ignore[assignment]
        self._out: IO[bytes] = process.stdout  # type: ignore[assignment]

    def get(self, sha: str, path: str | None = None) -> GitObject | None:
        """Return the object, or the one at ``path`` in it; None when the store lacks it."""
        if not FULL_SHA.match(sha) or (path is not None and not _PATH.fullmatch(path)):
            return None
        name = sha if path is None else f"{sha}:{path}"
        try:
            self._in.write(os.fsencode(name) + b"\n")
            self._in.flush()
        except BrokenPipeError as error:
            raise CannotRun(*_STOPPED) from error
        except UnicodeEncodeError:
            return None
        return self._answer()

    def _answer(self) -> GitObject | None:
        # A missing object is answered as "<name> missing", and names may hold blanks.
        line = self._out.readline()
        if not line:
            raise CannotRun(*_STOPPED)
        fields = line.rstrip(b"\n").rsplit(b" ", 2)
        if len(fields) != 3 or not fields[2].isdigit():  # noqa: PLR2004
            return None
        data = self._out.read(int(fields[2]))
        self._out.read(1)
        return GitObject(fields[0].decode(), fields[1].decode(), data)


class Entry(NamedTuple):
    """A file of a tree of files: ``regular`` is false for symbolic links and submodules."""

    path: str
    regular: bool
    size: int | None = None
    blob: str | None = None


class Files(Protocol):
    """A state of the repository's files: the working tree, the index, or a commit."""

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        """Return the files under ``roots`` (folders or files), sorted by path."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no regular file."""


class Repository:
    """A git repository with a working tree."""

    def __init__(self, root: Path, common_dir: Path, *, shallow: bool) -> None:
        self.root = root
        self.common_dir = common_dir
        self.shallow = shallow

    @classmethod
    def discover(cls, start: Path) -> Repository:
        """Find the repository that holds ``start``; raises ``CannotRun`` when there is none."""
        wanted = ("--show-toplevel", "--git-common-dir", "--is-shallow-repository")
        try:
            root, common, shallow = _rev_parse(start, *wanted)
        except CannotRun as problem:
            if "not a git repository" in problem.message:
                raise CannotRun(
                    f"{start} is not inside a git repository", "run: git init"
                ) from None
            if "must be run in a work tree" in problem.message:
                raise CannotRun(
                    f"{start} has no working tree (a bare repository?)", "run it in a clone"
                ) from None
            raise
        return cls(Path(root), Path(common), shallow=shallow == "true")

    def run(self, *arguments: str, stdin: bytes | None = None, keep: Sequence[str] = ()) -> bytes:
        """Run git in the repository and return what it printed; raises ``CannotRun``."""
        return _git(self.root, *arguments, stdin=stdin, keep=keep)

    def resolve(self, revision: str) -> str | None:
        """Return the full id of the commit that ``revision`` names, or None."""
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options")
        try:
            sha = self.run(*arguments, f"{revision}^{{commit}}").decode().strip()
        except CannotRun:
            return None
        return sha if FULL_SHA.match(sha) else None

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor of two commits, or None where none is known."""
        try:
            return self.run("merge-base", "--end-of-options", one, other).decode().split("\n")[0]
        except CannotRun:
            return None

    @property
    def partial(self) -> bool:
        """Whether the clone left objects out that a fetch would bring."""
        try:
            return bool(self.run("config", "--get-regexp", r"^remote\..*\.promisor$"))
        except CannotRun:
            return False

    @contextmanager
    def objects(self) -> Iterator[ObjectReader]:
        """Open the object store for many look-ups by one git process."""
        process = subprocess.Popen(
            ["git", "-c", "protocol.allow=never", "cat-file", "--batch"],
            cwd=self.root,
            env=git_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield ObjectReader(process)
        finally:
            process.communicate()

    def working_files(self) -> Files:
        """Return the tracked and the unignored files as they are on disk."""
        return _WorkingTree(self)

    def index_files(self) -> Files:
        """Return the files as they will be committed."""
        # During `git commit PATH` the index to look at is a temporary one that git names here.
        listing = self.run("ls-files", "--stage", "-z", keep=("GIT_INDEX_FILE",))
        return _Objects(self, _entries(listing, 1))

    def commit_files(self, sha: str) -> Files:
        """Return the files of a commit."""
        return _Objects(self, _entries(self.run("ls-tree", "-r", "-z", sha), 2))


class _WorkingTree:
    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._folders = {"": True}

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        options = ("--cached", "--others", "--exclude-standard", "--deduplicate")
        specs = [f":(top,literal){root}" for root in roots]
        listing = self._repository.run("ls-files", "-z", *options, "--", *specs)
        paths = sorted(os.fsdecode(name) for name in listing.split(b"\0") if name)
        return [entry for path in paths if (entry := self._entry(path))]

    def _entry(self, path: str) -> Entry | None:
        try:
            if not self._own(path.rpartition("/")[0]):
                return None
            status = os.lstat(f"{self._repository.root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(path, error) from error
        return Entry(path, stat.S_ISREG(status.st_mode), status.st_size)

    def read(self, path: str) -> bytes | None:
        target = self._repository.root / path
        try:
            if not stat.S_ISREG(target.lstat().st_mode) or not self._own(path.rpartition("/")[0]):
                return None
            return target.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Unreadable(path, error) from error

    def _own(self, folder: str) -> bool:
        """Whether a folder is the repository's own: no symbolic link leads to it."""
        if folder not in self._folders:
            mode = os.lstat(f"{self._repository.root}/{folder}").st_mode
            self._folders[folder] = stat.S_ISDIR(mode) and self._own(folder.rpartition("/")[0])
        return self._folders[folder]


class _Objects:
    def __init__(self, repository: Repository, entries: Mapping[str, Entry]) -> None:
        self._repository = repository
        self._entries = entries
        self._read: dict[str, bytes] = {}

    def list(self, roots: Sequence[str]) -> Sequence[Entry]:
        under = tuple(f"{root}/" for root in roots)
        found = [e for p, e in self._entries.items() if p in roots or p.startswith(under)]
        self._fetch([entry for entry in found if entry.regular])
        return sorted(found, key=lambda entry: entry.path)

    def read(self, path: str) -> bytes | None:
        entry = self._entries.get(path)
        if entry is None or not entry.regular or entry.blob is None:
            return None
        self._fetch([entry])
        return self._read.get(entry.blob)

    def _fetch(self, entries: Sequence[Entry]) -> None:
        wanted = {e.blob for e in entries if e.blob and e.blob not in self._read}
        if not wanted:
            return
        with self._repository.objects() as reader:
            for blob in wanted:
                if found := reader.get(blob):
                    self._read[blob] = found.data


def _entries(listing: bytes, blob_field: int) -> dict[str, Entry]:
    """Read `ls-files --stage -z` (blob in field 1) or `ls-tree -r -z` (blob in field 2)."""
    entries: dict[str, Entry] = {}
    for line in listing.split(b"\0"):
        if line:
            meta, name = line.split(b"\t", 1)
            fields = meta.decode().split(" ")
            path = os.fsdecode(name)
            entries[path] = Entry(path, fields[0] in _REGULAR, blob=fields[blob_field])
    return entries


def _rev_parse(where: Path, *options: str) -> list[str]:
    answer = os.fsdecode(_git(where, "rev-parse", "--path-format=absolute", *options))
    lines = answer.removesuffix("\n").split("\n")
    if len(lines) == len(options):
        return lines
    # A path with a line break in it can only be told apart when it is asked for alone.
    return [_alone(where, option) for option in options]


def _alone(where: Path, option: str) -> str:
    answer = _git(where, "rev-parse", "--path-format=absolute", option)
    return os.fsdecode(answer).removesuffix("\n")


def _git(
    where: Path, *arguments: str, stdin: bytes | None = None, keep: Sequence[str] = ()
) -> bytes:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=where,
            env=git_environment(keep),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        if not where.is_dir():
            raise CannotRun(f"the folder {where} does not exist") from error
        raise CannotRun("git is not installed", "install git 2.36 or newer") from error
    except NotADirectoryError as error:
        raise CannotRun(f"{where} is not a folder") from error
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise CannotRun(f"git {arguments[0]} failed: {lines[0].removeprefix('fatal: ')}")
    return done.stdout
