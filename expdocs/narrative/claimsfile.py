"""Claims as JSON: the file beside a page, and what a model is asked to answer.

A reply of a model and a file that somebody edited are read alike: strictly, with limits, and the
first thing that does not fit is named with its place.
"""

import json
import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeVar

from expdocs.canonical import sha256_of
from expdocs.evidence.documents import SnapshotProblem, parse, small_enough
from expdocs.narrative.claims import (
    KINDS,
    PLACEHOLDER,
    Claim,
    Claims,
    Quote,
    SectionClaims,
    Uncovered,
)

_T = TypeVar("_T")

_LONGEST_SHOWN = 64

# How many, and how many code points: far more than a page that people read holds.
MAX_SECTIONS: Final = 64
MAX_CLAIMS: Final = 1_000
MAX_CITED: Final = 20_000
MAX_QUOTES: Final = 20
MAX_UNCOVERED: Final = 20_000
MAX_ID: Final = 600
MAX_TEXT: Final = 2_000
MAX_QUOTE: Final = 1_000
MAX_REASON: Final = 400


class ClaimsProblem(ValueError):
    """Something that is not of the form of claims: where it stands, and what is wrong."""

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place
        self.message = message
        self.hint = hint


def to_document(claims: Claims) -> dict[str, Any]:
    """Return claims as what JSON has."""
    return {
        "sections": [
            {"key": section.key, "claims": [_claim_document(claim) for claim in section.claims]}
            for section in claims.sections
        ],
        "uncovered": [one._asdict() for one in claims.uncovered],
    }


def _claim_document(claim: Claim) -> dict[str, Any]:
    return {
        "kind": claim.kind,
        "text": claim.text,
        "record_ids": list(claim.record_ids),
        "fact_ids": list(claim.fact_ids),
        "quotes": [quote._asdict() for quote in claim.quotes],
    }


def claims_bytes(claims: Claims) -> bytes:
    """Return the bytes of the file: indented, so that a review of a change is readable."""
    text = json.dumps(to_document(claims), ensure_ascii=False, indent=1, sort_keys=True)
    return text.encode("utf-8") + b"\n"


def claims_sha256(claims: Claims) -> str:
    """Return the digest of what is claimed, whatever the layout of the file."""
    return sha256_of(to_document(claims))


def read_claims(data: bytes) -> Claims:
    """Read a file, or the text of a reply; raises ``ClaimsProblem``."""
    try:
        document = parse(small_enough(data))
    except SnapshotProblem as problem:
        raise ClaimsProblem("", problem.message.replace("the file", "the text", 1)) from problem
    return from_document(document)


def from_document(document: object) -> Claims:
    """Read what ``to_document`` gives; raises ``ClaimsProblem``.

    Texts are put into the normal form NFC; ids stay as they are.
    """
    members = _members(document, "", ("sections", "uncovered"))
    return Claims(
        _each(members["sections"], "sections", MAX_SECTIONS, _section),
        _each(members["uncovered"], "uncovered", MAX_UNCOVERED, _uncovered),
    )


def _section(value: object, place: str) -> SectionClaims:
    members = _members(value, place, ("key", "claims"))
    claims = _each(members["claims"], f"{place}.claims", MAX_CLAIMS, _claim)
    return SectionClaims(_id(members["key"], f"{place}.key"), claims)


def _claim(value: object, place: str) -> Claim:
    members = _members(value, place, Claim._fields)
    return Claim(
        _kind(members["kind"], f"{place}.kind"),
        _prose(members["text"], f"{place}.text", MAX_TEXT),
        _each(members["record_ids"], f"{place}.record_ids", MAX_CITED, _id),
        _each(members["fact_ids"], f"{place}.fact_ids", MAX_CITED, _id),
        _each(members["quotes"], f"{place}.quotes", MAX_QUOTES, _quote),
    )


def _quote(value: object, place: str) -> Quote:
    members = _members(value, place, Quote._fields)
    record = _id(members["record_id"], f"{place}.record_id")
    return Quote(record, _normal(_text(members["text"], f"{place}.text", MAX_QUOTE)))


def _uncovered(value: object, place: str) -> Uncovered:
    members = _members(value, place, Uncovered._fields)
    record = _id(members["record_id"], f"{place}.record_id")
    return Uncovered(record, _normal(_text(members["reason"], f"{place}.reason", MAX_REASON)))


def _members(value: object, place: str, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ClaimsProblem(place, "an object is expected here", f"with the keys {_list(names)}")
    unknown = next((name for name in value if name not in names), None)
    if unknown is not None:
        raise ClaimsProblem(place, f"the key {_shown(unknown)} is unknown", f"use {_list(names)}")
    missing = next((name for name in names if name not in value), None)
    if missing is not None:
        raise ClaimsProblem(place, f"the key {missing} is missing", f"write {_list(names)}")
    return value


def _each(
    value: object, place: str, limit: int, read: Callable[[object, str], _T]
) -> tuple[_T, ...]:
    if not isinstance(value, list | tuple):
        raise ClaimsProblem(place, "a list is expected here")
    if len(value) > limit:
        raise ClaimsProblem(place, f"the list has {len(value)} entries; {limit} are allowed")
    return tuple(read(item, f"{place}[{at}]") for at, item in enumerate(value))


def _kind(value: object, place: str) -> str:
    if value not in KINDS:
        raise ClaimsProblem(place, "this is no kind of claim", f"use one of {_list(KINDS)}")
    return str(value)


def _id(value: object, place: str) -> str:
    text = _text(value, place, MAX_ID)
    if not text:
        raise ClaimsProblem(place, "an id is missing here")
    return text


def _text(value: object, place: str, limit: int) -> str:
    if not isinstance(value, str):
        raise ClaimsProblem(place, "a text is expected here")
    if len(value) > limit:
        raise ClaimsProblem(place, f"the text has {len(value)} characters; {limit} are allowed")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise ClaimsProblem(place, "the text holds half of a character, which UTF-8 cannot write")
    return value


def _prose(value: object, place: str, limit: int) -> str:
    """Return the normal form of all but the ids in placeholders, which say what they say."""
    text = _text(value, place, limit)
    pieces, position = [], 0
    for match in PLACEHOLDER.finditer(text):
        pieces += [_normal(text[position : match.start()]), match[0]]
        position = match.end()
    return "".join([*pieces, _normal(text[position:])])


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _shown(name: object) -> str:
    text = str(name)
    return ascii(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT: Final = {"type": "string"}

# For structured output: what the servers of models enforce, and nothing that makes their grammar
# large. It enumerates no ids and states no limits: ``from_document`` and ``verify`` see to both.
SCHEMA: Final[dict[str, Any]] = _object(
    sections=_array(
        _object(
            key=_TEXT,
            claims=_array(
                _object(
                    kind={"type": "string", "enum": list(KINDS)},
                    text=_TEXT,
                    record_ids=_array(_TEXT),
                    fact_ids=_array(_TEXT),
                    quotes=_array(_object(record_id=_TEXT, text=_TEXT)),
                )
            ),
        )
    ),
    uncovered=_array(_object(record_id=_TEXT, reason=_TEXT)),
)
