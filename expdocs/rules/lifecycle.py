"""LIF: what was accepted is still what stands there, and rests on what it rested on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expdocs.config import Settings
from expdocs.findings import Finding
from expdocs.rules.context import Subject

_NEEDS_ACCEPTANCE = ("accepted", "superseded", "deprecated")


def check(subject: Subject) -> Iterator[Finding]:
    """Report a status without its acceptance, and an accepted record that changed."""
    record = subject.record
    accepted = record.data.get("accepted")
    if not isinstance(accepted, dict) or not subject.sound(("accepted",)):
        if record.status == "accepted" and subject.sound(("accepted",)):
            hint = f"set the status to proposed and run: expdocs accept {record.id} --by NAME"
            yield subject.at(("status",), "LIF103", "the acceptance is missing", hint)
        return
    if record.status not in _NEEDS_ACCEPTANCE and subject.sound(("status",)):
        message = f"a {record.status} record carries an acceptance"
        yield subject.at(("accepted",), "LIF103", message, "restore the status from git")
        return
    yield from _four_eyes(subject, accepted)
    yield from _digests(subject, accepted)


def _four_eyes(subject: Subject, accepted: dict[str, Any]) -> Iterator[Finding]:
    record, settings = subject.record, subject.context.settings
    by = str(accepted.get("by", ""))
    if record.kind.four_eyes and is_author(by, record.texts_of("authors"), settings):
        message = f"{by} wrote this {record.kind.name} and accepted it"
        yield subject.at(("accepted", "by"), "LIF104", message, "let somebody else accept it")


def is_author(name: str, authors: tuple[str, ...], settings: Settings) -> bool:
    """Whether a person is among the authors, under any spelling the configuration knows."""
    mine = spellings(name, settings)
    return any(mine & spellings(author, settings) for author in authors)


def person_id(name: str, settings: Settings) -> str:
    """Return the id of a person whom the configuration knows, else the name as it is."""
    folded = " ".join(name.split()).casefold()
    known = (key for key in settings.people if folded in spellings(key, settings))
    return next(known, name.strip())


def spellings(name: str, settings: Settings) -> set[str]:
    """Return the id, name and addresses of a person, folded for comparison."""
    folded = " ".join(name.split()).casefold()
    for key, person in settings.people.items():
        names = {key, person.name, *person.emails}
        folded_names = {" ".join(n.split()).casefold() for n in names if n}
        if folded in folded_names:
            return folded_names
    return {folded}


def _digests(subject: Subject, accepted: dict[str, Any]) -> Iterator[Finding]:
    # Loaded late, since most checks are of a record that somebody still works on.
    from expdocs.facts.cited import facts_digest, rests_on_broken  # noqa: PLC0415
    from expdocs.records.digest import record_digest  # noqa: PLC0415

    record, facts = subject.record, subject.context.facts
    if accepted.get("digest") != record_digest(record):
        message = f"the record was changed after {accepted.get('by')} accepted it"
        hint = f"restore it from git, or write a successor: expdocs supersede {record.id}"
        yield subject.at(("accepted", "digest"), "LIF101", message, hint)
    elif accepted.get("facts") != facts_digest(record, facts):
        if rests_on_broken(record, facts):
            return
        message = "the evidence that the accepted record rests on has changed"
        hint = "restore journal/evidence from git, or write a successor"
        yield subject.at(("accepted", "facts"), "LIF102", message, hint)
