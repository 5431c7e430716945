"""What checks of reproducibility may ask: records, evidence, commits, verifications, branches."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.errors import CannotRun
from expdocs.evidence.commits import Commits
from expdocs.evidence.neighbours import Unread
from expdocs.evidence.verdicts import Report, newest_reports
from expdocs.facts.citations import Facts
from expdocs.narrative.page import Sources
from expdocs.records.corpus import Corpus
from expdocs.repository import Repository

MOST_REPORTS = 100
_HEAD = "origin/HEAD"


class Standing(NamedTuple):
    """Whether a protected branch holds a commit; None where nobody can tell here."""

    held: bool | None
    reason: str


class Ground(NamedTuple):
    """All that a dossier rests on; ``reports`` are verifications, the newest first."""

    settings: Settings
    corpus: Corpus
    facts: Facts
    commits: Commits
    repository: Repository | None = None
    reports: Sequence[Report] = ()

    def standing(self, reference: str) -> Standing:
        """Return whether the protected branch holds ``sha`` or ``alias@sha``."""
        alias = reference.rpartition("@")[0]
        there, sha = self.commits.of(reference)
        if isinstance(there, Unread):
            return Standing(None, there.reason)
        repository = self._repository(alias)
        if repository is None:
            return Standing(None, "git was not asked")
        if repository.shallow:
            return Standing(None, "this clone is shallow: fetch the whole history")
        if there.commit(sha) is None:
            return _absent(repository)
        return _standing(repository, sha, "" if alias else self.settings.protected_branch)

    def _repository(self, alias: str) -> Repository | None:
        if self.repository is None or not alias:
            return self.repository
        try:
            return Repository.discover(self.repository.root / self.settings.repositories[alias])
        except (CannotRun, OSError):
            return None


def ground_of(sources: Sources) -> Ground:
    """Return what a page's sources give; broken reports have findings of their own."""
    return Ground(*sources[:4], sources.repository, tuple(_reports(sources)))


def _reports(sources: Sources) -> Iterator[Report]:
    if sources.files is not None:
        listed = newest_reports(sources.files, sources.settings.evidence, MOST_REPORTS)
        yield from (one for one in listed if isinstance(one, Report))


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
