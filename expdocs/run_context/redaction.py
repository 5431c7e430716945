"""Command lines without their secrets: what may be one is left out, when in doubt too.

A value goes when its name says so (``--api-key X``, ``TOKEN=X``, ``{"password": "X"}``), when it
stands in an address before the host, and when it looks drawn at random. Run ids, commits, digests
and names made of words stay, so that an ordinary command line can be read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise

REDACTED = "[redacted]"

_MAX_ARGUMENT = 1000
_MAX_LINE = 4000
_LEAST = 16
_LEAST_PART = 12
_CERTAIN, _LIKELY = 2, 1

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
_CERTAINLY = (
    *("passw", "passphrase", "pwd", "secret", "credential", "contraseña", "kennwort"),
    *("密码", "密碼", "口令"),
)
_CERTAIN_WORDS = {"pass", "passe", "cred", "creds", "bearer", "cookie", "private"}
_LIKELY_WORDS = {
    *("key", "keys", "token", "tokens", "auth", "oauth", "authorization", "authentication"),
    *("sig", "signature", "dsn", "pat", "pin"),
}
_JOINED = re.compile(r"(?:api|access|account|auth|hf|id|session|refresh|user)(?:key|token)s?")
_PLAIN_VALUE = re.compile(r"[+-]?[\d_.]{1,9}(?:[eE][+-]?\d{1,3})?|true|false|none|null", re.I)
_SCHEME = {"bearer", "basic", "token"}
_SEPARATORS = {"=", ":", "=>", ":="}
_USER_OPTIONS = {"-u", "-U", "--user", "--userpwd", "--proxy-user"}

_WHOLE = re.compile(r"(-{0,2}[^\s=:：＝\"'`]{1,100})(\s{0,3}[=:：＝]\s{0,3})(.+)", re.DOTALL)
_NAME = re.compile(
    r"""([^\s"'`=:：＝;,&?{}()\[\]<>|]{1,64})["'`*\\]{0,3}\s{0,3}(?::=|=>|[=:：＝])\s{0,3}"""
)
_VALUE = re.compile(
    r""""(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:(?:Bearer|Basic|Token)\s+)?[^\s"'`]+""",
    re.IGNORECASE,
)
_USER_INFO = re.compile(r"(?<=://)[^\s/?#\"'`]*@")
_USER_OPTION = re.compile(r"""(?<=-u|er)(\s{1,3}["']?)[^\s"':]*:[^\s"']+""")
_RUN = re.compile(rf"[A-Za-z0-9_~+=/.%-]{{{_LEAST},}}")
_SEGMENTS = re.compile(r"[/.=%]+")
_PARTS = re.compile(r"[-_~+]")
# The hexadecimal ids that people write: of runs, commits and digests, bare or after such a word.
_ID = re.compile(
    r"(?<![\w-])(?:(?:runs?|kernel|ckpt|checkpoint|model|version|commit|sha|md5|sha256|id|exp|"
    r"experiment|job|task|trial|m)[-_])?"
    r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{7,64})(?![\w-])"
)
_KEY = re.compile(r"[0-9a-f]{32}")
# What some services begin their tokens with, where chance alone may make one look like a word.
_KNOWN = re.compile(
    r"\b(?:gl[a-z]{2,4}-|gh[a-z]_|hf_|api_org_|dp\.[a-z]+\.|xox[a-z]-|sk-)[\w.-]{12,}"
)


def redacted(arguments: Sequence[str]) -> str:
    """Return the arguments in one line, as a shell would take them, without secrets."""
    line, length = [], 0
    for argument in _safe(arguments):
        shown = "".join(c if c.isprintable() else "�" for c in argument)
        quoted = shlex.quote(shown) if re.search(r"[\s'\"\\`]", shown) or not shown else shown
        length += len(quoted) + 1
        if length > _MAX_LINE:
            line.append("…")
            break
        line.append(quoted)
    return " ".join(line)


def _safe(arguments: Sequence[str]) -> Iterator[str]:
    level = 0
    pair = False  # the next value is user:password
    for argument in arguments:
        if level and (argument in _SEPARATORS or argument.lower() in _SCHEME):
            yield argument
            continue
        if level and not argument.startswith("--"):
            yield _hidden(argument, level)
            level = 0
            continue
        if pair and ":" in argument:
            yield REDACTED
        else:
            yield _within(argument)
        pair = argument in _USER_OPTIONS
        level = _announced(argument)


def _announced(argument: str) -> int:
    """How likely the next argument is a secret: after ``--token``, ``password:`` and the like."""
    name = argument.rstrip("=:：")
    if re.search(r"[=:：＝\s]", name):
        return 0
    level = sensitivity(name)
    named = argument.startswith("-") or name != argument
    return level if named or level == _CERTAIN or name == argument == "token" else 0


def sensitivity(name: str) -> int:
    """Return 2 where a value of this name is a secret, 1 where it is one unless a mere number."""
    if name.startswith("-") and not name.startswith("--") and len(name) <= 2:  # noqa: PLR2004
        return 0
    words = [word.lower() for word in _WORDS.findall(name)]
    together = "".join(words)
    if any(part in together for part in _CERTAINLY) or _CERTAIN_WORDS & set(words):
        return _CERTAIN
    likely = _LIKELY_WORDS & set(words) or any(_JOINED.fullmatch(word) for word in words)
    return _LIKELY if likely else 0


def _hidden(value: str, level: int) -> str:
    bare = value.strip("\"'`,;)}]")
    return value if level == _LIKELY and _PLAIN_VALUE.fullmatch(bare) else REDACTED


def _within(argument: str) -> str:
    """Return one argument without the secrets in it."""
    if len(argument) > _MAX_ARGUMENT or "-----BEGIN" in argument:
        return REDACTED
    whole = _WHOLE.fullmatch(argument)
    level = sensitivity(whole[1]) if whole else 0
    if whole and level:
        return whole[1] + whole[2] + _hidden(whole[3], level)
    text = _USER_INFO.sub(f"{REDACTED}@", argument)
    text = _USER_OPTION.sub(rf"\1{REDACTED}", text)
    text = "".join(_without_values(text))
    text = _KNOWN.sub(REDACTED, text)
    return _RUN.sub(lambda run: REDACTED if _random(run[0]) else run[0], text)


def _without_values(text: str) -> Iterator[str]:
    """Yield the text without the values whose names announce a secret."""
    at = 0
    for name in _NAME.finditer(text):
        level = sensitivity(name[1]) if name.start() >= at else 0
        value = _VALUE.match(text, name.end()) if level else None
        if value:
            yield text[at : value.start()]
            yield _hidden(value[0], level)
            at = value.end()
    yield text[at:]


def _random(run: str) -> bool:
    """Whether a run of characters changes its kind more often than words and numbers do."""
    segments = (one for one in _SEGMENTS.split(_ID.sub("", run)) if len(one) >= _LEAST)
    return any(_mixed(segment) or any(map(_drawn, _PARTS.split(segment))) for segment in segments)


def _mixed(segment: str) -> bool:
    return _changes(segment) > 2 + len(segment) // 6


def _drawn(part: str) -> bool:
    if len(part) < _LEAST_PART:
        return False
    capitals = len(part) >= _LEAST and part.isupper() and part.isalnum()
    return capitals or bool(_KEY.search(part)) or _changes(part) > 1 + len(part) // 8


def _changes(text: str) -> int:
    return sum(
        (a.islower() and (b.isupper() or b.isdecimal()))
        or (a.isupper() and b.isdecimal())
        or (a.isdecimal() and b.isalpha())
        for a, b in pairwise(text)
    )
