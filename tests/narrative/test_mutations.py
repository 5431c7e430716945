"""A thousand pages that hold pass, and none of them passes when it is made to say another thing.

`python benchmarks/verifier.py` makes every mutation of every page and prints the rates.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative.claimsfile import claims_bytes, read_claims
from expdocs.narrative.inert import plain
from expdocs.narrative.verify import verify
from tests.narrative.briefs import A, B, D, brief, claim
from tests.narrative.briefs import page as page_of
from tests.narrative.generated import Page, page
from tests.narrative.mutations import MUTATIONS

PAGES = 1_000
STEP = 4


@lru_cache(maxsize=PAGES)
def made(seed: int) -> Page:
    return page(seed)


def test_no_page_that_holds_is_rejected() -> None:
    rejected = {
        seed: [str(fault) for fault in faults]
        for seed in range(PAGES)
        if (faults := verify(made(seed).brief, made(seed).claims))
    }
    assert rejected == {}
    claims = [one for seed in range(PAGES) for one in made(seed).claims.sections]
    assert sum(len(one.claims) for one in claims) > 10 * PAGES


def test_pages_differ_and_are_kept_as_they_are() -> None:
    assert len({made(seed).claims for seed in range(100)}) == 100
    assert made(7) == page(7)
    for seed in range(100):
        assert read_claims(claims_bytes(made(seed).claims)) == made(seed).claims


@pytest.mark.parametrize(("first", "name"), list(enumerate(MUTATIONS)), ids=list(MUTATIONS))
def test_every_mutation_is_caught(first: int, name: str) -> None:
    """Each mutation turns a quarter of the pages, and each page meets a quarter of them."""
    missed, turned = [], 0
    for seed in range(first % STEP, PAGES, STEP):
        held = made(seed)
        claims = MUTATIONS[name](held, Random(f"{seed} {name}"))
        if claims is not None:
            turned += 1
            assert claims != held.claims
            if not verify(held.brief, claims):
                missed.append(seed)
    assert missed == []
    assert turned >= 20


@given(
    seed=st.integers(PAGES, 2**32), name=st.sampled_from(sorted(MUTATIONS)), chance=st.integers()
)
def test_any_mutation_of_any_page_is_caught(seed: int, name: str, chance: int) -> None:
    held = page(seed)
    assert verify(held.brief, held.claims) == ()
    claims = MUTATIONS[name](held, Random(chance))
    assert claims is None or verify(held.brief, claims) != ()


WORDS = (
    "the",
    "run",
    "of",
    "data,",
    "was",
    "slow;",
    "(we)",
    "like",
    "很慢",
    "2",
    "<",
    "[",
    "\u202e",
)
texts = st.text(max_size=40) | st.lists(st.sampled_from(WORDS)).map(" ".join)


@pytest.mark.parametrize("language", ["en", "zh"])
@given(text=texts)
def test_whatever_passes_is_plain_words(language: str, text: str) -> None:
    said = claim(f"{{{{title:{A}}}}} {text}", A, kind="interpretation")
    rest = claim(f"{{{{title:{B}}}}} {{{{title:{D}}}}}", B, D, kind="interpretation")
    if verify(brief(language), page_of(said, rest)):
        return
    categories = {unicodedata.category(one) for one in text}
    assert not categories & {"Nd", "Nl", "No", "Cc", "Cf", "Co", "Cn", "Sm", "Sc", "Sk", "So", "Mn"}
    assert not set(text) & set('<>[]{}`*#|\\"@')
    assert plain(text) == " ".join(text.split())
    scripts = {unicodedata.name(one).split()[0] for one in text if one.isalpha()}
    assert scripts <= ({"LATIN"} if language == "en" else {"LATIN", "CJK"})
