"""Personal data: what is found, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.secrets.personal import found
from expdocs.secrets.scan import ACCOUNT, EMAIL, PHONE, personal_data

AT = "@"
# Numbers that card companies and the register of IBANs publish as examples.
CARD = "4111 1111 " + "1111 1111"
IBAN = "DE89 3704 " + "0044 0532 0130 00"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"Ask ana.costa{AT}acme.io, she knows.", EMAIL, f"ana.costa{AT}acme.io"),
        (f"(li-wei+x{AT}mail.acme.co.uk)", EMAIL, f"li-wei+x{AT}mail.acme.co.uk"),
        (f"Fragen an jürgen{AT}müller.de.", EMAIL, f"jürgen{AT}müller.de"),
        (f"联系张三：zhang.san{AT}acme.cn。", EMAIL, f"zhang.san{AT}acme.cn"),
        ("Call +49 30 12345678 today.", PHONE, "+49 30 12345678"),
        ("(+1 415 555 2671)", PHONE, "+1 415 555 2671"),
        ("+1 (415) 555-2671", PHONE, "+1 (415) 555-2671"),
        ("电话：+86 138 1234 5678。", PHONE, "+86 138 1234 5678"),
        (f"paid with {CARD}.", ACCOUNT, CARD),
        (f"card={CARD.replace(' ', '')}", ACCOUNT, CARD.replace(" ", "")),
        ("3782 822463 " + "10005", ACCOUNT, "3782 822463 10005"),
        (f"to {IBAN}, today", ACCOUNT, IBAN),
        ("GB29NWBK" + "60161331926819", ACCOUNT, "GB29NWBK60161331926819"),
        ("NL91 ABNA " + "0417 1643 00", ACCOUNT, "NL91 ABNA 0417 1643 00"),
    ],
)
def test_personal_data_is_found_at_its_place(text: str, kind: str, value: str) -> None:
    (hit,) = personal_data(text)
    assert (hit.what, hit.value) == (kind, value)
    assert text[hit.start : hit.end] == value


@pytest.mark.parametrize(
    "text",
    [
        f"ana{AT}example.org, li{AT}mail.Example.com, x{AT}host.invalid, y{AT}a.test",
        f"git{AT}github.com:team/churn.git, 12+ana{AT}users.noreply.github.com, noreply{AT}acme.io",
        f"precision{AT}10, logo{AT}2x.png, features{AT}a90bd60b358f, map{AT}K",
        "[+0.0212](delta:a..b#f1), +12.3456789012, +1 234 567, [+1 234 567](delta:a..b#n)",
        "2026-11-20T10:00:00+01:00, +100 %, +15551234",
        "4111 1111 1111 1112, 0.4111111111111111, a4111111111111111, 1763600000000",
        "DE89 3704 0044 0532 0130 01, DE89, AB12 CD34",
        "1234567890123456, 20261120100000000, seeds 1 2 3 4 5 6 7 8 9 10 11 12 13",
        "9e20a4f780104459a8c141c87a951182, 5afc23b9-622f-8f9f-fa60-824f4e97d0d5",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert list(found(text, ())) == []


def test_addresses_of_people_of_the_project_may_stand_there() -> None:
    text = f"ana{AT}acme.io and li{AT}acme.io"
    others = [hit.value for hit in personal_data(text, [f"Ana{AT}ACME.io"])]
    assert others == [f"li{AT}acme.io"]


@given(st.text(max_size=300))
def test_any_text_is_read_and_hits_are_its_own(text: str) -> None:
    for hit in found(text, ()):
        assert text[hit.start : hit.end] == hit.value


@pytest.mark.parametrize(
    "piece", ["@", "a@", "a@a.", "a@a-", "a.a", "1", "1 ", "+1 ", "+1", "A", "AB12 ", "4111 ", "4-"]
)
def test_a_long_text_made_to_be_slow_is_read_to_its_end(piece: str) -> None:
    text = piece * ((1 << 17) // len(piece))
    assert list(found(text, ())) == []
    (hit,) = personal_data(f"{text} ana{AT}acme.io")
    assert hit.value == f"ana{AT}acme.io"
