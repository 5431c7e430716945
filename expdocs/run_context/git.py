"""Git with a second index and a second object store, so that the repository stays as it is."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

# For all calls together: training waits no longer, however git hangs.
SECONDS = 10.0
_KEPT_VARIABLES = {
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"),
    *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"),
}
_DISTRUSTED = 10 * 10**9  # nanoseconds
_GIT = (
    *("git", "--no-replace-objects", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false"),
    *("-c", "core.looseCompression=0", "-c", "index.skipHash=true"),
    *("-c", "advice.addEmbeddedRepo=false"),
)
_FACTS = (
    *("rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-path", "index"),
    *("HEAD^{commit}", "HEAD^{tree}"),
)


class Head(NamedTuple):
    """The commit that is checked out, and its tree."""

    commit: str
    tree: str


class Git:
    """Runs git in one repository until a deadline; every failure raises."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self._root = root
        self._end = time.monotonic() + SECONDS
        self._environment = _clean_environment()
        self._started: list[subprocess.Popen[bytes]] = []
        # Without a commit git fails, having told the two paths.
        answer = os.fsdecode(self.finish(self.start(*_FACTS), failing=True))
        objects, index, *head = answer.removesuffix("\n").split("\n")
        if not (objects.endswith("objects") and index.endswith("index")):
            raise ValueError("no repository, or a line break in its path")
        self.index = Path(index)
        self.head = Head(*head) if len(head) == len(Head._fields) else None
        self._beside = self._environment | _stores(objects, scratch)

    def beside(self) -> None:
        """From now on work on a copy of the index, and write objects elsewhere."""
        index = Path(self._beside["GIT_INDEX_FILE"])
        if self.index.is_file():
            # with its time, by which git tells which entries it must look at again
            shutil.copy2(self.index, index)
            if "DVC_STAGE" in os.environ:
                _distrust(index)
        self._environment = self._beside

    def seconds_left(self) -> float:
        """Return how long git may still take."""
        return self._end - time.monotonic()

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """Run git and return what it printed."""
        return self.finish(self.start(*arguments), given)

    def text(self, *arguments: str) -> str:
        """Run git and return its answer in one line."""
        return os.fsdecode(self.run(*arguments)).strip()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start git; its answer is had from ``finish``."""
        process = subprocess.Popen(
            [*_GIT, *arguments],
            cwd=self._root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def finish(
        self, process: subprocess.Popen[bytes], given: bytes = b"", *, failing: bool = False
    ) -> bytes:
        """Wait for a git that was started; return what it printed, ``failing`` or not."""
        try:
            output, _ = process.communicate(given, timeout=max(self.seconds_left(), 0))
        finally:
            self._stop(process)
        if process.returncode and not failing:
            raise RuntimeError("git failed")
        return output

    def close(self) -> None:
        """End what was started and never asked for."""
        for process in tuple(self._started):
            self._stop(process)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        self._started.remove(process)
        if process.returncode is None:
            # the whole group: a filter that git started would keep the pipe open
            with contextlib.suppress(OSError, AttributeError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.communicate()


def fields(listing: bytes) -> list[bytes]:
    """Return what git lists with ``-z``."""
    return listing.split(b"\0")[:-1]


def _stores(objects: str, scratch: Path) -> dict[str, str]:
    own = scratch / "objects"
    own.mkdir()
    return {
        "GIT_INDEX_FILE": str(scratch / "index"),
        "GIT_OBJECT_DIRECTORY": str(own),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(objects),
    }


def _clean_environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT_VARIABLES
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


def _distrust(index: Path) -> None:
    """Let git read again what was written shortly before an index.

    Where DVC runs an experiment elsewhere, it writes the index with a library that takes a
    parameter file for unchanged whose new value is as long as the old one.
    """
    status = index.stat()
    os.utime(index, ns=(status.st_atime_ns, status.st_mtime_ns - _DISTRUSTED))
