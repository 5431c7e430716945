"""Whether a text could hold a secret at all: cheap, linear, and without the scanner.

A text that passes is not scanned, so this may be wrong in one direction only.
"""

from __future__ import annotations

import re

LEAST = 16
_SWITCHES = 3

_RUN = re.compile(rf"[A-Za-z0-9_~-]{{{LEAST},}}")
_SWITCH = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])")
# Ids and digests: any hexadecimal number, a UUID, MLflow's ids of logged models.
DIGEST = re.compile(
    r"(?:m-)?(?:[0-9a-f]{7,128}|[0-9A-F]{7,128})|"
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)
# What values that must stay secret are called; the same words stand in the scanner's own rules.
NAMES = (
    *("passw", "passphrase", "pwd", "secret", "token", "key", "api", "auth", "access", "cred"),
    *("contrase", "mot de passe", "密码", "密碼", "口令"),
)
_VALUE = re.compile(
    r"""(?!ors?\b)[\w .-]{0,24}["'`*]{0,2}\s{0,3}[=:>：＝][\s"'`=*]{0,5}[^\s"'`]{8}"""
)
_ADDRESS = re.compile(r"://[^\s/@:]{0,64}:[^\s/@]{3}")


def suspicious(text: str) -> bool:
    """Whether a text is worth a scan."""
    if "-----BEGIN" in text or ("://" in text and _ADDRESS.search(text)):
        return True
    lower = text.lower()
    if "curl" in lower and "-u" in lower:
        return True
    return _assigned(lower) or any(
        _random(run) for word in text.split() if len(word) >= LEAST for run in _RUN.findall(word)
    )


def switches(text: str) -> int:
    """Return how often a text changes between small letters, capitals and digits."""
    return len(_SWITCH.findall(text))


def _random(run: str) -> bool:
    if DIGEST.fullmatch(run):
        return False
    return switches(run) >= _SWITCHES or (run.isupper() and run.isalnum())


def _assigned(lower: str) -> bool:
    for name in NAMES:
        at = lower.find(name)
        while at >= 0:
            if _VALUE.match(lower, at + len(name)):
                return True
            at = lower.find(name, at + 1)
    return False
