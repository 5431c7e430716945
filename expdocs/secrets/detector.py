"""What the rules find in a text, without what is no secret in a record though a rule says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expdocs.secrets.ruleset import GENERIC, PASSWORD, Match, ruleset
from expdocs.secrets.suspicion import is_digest, switches

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

# Start, end, rule and value.
Candidate = tuple[int, int, str, str]


def candidates(text: str) -> list[Candidate]:
    """Return what seems to be a secret; of those at one place the one that says most first."""
    # One blank for one character: the places stay.
    plain = _STOP.sub(" ", text.translate(_ENDS))
    return sorted({*_found(text), *_found(plain)}, key=_weight)


def _weight(one: Candidate) -> tuple[bool, int, int, str]:
    start, end, rule, _ = one
    return rule in (GENERIC, PASSWORD), start, -end, rule


def _found(text: str) -> Iterator[Candidate]:
    raw, lower = text.encode("utf-8", "replace"), text.lower()
    rules, everywhere = ruleset()
    for rule in rules:
        if any(keyword in lower for keyword in rule.keywords):
            for match in rule.matches(raw):
                if not harmless(match) and not everywhere.allows(match.value, match.around):
                    start = match.start if text.isascii() else len(raw[: match.start].decode())
                    value = match.value.rstrip(_TRAILING)
                    yield start, start + len(value), match.rule, value


def harmless(match: Match) -> bool:
    """Whether a match is an id, a digest, a placeholder or a name rather than a secret."""
    name = match.around.partition(match.value)[0]
    value = match.value.rstrip(f"{_TRAILING}!?_")
    if match.rule in (PASSWORD, "password-in-url"):
        return _no_password(match.rule, value)
    if is_digest(value) or value.isdigit():
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
