"""How a page stands today: fresh or stale, as it was written or edited, supported, reviewed."""

# Without postponed annotations, as in the modules beside this one.

from typing import NamedTuple

from expdocs.errors import ExpdocsError
from expdocs.narrative.blocks import no_blocks
from expdocs.narrative.catalogue import catalogue
from expdocs.narrative.claims import Claims
from expdocs.narrative.claimsfile import ClaimsProblem, read_claims
from expdocs.narrative.freshness import changes, inputs_of
from expdocs.narrative.make import digest_of, faults_of
from expdocs.narrative.page import PageKind, Prepared, Sources
from expdocs.narrative.pagefile import PageFile, Provenance, body_digest, stripped
from expdocs.narrative.pages import page_kind
from expdocs.narrative.render import VERSION, Rendering, render


class Standing(NamedTuple):
    """What is to say of a page; all is well where everything is empty.

    ``stale`` says what changed, ``edited`` what is not as it was written, ``unsupported`` why the
    claims do not hold, one fault a line.
    """

    stale: str = ""
    edited: str = ""
    unsupported: tuple[str, ...] = ()


def standing_of(page: PageFile, claims_file: bytes | None, sources: Sources) -> Standing:
    """Hold a page and its claims against the records and the evidence of today."""
    provenance = page.provenance
    try:
        kind = page_kind(provenance.request.page)
        prepared = kind.prepare(sources, provenance.request)
    except ExpdocsError as problem:
        return Standing(unsupported=(problem.message,))
    stale = _stale(provenance, kind, prepared)
    if claims_file is None:
        return Standing(stale, _edited(page), ("its claims file is missing",))
    try:
        claims = read_claims(claims_file)
    except ClaimsProblem as problem:
        return Standing(stale, _edited(page), (f"its claims file cannot be read: {problem}",))
    edited = _edited(page)
    if not edited and digest_of(claims) != provenance.claims_sha256:
        edited = "the claims file is another one than the page was written with"
    faults = tuple(faults_of(prepared.brief, claims, provenance.provider))
    if not (stale or edited or faults):
        edited = _otherwise(page, prepared, claims)
    return Standing(stale, edited, faults)


def _stale(provenance: Provenance, kind: PageKind, prepared: Prepared) -> str:
    request, provider = provenance.request, provenance.provider
    now = inputs_of(prepared.brief, kind, request, provider, provenance.writer_key)
    if now.key == provenance.input_key:
        return ""
    return changes(provenance.inputs, now.digests) or "the way in which such pages are written"


def _edited(page: PageFile) -> str:
    if names := page.edited:
        return f"generated text was edited: {', '.join(names)}"
    if body_digest(list(page.generated.items())) != page.provenance.body_sha256:
        return "generated blocks stand in another order"
    return ""


def _otherwise(page: PageFile, prepared: Prepared, claims: Claims) -> str:
    """Say where a page whose digests fit shows something else than its claims give."""
    if page.provenance.title != prepared.brief.title:
        return "its title is another one"
    if page.provenance.renderer != VERSION:
        return ""
    shown = page.generated
    wanted = render(Rendering(prepared.brief, claims, (), page.provenance.model))
    other = [name for name, text in wanted if not _fits(shown.get(name, ""), text, prepared)]
    return f"text and claims differ: {', '.join(other)}" if other else ""


def _fits(shown: str, wanted: str, prepared: Prepared) -> bool:
    """Whether a block shows what its claims give.

    Where code adds tables and listings, which may depend on the clone, they stand behind that.
    """
    text = stripped(wanted)
    if shown == text or prepared.blocks is no_blocks:
        return shown == text
    nothing = catalogue("render", prepared.brief.language).say("nothing")
    return shown.startswith(f"{text.removesuffix(nothing).rstrip()}\n\n")
