"""Whether a text could hold a secret or personal data at all: cheap, linear, without the scanner.

A text that does not look so is not scanned, so this may be wrong in one direction only. Every check
of every record pays for it; patterns that few records need are compiled when they are needed.
"""

from __future__ import annotations

import re

LEAST = 16
_SWITCHES = 3
_HEXADECIMAL = "0123456789abcdefABCDEF"

_SWITCH = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")
_RUN = re.compile(rf"[A-Za-z0-9_~-]{{{LEAST},}}")
# What values that must stay secret are called; the same words stand in the scanner's own rules.
_NAMES = ("pass", "pwd", "secret", "token", "key", "api", "auth", "access", "cred")
_NAMES_BEYOND_ASCII = ("contrase", "密码", "密碼", "口令")
_VALUE = r"""(?!ors?\b)[\w .-]{0,24}["'`*]{0,2}\s{0,3}[=:>：＝][\s"'`=*]{0,5}[^\s"'`]{8}"""
_ADDRESS = r"://[^\s/@:]{0,64}:[^\s/@]{3}"
_NUMBERS = re.compile(
    r"[0-9A-Z](?<![0-9A-Za-z].)(?:[0-9]{3}|[A-Z][0-9]{2})[ -]?[A-Z0-9]{4,6}[ -]?[A-Z0-9]{4}"
)


def suspicious(text: str) -> bool:
    """Whether a text is worth a scan for secrets."""
    if "-----BEGIN" in text or ("://" in text and re.search(_ADDRESS, text)):
        return True
    lower = text.lower()
    if "curl" in lower and "-u" in lower:
        return True
    return _assigned(lower) or any(_random(run) for run in _long_runs(text))


def maybe_personal(text: str) -> bool:
    """Whether a text is worth a search for personal data."""
    return _address(text) or _number(text) or _NUMBERS.search(text) is not None


def is_digest(text: str) -> bool:
    """Whether a text is a hexadecimal number or a UUID, or MLflow's id of a logged model."""
    digits = text.removeprefix("m-").replace("-", "")
    return len(digits) >= len("9e20a4f") and not digits.strip(_HEXADECIMAL)


def switches(text: str) -> int:
    """Return how often an ASCII text changes between small letters, capitals and digits."""
    return len(_SWITCH.findall(text))


def _long_runs(text: str) -> list[str]:
    words = " ".join([word for word in text.split() if len(word) >= LEAST])
    return _RUN.findall(words)


def _random(run: str) -> bool:
    if is_digest(run):
        return False
    return (run.isupper() and run.isalnum()) or switches(run) >= _SWITCHES


def _assigned(lower: str) -> bool:
    for name in _NAMES if lower.isascii() else _NAMES + _NAMES_BEYOND_ASCII:
        at = lower.find(name)
        while at >= 0:
            end = at + len(name)
            # Every record has authors.
            if not lower.startswith("ors:", end) and re.compile(_VALUE).match(lower, end):
                return True
            at = lower.find(name, end)
    return False


def _address(text: str) -> bool:
    for after in text.split("@")[1:]:
        host, dot, _ = after[:64].partition(".")
        if dot and host.replace("-", "").replace("_", "").isalnum():
            return True
    return False


def _number(text: str) -> bool:
    parts = (after[:32] for after in text.split("+")[1:] if after[:1] in tuple("123456789"))
    return any(sum(map(str.isdecimal, part)) >= len("12345678") for part in parts)
