"""SYN: synthesis pages, held against the records and the evidence that they were written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from expdocs.files import Unreadable
from expdocs.findings import Finding
from expdocs.narrative.make import claims_path
from expdocs.narrative.page import Sources
from expdocs.narrative.pagefile import PageFile, read_page
from expdocs.narrative.standing import Standing, standing_of
from expdocs.records.frontmatter import ReadProblem
from expdocs.rules import claims, links, secrets
from expdocs.rules.catalogue import CATALOGUE
from expdocs.rules.context import Context, Subject

Read = Callable[[str], bytes | None]


def check_page(path: str, read: Read, context: Context) -> list[Finding]:
    """Return what is wrong with one page; ``read`` gives the content of a path."""
    try:
        content = read(path)
        if content is None:
            raise ReadProblem("", "this is no regular file", "put the page itself here")
        page = read_page(path, content)
        claims_file = read(claims_path(path))
    except Unreadable as error:
        return [Finding(path, 1, 1, "SYN101", error.message, error.hint)]
    except ReadProblem as problem:
        place = problem.line, problem.column
        return [Finding(path, *place, "SYN101", problem.message, problem.hint)]
    subject = Subject(page.record, context, ())
    sources = Sources(context.settings, context.corpus, context.facts, context.commits)
    found = [*_text(subject), *_standing(subject, page, standing_of(page, claims_file, sources))]
    return list(secrets.unquoted(subject, found))


def _text(subject: Subject) -> Iterator[Finding]:
    """Report what holds for the text of every record: numbers, names of records, secrets."""
    yield from claims.citations(subject)
    yield from links.mentions(subject)
    yield from secrets.check(subject)


def _standing(subject: Subject, page: PageFile, standing: Standing) -> Iterator[Finding]:
    command = f"expdocs synth {page.record.path}"
    again = f"run: {command}"
    if standing.edited:
        hint = f"undo it, or keep it as a text of your own: {command} --keep-edits"
        yield _at(subject, "body_sha256", "SYN202", standing.edited, hint)
    if standing.stale:
        what = f"the page is older than what it rests on: {standing.stale}"
        yield _at(subject, "input_key", "SYN201", what, again)
    elif standing.unsupported and not standing.edited:
        first, *others = standing.unsupported
        more = f" (and {len(others)} more)" if others else ""
        yield _at(subject, "claims_sha256", "SYN203", f"{first}{more}", again)
    if not any(standing) and not page.provenance.stands_reviewed:
        before = page.provenance.reviewed
        said = f"since {before.by} did" if before else "yet"
        hint = f"read it, then run: expdocs synth --review {page.record.path} --by NAME"
        message = f"nobody has reviewed this text {said}"
        yield _at(subject, "reviewed", "SYN301", message, hint)


def _at(subject: Subject, key: str, rule: str, message: str, hint: str) -> Finding:
    return subject.at((key,), rule, message, hint, severity=CATALOGUE[rule].severity, on_key=True)
