"""The kinds of pages: each module has its ``PAGE``, and is imported when it is asked for."""

import importlib

from expdocs.errors import UsageError
from expdocs.narrative.page import PageKind

MODULES = {
    "overview": "expdocs.narrative.pages.overview",
    "phase": "expdocs.narrative.pages.phase",
    "dropped": "expdocs.narrative.pages.dropped",
    "exhausted": "expdocs.narrative.pages.exhausted",
    "dossier": "expdocs.narrative.pages.dossier",
    "comparisons": "expdocs.narrative.pages.comparisons",
    "suggest": "expdocs.narrative.pages.suggest",
}


def page_kind(name: str) -> PageKind:
    """Return a kind of page; raises ``UsageError`` for one that there is not."""
    if name not in MODULES:
        known = ", ".join(MODULES)
        raise UsageError(f"there is no page of the kind '{name[:40]}'", f"write one of: {known}")
    found: PageKind = importlib.import_module(MODULES[name]).PAGE
    return found
