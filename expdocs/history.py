"""What git's history and configuration tell, through GitPython: who works here, what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from expdocs.config import Settings
from expdocs.errors import CannotRun
from expdocs.gitcommand import git_environment

try:
    import git
except ImportError as error:  # GitPython is there, but the program that it needs is not
    raise CannotRun("git is not installed", "install git 2.36 or newer") from error


FSCK = "run: git fsck"
TAG_PREFIX = "expdocs/"
_IDENTITY = re.compile(r"(.*) <(.*)> \d+ [-+]\d+\Z")
_OURS = re.compile(r"GIT_|LC_ALL\Z")
_NOT_IN_AN_ID = re.compile(r"[^\w.-]+")


class History:
    """The history of one repository."""

    def __init__(self, root: Path) -> None:
        self._repo = git.Repo(root)
        cleaned = git_environment()
        self._repo.git.update_environment(**{n: v for n, v in cleaned.items() if _OURS.match(n)})

    def author(self, settings: Settings) -> str:
        """Return the author id of whoever works here: from ``people`` by email, else the name."""
        name, email = self._identity()
        for key, person in settings.people.items():
            if email and email.casefold() in {known.casefold() for known in person.emails}:
                return key
        return author_id(name) or author_id(email.partition("@")[0])

    def _identity(self) -> tuple[str, str]:
        """Return name and address as git would write them into a commit made now."""
        try:
            found = _IDENTITY.match(self._repo.git.var("GIT_AUTHOR_IDENT"))
        except git.GitCommandError:
            found = None
        return (found[1], found[2]) if found else ("", "")

    def branch(self) -> str:
        """Return the name of the branch that is checked out, or an empty string."""
        return "" if self._repo.head.is_detached else str(self._repo.active_branch.name)

    def protected(self, settings: Settings) -> str | None:
        """Return the commit of the protected branch, or None where none is known."""
        names = [settings.protected_branch] if settings.protected_branch else ["origin/HEAD"]
        if settings.protected_branch:
            names.insert(0, f"origin/{settings.protected_branch}")
        for name in names:
            try:
                return str(self._repo.commit(name).hexsha)
            except (git.BadName, git.GitCommandError, ValueError, IndexError):
                continue
        return None

    def keep(self, commits: Iterable[str], settings: Settings) -> list[str]:
        """Tag the commits that the protected branch lacks, so that no squash or prune loses them.

        Returns the names of the new tags. Without a known protected branch nothing is tagged.
        """
        protected = self.protected(settings)
        if protected is None:
            return []
        tags = []
        for sha in commits:
            name = f"{TAG_PREFIX}{sha[:12]}"
            if not self._reachable(sha, protected) and name not in self._repo.tags:
                self._tag(name, sha)
                tags.append(name)
        return tags

    def _reachable(self, sha: str, tip: str) -> bool:
        try:
            return self._repo.is_ancestor(self._repo.commit(sha), self._repo.commit(tip))
        except git.GitCommandError:
            return True

    def _tag(self, name: str, sha: str) -> None:
        try:
            self._repo.create_tag(name, ref=sha, no_sign=True)
        except git.GitCommandError as error:
            raise CannotRun(f"git could not create the tag {name}") from error

    def names_ever_added(self, part: str) -> list[str]:
        """Return the names of all files whose name begins with ``part``, on any known branch."""
        wanted = ("--all", "--diff-filter=A", "--name-only", "--format=", "-z")
        try:
            listing = self._repo.git.log(*wanted, "--", f":(top,glob)**/{part}*")
        except git.GitCommandError as error:
            raise CannotRun("git could not read the history of all branches", FSCK) from error
        return [name for name in listing.split("\0") if name.strip()]


def author_id(text: str) -> str:
    """Return an author id made of a name: lower case, no blanks or punctuation."""
    return _NOT_IN_AN_ID.sub("-", text.strip().lower()).strip(".-_")[:64]
