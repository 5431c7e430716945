"""Hostile records: nothing of their text becomes markup, a link, an id, a value or a claim.

Each file of ``injection/`` holds texts by name. A hostile writer copies them to every place of its
claims; a harmless one quotes them, as it may.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from expdocs.analytics.datum import Data, Datum
from expdocs.narrative.brief import Brief, Passage
from expdocs.narrative.claims import Claims, Quote, SectionClaims, Uncovered
from expdocs.narrative.claimsfile import (
    MAX_QUOTE,
    ClaimsProblem,
    from_document,
    read_claims,
    to_document,
)
from expdocs.narrative.inert import plain
from expdocs.narrative.render import Rendering, render
from expdocs.narrative.verify import verify
from tests.narrative.briefs import A, B, brief, claim, page
from tests.narrative.rendered import Active, active, shown

FOLDER = Path(__file__).with_name("injection")
KINDS = sorted(path.stem for path in FOLDER.glob("*.json"))
# Plain words that ask for something are no fault in themselves: they say nothing that is checked,
# and stand on the page as a reading that is labelled as such.
MAY_BE_SAID = ("instructions", "tools")


@cache
def texts(kind: str) -> dict[str, str]:
    given = json.loads((FOLDER / f"{kind}.json").read_text("utf-8"))
    return {
        name: one if isinstance(one, str) else one["text"] * one["times"]
        for name, one in given.items()
    }


CASES = [pytest.param(kind, name, id=f"{kind}-{name}") for kind in KINDS for name in texts(kind)]
each_text = pytest.mark.parametrize(("kind", "name"), CASES)


def _brief(passage: str = "It was slow.", title: str = "Oversampling") -> Brief:
    """Return the brief of two records, one of which is hostile."""
    made = brief(records=(A, B))
    data = Data()
    for datum in made.data.values():
        text = title if datum.id == f"title:{A}" else datum.shown
        value = datum.value if datum.id != f"title:{A}" else title
        data.add(datum._replace(value=value, shown=text))
    first, second = made.records
    hostile = first._replace(title=title, passages=(Passage("notes", passage),))
    return made._replace(records=(hostile, second), data=data)


def _rest() -> Any:
    return claim(f"{{{{title:{B}}}}} reached {{{{run:{B}/forest#recall}}}}.", B)


def _rendered(on: Brief, claims: Claims) -> str:
    blocks = render(Rendering(on, claims))
    return "\n\n".join(
        f"<!-- expdocs:{name} -->\n{text}\n<!-- /expdocs:{name} -->" for name, text in blocks
    )


def _refused_or_inert(on: Brief, claims: Claims, like: Claims) -> bool:
    """Whether claims are refused; what is not must do on a page what other claims like it do."""
    if verify(on, claims):
        return True
    assert active(_rendered(on, claims)) == active(_rendered(on, like))
    return False


def test_the_corpus_is_large_and_hostile() -> None:
    found = [text for kind in KINDS for text in texts(kind).values()]
    assert len(found) >= 200
    assert len(set(found)) == len(found)
    assert max(map(len, found)) >= 200_000
    # Were they not escaped, these would do something on a page.
    harmless = active("A word.")
    short = [text for text in found if len(text) < MAX_QUOTE]
    assert sum(active(text) != harmless for text in short) >= 90


@each_text
def test_a_writer_that_copies_it_into_a_text(kind: str, name: str) -> None:
    text = texts(kind)[name]
    for said in (text, f"{{{{title:{A}}}}} {text}", f"We read {{{{title:{A}}}}} so: {text}"):
        copied = claim(f"{{{{title:{A}}}}}", kind="interpretation")._replace(text=said)
        like = copied._replace(text=f"{{{{title:{A}}}}} word")
        refused = _refused_or_inert(_brief(text), page(copied, _rest()), page(like, _rest()))
        assert refused or kind in MAY_BE_SAID


@each_text
def test_a_writer_that_copies_it_into_a_reason(kind: str, name: str) -> None:
    claims = Claims(page(_rest()).sections, (Uncovered(A, texts(kind)[name]),))
    like = Claims(page(_rest()).sections, (Uncovered(A, "word"),))
    assert _refused_or_inert(_brief(), claims, like) or kind in MAY_BE_SAID


@each_text
def test_a_writer_that_quotes_what_the_record_does_not_say(kind: str, name: str) -> None:
    said = claim(f"{{{{title:{A}}}}}:", kind="quote", quotes=(Quote(A, texts(kind)[name]),))
    codes = {fault.code for fault in verify(_brief(), page(said, _rest()))}
    assert codes & {"quote", "length"}


@each_text
def test_a_writer_that_copies_it_into_keys_and_ids(kind: str, name: str) -> None:
    text = texts(kind)[name]
    good = page(claim(f"{{{{title:{A}}}}} is here."), _rest())
    first = good.sections[0].claims[0]
    for put in (
        first._replace(kind=text),
        first._replace(record_ids=(A, text)),
        first._replace(fact_ids=(*first.fact_ids, text)),
        first._replace(text=f"{first.text} {{{{{text}}}}}"),
        first._replace(quotes=(Quote(text, "It was slow."),)),
    ):
        assert _refused(Claims((SectionClaims("all", (put, _rest())),)))
    assert _refused(Claims((*good.sections, SectionClaims(text, ()))))
    assert _refused(good._replace(uncovered=(Uncovered(text, "Another metric."),)))


def _refused(claims: Claims) -> bool:
    try:
        read = from_document(to_document(claims))
    except ClaimsProblem:
        return True
    return bool(verify(_brief(), read))


@each_text
def test_a_reply_that_is_the_text(kind: str, name: str) -> None:
    reply = texts(kind)[name].encode("utf-8", "surrogatepass")
    with pytest.raises(ClaimsProblem) as caught:
        read_claims(reply)
    assert len(str(caught.value)) < 200


def _quoted(text: str) -> tuple[Brief, Claims]:
    """Return claims that quote the beginning of a record's text, as far as a quote may go."""
    on = _brief(text)
    cut = text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE]
    if len(cut) < len(text) and cut[-1].isalnum() and text[len(cut)].isalnum():
        on = _brief(cut)
    said = claim(f"{{{{title:{A}}}}}:", kind="quote", quotes=(Quote(A, cut),))
    return on, page(said, _rest())


@each_text
def test_a_quote_of_it_is_shown_and_does_nothing(kind: str, name: str) -> None:
    text = texts(kind)[name]
    on, claims = _quoted(text)
    assert verify(on, claims) == ()
    other, harmless = _quoted("It was slow.")
    rendered = _rendered(on, claims)
    assert active(rendered) == active(_rendered(other, harmless))
    assert plain(text[:MAX_QUOTE]) in shown(rendered)


@each_text
def test_a_title_of_it_does_nothing(kind: str, name: str) -> None:
    title = plain(texts(kind)[name])[:2000]
    claims = page(claim(f"{{{{title:{A}}}}} is here, as {{{{title:{A}}}}}."), _rest())
    on = _brief(title=title)
    assert verify(on, claims) == ()
    found, expected = active(_rendered(on, claims)), active(_rendered(_brief(), claims))
    assert found == expected
    assert title in shown(_rendered(on, claims))


@each_text
def test_a_value_of_it_does_nothing(kind: str, name: str) -> None:
    """A parameter or tag of a run may hold anything."""
    text = plain(texts(kind)[name])[:2000]
    found = []
    for value in (text, "word"):
        on = _brief()
        datum = Datum(f"run:{A}/smote#params.note", value, value, value, (A,), formula=value)
        data = Data()
        for one in (*on.data.values(), datum):
            data.add(one)
        claims = page(claim(f"{{{{title:{A}}}}} ran with {{{{{datum.id}}}}}."), _rest())
        on = on._replace(data=data, title=value, question=value)
        assert verify(on, claims) == ()
        found.append(active(_rendered(on, claims)))
    assert found[0] == found[1]


def test_what_is_held_against_the_pages_sees_markup() -> None:
    nothing = active("A word.")
    for text in (
        "<b>x</b>",
        "[x](http://y)",
        "[1](run:a#b)",
        "# x",
        "`x`",
        f"See {A}.",
        "<!-- -->",
    ):
        assert active(f"A {text}" if text[0] != "#" else text) != nothing
    assert isinstance(nothing, Active)
