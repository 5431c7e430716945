"""Asking an author for text in an editor, as git does for a commit's message."""

from __future__ import annotations

import shlex
import subprocess

from expdocs.atomic import write_bytes
from expdocs.errors import CannotRun, Refused, UsageError
from expdocs.repository import Repository

_SCISSORS = "------------------------ >8 ------------------------"
_HELP = """
{scissors}
Write above this line what was done, seen and concluded. It is left out, with all below it.
An empty text ends the command. Headings and labels such as `Hypothesis:` or `Next:` say where
text belongs; without any, the words of a sentence tell.
"""


class Sheet:
    """The file in which an author writes; it outlives a failed command, so that no text is lost."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.path = repository.common_dir / "expdocs" / "LOG.md"

    def written(self) -> str:
        """Open the editor and return what was written; raises ``Refused`` where nothing was."""
        editor = self._editor()
        kept = _above(self._read())
        write_bytes(self.path, (kept + _HELP.format(scissors=_SCISSORS)).encode("utf-8"))
        try:
            done = subprocess.run([*editor, str(self.path)], check=False)
        except OSError as problem:
            message = f"the editor {editor[0]} cannot be started: {problem.strerror}"
            raise CannotRun(message, "set EDITOR, or name a file: expdocs log FILE") from problem
        if done.returncode:
            message = f"the editor ended with {done.returncode}: nothing was logged"
            raise Refused(message, self.kept)
        text = _above(self._read())
        if not text.strip():
            self.clear()
            raise Refused("nothing was written, so nothing was logged")
        return text

    @property
    def kept(self) -> str:
        """Where the text is, for who has to run the command again."""
        return f"the text is kept in {self.path}, and the next `expdocs log` opens it again"

    def clear(self) -> None:
        """Forget the text, which is in a record now."""
        self.path.unlink(missing_ok=True)

    def _editor(self) -> list[str]:
        """Return the editor of git's own rules: GIT_EDITOR, core.editor, VISUAL, EDITOR."""
        hint = "name a file: expdocs log FILE, or set EDITOR"
        try:
            command = self._repository.run("var", "GIT_EDITOR", keep=("GIT_EDITOR",))
            # Words alone: what git hands to a shell is never handed to one here.
            return shlex.split(command.decode()) or ["vi"]
        except (CannotRun, ValueError) as problem:
            raise UsageError("there is no text, and git names no editor", hint) from problem

    def _read(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8") if self.path.is_file() else ""
        except UnicodeDecodeError as problem:
            raise Refused("the editor saved what is not UTF-8", self.kept) from problem


def _above(text: str) -> str:
    return text.partition(_SCISSORS)[0].strip()
