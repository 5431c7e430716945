"""Whether the data objects behind cited hashes are still where DVC keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from expdocs.errors import MissingExtra
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Verdicted
from expdocs.trackers.dvc import Presence, presence

EDGE = "dvc"

_EXPECTED = "in DVC's cache or a remote"
_NOWHERE = "the data object is missing: neither DVC's cache nor a remote has it"
_HERE_ALONE = "the data object is in the cache of this clone alone: share it with dvc push"
_FORMS = ("md5:", "md5-dos2unix:")


def data_subject(path: str, sha: str) -> str:
    """Return how verdicts name data at a commit."""
    return f"dvc:{path}@{sha}"


def data_drift(root: Path, hashes: Mapping[str, str]) -> Iterator[Verdicted]:
    """Yield a verdict on the object of each hash, by subject; all are asked for at once."""
    asked = {value for value in hashes.values() if value.startswith(_FORMS)}
    try:
        found = presence(root, asked) if asked else {}
    except MissingExtra as problem:
        found = {value: Presence(unreachable=(f"{problem.message}; {problem.hint}",))
                 for value in asked}  # fmt: skip
    for subject, value in hashes.items():
        yield _judged(subject, value, found.get(value))


def _judged(subject: str, value: str, where: Presence | None) -> Verdicted:
    if where is None:
        verdict, reason, now = Verdict.UNRECORDED, "DVC keeps no objects by such a hash", None
    elif where.remotes:
        verdict, reason, now = Verdict.VERIFIED, "", f"in {', '.join(where.remotes)}"
    elif where.unreachable:
        known = "in the cache of this clone; " if where.cached else ""
        verdict, reason = Verdict.UNREACHABLE, known + "; ".join(where.unreachable)
        now = "in the cache" if where.cached else None
    elif where.cached:
        verdict, reason, now = Verdict.UNRECORDED, _HERE_ALONE, "in the cache"
    elif where.partly:
        places = ", ".join(where.partly)
        verdict, now = Verdict.CONTRADICTED, f"in part in {places}"
        reason = f"files of the data directory are missing: {places} has its listing only"
    else:
        verdict, reason, now = Verdict.CONTRADICTED, _NOWHERE, None
    return Verdicted(subject, EDGE, f"object {value}", verdict, reason, _EXPECTED, now)
