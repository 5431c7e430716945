"""Canonical JSON (RFC 8785): the one byte form in which evidence and digests are written."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import rfc8785

# RFC 8785 numbers are IEEE 754 doubles: beyond this an integer would not survive the way back.
MAX_SAFE_INTEGER = 2**53 - 1


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value; non-finite floats become strings."""
    return rfc8785.dumps(_plain(value))


def sha256_of(value: Any) -> str:
    """Return the hexadecimal SHA-256 of a JSON value's canonical bytes."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE_INTEGER else str(value)
    return str(value)
