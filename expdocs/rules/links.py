"""LNK: links between records, typed, from fields and in prose."""

from __future__ import annotations

from collections.abc import Iterator

from expdocs.findings import Finding
from expdocs.records.index import Index
from expdocs.records.links import CITES, MENTIONS, Link, links_of
from expdocs.rules.context import Subject


def check(subject: Subject) -> Iterator[Finding]:
    """Report links that lead nowhere, have a foreign type, or contradict a status."""
    for link in links_of(subject.record):
        if link.source and subject.sound(link.place or ("",)):
            yield from _link(subject, link)
    yield from _supersession(subject)


def mentions(subject: Subject) -> Iterator[Finding]:
    """Report the names of records in prose that no record has."""
    for link in links_of(subject.record):
        if link.type == MENTIONS:
            yield from _link(subject, link)


def _link(subject: Subject, link: Link) -> Iterator[Finding]:
    context = subject.context
    if link.type == MENTIONS:
        if context.registry.of_id(link.target) and not context.index.knows(link.target):
            yield _report(subject, link, "LNK106", f"no record has the id {link.target}")
        return
    if link.target == link.source:
        yield _report(subject, link, "LNK103", "the record links to itself")
    elif not context.index.knows(link.target):
        yield _report(subject, link, "LNK101", f"no record has the id {link.target}")
    if link.type != CITES and link.type not in subject.record.kind.links:
        known = ", ".join(subject.record.kind.links)
        place = (*link.place[:-1], "type")
        message = f"a {subject.record.kind.name} has no links of type '{link.type}'"
        yield subject.at(place, "LNK102", message, f"write one of: {known}")


def _report(subject: Subject, link: Link, rule: str, message: str) -> Finding:
    record = subject.record
    line, column = record.locate(link.place) if link.place else record.locate_body(link.start)
    close = subject.context.index.nearest(link.target)
    hint = f"did you mean {close}?" if close else "write the id of an existing record"
    return Finding(link.path, line, column, rule, message, hint)


def _supersession(subject: Subject) -> Iterator[Finding]:
    record, index = subject.record, subject.context.index
    if not record.id:
        return
    successors = index.successors(record.id, record.texts_of("aliases"))
    if record.status == "superseded" and not successors:
        hint = "link to it from its successor: expdocs supersede"
        yield subject.at(("status",), "LNK105", "no record supersedes this one", hint)
    for successor in successors:
        if successor.status == "accepted" and record.status != "superseded":
            message = f"{successor.id} is accepted and supersedes this record"
            hint = f"run: expdocs supersede {record.id} --by {successor.id}"
            yield subject.at(("status",), "LNK105", message, hint)
    if _in_circle(record.id, index):
        message = "this record supersedes itself in a circle"
        yield subject.at(("links",), "LNK104", message, "remove the link that came last")


def _in_circle(start: str, index: Index) -> bool:
    seen: set[str] = set()
    reached = [start]
    while reached:
        source = reached.pop()
        for target in index.superseded_by(source):
            if target == start != source:
                return True
            if target not in seen:
                seen.add(target)
                reached.append(target)
    return False
