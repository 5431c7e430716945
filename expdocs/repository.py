"""A repository with a working tree: the only door to git on the hot path, with few processes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from expdocs.errors import CannotRun
from expdocs.files import Files, StoredTree, WorkingTree, stored_entries
from expdocs.gitcommand import run_git
from expdocs.objects import FULL_SHA, ObjectStore


class Repository:
    """A git repository with a working tree."""

    def __init__(self, root: Path, common_dir: Path, *, shallow: bool) -> None:
        self.root = root
        self.common_dir = common_dir
        self.shallow = shallow
        self.objects = ObjectStore(root, common_dir)

    def __getstate__(self) -> dict[str, object]:
        # Another process is told while this one finds out more.
        return {name: getattr(self, name) for name in ("root", "common_dir", "shallow", "objects")}

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
        return run_git(self.root, *arguments, stdin=stdin, keep=keep)

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

    @cached_property
    def incomplete(self) -> bool:
        """Whether the clone is shallow, or left objects out that a fetch would bring."""
        return self.shallow or self.objects.partial

    def working_files(self) -> Files:
        """Return the tracked and the unignored files as they are on disk."""
        return WorkingTree(self.root, self.run)

    def index_files(self) -> Files:
        """Return the files as they will be committed."""
        # During `git commit PATH` the index to look at is a temporary one that git names here.
        listing = self.run("ls-files", "--stage", "-z", keep=("GIT_INDEX_FILE",))
        return StoredTree(self.objects, stored_entries(listing, 1))

    def commit_files(self, sha: str) -> Files:
        """Return the files of a commit."""
        return StoredTree(self.objects, stored_entries(self.run("ls-tree", "-r", "-z", sha), 2))

    def relative(self, path: str) -> str:
        """Return a path as the repository names it: relative to its top, forward slashes."""
        target = Path(path)
        if not target.is_absolute():
            target = Path.cwd() / target
        try:
            # The last part is not resolved: a symbolic link is named by its own name.
            inside = (target.parent.resolve() / target.name).relative_to(self.root.resolve())
        except ValueError:
            return path
        return inside.as_posix()


def _rev_parse(where: Path, *options: str) -> list[str]:
    answer = os.fsdecode(run_git(where, "rev-parse", "--path-format=absolute", *options))
    lines = answer.removesuffix("\n").split("\n")
    if len(lines) == len(options):
        return lines
    # A path with a line break in it can only be told apart when it is asked for alone.
    return [_alone(where, option) for option in options]


def _alone(where: Path, option: str) -> str:
    answer = run_git(where, "rev-parse", "--path-format=absolute", option)
    return os.fsdecode(answer).removesuffix("\n")
