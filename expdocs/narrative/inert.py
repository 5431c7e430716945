"""Text of records and models as Markdown that shows it and does nothing else.

Any parser of Markdown must show ``plain(text)`` for ``escape(text)``: no element, link or citation.
What all of them take after a backslash gets one; the rest become character references, which none
takes for markup.
"""

import re
import unicodedata

# A fixed list, since what counts as printable differs between versions of Python: controls, marks
# that turn the direction of text, characters that show nothing, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_REPLACEMENT = "\ufffd"
_ACTIVE = re.compile(
    r"""
      (?P<backslash> [\\`*_{}\[\]\#]      # emphasis, code, links, attributes, headings, issues
        | (?<=[-+!])[-+!]                # rules, dashes, admonitions
        | (?<=[A-Z])-(?=[0-9]) )         # ids of records
    | (?P<reference> [&<>|~^$@]          # references, HTML, tables, formulas, addresses
        | (?<==)= | (?<=\?)\?            # highlights, details
        | :(?=\S) | (?<=[wW]{3})\. )     # schemes and short codes, addresses
    """,
    re.VERBOSE,
)
# What is markup at the beginning of a line: lists, rules, definitions, underlines of headings.
_BEGINNING = re.compile(r"\A(?:\d+(?=[.)]))?(?:(?P<backslash>[-+!.)])|(?P<reference>[=:?%]))")


def plain(text: str) -> str:
    """Return text on one line, in the normal form NFC, with � for what cannot be seen."""
    line = " ".join(_UNSEEN.sub(_REPLACEMENT, text).split())
    return unicodedata.normalize("NFC", line)


def escape(text: str, *, inside: bool = False) -> str:
    """Return one line of Markdown that shows ``plain(text)``, or a part ``inside`` of a line."""
    line = _ACTIVE.sub(_inert, plain(text))
    return line if inside else _BEGINNING.sub(_inert, line)


def _inert(match: re.Match[str]) -> str:
    before, mark = match[0][:-1], match[0][-1]
    return f"{before}\\{mark}" if match["backslash"] else f"{before}&#{ord(mark)};"
