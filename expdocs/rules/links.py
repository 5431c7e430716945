"""LNK: links between records, typed, from fields and in prose."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from expdocs.findings import Finding
from expdocs.records.corpus import CITES, MENTIONS, Corpus, Link
from expdocs.rules.context import Subject

SUPERSEDES = "supersedes"


def check(subject: Subject) -> Iterator[Finding]:
    """Report links that lead nowhere, have a foreign type, or contradict a status."""
    record = subject.record
    for link in subject.context.corpus.links_from.get(record.id, ()):
        if link.path == record.path and subject.sound(link.place or ("",)):
            yield from _link(subject, link)
    yield from _supersession(subject)


def _link(subject: Subject, link: Link) -> Iterator[Finding]:
    corpus = subject.context.corpus
    if link.type == MENTIONS:
        if corpus.registry.of_id(link.target) and not corpus.knows(link.target):
            yield _report(link, "LNK106", f"no record has the id {link.target}", corpus)
        return
    if link.target == link.source:
        yield _report(link, "LNK103", "the record links to itself", corpus)
    elif not corpus.knows(link.target):
        yield _report(link, "LNK101", f"no record has the id {link.target}", corpus)
    if link.type != CITES and link.type not in subject.record.kind.links:
        known = ", ".join(subject.record.kind.links)
        place = (*link.place[:-1], "type")
        message = f"a {subject.record.kind.name} has no links of type '{link.type}'"
        yield subject.at(place, "LNK102", message, f"write one of: {known}")


def _report(link: Link, rule: str, message: str, corpus: Corpus) -> Finding:
    close = difflib.get_close_matches(link.target, list(corpus.by_id), n=1, cutoff=0.85)
    hint = f"did you mean {close[0]}?" if close else "write the id of an existing record"
    return Finding(link.path, link.line, link.column, rule, message, hint)


def _supersession(subject: Subject) -> Iterator[Finding]:
    record, corpus = subject.record, subject.context.corpus
    if not record.id:
        return
    successors = [k for k in corpus.links_to.get(record.id, ()) if k.type == SUPERSEDES]
    if record.status == "superseded" and not successors:
        hint = "link to it from its successor: expdocs supersede"
        yield subject.at(("status",), "LNK105", "no record supersedes this one", hint)
    for link in successors:
        successor = corpus.find(link.source)
        if successor and successor.status == "accepted" and record.status != "superseded":
            message = f"{successor.id} is accepted and supersedes this record"
            hint = f"run: expdocs supersede {record.id} --by {successor.id}"
            yield subject.at(("status",), "LNK105", message, hint)
    if _in_circle(record.id, corpus):
        message = "this record supersedes itself in a circle"
        yield subject.at(("links",), "LNK104", message, "remove the link that came last")


def _in_circle(start: str, corpus: Corpus) -> bool:
    seen: set[str] = set()
    reached = [start]
    while reached:
        for link in corpus.links_from.get(reached.pop(), ()):
            if link.type == SUPERSEDES and link.target == start != link.source:
                return True
            if link.type == SUPERSEDES and link.target not in seen:
                seen.add(link.target)
                reached.append(link.target)
    return False
