"""Canonical JSON (RFC 8785): the one byte form in which evidence and digests are written."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

# RFC 8785 numbers are IEEE 754 doubles: beyond this an integer would not survive the way back.
MAX_SAFE_INTEGER = 2**53 - 1
# Between these, Python and JavaScript write a fraction alike.
_SMALLEST, _LARGEST = 1e-4, 1e16

_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value; non-finite floats become strings.

    Raises ``ValueError`` for text that UTF-8 cannot hold.
    """
    plain = _Plain()
    document = plain.of(value)
    if plain.common:
        try:
            return _written(document).encode("utf-8")
        except UnicodeEncodeError:  # which rfc8785 refuses in its own words
            pass
    import rfc8785  # noqa: PLC0415 - few documents need it

    return rfc8785.dumps(document)


def sha256_of(value: Any) -> str:
    """Return the hexadecimal SHA-256 of a JSON value's canonical bytes."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


class _Plain:
    """Turns a value into what JSON has.

    ``common`` says of all values so far that Python's own encoder, which is ten times faster,
    writes them as RFC 8785 does.
    """

    def __init__(self) -> None:
        self.common = True

    def of(self, value: Any) -> Any:
        if type(value) is str or value is None or value is True or value is False:
            return value
        if isinstance(value, list | tuple):
            return [self.of(item) for item in value]
        if isinstance(value, Mapping):
            return {self._key(key): self.of(item) for key, item in value.items()}
        if isinstance(value, float):
            return self._float(value)
        if isinstance(value, int):
            return int(value) if abs(value) <= MAX_SAFE_INTEGER else str(value)
        return str(value)

    def _key(self, key: Any) -> str:
        name = str(key)
        # RFC 8785 sorts keys by their UTF-16 units, Python by code points.
        self.common = self.common and name.isascii()
        return name

    def _float(self, value: float) -> float | int | str:
        if not math.isfinite(value):
            return str(value)
        if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER:
            return int(value)
        self.common = self.common and _SMALLEST <= abs(value) < _LARGEST
        return value
