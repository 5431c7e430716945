"""All that the pages tell, gathered once: findings, edges, citations, runs, commits by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from expdocs.evidence.commits import Commit
from expdocs.evidence.snapshots import CommitSnapshot, RunSnapshot, commit_path, run_path
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Edge, Verdict
from expdocs.facts.coverage import Coverage, coverage
from expdocs.facts.outcome import Outcome, outcome_of
from expdocs.facts.timing import Timing, timing_of
from expdocs.files import Unreadable
from expdocs.findings import Finding, Severity
from expdocs.kinds.registry import Kind
from expdocs.narrative.pagefile import PageFile, read_page
from expdocs.prose.references import DvcLink, GitLink, ReferenceProblem, parse_reference
from expdocs.records.corpus import Corpus
from expdocs.records.frontmatter import ReadProblem
from expdocs.records.record import Record, RunUse
from expdocs.records.validity import schema_errors
from expdocs.rules.choice import asked_for
from expdocs.rules.context import Context, Subject
from expdocs.rules.engine import check_corpus
from expdocs.rules.evidence import triangle
from expdocs.rules.synthesis import check_page
from expdocs.site.citations import Citations, CitationView
from expdocs.site.revisions import Revisions, load_revisions
from expdocs.site.urls import listing_url, page_of, run_url
from expdocs.site.verified import Verifications, verifications
from expdocs.workspace import Workspace

EDGES = ("code", "data", "parameters")
# The worst of several edges is what a run's cell shows.
_WEIGHT = [Verdict.CONTRADICTED, Verdict.UNREACHABLE, Verdict.UNRECORDED, Verdict.VERIFIED]


@dataclass(frozen=True)
class RunEvidence:
    """One run as a record uses it, with the verdicts on its edges."""

    use: RunUse
    snapshot: RunSnapshot | BrokenSnapshot | None
    edges: tuple[Edge, ...]

    def of(self, name: str) -> tuple[Edge, ...]:
        """Return the edges of one name."""
        return tuple(edge for edge in self.edges if edge.name == name)

    def worst(self, name: str) -> Verdict | None:
        """Return the worst verdict of one name's edges; None where there are none."""
        found = {edge.verdict for edge in self.of(name)}
        return next((verdict for verdict in _WEIGHT if verdict in found), None)


@dataclass(frozen=True)
class RecordPage:
    """A record with what is known about it; ``url`` is its page's address."""

    record: Record
    url: str
    findings: tuple[Finding, ...]
    runs: tuple[RunEvidence, ...]
    citations: tuple[CitationView, ...]
    outcome: Outcome | None = None
    timing: Timing | None = None

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many edges have which verdict."""
        return Counter(edge.verdict for run in self.runs for edge in run.edges)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(f.severity is Severity.ERROR for f in self.findings)


@dataclass(frozen=True)
class RunPage:
    """A run with the records that cite it."""

    run_id: str
    url: str
    snapshot: RunSnapshot | BrokenSnapshot | None
    path: str
    uses: tuple[tuple[RecordPage, RunUse], ...]

    @property
    def name(self) -> str:
        """What people call the run."""
        known = self.snapshot.run_name if isinstance(self.snapshot, RunSnapshot) else ""
        return known or next((use.label for _, use in self.uses if use.label), self.run_id[:12])


@dataclass(frozen=True)
class CommitEntry:
    """A cited commit, as git and as its snapshot know it."""

    sha: str
    commit: Commit | None
    snapshot: CommitSnapshot | BrokenSnapshot | None
    path: str
    cited_by: tuple[RecordPage, ...]


@dataclass(frozen=True)
class Survey:
    """Everything, by record, run and commit."""

    workspace: Workspace
    context: Context
    findings: tuple[Finding, ...]
    records: tuple[RecordPage, ...]
    runs: tuple[RunPage, ...]
    commits: tuple[CommitEntry, ...]
    revisions: Revisions
    verifications: Verifications
    coverage: Coverage
    by_path: Mapping[str, RecordPage] = field(default_factory=dict)
    run_by_id: Mapping[str, RunPage] = field(default_factory=dict)
    syntheses: tuple[tuple[RecordPage, PageFile], ...] = ()

    @property
    def corpus(self) -> Corpus:
        """The corpus."""
        return self.context.corpus

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds, those with records first, each group by name."""
        used = {page.record.kind.name for page in self.records}
        return tuple(sorted(self.corpus.registry, key=lambda k: (k.name not in used, k.plural)))

    def find(self, record_id: str) -> RecordPage | None:
        """Return the page of the record with this id, also under an earlier one."""
        record = self.corpus.find(record_id)
        return self.by_path.get(record.path) if record else None

    def person(self, name: str) -> str:
        """Return an author's name as people know it."""
        known = self.corpus.settings.people.get(name)
        return known.name if known and known.name else name

    def synthesis_name(self, path: str) -> str:
        """Return the name of a synthesis page, which is its path in their folder."""
        folder = self.corpus.settings.synthesis
        return path.removeprefix(f"{folder}/").removesuffix(".md")

    @property
    def verdicts(self) -> Counter[Verdict]:
        """How many edges have which verdict, over all records."""
        return sum((page.verdicts for page in self.records), Counter())


def survey(workspace: Workspace, context: Context) -> Survey:
    """Check everything and gather what the pages show."""
    findings = (*check_corpus(context), *_of_pages(workspace, context))
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.path, []).append(finding)
    records = tuple(
        _record_page(record, context, tuple(grouped.get(record.path, ())))
        for record in newest_first(context.corpus.records)
    )
    runs = tuple(_runs(context, records))
    syntheses = tuple(_syntheses(workspace, grouped))
    known = (*records, *(page for page, _ in syntheses))
    roots = (*context.settings.records, context.settings.evidence)
    return Survey(
        workspace=workspace,
        context=context,
        findings=findings,
        records=records,
        runs=runs,
        commits=tuple(_commits(context, records)),
        revisions=load_revisions(workspace.repository, roots),
        verifications=verifications(
            workspace.files, context.settings.evidence, [run.run_id for run in runs]
        ),
        coverage=coverage(context.corpus.records, context.evidence, context.settings),
        by_path={page.record.path: page for page in known},
        run_by_id={run.run_id: run for run in runs},
        syntheses=syntheses,
    )


def _of_pages(workspace: Workspace, context: Context) -> Iterator[Finding]:
    """Yield the findings about synthesis pages that the settings ask for."""
    settings, read = workspace.settings, workspace.files.read
    for path in synthesis_paths(workspace):
        yield from asked_for(check_page(path, read, context), settings)


def _syntheses(
    workspace: Workspace, findings: Mapping[str, list[Finding]]
) -> Iterator[tuple[RecordPage, PageFile]]:
    """Yield the synthesis pages that can be read."""
    folder = f"{workspace.settings.synthesis}/"
    for path in synthesis_paths(workspace):
        try:
            file = read_page(path, workspace.files.read(path) or b"")
        except (ReadProblem, Unreadable):
            continue
        url = listing_url("synthesis", path.removeprefix(folder).removesuffix(".md"))
        yield RecordPage(file.record, url, tuple(findings.get(path, ())), (), ()), file


def synthesis_paths(workspace: Workspace) -> list[str]:
    """Return the paths of the synthesis pages, sorted."""
    settings = workspace.settings
    listed = workspace.files.list([settings.synthesis])
    return [entry.path for entry in listed if settings.is_synthesis(entry.path)]


def newest_first(records: tuple[Record, ...]) -> list[Record]:
    """Return records by date and id, the newest first."""
    by_path = sorted(records, key=lambda record: record.path)
    return sorted(by_path, key=lambda r: (r.text_of("date"), r.id), reverse=True)


def _record_page(record: Record, context: Context, findings: tuple[Finding, ...]) -> RecordPage:
    subject = Subject(record, context, schema_errors(record))
    edges = triangle(subject)
    runs = tuple(
        RunEvidence(
            use,
            context.evidence.run(use.run_id),
            tuple(e.edge for e in edges if e.use.place == use.place and e.edge.name in EDGES),
        )
        for use in record.runs
    )
    judged = Citations(subject)
    citations = tuple(judged.view(citation) for citation in record.prose.citations)
    url = page_of(record, owner=context.corpus.by_id.get(record.id) is record)
    outcome = outcome_of(record, context.facts)
    timing = timing_of(record, context.evidence)
    return RecordPage(record, url, findings, runs, citations, outcome, timing)


def _runs(context: Context, records: tuple[RecordPage, ...]) -> Iterator[RunPage]:
    uses: dict[str, list[tuple[RecordPage, RunUse]]] = {}
    for page in records:
        for use in page.record.runs:
            if run_url(use.run_id):
                uses.setdefault(use.run_id, []).append((page, use))
    for run_id in sorted({*uses, *context.evidence.run_ids()}):
        path = context.evidence.path_of(run_path(run_id))
        found = context.evidence.run(run_id)
        yield RunPage(run_id, run_url(run_id), found, path, tuple(uses.get(run_id, ())))


def _commits(context: Context, records: tuple[RecordPage, ...]) -> Iterator[CommitEntry]:
    citing: dict[str, dict[str, RecordPage]] = {}
    for page in records:
        for sha in _shas(page.record):
            citing.setdefault(sha, {})[page.url] = page
    for sha in sorted(citing):
        try:
            path = context.evidence.path_of(commit_path(sha))
        except ValueError:
            continue
        found = context.commits.commit(sha)
        yield CommitEntry(
            sha, found, context.evidence.commit(sha), path, tuple(citing[sha].values())
        )


def _shas(record: Record) -> Iterator[str]:
    yield from (sha for _, sha in record.marked("commit"))
    for citation in record.prose.citations:
        try:
            reference = parse_reference(citation.scheme, citation.target)
        except ReferenceProblem:
            continue
        if isinstance(reference, GitLink | DvcLink) and not reference.repository:
            yield reference.sha
