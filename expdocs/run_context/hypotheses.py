"""The hypotheses that the author has written down before the run: their digests, by record."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from expdocs.run_context.git import Git
from expdocs.run_context.place import Place
from expdocs.run_context.reading import head, yaml_mapping
from expdocs.run_context.tagtext import TAG_CHARACTERS, compact

_MAX_ENTRIES = 50_000
_MAX_READ = 300
_FRONT_MATTER_BYTES = 64 * 1024
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_IDENTITY = re.compile(r"(.*) <(.*)> \d+ [-+]\d+")
_ID = re.compile(r"[A-Z]{2,8}-\d{4}-\d{2}-\d{2}-\d{3}")


def hypothesis_tags(git: Git, place: Place) -> dict[str, str]:
    """Return the digests of the hypotheses in the open draft experiments of git's user."""
    drafts = [draft for path in _newest(place) if (draft := _draft(path))]
    author = author_of(git.text("var", "GIT_AUTHOR_IDENT"), place.people) if drafts else ""
    found: dict[str, str] = {}
    for draft in drafts:
        name, digest = draft.get("id", ""), hypothesis_digest(draft.get("hypothesis"))
        if digest and _by(draft, author) and isinstance(name, str) and _ID.fullmatch(name):
            grown = {**found, name: digest}
            found = grown if len(compact(grown)) <= TAG_CHARACTERS else found
    return {"expdocs.hypothesis": compact(dict(sorted(found.items())))} if found else {}


def hypothesis_digest(hypothesis: Any) -> str:
    """Return ``v1:`` and the SHA-256 of what a record expects, however its lines are broken."""
    if isinstance(hypothesis, Mapping):
        question = hypothesis.get("exploratory")
        hypothesis = f"exploratory: {question}" if isinstance(question, str) and question else ""
    text = " ".join(hypothesis.split()) if isinstance(hypothesis, str) else ""
    return f"v1:{hashlib.sha256(text.encode()).hexdigest()}" if text else ""


def author_of(identity: str, people: Mapping[str, Any]) -> str:
    """Return the author id of git's user: by address from the configuration, else by name."""
    match = _IDENTITY.fullmatch(identity)
    name, email = (match[1], match[2]) if match else ("", "")
    for key, person in people.items():
        known = person.get("emails") if isinstance(person, dict) else None
        emails = [one.casefold() for one in known or () if isinstance(one, str)]
        if email and email.casefold() in emails:
            return key
    return _slug(name) or _slug(email.partition("@")[0])


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text.strip().lower()).strip(".-_")[:64]


def _by(record: Mapping[str, Any], author: str) -> bool:
    authors = record.get("authors")
    return bool(author) and author in (authors if isinstance(authors, list) else [authors])


def _draft(path: str) -> dict[str, Any] | None:
    """Return the front matter of a draft of an experiment; None of any other file."""
    with contextlib.suppress(Exception):
        data = head(path, _FRONT_MATTER_BYTES)
        # the end may be in the middle of a character
        match = _FRONT_MATTER.match(data.decode(errors="ignore")) if b"draft" in data else None
        record = yaml_mapping(match[1]) if match else {}
        if (record.get("kind"), record.get("status")) == ("experiment", "draft"):
            return record
    return None


def _newest(place: Place) -> list[str]:
    """Return the record files to look into, those with the latest dates in their names."""
    files = sorted(_files(place), key=lambda file: _dated(file[0]), reverse=True)
    return [f"{folder}{os.sep}{name}" for name, folder in files[:_MAX_READ]]


def _dated(name: str) -> str:
    found = _DATE.search(name)
    # A file without a date in its name is no record that has been filed long ago.
    return found[0] if found else "9999"


def _files(place: Place) -> Iterator[tuple[str, str]]:
    evidence = str(place.root / place.evidence)
    seen = 0
    for root in place.records:
        for folder, folders, names in os.walk(place.root / root):
            folders[:] = sorted(one for one in folders if f"{folder}{os.sep}{one}" != evidence)
            seen += len(names)
            if seen > _MAX_ENTRIES:
                return
            yield from ((name, folder) for name in names if name.lower().endswith(".md"))
