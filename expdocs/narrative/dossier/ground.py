"""What checks of reproducibility may ask: records, evidence, commits, verifications, branches."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from expdocs.config import Settings
from expdocs.evidence.commits import Commits
from expdocs.evidence.verdicts import Report, newest_reports
from expdocs.facts.citations import Facts
from expdocs.narrative.dossier.branches import Branches
from expdocs.narrative.page import Sources
from expdocs.records.corpus import Corpus
from expdocs.repository import Repository

MOST_REPORTS = 100


class Ground(NamedTuple):
    """All that a dossier rests on; ``reports`` are verifications, the newest first."""

    settings: Settings
    corpus: Corpus
    facts: Facts
    commits: Commits
    branches: Branches
    reports: Sequence[Report] = ()

    @property
    def repository(self) -> Repository | None:
        """The repository, where git may be asked."""
        return self.branches.repository


def ground_of(sources: Sources) -> Ground:
    """Return what a page's sources give; broken reports have findings of their own."""
    branches = Branches(sources.settings, sources.commits, sources.repository)
    return Ground(*sources[:4], branches, tuple(_reports(sources)))


def _reports(sources: Sources) -> Iterator[Report]:
    if sources.files is not None:
        listed = newest_reports(sources.files, sources.settings.evidence, MOST_REPORTS)
        yield from (one for one in listed if isinstance(one, Report))
