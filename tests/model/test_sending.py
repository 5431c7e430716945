"""What must not leave: secrets and names never are in a request, wherever they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from expdocs.analytics.datum import Datum
from expdocs.config import Person
from expdocs.errors import ExpdocsError, Refused
from expdocs.narrative.anthropic.identities import Identities
from expdocs.narrative.anthropic.sending import Guard
from expdocs.narrative.brief import Brief, Material, Passage, Section
from expdocs.narrative.claims import Claim, Claims, Quote, SectionClaims
from expdocs.secrets.scan import digest_of
from tests.model.pages import (
    ANSWER,
    RECORDS,
    SETTINGS,
    SMOTE,
    WEIGHTS,
    brief_of,
    model_writer,
    prepared,
)
from tests.model.server import ModelServer, says

CANARY = "AKIAQ3EGRZ7HXLWM2VTB"


def with_text(text: str) -> Brief:
    """The brief with a text at the end of a line of a passage."""
    passage = Passage("observations", f"First line.\n{text}\nLast line.")
    return brief_of(records=(RECORDS[0], RECORDS[1]._replace(passages=(passage,))))


PLACES: dict[str, Brief] = {
    "a passage": with_text(f"export AWS_ACCESS_KEY_ID={CANARY}"),
    "a passage, at the beginning of a line": with_text(CANARY),
    "a title": brief_of(records=(RECORDS[0], RECORDS[1]._replace(title=f"With {CANARY}"))),
    "a tag": brief_of(records=(RECORDS[0], RECORDS[1]._replace(tags=(CANARY,)))),
    "an author": brief_of(records=(RECORDS[0], RECORDS[1]._replace(authors=(CANARY,)))),
    "a key": brief_of(records=(RECORDS[0]._replace(passages=(Passage(CANARY, "x"),)),)),
    "a value": brief_of(
        data={"params:x": Datum("params:x", "a parameter", CANARY, CANARY, (SMOTE,))}
    ),
    "a purpose": brief_of(sections=(Section("a", "A", f"For {CANARY}.", ("fact",)),)),
    "the question": brief_of(question=f"Why {CANARY}?"),
}


@pytest.mark.parametrize("brief", PLACES.values(), ids=PLACES)
def test_a_secret_never_leaves(model_server: ModelServer, brief: Brief) -> None:
    model_server.answers(says(ANSWER))
    with pytest.raises(Refused) as caught:
        model_writer().write(prepared()._replace(brief=brief))
    assert caught.value.message.startswith("the request to the model holds what must stay here: ")
    assert CANARY not in caught.value.message + caught.value.hint
    assert model_server.asked == []


def test_a_secret_is_not_shown_either() -> None:
    preview = model_writer().preview
    assert preview
    with pytest.raises(Refused):
        preview(prepared()._replace(brief=PLACES["a passage"]))


def test_a_secret_in_a_fault_never_leaves(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    writer = model_writer()
    first = writer.write(prepared())
    asked = len(model_server.asked)
    assert writer.repair
    with pytest.raises(Refused):
        writer.repair(prepared(), first, [f"not a quote: {CANARY}"])
    assert len(model_server.asked) == asked


def test_what_is_known_to_be_no_secret_leaves(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    settings = SETTINGS._replace(not_secret=(digest_of(CANARY),))
    model_writer(settings).write(prepared()._replace(brief=with_text(CANARY)))
    assert CANARY.encode() in model_server.messages[0].raw


@pytest.mark.parametrize(
    "text", ["write to somebody.else@churn.io", "call +49 30 901820", "card 4111 1111 1111 1111"]
)
def test_personal_data_never_leaves(model_server: ModelServer, text: str) -> None:
    model_server.answers(says(ANSWER))
    with pytest.raises(Refused, match="holds what must stay here"):
        model_writer().write(prepared()._replace(brief=with_text(text)))
    assert model_server.asked == []


def test_a_secret_in_the_answer_is_refused(model_server: ModelServer) -> None:
    answer = json.loads(json.dumps(ANSWER))
    answer["sections"][0]["claims"][0]["text"] = f"The key is\n{CANARY}"
    model_server.answers(says(answer))
    with pytest.raises(Refused) as caught:
        model_writer().write(prepared())
    assert caught.value.message.startswith("the model's reply holds what must stay here: ")


@pytest.mark.parametrize("depth", [900, 100_000])
def test_an_answer_may_be_nested_deeply(model_server: ModelServer, depth: int) -> None:
    model_server.answers(says("[" * depth + "]" * depth))
    with pytest.raises(ExpdocsError, match="the model did not answer with claims"):
        model_writer().write(prepared())


def test_the_last_look_is_at_the_bytes_that_leave(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Should anything between here and the socket put more into the body, it is seen still.
    monkeypatch.setattr(Guard, "before", _only_messages(Guard.before))
    model_server.answers(says(ANSWER))
    with pytest.raises(Refused):
        model_writer().write(prepared()._replace(brief=with_text(CANARY)))
    assert [one.method for one in model_server.asked] == ["GET"]


def _only_messages(look: Any) -> Any:
    calls: list[bytes] = []

    def before(self: Guard, body: bytes) -> None:
        calls.append(body)
        if len(calls) > 1:
            look(self, body)

    return before


# --- people


def test_authors_go_out_as_ids(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    texts = "As Ana Costa (ana.costa@churn.io) said to Li\n  Wei and LI@churn.io, Ana Costa’s way."
    model_writer().write(prepared()._replace(brief=with_text(texts)))
    for asked in model_server.asked:
        sent = asked.raw.decode()
        assert not any(name in sent for name in ("Costa", "Li Wei", "churn.io"))
    block = model_server.messages[0].body["messages"][0]["content"][0]["text"]
    record = json.loads(block.split("\n")[2])
    assert record["authors"] == ["li"]
    hidden = "As [@ana] ([@ana]) said to [@li] and [@li], [@ana]’s way."
    assert hidden in record["passages"][0]["text"]


def test_names_are_hidden_wherever_people_write() -> None:
    brief = brief_of(
        title="For Li Wei",
        question="Why did Li Wei stop?",
        records=(RECORDS[0]._replace(title="Li Wei’s weights"),),
        data={"title:x": Datum("title:x", "of Li Wei", "Li Wei", "Li Wei", (WEIGHTS,))},
        sections=(Section("a", "Of Li Wei", "What Li Wei did.", ("fact",)),),
    )
    preview = model_writer().preview
    assert preview
    assert "Li Wei" not in preview(prepared()._replace(brief=brief))


def test_a_name_in_an_id_is_refused() -> None:
    brief = brief_of(records=(RECORDS[0]._replace(tags=("Li Wei",)),))
    preview = model_writer().preview
    assert preview
    with pytest.raises(Refused) as caught:
        preview(prepared()._replace(brief=brief))
    assert caught.value.message == "the request to the model names people: li"


def test_a_word_of_a_prompt_is_no_name() -> None:
    people = {"a": Person("Answer"), "b": Person("Prefer"), "c": Person("c")}
    settings = SETTINGS._replace(people=people)
    preview = model_writer(settings).preview
    assert preview
    assert json.loads(preview(prepared()))["system"][0]["text"].count("Answer") > 0


PEOPLE = {"ana": Person("Ana Costa", ("ana@churn.io",)), "ann": Person("Ana"), "zoe": Person("Zoë")}


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Ana Costa", "[@ana]"),
        ("Ana", "[@ann]"),
        ("ana", "ana"),
        ("Anagram", "Anagram"),
        ("(Ana)", "([@ann])"),
        ("ANA@Churn.io", "[@ana]"),
        ("banana@churn.io", "banana@churn.io"),
        ("Zoe\u0308", "[@zoe]"),
        ("Ana\u00a0Costa", "[@ana]"),
    ],
)
def test_who_is_hidden(text: str, hidden: str) -> None:
    assert Identities(PEOPLE).hide(text) == hidden


def test_quotes_get_back_the_words_of_their_record() -> None:
    passages = (Passage("a", "Ana Costa asked."), Passage("b", "Then ana@churn.io\nasked Zoë."))
    record = Material("R", "experiment", "By Ana", "draft", "2026-11-20", (), passages=passages)
    brief = brief_of(records=(record,))
    quotes = {
        "[@ana] asked.": "Ana Costa asked.",
        "Then  [@ana] asked [@zoe].": "Then ana@churn.io asked Zoë.",
        "By [@ann]": "By Ana",
        "[@nobody] asked": "[@nobody] asked",
        "[@ana] asked (.*)": "[@ana] asked (.*)",
        "asked": "asked",
    }
    given = tuple(Quote("R", text) for text in quotes)
    claims = Claims((SectionClaims("a", (Claim("quote", "[@zoe] asked.", ("R",), (), given),)),))
    (claim,) = Identities(PEOPLE).show(claims, brief).sections[0].claims
    assert claim.text == "zoe asked."
    assert [quote.text for quote in claim.quotes] == [*quotes.values()]


def test_nobody_to_hide() -> None:
    assert Identities({}).hide("Ana Costa") == "Ana Costa"
    assert Identities({}).names("Ana Costa") == []
    assert Identities({"ana": Person()}).hide("ana") == "ana"
