"""Claims as JSON: what is read, what is refused and where it says the fault is."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.narrative import claimsfile
from expdocs.narrative.claims import KINDS, Claim, Claims, Quote, SectionClaims, Uncovered
from expdocs.narrative.claimsfile import SCHEMA, ClaimsProblem

DOCUMENT: dict[str, Any] = {
    "sections": [
        {
            "key": "best",
            "claims": [
                {
                    "kind": "fact",
                    "text": "{{title:EXP-2026-11-20-417}} reached {{run:EXP-2026-11-20-417/a#f1}}.",
                    "record_ids": ["EXP-2026-11-20-417"],
                    "fact_ids": ["title:EXP-2026-11-20-417", "run:EXP-2026-11-20-417/a#f1"],
                    "quotes": [{"record_id": "EXP-2026-11-20-417", "text": "it was slow"}],
                }
            ],
        }
    ],
    "uncovered": [{"record_id": "EXP-2026-11-20-418", "reason": "It is about another metric."}],
}
CLAIMS = Claims(
    (
        SectionClaims(
            "best",
            (
                Claim(
                    "fact",
                    "{{title:EXP-2026-11-20-417}} reached {{run:EXP-2026-11-20-417/a#f1}}.",
                    ("EXP-2026-11-20-417",),
                    ("title:EXP-2026-11-20-417", "run:EXP-2026-11-20-417/a#f1"),
                    (Quote("EXP-2026-11-20-417", "it was slow"),),
                ),
            ),
        ),
    ),
    (Uncovered("EXP-2026-11-20-418", "It is about another metric."),),
)

ids = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
texts = st.text(st.characters(codec="utf-8"), max_size=30).map(claimsfile._normal)
quotes = st.builds(Quote, ids, texts)
claims_of_all_kinds = st.builds(
    Claim,
    st.sampled_from(KINDS),
    texts,
    st.lists(ids, max_size=3).map(tuple),
    st.lists(ids, max_size=3).map(tuple),
    st.lists(quotes, max_size=2).map(tuple),
)
sections = st.builds(SectionClaims, ids, st.lists(claims_of_all_kinds, max_size=3).map(tuple))
all_claims = st.builds(
    Claims,
    st.lists(sections, max_size=3).map(tuple),
    st.lists(st.builds(Uncovered, ids, texts), max_size=3).map(tuple),
)


def test_a_document_and_its_claims() -> None:
    assert claimsfile.from_document(DOCUMENT) == CLAIMS
    assert claimsfile.to_document(CLAIMS) == DOCUMENT


@given(all_claims)
def test_what_is_written_is_read_back(claims: Claims) -> None:
    data = claimsfile.claims_bytes(claims)
    read = claimsfile.read_claims(data)
    assert read == claims
    assert claimsfile.claims_bytes(read) == data
    assert claimsfile.claims_sha256(read) == claimsfile.claims_sha256(claims)
    jsonschema.validate(json.loads(data), SCHEMA)


def test_the_digest_is_over_canonical_json_and_not_over_the_layout() -> None:
    # printf '{"sections":[],"uncovered":[]}' | sha256sum
    empty = "809b80ae5875ebda9a683273da5407ca1bf83a7812f9d521e59c1a45a6656357"
    assert claimsfile.claims_sha256(Claims(())) == empty
    assert claimsfile.read_claims(b'{"uncovered":[],\n"sections":[]}') == Claims(())


def test_the_normal_form_is_for_prose_and_not_for_ids() -> None:
    document = copy.deepcopy(DOCUMENT)
    claim = document["sections"][0]["claims"][0]
    claim["text"] = "Cafe\u0301 {{param:cafe\u0301}}"
    claim["fact_ids"] = ["param:cafe\u0301"]
    claim["quotes"][0]["text"] = "cafe\u0301"
    document["uncovered"][0]["reason"] = "cafe\u0301"
    read = claimsfile.from_document(document)
    assert read.sections[0].claims[0].text == "Caf\u00e9 {{param:cafe\u0301}}"
    assert read.sections[0].claims[0].fact_ids == ("param:cafe\u0301",)
    assert read.sections[0].claims[0].quotes[0].text == "caf\u00e9"
    assert read.uncovered[0].reason == "caf\u00e9"


def _put(path: tuple[str | int, ...], value: object) -> Any:
    document = copy.deepcopy(DOCUMENT)
    inner: Any = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return document


CLAIM = ("sections", 0, "claims", 0)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "an object is expected here"),
        (None, "an object is expected here"),
        ({}, "the key sections is missing"),
        ({"sections": []}, "the key uncovered is missing"),
        ({**DOCUMENT, "note": ""}, "the key 'note' is unknown"),
        ({**DOCUMENT, 5: ""}, "the key '5' is unknown"),
        (_put(("sections",), {}), "sections: a list is expected here"),
        (_put(("sections", 0), 5), "sections[0]: an object is expected here"),
        (_put(("sections", 0, "key"), ""), "sections[0].key: an id is missing here"),
        (_put((*CLAIM, "kind"), "boast"), "sections[0].claims[0].kind: this is no kind of claim"),
        (_put((*CLAIM, "kind"), ["fact"]), "sections[0].claims[0].kind: this is no kind of claim"),
        (_put((*CLAIM, "text"), None), "sections[0].claims[0].text: a text is expected here"),
        (
            _put((*CLAIM, "text"), "x" * 2001),
            "sections[0].claims[0].text: the text has 2001 characters; 2000 are allowed",
        ),
        (
            _put((*CLAIM, "text"), "\ud800"),
            "sections[0].claims[0].text: the text holds half of a character",
        ),
        (
            _put((*CLAIM, "record_ids"), "EXP-2026-11-20-417"),
            "sections[0].claims[0].record_ids: a list is expected here",
        ),
        (
            _put((*CLAIM, "fact_ids"), ["a", 7]),
            "sections[0].claims[0].fact_ids[1]: a text is expected here",
        ),
        (
            _put((*CLAIM, "quotes"), [{"record_id": "a", "text": "b", "page": 1}]),
            "sections[0].claims[0].quotes[0]: the key 'page' is unknown",
        ),
        (
            _put((*CLAIM, "quotes"), [{"record_id": "a", "text": "b"}] * 21),
            "sections[0].claims[0].quotes: the list has 21 entries; 20 are allowed",
        ),
        (
            _put(("uncovered", 0, "reason"), True),
            "uncovered[0].reason: a text is expected here",
        ),
    ],
)
def test_a_wrong_form_is_refused_with_its_place(document: object, message: str) -> None:
    with pytest.raises(ClaimsProblem) as caught:
        claimsfile.from_document(document)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the text is not JSON"),
        (b"{}{}", "the text is not JSON"),
        (b'```json\n{"sections": [], "uncovered": []}\n```', "the text is not JSON"),
        (b'{"sections": [], "sections": [], "uncovered": []}', "the same key twice"),
        (b'{"sections": NaN, "uncovered": []}', "NaN"),
        (b"\xff", "the text is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'"' + b"x" * (16 * 1024 * 1024) + b'"', "larger than 16 MB"),
        (b'{"sections": [], "uncovered": [{"record_id": "a", "reason": "\\ud800"}]}', "UTF-8"),
        (b"[]", "JSON object"),
    ],
)
def test_a_text_that_is_no_claims_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ClaimsProblem, match=message):
        claimsfile.read_claims(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sections", "uncovered", "key", "claims", "text", "kind"]), inner
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_read_or_refused(value: object) -> None:
    with suppress(ClaimsProblem):
        claims = claimsfile.from_document(value)
        assert claimsfile.from_document(claimsfile.to_document(claims)) == claims


def test_the_schema_is_of_the_kind_that_servers_take() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(DOCUMENT, SCHEMA)
    assert len(json.dumps(SCHEMA)) < 1500
    for part in _objects(SCHEMA):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    assert not {"minItems", "maxItems", "minLength", "maxLength", "minimum"} & set(_keys(SCHEMA))


def _objects(schema: Any) -> list[dict[str, Any]]:
    inner = [
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ]
    here = [schema] if schema["type"] == "object" else []
    return here + [found for part in inner for found in _objects(part)]


def _keys(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    return [*schema, *(key for part in schema.values() for key in _keys(part))]
