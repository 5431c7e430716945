"""Secrets in a text: keys, tokens and passwords, wherever they stand.

This is what looks at everything that is committed, shown or sent: records, snapshots, prompts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from expdocs.secrets.ruleset import GENERIC, PASSWORD, Match, ruleset
from expdocs.secrets.suspicion import DIGEST, suspicious, switches

# A text with more has been told enough.
MOST = 100
_SHOWN, _LONG = 4, 16

# Marks of Markdown and YAML, and of other scripts, that may stand right after a value.
_BLANKED = dict.fromkeys("()[]{}<>|,*。，；！？、（）「」【】《》", " ") | {"：": ":", "＝": "="}
_ENDS = str.maketrans(_BLANKED)
_STOP = re.compile(r"[.!?;](?=\s|\Z)")

_STRONG = re.compile(
    r"(?:api|access|account|secret|private|auth|subscription)[\W_]{0,3}key|secret|passw|token|"
    r"credential|bearer",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"hash|sha(?:1|256|512)?\b|md5|digest|checksum|etag|commit|(?:_|\b)id\b", re.I
)
# What stands where a secret would: a variable, a call, or a word that says so.
_PLACEHOLDER = re.compile(
    r"[{<\[(].*|.*>|\$[{(].*|\$[A-Z_]{2,}|%\w*%|%[(\w].*|"
    r"(?:os\.|env[.(\[_]|process\.|self\.|config|settings|getpass|!).*|"
    r".*(?:\.\.\.|…|xxx|\*\*\*|your|example|changeme|redacted|removed|placeholder|dummy).*",
    re.IGNORECASE | re.DOTALL,
)
_CLASSES = (
    re.compile(r"[a-z]"),
    re.compile(r"[A-Z]"),
    re.compile(r"[0-9]"),
    re.compile(r"[^\w\s]"),
)
# The end of a sentence, a mapping or emphasis, which a rule took for a part of the value.
_TRAILING = ".,:;*)]}。，；"
_PARTS = re.compile(r"[-_./=+:]+")


class Hit(NamedTuple):
    """A value that should not stand in a text: where, and what it seems to be."""

    start: int
    end: int
    what: str
    value: str

    @property
    def masked(self) -> str:
        """What may be shown of it: the beginning of a long one, and the length."""
        return masked(self.value)

    @property
    def digest(self) -> str:
        """By which the setting ``not_secret`` names it."""
        return digest_of(self.value)


def masked(value: str) -> str:
    """Return what may be shown of a value that nobody should read."""
    begin = value[:_SHOWN] if len(value) >= _LONG else ""
    return f"{begin}… ({len(value)} characters)"


def digest_of(value: str) -> str:
    """Return the name that stands for a value: ``sha256:`` and 16 digits."""
    return f"sha256:{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:16]}"


def scan(text: str, not_secret: Collection[str] = ()) -> list[Hit]:
    """Return the secrets in a text by place; ``not_secret`` lists digests of values to let pass.

    Takes time in proportion to the text, whatever stands in it; of more than 100 hits the first
    are returned. Raises ``CannotRun`` when the rules are not installed.
    """
    return scan_anyway(text, not_secret) if suspicious(text) else []


def scan_anyway(text: str, not_secret: Collection[str] = ()) -> list[Hit]:
    """Return what ``scan`` does, without asking first whether a scan could find anything."""
    # One blank for one character: the places stay.
    plain = _STOP.sub(" ", text.translate(_ENDS))
    found = sorted({*_hits(text), *_hits(plain)}, key=_weight)
    kept: list[Hit] = []
    for hit in found:
        if len(kept) < MOST and hit.digest not in not_secret and not _overlaps(hit, kept):
            kept.append(hit)
    return sorted(kept)


def _weight(hit: Hit) -> tuple[bool, int, int, str]:
    """Order hits so that of those at one place the one that says most comes first."""
    return hit.what in (GENERIC, PASSWORD), hit.start, -hit.end, hit.what


def _overlaps(hit: Hit, kept: Iterable[Hit]) -> bool:
    return any(hit.start < other.end and other.start < hit.end for other in kept)


def _hits(text: str) -> Iterator[Hit]:
    raw, lower = text.encode("utf-8", "replace"), text.lower()
    rules, everywhere = ruleset()
    for rule in rules:
        if any(keyword in lower for keyword in rule.keywords):
            for match in rule.matches(raw):
                if not harmless(match) and not everywhere.allows(match.value, match.around):
                    start = match.start if text.isascii() else len(raw[: match.start].decode())
                    value = match.value.rstrip(_TRAILING)
                    yield Hit(start, start + len(value), match.rule, value)


# --- what is no secret in a record, though a rule says so


def harmless(match: Match) -> bool:
    """Whether a match is an id, a digest, a placeholder or a name rather than a secret."""
    name = match.around.partition(match.value)[0]
    value = match.value.rstrip(f"{_TRAILING}!?_")
    if match.rule in (PASSWORD, "password-in-url"):
        return _no_password(match.rule, value)
    if DIGEST.fullmatch(value) or value.isdigit():
        return not _STRONG.search(name) or bool(_IDENTIFIER.search(name))
    return match.rule == GENERIC and (_is_name(value) or bool(_PLACEHOLDER.fullmatch(value)))


def _no_password(rule: str, value: str) -> bool:
    if _PLACEHOLDER.fullmatch(value):
        return True
    # In prose a word follows: "Password: required". A password mixes letters with something else.
    return rule == PASSWORD and sum(bool(one.search(value)) for one in _CLASSES) < 2  # noqa: PLR2004


def _is_name(value: str) -> bool:
    """Whether a value is made of words and numbers, as names, versions and paths are."""
    return all(switches(part) <= 1 + len(part) // 8 for part in _PARTS.split(value))
