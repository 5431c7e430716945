"""The rules of gitleaks, as the package maskerlogger ships them, matched by RE2 in linear time.

Only rules that need no file name are used. Two rules of our own stand beside them: gitleaks has
none for a password in an address, and none for a password with punctuation.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple

from expdocs.errors import CannotRun

GENERIC = "generic-api-key"
PASSWORD = "password"  # noqa: S105

_OURS: tuple[dict[str, Any], ...] = (
    {
        "id": "password-in-url",
        "keywords": ["://"],
        "regex": r"""(?i)\b[a-z][a-z0-9+.-]{1,30}://[^\s/:@'"`<>]{0,64}:([^\s/@'"`<>]{3,128})@""",
    },
    {
        "id": PASSWORD,
        "keywords": [
            "passw",
            "passphrase",
            "pwd",
            "contrase",
            "mot de passe",
            "密码",
            "密碼",
            "口令",
        ],
        "regex": (
            r"""(?i)(?:passw(?:or[dt]|d)?|passphrase|pwd|contraseña|mot de passe|密码|密碼|口令)"""
            r"""["'`*]{0,3}[ \t]{0,3}(?::=|=>|=|:|：|＝)[ \t]{0,3}["'`*]{0,3}([^\s"'`,;]{8,64})"""
        ),
    },
)


# A list of 1,446 words, one of which stands in 2 % of all random values by chance. What it is for
# is told better by the form of a name; see ``scan``.
_NO_WORDS = (GENERIC,)
# A key of 32 hexadecimal digits often has less than the 3.5 bits that gitleaks asks for.
_LESS_ENTROPY = {GENERIC: 3.0}


class Match(NamedTuple):
    """What a rule found in bytes: the value, where it stands, and the text of the whole match."""

    rule: str
    start: int
    end: int
    value: str
    around: str


class Rule:
    """One rule, compiled when a text first holds one of its keywords."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given
        self.id: str = given["id"]

    @cached_property
    def keywords(self) -> tuple[str, ...]:
        """Texts in small letters, one of which stands wherever the rule matches."""
        return tuple(keyword.lower() for keyword in self.given["keywords"])

    def matches(self, raw: bytes) -> Iterator[Match]:
        """Yield what the rule finds in a text in UTF-8."""
        for found in self._pattern.finditer(raw):
            start, end = found.span(self._group(found))
            value = raw[start:end].decode()
            around = found.group().decode(errors="replace").strip("\n")
            if self._surprising(value) and not self._allowed(value, around):
                yield Match(self.id, start, end, value, around)

    def _group(self, found: Any) -> int:
        given: int = self.given.get("secretGroup", 0)
        groups = range(1, len(found.groups()) + 1)
        return given or next((one for one in groups if found.group(one)), 0)

    def _surprising(self, value: str) -> bool:
        least: float = _LESS_ENTROPY.get(self.id, self.given.get("entropy", 0))
        return entropy(value) > least

    def _allowed(self, value: str, around: str) -> bool:
        return any(one.allows(value, around) for one in self._allowlists)

    @cached_property
    def _pattern(self) -> Any:
        return compiled(self.given["regex"])

    @cached_property
    def _allowlists(self) -> Sequence[Allowlist]:
        given = [one for one in self.given.get("allowlists", ()) if "paths" not in one]
        return [Allowlist(one, by_words=self.id not in _NO_WORDS) for one in given]


class Allowlist:
    """What gitleaks knows to be no secret."""

    def __init__(self, given: Mapping[str, Any], *, by_words: bool = True) -> None:
        self.given = given
        self.by_words = by_words

    def allows(self, value: str, around: str) -> bool:
        """Whether a value is on the list."""
        target = value if self.given.get("regexTarget", "secret") == "secret" else around
        raw, small = target.encode(), value.lower()
        return any(one.search(raw) for one in self._patterns) or any(
            word in small for word in self._words
        )

    @cached_property
    def _patterns(self) -> Sequence[Any]:
        return [compiled(one) for one in self.given.get("regexes", ())]

    @cached_property
    def _words(self) -> Sequence[str]:
        return [word.lower() for word in self.given.get("stopwords", ()) if self.by_words]


def compiled(pattern: str) -> Any:
    """Return a pattern of RE2, which never goes back in the text."""
    import re2  # noqa: PLC0415

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


@cache
def ruleset() -> tuple[tuple[Rule, ...], Allowlist]:
    """Return the rules and what all of them allow; raises ``CannotRun`` when they are missing."""
    try:
        path = resources.files("maskerlogger") / "config" / "gitleaks.toml"
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ModuleNotFoundError, OSError) as error:
        hint = "run: python -m pip install --force-reinstall maskerlogger"
        raise CannotRun("the rules for secrets are not installed", hint) from error
    known = [one for one in given["rules"] if "regex" in one and "path" not in one]
    rules = [Rule(one) for one in (*known, *_OURS)]
    return tuple(rules), Allowlist(given["allowlist"])


def entropy(text: str) -> float:
    """Return the bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
