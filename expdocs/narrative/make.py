"""Making a page: the one path from a request to two files, whoever writes the claims.

A page that is fresh asks no writer; when only the renderer changed, it is rendered from its claims
again. Both files are written or none, and whatever fails leaves the old page as it was.
"""

# Without postponed annotations, as in the modules beside this one.

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from expdocs.atomic import write_bytes
from expdocs.errors import CannotRun, Refused, UsageError
from expdocs.narrative.blocks import no_blocks
from expdocs.narrative.brief import Brief
from expdocs.narrative.claims import Claims
from expdocs.narrative.claimsfile import ClaimsProblem, claims_bytes, claims_sha256, read_claims
from expdocs.narrative.freshness import Inputs, changes, inputs_of
from expdocs.narrative.page import Prepared, Request, Sources
from expdocs.narrative.pagefile import PageFile, Provenance, block_digest, body_digest, read_page
from expdocs.narrative.pages import page_kind
from expdocs.narrative.pagetext import page_text
from expdocs.narrative.render import VERSION, Rendering, render
from expdocs.narrative.verify import verify
from expdocs.narrative.words import has_words
from expdocs.narrative.writers import OFFLINE, Writer, Written
from expdocs.records.frontmatter import MAX_FILE, ReadProblem

_NARROWER = "ask for less: --project, --tag, --approach, --since, --until"

How = Literal["unchanged", "rendered", "written"]


class Job(NamedTuple):
    """A page to make: its path in the repository, what it is about, and who writes it.

    ``place`` gives the file of a path, and refuses one that leads out of the repository.
    """

    path: str
    request: Request
    writer: Writer
    place: Callable[[str], Path]
    keep_edits: bool = False


class Made(NamedTuple):
    """What became of a page: whether it was written, and what had changed."""

    path: str
    how: How
    why: str = ""


def claims_path(path: str) -> str:
    """Return where the claims of a page are kept."""
    return f"{path.removesuffix('.md')}.claims.json"


class Plan(NamedTuple):
    """What a page would be made from, and what there is of it.

    ``before`` is the page, ``stored`` are its claims where they would be written today again.
    """

    prepared: Prepared
    version: str
    inputs: Inputs
    before: PageFile | None
    stored: Written | None

    @property
    def fresh(self) -> bool:
        """Whether the page is what would be made now; what code adds may have changed."""
        before, stored = self.before, self.stored
        if before is None or stored is None or before.edited:
            return False
        if before.provenance.renderer != VERSION:
            return False
        return self.prepared.blocks is no_blocks or before.provenance.blocks == {
            name: block_digest(text) for name, text in self.render(stored)
        }

    def render(self, written: Written) -> list[tuple[str, str]]:
        """Return the generated blocks that some claims give."""
        added = self.prepared.blocks()
        return render(Rendering(self.prepared.brief, written.claims, added, written.model))


def plan_page(sources: Sources, job: Job) -> Plan:
    """Hold a page against the records of today; nobody is asked to write anything."""
    before = existing(job.path, _content(job.place(job.path)))
    kind = page_kind(job.request.page)
    prepared = kind.prepare(sources, job.request)
    inputs = inputs_of(prepared.brief, kind, job.request, job.writer.provider, job.writer.key)
    return Plan(prepared, str(kind.version), inputs, before, _stored(job, before, inputs))


def make_page(sources: Sources, job: Job) -> Made:
    """Bring one page up to date; raises ``Refused`` where that would lose what somebody wrote."""
    plan = plan_page(sources, job)
    before = plan.before
    if before and before.edited and not job.keep_edits:
        names = ", ".join(before.edited)
        message = f"{job.path} was edited inside of generated blocks: {names}"
        hint = "undo that, or move it to sections of your own by: expdocs synth --keep-edits"
        raise Refused(message, hint)
    if plan.fresh:
        return Made(job.path, "unchanged")
    written = plan.stored or _written(job, plan.prepared)
    provenance, blocks = _rendered(job, plan, written)
    text = page_text(provenance, blocks, before, before.edited if before else ())
    _write(job, claims_bytes(written.claims), _small_enough(job, text.encode("utf-8")))
    why = changes(before.provenance.inputs, plan.inputs.digests) if before else "new"
    return Made(job.path, "rendered" if plan.stored else "written", why)


def existing(path: str, content: bytes | None) -> PageFile | None:
    """Read a page that may not be there; raises ``Refused`` for one that cannot be read."""
    if content is None:
        return None
    try:
        return read_page(path, content)
    except ReadProblem as problem:
        where = f"{path}:{problem.line}:{problem.column}: {problem.message}"
        raise Refused(where, f"{problem.hint}, or remove the file") from problem


def _content(path: Path) -> bytes | None:
    if not path.is_file():
        return None
    if path.stat().st_size > MAX_FILE:
        raise Refused(f"{path.name} is larger than 1 MiB", "remove the file")
    return path.read_bytes()


def _stored(job: Job, before: PageFile | None, inputs: Inputs) -> Written | None:
    """Return the claims that the page has, where they are what would be written today."""
    content = _content(job.place(claims_path(job.path)))
    if before is None or content is None or before.provenance.input_key != inputs.key:
        return None
    try:
        claims = read_claims(content)
    except ClaimsProblem:
        return None
    if digest_of(claims) != before.provenance.claims_sha256:
        return None
    return Written(claims, before.provenance.model, before.provenance.details)


def digest_of(claims: Claims) -> str:
    """Return the digest of claims as a page names it."""
    return f"sha256:{claims_sha256(claims)}"


def _written(job: Job, prepared: Prepared) -> Written:
    """Return claims that the verifier lets pass; raises where there are none."""
    written, wrong = attempted(job.writer, prepared)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        message = f"what was written for {job.path} does not hold: {wrong[0]}{more}"
        raise CannotRun(message, "nothing was changed; try again, or use --provider offline")
    return written._replace(claims=_as_kept(job, written.claims))


def attempted(writer: Writer, prepared: Prepared) -> tuple[Written, list[str]]:
    """Return claims with what is wrong with them; a writer that can repair has one attempt."""
    language = prepared.brief.language
    if writer.provider != OFFLINE and not has_words(language):
        message = f"there are no lists of words for the language '{language[:40]}'"
        raise UsageError(message, "ask for another language, or use --provider offline")
    written = writer.write(prepared)
    wrong = faults_of(prepared.brief, written.claims, writer.provider)
    if wrong and writer.repair:
        written = writer.repair(prepared, written, wrong)
        wrong = faults_of(prepared.brief, written.claims, writer.provider)
    return written, wrong


def _as_kept(job: Job, claims: Claims) -> Claims:
    """Return claims as they will be read from their file, which has limits."""
    try:
        return read_claims(claims_bytes(claims))
    except ClaimsProblem as problem:
        raise CannotRun(f"{job.path} would say too much: {problem}", _NARROWER) from problem


def faults_of(brief: Brief, claims: Claims, provider: str) -> list[str]:
    """Return what the verifier says against the claims of a provider, in words."""
    return [str(fault) for fault in verify(brief, claims, by_model=provider != OFFLINE)]


def _rendered(
    job: Job, plan: Plan, written: Written
) -> tuple[Provenance, Sequence[tuple[str, str]]]:
    brief, before, inputs = plan.prepared.brief, plan.before, plan.inputs
    blocks = plan.render(written)
    provenance = Provenance(
        title=brief.title,
        request=job.request,
        provider=job.writer.provider,
        model=written.model,
        writer_key=job.writer.key,
        details=written.details,
        page_version=plan.version,
        renderer=VERSION,
        inputs=inputs.digests,
        input_key=inputs.key,
        claims_sha256=digest_of(written.claims),
        body_sha256=body_digest(blocks),
        blocks={name: block_digest(text) for name, text in blocks},
        reviewed=before.provenance.reviewed if before else None,
    )
    return provenance, blocks


def _small_enough(job: Job, content: bytes) -> bytes:
    if len(content) > MAX_FILE:
        raise CannotRun(f"{job.path} would be larger than 1 MiB", _NARROWER)
    return content


def _write(job: Job, claims: bytes, page: bytes) -> None:
    target, beside = job.place(job.path), job.place(claims_path(job.path))
    with _restored(beside):
        write_bytes(beside, claims)
        write_bytes(target, page)


@contextmanager
def _restored(path: Path) -> Iterator[None]:
    """Put a file back as it was where what is done meanwhile fails."""
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, before)
        raise
