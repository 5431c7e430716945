"""Whether the words around placeholders are plain, and say nothing that only values may say."""

import re
import unicodedata
from collections.abc import Iterator

from expdocs.narrative.checks.view import HOLE, View, quoted, scheme
from expdocs.narrative.words import COMPARISONS, DENIALS, ENDS, NEGATIONS, NUMBERS, UNITS
from expdocs.prose.references import RECORD_ID

_ROMAN = re.compile(
    r"(?<!\w)(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})(?!\w)|(?<!\w)(?:ii|iii|iv|vi|vii|viii|ix|xi|xii)(?!\w)"
)
_LINK = re.compile(r"://|(?<!\w)www\.|:(?=[A-Za-z])|[\w-]@|(?<=[^\W\d_])\.(?=[^\W\d_])|//")
_SPELLED = re.compile(r"(?<!\w)[^\W\d_](?:[ .·_-][^\W\d_]){2,}(?!\w)")
_QUOTATION = frozenset(
    '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f\u2039\u203a\u2018'
)
_SENTENCE_END = re.compile("[.;!?\u3002\uff1b\uff01\uff1f]")
_VALUE = "\ufffb"
_TURNED = "turns the statement around: say it without"
_MARKUP = frozenset("<>[]`*#|~\\^$@")
_QUOTE_MARK = re.compile(rf"(?<![^\W\d_])(?<!{HOLE})'")


def uses_plain_characters(view: View) -> Iterator[str]:
    """Only letters of the language and plain punctuation: no markup, look-alike, hidden mark."""
    allowed = view.known.words[0].characters
    for character in dict.fromkeys("".join(view.literals)):
        if not allowed.match(character) and not _is_digit(character) and character not in "{}":
            yield _unwanted(character)
    if _QUOTE_MARK.search(view.bare):
        yield "a quotation mark stands in the text: put words of a record into quotes"


def _unwanted(character: str) -> str:
    if character in _QUOTATION:
        return "a quotation mark stands in the text: put words of a record into quotes"
    if character in _MARKUP:
        return f"{quoted(character)} is markup: write plain sentences"
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name}) may not stand in the text: use plain letters and marks"


def types_no_digits(view: View) -> Iterator[str]:
    """A digit of any script is a number that nobody checked, or a name that may be wrong."""
    digits = [one for text in view.literals for one in text if _is_digit(one)]
    if digits:
        yield (
            f"the digit {quoted(digits[0])} stands in the text: show numbers, and names that hold "
            "digits, by placeholders"
        )


def _is_digit(character: str) -> bool:
    return character.isnumeric() and unicodedata.category(character) in ("Nd", "Nl", "No")


def types_no_roman_numerals(view: View) -> Iterator[str]:
    """A roman numeral is a number, too."""
    for text in view.literals:
        for match in _ROMAN.finditer(text):
            yield f"{quoted(match[0])} is a roman numeral: leave it out"


def types_no_record_ids(view: View) -> Iterator[str]:
    """Records are named by their titles, and cited after the claim."""
    for text in view.literals:
        for match in RECORD_ID.finditer(text):
            yield f"{match[0]} stands in the text: write {{{{title:{match[0]}}}}} and cite it"


def holds_no_link(view: View) -> Iterator[str]:
    """No address leads off a page."""
    for text in view.literals:
        for match in _LINK.finditer(text):
            around = text[max(0, match.start() - 10) : match.end() + 10]
            yield f"{quoted(around)} looks like an address: leave it out"


def spells_no_letters(view: View) -> Iterator[str]:
    """Single letters in a row could spell what may not be said."""
    for text in view.literals:
        for match in _SPELLED.finditer(text):
            yield f"{quoted(match[0])} is spelled in single letters: write words"


def says_no_numbers(view: View) -> Iterator[str]:
    """Numbers and shares in words."""
    yield from _listed(view.bare, NUMBERS, view, "says a number: show a datum, or leave it out")


def says_no_units(view: View) -> Iterator[str]:
    """The unit comes with the value."""
    yield from _listed(
        view.bare, UNITS, view, "is a unit: the placeholder shows the unit with the value"
    )


def compares_nothing(view: View) -> Iterator[str]:
    """What is more, less, equal or the most is said by a datum."""
    yield from _listed(
        view.bare,
        COMPARISONS,
        view,
        "compares: write {{ID|direction}} or {{ID|quality}} of a difference",
    )


def negates_no_value(view: View) -> Iterator[str]:
    """A negation turns what follows it around, and next to a direction or a quality both."""
    if any(use.form for use in view.uses):
        yield from _listed(view.bare, NEGATIONS, view, _TURNED)
    elif view.claim.kind == "fact":
        for text in _before_values(view):
            yield from _listed(text, NEGATIONS, view, _TURNED)


def _before_values(view: View) -> Iterator[str]:
    """Yield of each sentence what stands before its last value."""
    shown = [HOLE if use.is_name else _VALUE for use in view.uses]
    text = "".join(map("".join, zip(view.literals, [*shown, ""], strict=True)))
    for sentence in _SENTENCE_END.split(text):
        yield sentence.rpartition(_VALUE)[0]


def denies_nothing(view: View) -> Iterator[str]:
    """A fact is not called false in the same breath."""
    if view.claim.kind == "fact" or any(use.form for use in view.uses):
        yield from _listed(view.bare, DENIALS, view, _TURNED)


def ends_nothing_by_itself(view: View) -> Iterator[str]:
    """That nothing more is to be had is said with the datum that says so."""
    if not any(scheme(datum.id) in ("exhausted", "verdict") for datum in view.listed):
        yield from _listed(
            view.bare, ENDS, view, "needs a datum exhausted:… or verdict:… in the claim"
        )


def begins_with_a_word(view: View) -> Iterator[str]:
    """A sentence begins with a letter or a value, a list or a heading does not."""
    first = view.bare.lstrip(" ")[:1]
    if first and first not in (HOLE, "(", "\uff08", "{") and not first.isalnum():
        yield f"it begins with {quoted(first)}: begin with a word or a placeholder"


def _listed(text: str, name: str, view: View, why: str) -> Iterator[str]:
    for words in view.known.words:
        for found in words.found(text, name):
            yield f"{quoted(found)} {why}"
