"""Whether a claim is of a kind that its section takes, and has what its kind needs."""

from collections.abc import Iterator

from expdocs.narrative.checks.view import View, quoted, scheme
from expdocs.narrative.claimsfile import MAX_CITED, MAX_QUOTE, MAX_QUOTES, MAX_TEXT

# Where analytics say that a line stands, and the verdict by which people said the same.
_STATES = {"exhausted": "archived", "open": "iterate"}
_FACTS = ("fact",)


def is_of_a_kind_of_its_section(view: View) -> Iterator[str]:
    """A section takes some kinds of claims."""
    if view.section is not None and view.claim.kind not in view.section.kinds:
        kinds = ", ".join(view.section.kinds)
        yield f"{quoted(view.claim.kind)} has no place in this section: it takes {kinds}"


def says_something(view: View) -> Iterator[str]:
    """Only a quote speaks for itself."""
    if not view.claim.text.strip() and view.claim.kind != "quote":
        yield "it says nothing: write a sentence"


def is_not_too_long(view: View) -> Iterator[str]:
    """What is too long is not read, and not checked by a reader."""
    claim = view.claim
    if len(claim.text) > MAX_TEXT:
        yield f"the text has {len(claim.text)} characters; {MAX_TEXT} are allowed"
    if max(len(claim.record_ids), len(claim.fact_ids)) > MAX_CITED:
        yield f"more than {MAX_CITED} ids are listed"
    if len(claim.quotes) > MAX_QUOTES or any(len(one.text) > MAX_QUOTE for one in claim.quotes):
        yield f"{MAX_QUOTES} quotes of {MAX_QUOTE} characters are allowed"


def shows_what_it_states(view: View) -> Iterator[str]:
    """A fact says what data say."""
    if view.claim.kind in _FACTS and not view.uses:
        yield "a fact shows data: use a placeholder, or call it an interpretation"


def quotes_what_it_quotes(view: View) -> Iterator[str]:
    """A claim of the kind quote holds one."""
    if view.claim.kind == "quote" and not view.claim.quotes:
        yield "it quotes nothing: add the record's words to quotes"


def rests_on_where_a_line_stands(view: View) -> Iterator[str]:
    """That a line is exhausted or open was recorded, or computed by a rule that is shown."""
    kind = view.claim.kind
    verdict = _STATES.get(kind)
    if verdict is None:
        return
    states = {scheme(one.id) for one in view.listed}
    verdicts = {one.value for one in view.listed if scheme(one.id) == "verdict"}
    quoted_open = kind == "open" and view.claim.quotes
    if kind not in states and verdict not in verdicts and not quoted_open:
        yield f"that it is {kind} needs a datum {kind}:… or a verdict '{verdict}' of what it cites"
    for other in sorted(set(_STATES) - {kind}):
        if other in states and kind not in states:
            yield f"the claim says {kind} and shows a datum that says {other}: drop one of them"


def asks(view: View) -> Iterator[str]:
    """A question ends with a question mark."""
    if view.claim.kind == "question" and view.claim.text.rstrip()[-1:] not in ("?", "\uff1f"):
        yield "a question ends with a question mark"
