"""The digest that an acceptance is bound to: what a record says, and nothing about its spelling.

``v1:`` and the SHA-256 of the RFC 8785 bytes of ``{"body": …, "front_matter": …}``. The front
matter is typed by the schema and leaves the kind's mutable fields out; the body has LF line ends,
no white space at line ends or around it, and no generated blocks. Suppressions in comments of the
front matter are added as ``"suppressions": [[rule, reason], …]`` where there are any.
"""

from __future__ import annotations

import hashlib
from typing import Any

from expdocs.canonical import sha256_of
from expdocs.records.record import Record
from expdocs.records.suppressions import in_front_matter


def record_digest(record: Record) -> str:
    """Return the digest of a record's meaning, ``v1:`` and 64 hexadecimal digits."""
    front_matter = {k: v for k, v in record.data.items() if k not in record.kind.mutable}
    document: dict[str, Any] = {"body": _body(record), "front_matter": front_matter}
    # A comment is no data, but this one takes findings away: it must not come after acceptance.
    if found := [[s.rule, s.reason] for s in in_front_matter(record.file)]:
        document["suppressions"] = found
    return f"v1:{sha256_of(document)}"


def hypothesis_digest(record: Record) -> str | None:
    """Return the digest of an experiment's hypothesis as the run context tags it, or None.

    ``v1:`` and the SHA-256 of the text with each white space as one blank; an exploratory
    question counts with ``exploratory: `` before it. How lines are broken makes no difference.
    """
    said = record.data.get("hypothesis")
    if isinstance(said, dict):
        question = said.get("exploratory")
        said = f"exploratory: {question}" if isinstance(question, str) and question else None
    text = " ".join(said.split()) if isinstance(said, str) else ""
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}" if text else None


def _body(record: Record) -> str:
    text, kept, at = record.file.body, [], 0
    for block in record.prose.blocks:
        kept.append(text[at : block.inner_start])
        at = block.inner_end
    kept.append(text[at:])
    lines = "".join(kept).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t\f\v") for line in lines).strip("\n")
