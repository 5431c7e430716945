"""Judging synthesis pages, which rest on many records: all of them whenever anything changed."""

from __future__ import annotations

from collections.abc import Sequence

from expdocs.checking.anew import Anew, answers_in
from expdocs.evidence.store import Evidence
from expdocs.rules.choice import Judgement, Said
from expdocs.rules.context import Context
from expdocs.rules.synthesis import check_page
from expdocs.workspace import Workspace


def with_pages(workspace: Workspace, paths: Sequence[str], found: Anew) -> Anew:
    """Return a whole check with what there is to say of the pages at some paths."""
    asked: set[str] = set()
    # Several pages ask for the same snapshots, and each for most there are.
    evidence = Evidence(workspace.files, workspace.settings.evidence, asked.add)
    with workspace.repository.objects:
        context = Context(
            workspace.settings,
            workspace.registry,
            workspace.corpus.index,
            evidence,
            workspace.read_commits(evidence, asked.add),
            workspace.repository.incomplete,
            lambda: workspace.corpus,
        )
        read = workspace.files.read
        said = [Said(path, (), Judgement(tuple(check_page(path, read, context)))) for path in paths]
    git, disk = answers_in(asked)
    told = [one for one in said if one.anything]
    return found._replace(said=[*found.said, *told], git=found.git | git, disk=found.disk | disk)
