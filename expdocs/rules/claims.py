"""CLM: numbers and links in prose, bound to their sources; generated blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from expdocs.evidence.commits import Commits
from expdocs.evidence.neighbours import Unread
from expdocs.facts.citations import Fact, Facts, Unresolved
from expdocs.facts.tables import Table, metric_names, run_table, says_the_same
from expdocs.findings import Finding, brief
from expdocs.kinds.validation import SchemaError
from expdocs.prose.numbers import (
    NumberProblem,
    ShownNumber,
    enough_digits,
    exact,
    matches,
    parse_shown,
    show,
)
from expdocs.prose.references import (
    Delta,
    DvcLink,
    GitLink,
    Reference,
    ReferenceProblem,
    format_reference,
    parse_reference,
)
from expdocs.prose.scanner import Block, Citation, UncitedNumber, uncited_numbers
from expdocs.prose.spans import NUMBER_SCHEMES
from expdocs.records.record import Record
from expdocs.rules.context import Subject

_EMPHASIS = "*_`"
_LONGEST = 20  # digits of a number that a message writes out


def check(subject: Subject) -> Iterator[Finding]:
    """Report every citation whose number is not what its source says, and numbers without one."""
    yield from citations(subject)
    prose = subject.record.prose
    if numbers := uncited_numbers(subject.record.file.body, prose, metric_names(subject.record)):
        yield from _uncited(subject, numbers)
    yield from _blocks(subject)
    if subject.record.text_of("verdict") == "promoted":
        yield from _promoted(subject)


def citations(subject: Subject) -> Iterator[Finding]:
    """Report every citation whose number is not what its source says, or that is none."""
    prose = subject.record.prose
    for citation in prose.citations:
        yield from _citation(subject, citation)
    for stray in prose.strays:
        hint = "write it as [number](run:label#metric), on one line"
        yield subject.in_body(stray.start, "CLM106", stray.reason, hint)


def _promoted(subject: Subject) -> Iterator[Finding]:
    """Warn of a promotion that repeated runs do not bear out; without repeats nobody can tell."""
    from expdocs.facts.outcome import SUPPORTED, outcome_of  # noqa: PLC0415 - few are promoted

    found = outcome_of(subject.record, subject.context.facts)
    if found is not None and found.measured and found.name != SUPPORTED:
        message = f"promoted, and the outcome is {found.name}: {found.reason}"
        hint = "add seeds, think the verdict over, or say why: expdocs: ignore CLM109: reason"
        yield subject.at(("verdict",), "CLM109", message, hint)


def _uncited(subject: Subject, numbers: Sequence[UncitedNumber]) -> Iterator[Finding]:
    from expdocs.facts.sources import Sources  # noqa: PLC0415 - most checks find no such numbers

    record, context = subject.record, subject.context
    sources = Sources(record, context.facts, context.settings.units)
    repairable = not record.frozen and not subject.errors
    for number in numbers:
        source = sources.only(number) if repairable else None
        hint = f"cite it: [{number.text}](run:label#{number.name})"
        if source is not None:
            hint = f"run: expdocs fix, which cites it: {format_reference(source)}"
        message = f"{number.text} has no source, in a sentence about {number.name}"
        yield subject.in_body(number.start, "CLM107", message, hint)


def _citation(subject: Subject, citation: Citation) -> Iterator[Finding]:
    try:
        reference = parse_reference(citation.scheme, citation.target)
        yield from _reference(subject, citation, reference)
    except ReferenceProblem as problem:
        at = citation.target_start + problem.offset
        yield subject.in_body(at, "CLM101", problem.message, problem.hint)
    except NumberProblem as problem:
        yield subject.in_body(citation.text_start, "CLM105", problem.message, problem.hint)
    except Unresolved as problem:
        if not problem.follows:
            yield subject.in_body(citation.start, problem.rule, problem.message, problem.hint)


def _reference(subject: Subject, citation: Citation, reference: Reference) -> Iterator[Finding]:
    if isinstance(reference, GitLink | DvcLink):
        yield from _link(subject, citation, reference)
    elif citation.scheme in NUMBER_SCHEMES:
        fact = subject.context.facts.resolve(subject.record, reference)
        yield from _number(subject, citation, reference, fact)


def _number(
    subject: Subject, citation: Citation, reference: Reference, fact: Fact
) -> Iterator[Finding]:
    text = citation.text.strip(_EMPHASIS).strip()
    if text == fact.value:
        return  # a parameter as it was logged, however few its digits
    if isinstance(fact.value, str) and not _numeric(fact.value):
        if text != fact.value:
            message = f"'{text}' is not what the source says: '{brief(fact.value)}'"
            yield subject.in_body(
                citation.text_start, "CLM104", message, "write it as it was logged"
            )
        return
    shown = parse_shown(text, subject.context.settings.units)
    if shown.form == "pp" and not isinstance(reference, Delta):
        raise NumberProblem("'pp' (percentage points) is for delta: citations", "write %")
    value = _exact(fact.value)
    if not matches(shown, value):
        wanted = _as_shown(shown, value)
        message = f"{text} is not what the source says: {_both(wanted, show(value, digits=6))}"
        hint = f"write {wanted}, or correct the source: {citation.scheme}:{citation.target}"
        yield subject.in_body(citation.text_start, "CLM104", message, hint)
    elif not enough_digits(shown, value):
        message = f"{text} shows too few digits to be checked"
        yield subject.in_body(citation.text_start, "CLM105", message, f"write {show(value)}")


def _both(wanted: str, full: str) -> str:
    """Show a value as the text should have it, and with more digits where there are any."""
    same = full.rstrip("0").rstrip(".") == wanted.lstrip("+").rstrip("0").rstrip(".")
    return wanted if same else f"{wanted} ({full})"


def _numeric(text: str) -> bool:
    try:
        exact(text)
    except (NumberProblem, ValueError):
        return False
    return True


def _exact(value: float | int | Decimal | str) -> Decimal:
    return value if isinstance(value, Decimal) else exact(value)


def _as_shown(shown: ShownNumber, value: Decimal) -> str:
    """Return the value in the form of the number that stands there, to as many digits."""
    if not value.is_finite():
        return str(value)
    scaled = value * 100 if shown.form in ("percent", "pp") else value
    step = min(shown.half_unit * 2, Decimal(1))
    unit = {"percent": " %", "pp": " pp"}.get(shown.form, "")
    if scaled.adjusted() - step.adjusted() > _LONGEST:
        return f"{show(scaled)}{unit}"
    rounded = scaled.quantize(Decimal(1).scaleb(step.adjusted()))
    sign = "+" if shown.text.startswith("+") and rounded > 0 else ""
    return f"{sign}{rounded:f}{unit}"


def _link(subject: Subject, citation: Citation, link: GitLink | DvcLink) -> Iterator[Finding]:
    problem = _dead_end(subject, link)
    if problem:
        message, hint = problem
        yield subject.in_body(citation.target_start, "CLM108", message, hint)


def _dead_end(subject: Subject, link: GitLink | DvcLink) -> tuple[str, str] | None:
    """Return why a link to a commit or a file in it leads nowhere, and what to do."""
    commits, settings = subject.context.commits, subject.context.settings
    if link.repository:
        if link.repository not in settings.repositories:
            known = ", ".join(settings.repositories) or "none"
            message = f"the configuration names no repository '{link.repository}'"
            return message, f"add it under [repositories], which has: {known}"
        there, _ = commits.of(f"{link.repository}@{link.sha}")
        # A clone beside this one may be behind: that it lacks a commit is no mistake here.
        return None if isinstance(there, Unread) else _nothing_there(there, link)
    if subject.context.incomplete_clone:
        return None
    if not commits.known(link.sha):
        return f"commit {link.sha[:12]} is not in this repository", "correct or fetch it"
    return _nothing_there(commits, link)


def _nothing_there(commits: Commits, link: GitLink | DvcLink) -> tuple[str, str] | None:
    if commits.commit(link.sha) is None or link.path is None:
        return None
    if isinstance(link, GitLink):
        there = commits.has_path(link.sha, link.path)
        message = f"commit {link.sha[:12]} has no file {link.path}"
    else:
        there = bool(
            commits.data_hash(link.sha, link.path)
            or commits.tracking_directory(link.sha, link.path)
        )
        message = f"DVC does not track {link.path} at commit {link.sha[:12]}"
    return None if there else (message, "correct the path")


def _blocks(subject: Subject) -> Iterator[Finding]:
    record = subject.record
    for problem in record.prose.block_problems:
        hint = "remove the comment, or write the one that is missing"
        yield subject.in_body(problem.start, "CLM202", problem.message, hint)
    wanted = {section.generated for section in record.kind.sections if section.generated}
    blocks = {block.name: block for block in record.prose.blocks}
    for block in record.prose.blocks:
        if block.name not in wanted:
            message = f"a {record.kind.name} has no generated block '{block.name}'"
            yield subject.in_body(block.start, "CLM202", message, "remove its two comments")
    if "runs" not in wanted or record.prose.block_problems:
        return
    if "runs" in blocks:
        yield from _run_block(subject, blocks["runs"])
    elif not record.draft:
        message = "the generated block 'runs' is missing"
        yield subject.in_body(0, "CLM202", message, _add_block(record))


def _add_block(record: Record) -> str:
    section = next(section for section in record.kind.sections if section.generated == "runs")
    if any(section.has_title(heading.title) for heading in record.prose.headings):
        return _fixed(record, "write its two comments below the heading")
    return f"add the heading ## {section.title}, then run: expdocs fix"


def _fixed(record: Record, otherwise: str) -> str:
    """Return the hint to run ``fix``, or what else to do to a record that it does not touch."""
    return otherwise if record.frozen else "run: expdocs fix"


def wanted_table(record: Record, errors: Sequence[SchemaError], facts: Facts) -> Table | None:
    """Return the table that a record should show; None where nobody can tell."""
    listed = record.data.get("runs")
    labelled = sum(bool(use.label) for use in record.runs)
    whole = not isinstance(listed, list) or len(listed) == len(record.runs)
    # Where fields are wrong or empty, or two runs share a label, the table only follows from that.
    if errors or not whole or labelled != len(record.labels):
        return None
    return run_table(record, facts)


def _said_before(subject: Subject, text: str) -> bool:
    """Whether the table of an accepted record is that of before a metric was renamed."""
    record, facts = subject.record, subject.context.facts
    before = run_table(record, facts.as_recorded) if record.frozen else None
    return before is not None and says_the_same(text, before)


def _run_block(subject: Subject, block: Block) -> Iterator[Finding]:
    table = wanted_table(subject.record, subject.errors, subject.context.facts)
    text = subject.record.file.body[block.inner_start : block.inner_end]
    if table is not None and not (says_the_same(text, table) or _said_before(subject, text)):
        message = "the table of runs is not what the evidence says"
        hint = _fixed(subject.record, "restore it from git, or write a successor")
        yield subject.in_body(block.start, "CLM201", message, hint)
