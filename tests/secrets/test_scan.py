"""What is said of a secret, what is let pass, and that no text takes long."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.errors import CannotRun
from expdocs.secrets.personal import luhn
from expdocs.secrets.ruleset import entropy, ruleset
from expdocs.secrets.scan import MOST, digest_of, masked, scan, scan_anyway
from expdocs.secrets.suspicion import suspicious, switches

KIBIBYTES_128 = 1 << 17
TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA1bC2"


def test_a_hit_tells_the_form_and_the_place_in_characters() -> None:
    (hit,) = scan(f"Größe 密码 {TOKEN}, dann weiter")
    assert (hit.what, hit.value, hit.start) == ("github-pat", TOKEN, 9)
    assert hit.end == 9 + 40


def test_little_of_a_long_secret_is_shown_and_nothing_of_a_short_one() -> None:
    assert masked(TOKEN) == "ghp_… (40 characters)"
    assert masked("x" * 16) == "xxxx… (16 characters)"
    assert masked("hunter2-abc1234") == "… (15 characters)"


def test_a_value_that_is_listed_passes_and_its_neighbour_does_not() -> None:
    other = TOKEN.replace("aB3d", "zY8x")
    found = scan(f"{TOKEN}\n{other}", [digest_of(TOKEN)])
    assert [hit.value for hit in found] == [other]
    # printf %s VALUE | sha256sum
    assert digest_of("abc") == "sha256:ba7816bf8f01cfea"


def test_one_value_is_one_hit_of_the_rule_that_says_most() -> None:
    found = scan(f'token = "{TOKEN}"')
    assert [hit.what for hit in found] == ["github-pat"]


def test_hits_are_in_order_and_not_without_end() -> None:
    tokens = [TOKEN[:-3] + f"{n:03}" for n in range(MOST + 20)]
    found = scan("\n".join(tokens))
    assert [hit.value for hit in found] == tokens[:MOST]


def test_the_rules_of_gitleaks_are_there() -> None:
    rules, _ = ruleset()
    names = {rule.id for rule in rules}
    assert len(names) == len(rules) >= 210
    wanted = {"aws-access-token", "private-key", "jwt", "huggingface-access-token"}
    assert wanted <= names
    assert all(rule.keywords for rule in rules)


def test_rules_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset.cache_clear()
    monkeypatch.setitem(sys.modules, "maskerlogger", None)
    with pytest.raises(CannotRun, match="rules for secrets are not installed"):
        scan(TOKEN)
    ruleset.cache_clear()


@pytest.mark.parametrize(
    ("text", "bits"),
    [("aaaa", 0), ("abab", 1), ("abcd", 2), ("aabbccdd", 2), ("0123456789abcdef", 4)],
)
def test_entropy_in_bits_a_character(text: str, bits: float) -> None:
    assert entropy(text) == bits


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("churn", 0), ("Churn", 0), ("churnRate2", 2), ("a1B2", 3)]
)
def test_switches_between_classes(text: str, count: int) -> None:
    assert switches(text) == count


@given(st.text(max_size=400))
def test_any_text_is_scanned_and_hits_are_its_own(text: str) -> None:
    for hit in scan_anyway(text):
        assert text[hit.start : hit.end] == hit.value


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_token_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    found = scan(f"{before} {TOKEN} {after}")
    assert any(hit.value == TOKEN for hit in found)


@given(st.text("0123456789abcdef", min_size=7, max_size=64))
def test_no_digest_is_an_alarm(digest: str) -> None:
    for text in (
        digest,
        f"id: {digest}",
        f"commit {digest}.",
        f"(md5:{digest}.dir)",
        f"[{digest}]",
    ):
        assert scan(text) == []


def test_a_lone_surrogate_is_no_obstacle() -> None:
    assert [hit.value for hit in scan(f"\ud800 {TOKEN}")] == [TOKEN]


PIECES = [
    "a", "=", "key", "key: ", "key.", "password", "password=", "api_key=", "token=-", "://a:", "a@",
    "a://b:c@", "-----BEGIN PRIVATE" + " KEY-----", "eyJ", "sk-", "A3-", "密码：", "[", "a.",
    "Aa1-", "curl -u a:b ", "twitter = ", "data:kind:", "+1 ", "4-", "AB12 ", "@", "a.a",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_text_made_to_be_slow_is_read_to_its_end(piece: str) -> None:
    # With a pattern that goes back in the text this would not end: 10^10 steps and more.
    text = piece * (KIBIBYTES_128 // len(piece)) + f" {TOKEN}"
    assert suspicious(text)
    found = [hit for hit in scan_anyway(text) if hit.value == TOKEN]
    assert len(found) == 1 or len(scan(text)) == MOST


def test_the_check_digit_of_cards() -> None:
    # The example of ISO/IEC 7812-1, and one digit off.
    assert luhn("79927398713")
    assert not luhn("79927398714")
