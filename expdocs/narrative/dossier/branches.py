"""Whether protected branches hold commits, as far as the clone can tell."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from typing import NamedTuple

from expdocs.config import Settings
from expdocs.errors import CannotRun
from expdocs.evidence.commits import Commits
from expdocs.evidence.neighbours import Unread
from expdocs.repository import Repository

_HEAD = "origin/HEAD"


class Standing(NamedTuple):
    """Whether a protected branch holds a commit; None where nobody can tell here."""

    held: bool | None
    reason: str


class Branches:
    """Answers about commits, each looked up once; without a repository nobody can tell."""

    def __init__(self, settings: Settings, commits: Commits, repository: Repository | None) -> None:
        self._settings = settings
        self._commits = commits
        self.repository = repository
        self._known: dict[str, Standing] = {}

    def standing(self, reference: str) -> Standing:
        """Return whether the protected branch holds ``sha`` or ``alias@sha``."""
        if reference not in self._known:
            self._known[reference] = self._found(reference)
        return self._known[reference]

    def _found(self, reference: str) -> Standing:
        alias = reference.rpartition("@")[0]
        there, sha = self._commits.of(reference)
        if isinstance(there, Unread):
            return Standing(None, there.reason)
        repository = self._of(alias)
        if repository is None:
            return Standing(None, "git was not asked")
        if repository.shallow:
            return Standing(None, "this clone is shallow: fetch the whole history")
        if there.commit(sha) is None:
            return _absent(repository)
        return _standing(repository, sha, "" if alias else self._settings.protected_branch)

    def _of(self, alias: str) -> Repository | None:
        if self.repository is None or not alias:
            return self.repository
        try:
            return Repository.discover(self.repository.root / self._settings.repositories[alias])
        except (CannotRun, OSError):
            return None


def _absent(repository: Repository) -> Standing:
    if repository.incomplete:
        return Standing(None, "this clone left the commit out: fetch it")
    return Standing(False, "git does not have the commit: no branch or tag here holds it")


def _standing(repository: Repository, sha: str, branch: str) -> Standing:
    names = [f"origin/{branch}", branch] if branch else [_HEAD]
    tips = ((name, repository.resolve(name)) for name in names)
    name, tip = next(((name, tip) for name, tip in tips if tip), ("", ""))
    if not tip:
        return Standing(None, "no protected branch is known: set protected_branch")
    if repository.merge_base(sha, tip) == sha:
        return Standing(True, f"{name} holds the commit")
    return Standing(False, f"{name} does not hold the commit")
