"""The demo's repository: git, DVC and training scripts as a team would run them by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from expdocs.errors import CannotRun

# The project's files carry .txt, so that tools take them for data and not for this package's code.
PROJECT = Path(__file__).with_name("project")
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the team: author id, name and address."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Who does something, and when (an instant, RFC 3339)."""

    who: Member
    at: str

    def environment(self) -> dict[str, str]:
        """Return what tells git and MLflow who works here, and git the time."""
        return {
            "GIT_AUTHOR_NAME": self.who.name,
            "GIT_AUTHOR_EMAIL": self.who.email,
            "GIT_AUTHOR_DATE": self.at,
            "GIT_COMMITTER_NAME": self.who.name,
            "GIT_COMMITTER_EMAIL": self.who.email,
            "GIT_COMMITTER_DATE": self.at,
            "LOGNAME": self.who.id,
        }


class DemoRepository:
    """Runs commands in the demo's folder; a command that fails raises ``CannotRun``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str, moment: Moment | None = None) -> str:
        """Run git and return what it printed."""
        return self._run(["git", *arguments], moment.environment() if moment else {}).strip()

    def dvc(self, *arguments: str) -> None:
        """Run DVC."""
        self._run([sys.executable, "-m", "dvc", *arguments, "--quiet"])

    def python(
        self, *arguments: str, who: Member | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        """Run a script of the project."""
        user = {"LOGNAME": who.id} if who else {}
        self._run([sys.executable, *arguments], user | dict(more or {}))

    def apply(self, step: str) -> None:
        """Change the project's code as the step says: new files, and a patch to existing ones."""
        folder = PROJECT / step
        for source in sorted(folder.rglob("*.txt")):
            target = self.root / source.relative_to(folder).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        patch = folder / "change.patch"
        if patch.is_file():
            self.git("apply", str(patch))

    def commit(self, message: str, moment: Moment, *, hooks: bool = False) -> str:
        """Commit everything, with the repository's hooks if wanted, and return the commit's id."""
        self.git("add", "--all")
        self.git(*([] if hooks else NO_HOOKS), "commit", "-q", "-m", message, moment=moment)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "main") -> None:
        """Begin a branch."""
        self.git("switch", "-q", "-c", name, start)

    def merge(self, name: str, moment: Moment, message: str = "") -> None:
        """Merge a branch into main by a merge commit, and delete the branch."""
        self.git("switch", "-q", "main")
        said = message or f"Merge branch '{name}'"
        self.git("merge", "-q", "--no-ff", "-m", said, name, moment=moment)
        self.git("branch", "-q", "-d", name)

    def squash(self, name: str, moment: Moment, message: str) -> None:
        """Bring a branch into main as one commit, and delete the branch with its commits."""
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--squash", name, moment=moment)
        self.commit(message, moment, hooks=True)
        self.git("branch", "-q", "-D", name)

    def _run(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
        try:
            done = subprocess.run(
                command,
                cwd=self.root,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise CannotRun(f"{command[0]} is not installed") from error
        if done.returncode:
            raise CannotRun(f"`{_shown(command)}` failed: {_reason(done)}")
        return done.stdout.decode(errors="replace")


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the last line that a command said, without what hangs under it."""
    said = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace")
    lines = [line for line in said.splitlines() if line[:1].strip()]
    return lines[-1][:300] if lines else f"exit code {done.returncode}"


def _shown(command: Sequence[str]) -> str:
    name = "python" if command[0] == sys.executable else command[0]
    return " ".join([name, *(part if len(part) < 60 else "…" for part in command[1:6])])  # noqa: PLR2004
