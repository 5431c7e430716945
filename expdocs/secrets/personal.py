"""Personal data in a text: e-mail addresses, phone numbers, payment cards and bank accounts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from expdocs.secrets.scan import ACCOUNT, EMAIL, MOST, PHONE, Hit

_LOCAL = re.compile(r"[\w.%+-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_RESERVED = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost|local)", re.I
)
# Nobody in person: the user of an address for git, and senders that read no mail.
_NOBODY = re.compile(
    r"git|hg|svn|no-?reply|do-?not-?reply|\d{0,12}\+?[^@]*@users\.noreply\..*", re.I
)
_FILES = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "md", "py", "csv", "json", "js"}
)
_PHONE = re.compile(r"(?<![\w./])\+(?=[1-9])(?:[ ()./-]{0,2}[0-9]){8,15}(?![\w%]|[.,][0-9])")
_DECIMAL = re.compile(r"\+[0-9]+\.[0-9]+")
_CARD = re.compile(r"(?<![\w.,/#-])[3-6](?:[ -]?[0-9]){12,18}(?![\w-]|[.,/][0-9])")
_ISSUED = re.compile(r"4(?:.{12}|.{15}|.{18})|(?:5[1-5]|2[2-7]|6[045]|35).{14}|3[47].{13}")
_IBAN = re.compile(
    r"(?<![\w/-])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])"
)


def found(text: str, known: Collection[str]) -> Iterator[Hit]:
    """Yield the personal data in a text by kind; see ``personal_data``."""
    yield from _emails(text, {address.lower() for address in known})
    yield from _phones(text)
    yield from _accounts(text)


def _emails(text: str, known: Collection[str]) -> Iterator[Hit]:
    at, count = text.find("@"), 0
    while at >= 0 and count < MOST:
        domain = text[at + 1 : at + 2].isalnum() and _DOMAIN.match(text, at + 1)
        local = domain and _LOCAL.search(text, max(0, at - 64), at)
        if local and domain and _personal(local[0], domain[0]):
            value = f"{local[0]}@{domain[0]}".lstrip(".-+")
            if value.lower() not in known:
                count += 1
                yield Hit(domain.end() - len(value), domain.end(), EMAIL, value)
        at = text.find("@", at + 1)


def _personal(local: str, domain: str) -> bool:
    if _RESERVED.fullmatch(domain) or domain.rpartition(".")[2].lower() in _FILES:
        return False
    return not (_NOBODY.fullmatch(local) or _NOBODY.fullmatch(f"{local}@{domain}"))


def _phones(text: str) -> Iterator[Hit]:
    count = 0
    for match in _PHONE.finditer(text):
        if not _DECIMAL.fullmatch(match[0]) and _assigned(match[0]):
            count += 1
            yield Hit(match.start(), match.end(), PHONE, match[0])
        if count == MOST:
            return


def _assigned(number: str) -> bool:
    """Whether a number is in a range that a country has given out."""
    import phonenumbers  # noqa: PLC0415

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number)))
    except phonenumbers.NumberParseException:
        return False


def _accounts(text: str) -> Iterator[Hit]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _ISSUED.fullmatch(digits) and luhn(digits):
            yield Hit(match.start(), match.end(), ACCOUNT, match[0])
    for match in _IBAN.finditer(text):
        if _checks_out(match[0].replace(" ", "")):
            yield Hit(match.start(), match.end(), ACCOUNT, match[0])


def luhn(digits: str) -> bool:
    """Whether the check digit of a payment card fits (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _checks_out(account: str) -> bool:
    """Whether the check digits of an IBAN fit (ISO 13616)."""
    moved = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1
