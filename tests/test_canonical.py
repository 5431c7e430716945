from __future__ import annotations

import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from rfc8785 import CanonicalizationError

from expdocs.canonical import MAX_SAFE_INTEGER, canonical_bytes, sha256_of

_SAFE = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_ORDINARY = st.floats(1e-9, 1e18) | st.floats(-1e18, -1e-9) | st.integers(0, 10**9).map(float)
_TEXT = st.text() | st.text(alphabet='\x00\x1f\x7f\x80"\\/\n\u2028\ue000\uffff\U00010000é')
_VALUES = st.recursive(
    st.none() | st.booleans() | _SAFE | _FINITE | _ORDINARY | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_VALUES)
def test_the_bytes_of_rfc8785(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e16, "10000000000000000"),
        (1e21, "1e+21"),
        (0.0001, "0.0001"),
        (0.00001, "0.00001"),
        (1e-7, "1e-7"),
        (MAX_SAFE_INTEGER + 1, '"9007199254740992"'),
        (float("nan"), '"nan"'),
        (float("-inf"), '"-inf"'),
        ({"b": True, "a": None}, '{"a":null,"b":true}'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
        ({2: "two"}, '{"2":"two"}'),
        (("a", "é\x7f\x1f\n"), '["a","é\x7f\\u001f\\n"]'),
    ],
)
def test_what_is_written(value: object, wanted: str) -> None:
    assert canonical_bytes(value) == wanted.encode()


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}, ["a", "\udc00b"]])
def test_half_a_character_is_refused(value: object) -> None:
    with pytest.raises((CanonicalizationError, UnicodeEncodeError)):
        canonical_bytes(value)


def test_the_digest_is_of_the_bytes() -> None:
    assert sha256_of({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()
