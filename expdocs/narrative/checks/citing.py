"""Whether claims cite records of the brief, and rest on something of each."""

from collections.abc import Iterator

from expdocs.narrative.checks.view import View, quoted
from expdocs.narrative.claims import Quote
from expdocs.narrative.inert import plain

_SHORTEST_QUOTE = 8


def cites_a_record(view: View) -> Iterator[str]:
    """A claim without a record says what nobody can look up."""
    if not view.claim.record_ids:
        yield "it cites no record: list at least one id of the brief in record_ids, or leave it out"


def cites_known_records(view: View) -> Iterator[str]:
    """Only what was given may be cited, each once."""
    seen = set()
    for one in view.claim.record_ids:
        if one not in view.known.records:
            yield f"the record {quoted(one)} is not in the brief: cite a record that is"
        elif one in seen:
            yield f"{one} is cited twice: list each record once"
        seen.add(one)


def rests_on_each_record(view: View) -> Iterator[str]:
    """A citation that nothing in the claim is from could as well be to another record."""
    held = {one for datum in view.listed for one in datum.records}
    held |= {quote.record_id for quote in view.claim.quotes}
    for one in view.claim.record_ids:
        if one in view.known.records and one not in held:
            how = f"use {{{{title:{one}}}}} or another value of it, quote it, or do not cite it"
            yield f"nothing in the claim is from {one}: {how}"


def quotes_cited_records(view: View) -> Iterator[str]:
    """Who is quoted is cited."""
    for quote in view.claim.quotes:
        if quote.record_id not in view.claim.record_ids:
            named = quoted(quote.record_id)
            yield f"the quoted record {named} is not cited: add its id to record_ids"


def quotes_verbatim(view: View) -> Iterator[str]:
    """A quote is words of that record, unchanged but for white space."""
    for quote in view.claim.quotes:
        record = view.known.records.get(quote.record_id)
        text = plain(quote.text)
        if record is not None and not any(
            _holds(passage.text, text) for passage in record.passages
        ):
            yield _not_there(quote)


def _holds(passage: str, text: str) -> bool:
    """Whether a passage has a text as whole words; a very short one must be a whole paragraph."""
    if len(text) < _SHORTEST_QUOTE and text.isascii():
        return text != "" and text in (plain(paragraph) for paragraph in passage.split("\n\n"))
    whole = plain(passage)
    at = whole.find(text)
    while at >= 0:
        if not _cuts(whole, at) and not _cuts(whole, at + len(text)):
            return True
        at = whole.find(text, at + 1)
    return False


def _cuts(passage: str, at: int) -> bool:
    """Whether an offset stands inside a word of a script that puts spaces between words."""
    around = passage[at - 1 : at + 1] if at > 0 else ""
    return len(around) == 2 and all(one.isalnum() and one < "\u2e80" for one in around)  # noqa: PLR2004


def _not_there(quote: Quote) -> str:
    words = quoted(quote.text)
    return (
        f"the quote {words} is not in a passage of {quoted(quote.record_id)}: copy whole words as "
        "they stand there, or leave the quote out"
    )


def quotes_once(view: View) -> Iterator[str]:
    """The same words twice say nothing more."""
    if len(set(view.claim.quotes)) < len(view.claim.quotes):
        yield "it has the same quote twice: leave one out"
