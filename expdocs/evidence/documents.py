"""The outer form of evidence documents: canonical JSON that carries the digest of its rest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from expdocs.canonical import canonical_bytes

_T = TypeVar("_T")

SCHEMA_VERSION = 1
MAX_BYTES = 16 * 1024 * 1024

_PULL_AGAIN = "restore the file from git, or pull it again with: expdocs evidence pull"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NON_FINITE = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class SnapshotProblem(ValueError):
    """A file is no evidence document that can be relied on: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str = _PULL_AGAIN) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def seal(body: dict[str, Any]) -> bytes:
    """Return the document with version and digest added; the mapping itself is not changed."""
    members = {name: canonical(value) for name, value in body.items()}
    members["schema_version"] = canonical(SCHEMA_VERSION)
    members["sha256"] = canonical(sha256(_joined(members)))
    return small_enough(_joined(members) + b"\n")


def _joined(members: dict[str, bytes]) -> bytes:
    # canonical JSON orders names by their UTF-16; the values need to be written only once
    ordered = sorted(members, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return b"{" + b",".join([canonical(name) + b":" + members[name] for name in ordered]) + b"}"


def digest_of(body: dict[str, Any]) -> str:
    """Return the digest under which ``seal`` writes the mapping."""
    return sha256(canonical({**body, "schema_version": SCHEMA_VERSION}))


def seal_lines(header: dict[str, Any], lines: bytes) -> bytes:
    """Return a header line with the digest of itself and of all lines, and then the lines."""
    head = {**header, "schema_version": SCHEMA_VERSION}
    digest = sha256(canonical(head) + b"\n" + lines)
    return small_enough(canonical({**head, "sha256": digest}) + b"\n" + lines)


def unseal_lines(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read what ``seal_lines`` wrote; raises ``SnapshotProblem``."""
    head, _, rest = small_enough(data).partition(b"\n")
    header = parse(head)
    _check_version(header)
    digest = _claimed_digest(header)
    if sha256(_without_digest(head, digest) + b"\n" + rest) != digest:
        raise _edited()
    return header, [parse(line) for line in rest.splitlines()]


def unseal(data: bytes) -> dict[str, Any]:
    """Read what ``seal`` wrote; raises ``SnapshotProblem``, for a digest that does not fit too."""
    body = small_enough(data).strip()
    document = parse(body)
    _check_version(document)
    digest = _claimed_digest(document)
    # The file is canonical as we wrote it: hashing its bytes is 20 times faster than writing anew.
    if sha256(_without_digest(body, digest)) != digest and _digest_anew(body) != digest:
        raise _edited()
    return document


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256."""
    return hashlib.sha256(data).hexdigest()


def small_enough(data: bytes) -> bytes:
    """Return the bytes; raises ``SnapshotProblem`` for more than 16 MB."""
    if len(data) > MAX_BYTES:
        raise SnapshotProblem("the document is larger than 16 MB")
    return data


def canonical(value: Any) -> bytes:
    """Return canonical JSON; raises ``SnapshotProblem`` for text that UTF-8 cannot hold."""
    try:
        return canonical_bytes(value)
    except ValueError as error:
        raise SnapshotProblem(f"the document cannot be written as JSON: {error}", "") from error


def parse(data: bytes) -> dict[str, Any]:
    """Read one JSON object strictly: UTF-8, no key twice, no NaN; raises ``SnapshotProblem``."""
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
        if b"\\u" in data:  # canonical JSON has none of the kind that matters: lone surrogates
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except SnapshotProblem:
        raise
    except UnicodeError as error:
        raise SnapshotProblem("the file is not UTF-8") from error
    except RecursionError as error:
        raise SnapshotProblem("the file is nested too deeply") from error
    except ValueError as error:
        raise SnapshotProblem(f"the file is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise SnapshotProblem("the file does not hold a JSON object")
    return document


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise SnapshotProblem("a JSON object in the file has the same key twice")
    return result


def _no_constant(name: str) -> Any:
    raise SnapshotProblem(f'the file is not JSON: {name} must be written "nan", "inf" or "-inf"')


def _check_version(document: dict[str, Any]) -> None:
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        raise SnapshotProblem("the key 'schema_version' is missing or is no number")
    if version > SCHEMA_VERSION:
        raise SnapshotProblem(
            f"the file has schema version {version}; this expdocs reads up to {SCHEMA_VERSION}",
            "upgrade expdocs: python -m pip install --upgrade expdocs",
        )


def _claimed_digest(document: dict[str, Any]) -> str:
    digest = document.get("sha256")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise SnapshotProblem("the key 'sha256' is missing or is no SHA-256")
    return digest


def _without_digest(data: bytes, digest: str) -> bytes:
    member = b'"sha256":"' + digest.encode("ascii") + b'"'
    if member + b"," in data:
        return data.replace(member + b",", b"", 1)
    return data.replace(b"," + member, b"", 1)


def _digest_anew(data: bytes) -> str:
    document = json.loads(data, parse_int=_number)
    document.pop("sha256")
    return sha256(canonical(document))


def _number(text: str) -> int | float:
    # RFC 8785 writes the float 1e20 with all its digits; only floats are that long.
    return int(text) if len(text) <= len("-9007199254740991") else float(text)


def _edited() -> SnapshotProblem:
    return SnapshotProblem("the file was edited by hand: its content does not fit its 'sha256'")


# --- readers of shapes: TypeError, KeyError and ValueError mean a wrong one


def shaped(build: Callable[[dict[str, Any]], _T], document: dict[str, Any]) -> _T:
    """Build ours from a JSON value; a shape that does not fit becomes a ``SnapshotProblem``."""
    try:
        return build(document)
    except KeyError as error:
        raise SnapshotProblem(
            f"the key {str(error)[:80]} is missing, or has no such value"
        ) from error
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise SnapshotProblem(f"a value in the file has the wrong type: {error}") from error


def as_float(value: Any) -> float:
    """Return a number; raises for everything else."""
    if type(value) is float or type(value) is int:
        return float(value)
    if type(value) is str:
        return _NON_FINITE[value]
    raise TypeError("a metric's value must be a number")


def as_text(value: Any) -> str:
    """Return a text; raises for everything else."""
    if type(value) is not str:
        raise TypeError("text is expected")
    return value


def as_optional(value: Any) -> str | None:
    """Return a text or nothing."""
    return None if value is None else as_text(value)


def as_flag(value: Any) -> bool | None:
    """Return true, false or nothing."""
    if value is not None and type(value) is not bool:
        raise TypeError("true, false or null is expected")
    return value


def as_list(value: Any) -> list[Any]:
    """Return a list."""
    if type(value) is not list:
        raise TypeError("a list is expected")
    return value


def as_texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts as a tuple."""
    return tuple([as_text(item) for item in as_list(value)])


def as_text_map(value: Any) -> dict[str, str]:
    """Return an object whose values are all texts."""
    if type(value) is not dict:
        raise TypeError("an object is expected")
    for item in value.values():
        if type(item) is not str:
            raise TypeError("an object of texts is expected")
    return value


def as_matching(pattern: re.Pattern[str], value: Any) -> str:
    """Return a text of the given form."""
    if type(value) is not str or not pattern.fullmatch(value):
        raise ValueError(f"{str(value)[:80]!r} is no id")
    return value
