"""The search index: one entry for each of our pages, and a copy that works without a server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from expdocs.site.composer import PagePlan


def complete_index(folder: Path, pages: Iterable[PagePlan]) -> None:
    """Add the pages to a site's search index and write it as a script too, for ``file://``.

    Titles and texts are shown as HTML by the search, so they are escaped here.
    """
    path = folder / "search" / "search_index.json"
    if not path.is_file():  # the site has no search
        return
    index = json.loads(path.read_bytes())
    ours = [_entry(page) for page in pages]
    taken = {entry["location"] for entry in ours}
    index["docs"] = [*ours, *(e for e in index["docs"] if e.get("location") not in taken)]
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text, encoding="utf-8")
    # "</" and the two line separators would end a script or a line of it
    safe = text.replace("</", "<\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    (folder / "search" / "search_index.js").write_text(f"var __index = {safe}", encoding="utf-8")


def _entry(page: PagePlan) -> dict[str, str]:
    return {
        "location": page.url,
        "title": escape(page.title),
        "text": escape(page.search_text or page.description),
    }
