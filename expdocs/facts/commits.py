"""Which commits records name, and which data with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from expdocs.objects import FULL_SHA
from expdocs.prose.references import DvcLink, GitLink, parse_reference
from expdocs.prose.spans import Citation
from expdocs.records.record import Record


def cited_commits(records: Iterable[Record]) -> dict[str, set[str]]:
    """Return the commits that records name, each with the data paths that they name with it."""
    cited: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for _, sha in record.marked("commit"):
            if FULL_SHA.match(sha):
                cited[sha] |= set()
        for use in record.runs:
            if FULL_SHA.match(use.commit):
                cited[use.commit] |= {e["path"] for e in use.data if isinstance(e.get("path"), str)}
        for citation in record.prose.citations:
            for sha, path in _linked(citation):
                cited[sha] |= {path} if path else set()
    return cited


def _linked(citation: Citation) -> Iterator[tuple[str, str]]:
    if citation.scheme not in ("git", "dvc"):
        return
    try:
        link = parse_reference(citation.scheme, citation.target)
    except ValueError:
        return
    if isinstance(link, DvcLink) and not link.repository:
        yield link.sha, link.path
    elif isinstance(link, GitLink) and not link.repository:
        yield link.sha, ""
