"""Secrets in a text, keys, tokens and passwords, and personal data, wherever they stand.

This is what looks at everything that is committed, shown or sent: records, snapshots, prompts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import NamedTuple

from expdocs.secrets.suspicion import maybe_personal, suspicious

EMAIL, PHONE, ACCOUNT = "an e-mail address", "a phone number", "a payment card or bank account"
# A text with more has been told enough.
MOST = 100
_SHOWN, _LONG = 4, 16


class Hit(NamedTuple):
    """A value that should not stand in a text: where, and what it seems to be."""

    start: int
    end: int
    what: str
    value: str

    @property
    def masked(self) -> str:
        """What may be shown of it: the beginning of a long one, and the length."""
        return masked(self.value)

    @property
    def digest(self) -> str:
        """By which the setting ``not_secret`` names it."""
        return digest_of(self.value)


def masked(value: str) -> str:
    """Return what may be shown of a value that nobody should read."""
    begin = value[:_SHOWN] if len(value) >= _LONG else ""
    return f"{begin}… ({len(value)} characters)"


def digest_of(value: str) -> str:
    """Return the name that stands for a value: ``sha256:`` and 16 digits."""
    return f"sha256:{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:16]}"


def scan(text: str, not_secret: Collection[str] = ()) -> list[Hit]:
    """Return the secrets in a text by place; ``not_secret`` lists digests of values to let pass.

    Takes time in proportion to the text, whatever stands in it; of more than 100 hits the first
    are returned. Raises ``CannotRun`` when the rules are not installed.
    """
    return scan_anyway(text, not_secret) if suspicious(text) else []


def scan_anyway(text: str, not_secret: Collection[str] = ()) -> list[Hit]:
    """Return what ``scan`` does, without asking first whether a scan could find anything."""
    # Few texts are worth a scan, and the scanner costs more to load than all rules together.
    from expdocs.secrets.detector import candidates  # noqa: PLC0415

    found = (Hit(*one) for one in candidates(text))
    return sorted(_apart(hit for hit in found if hit.digest not in not_secret))


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    kept: list[Hit] = []
    for hit in hits:
        if len(kept) < MOST and not any(hit.start < o.end and o.start < hit.end for o in kept):
            kept.append(hit)
    return kept


def personal_data(text: str, known: Collection[str] = ()) -> list[Hit]:
    """Return e-mail addresses, phone numbers, payment cards and bank accounts in a text.

    ``known`` are addresses that may stand there, beside those in domains reserved for examples.
    Phone numbers are found in their international form, ``+49 …``: any other is just a number.
    """
    if not maybe_personal(text):
        return []
    from expdocs.secrets.personal import found  # noqa: PLC0415

    return sorted(found(text, known))
