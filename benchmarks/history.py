"""Writing a git history by one `git fast-import`, commit by commit, and asking it for ids."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

from expdocs.evidence.trees import TreeEntry, tree_id

WHO = "Ana Lima <ana@example.org>"
BRANCH = "refs/heads/main"


class Made(NamedTuple):
    """A commit that was written: its id, its tree, and the tree of its code alone."""

    sha: str
    tree: str
    code_tree: str


class History:
    """A repository that grows commit by commit; ``close`` checks the last one out."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True)
        self._root = root
        self._git("init", "-q", "-b", "main")
        command = ["git", "fast-import", "--quiet", "--date-format=raw"]
        self._process = subprocess.Popen(
            command, cwd=root, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._in: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        self._out: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        self._mark = 0

    def commit(self, message: str, seconds: int, files: Mapping[str, bytes]) -> None:
        """Write a commit that adds or replaces files; ``seconds`` since 1970 are its time."""
        self._mark += 1
        head = f"commit {BRANCH}\nmark :{self._mark}\ncommitter {WHO} {seconds} +0000\n"
        self._in.write(head.encode() + _data(message.encode()))
        for path, content in files.items():
            self._in.write(f"M 100644 inline {path}\n".encode() + _data(content))
        self._in.write(b"\n")

    def made(self, code: tuple[str, ...]) -> Made:
        """Return the ids of the last commit; ``code`` names the top folders and files of code."""
        sha = self._asked(f"get-mark :{self._mark}").decode()
        entries = sorted((self._entry(path) for path in code), key=_git_order)
        return Made(sha, self._entry("").sha, tree_id(entries))

    def close(self) -> None:
        """End the history and check its last commit out."""
        self._in.close()
        if self._process.wait():
            raise RuntimeError("git fast-import failed")
        self._out.close()
        self._git("reset", "-q", "--hard", "main")

    def _entry(self, path: str) -> TreeEntry:
        meta = self._asked(f'ls :{self._mark} "{path}"').partition(b"\t")[0]
        mode, _, sha = meta.split(b" ")
        return TreeEntry(mode.lstrip(b"0"), path.encode(), sha.decode())

    def _asked(self, question: str) -> bytes:
        self._in.write(question.encode() + b"\n")
        self._in.flush()
        return self._out.readline().rstrip(b"\n")

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self._root, env=_environment(), check=True)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _git_order(entry: TreeEntry) -> bytes:
    return entry.name + b"/" if entry.folder else entry.name


def _environment() -> dict[str, str]:
    """Return an environment in which nobody's git configuration changes what is measured."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return own | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
