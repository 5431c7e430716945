"""Where pages lie: names that never move, made of ids and of text in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from posixpath import dirname, relpath
from urllib.parse import quote

from expdocs.records.outline import RECORD_ID
from expdocs.records.record import Record

MAX_SLUG = 60
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_RESERVED = frozenset({"index", "con", "prn", "aux", "nul"})


def record_url(record_id: str) -> str:
    """Return the address of a record's page, built from its id in lower case alone."""
    return f"records/{record_id.lower()}.html"


def page_of(record: Record, *, owner: bool) -> str:
    """Return the address of a record; one without an id of its own is found by its file."""
    if owner and RECORD_ID.fullmatch(record.id):
        return record_url(record.id)
    return f"records/file-{hashed_slug(record.path)}.html"


def run_url(run_id: str) -> str:
    """Return the address of a run's page, or nothing for what is no run id."""
    return f"runs/{run_id}.html" if _RUN_ID.fullmatch(run_id) else ""


def commit_url(sha: str) -> str:
    """Return the place of a commit on the page of commits."""
    return f"commits.html#c-{sha}"


def listing_url(family: str, name: str) -> str:
    """Return the address of a list, such as that of the tag ``imbalance``."""
    return f"{family}/{slug(name)}.html"


def slug(text: str) -> str:
    """Return a file name for any text; a text that is not its own name gets a mark of its own.

    The mark is a digest of the text, so two texts never share a name and no name depends on
    which other texts there are.
    """
    plain = _plain(text)
    if plain == text and plain not in _RESERVED:
        return plain
    return hashed_slug(text)


def hashed_slug(text: str) -> str:
    """Return a readable name with a digest of the text."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    plain = _plain(text)
    return f"{plain}-{digest}" if plain else digest


def _plain(text: str) -> str:
    lowered = unicodedata.normalize("NFC", text).lower()
    kept = "".join(c if c.isalnum() else "-" for c in lowered)
    joined = re.sub(r"-{2,}", "-", kept).strip("-")
    return joined.encode()[:MAX_SLUG].decode("utf-8", "ignore").strip("-")


@lru_cache(maxsize=65536)
def relative(page: str, target: str) -> str:
    """Return the percent-encoded link from one page to another (or to a place on it)."""
    path, mark, fragment = target.partition("#")
    anchor = f"#{quote(fragment, safe='-._~:')}" if mark else ""
    if path == page and anchor:
        return anchor
    return f"{quote(relpath(path, dirname(page) or '.'))}{anchor}"
