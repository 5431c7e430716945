"""What is sent to a model, byte for byte, and what is made of its answer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from expdocs.analytics.datum import Datum
from expdocs.errors import ConfigurationError, UsageError
from expdocs.modelsettings import Prices
from expdocs.narrative.brief import Passage
from expdocs.narrative.claims import Claims, Quote, SectionClaims
from expdocs.narrative.claimsfile import SCHEMA, from_document
from tests.model.pages import (
    ANSWER,
    SMOTE,
    WEIGHTS,
    brief_of,
    configured,
    model_writer,
    prepared,
)
from tests.model.server import KEY, MESSAGE_ID, MODEL, SERVED, ModelServer, says

GOLDEN = Path(__file__).with_name("golden")


def test_the_body_is_what_it_was(model_server: ModelServer, golden: object) -> None:
    model_server.answers(says(ANSWER))
    model_writer(configured(effort="high")).write(prepared())
    (asked,) = model_server.messages
    shown = json.dumps(asked.body, indent=1, ensure_ascii=False) + "\n"
    assert shown == golden("body.json", shown)


def test_what_is_shown_before_is_what_is_sent(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    writer = model_writer(configured(effort="low"))
    assert writer.preview
    before = writer.preview(prepared())
    assert model_server.asked == []
    writer.write(prepared())
    assert model_server.messages[0].raw == before.encode()


def test_showing_what_would_be_sent_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    writer = model_writer()
    assert writer.preview
    assert json.loads(writer.preview(prepared()))["model"] == MODEL


def test_each_request_goes_out_once_and_in_order(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    assert [(one.method, one.path) for one in model_server.asked] == [
        ("GET", f"/v1/models/{MODEL}"),
        ("POST", "/v1/messages/count_tokens"),
        ("POST", "/v1/messages"),
    ]


def test_headers_are_those_of_the_sdk(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    for asked in model_server.asked:
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.headers["anthropic-version"] == "2026-10-21"
        assert asked.headers["accept-encoding"] == "identity"


def test_what_is_counted_is_what_is_sent(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    counted, sent = model_server.asked_for("/count_tokens")[0].body, model_server.messages[0].body
    assert counted == {key: sent[key] for key in counted}
    assert set(sent) - set(counted) == {"max_tokens", "stream"}


def test_the_cache_ends_after_the_records_which_other_pages_share(
    model_server: ModelServer,
) -> None:
    model_server.answers(says(ANSWER))
    writer = model_writer()
    writer.write(prepared())
    writer.write(prepared(page="phase", title="Another", language="zh", data={}))
    bodies = [one.body for one in model_server.messages]
    blocks = [body["messages"][0]["content"] for body in bodies]
    marked = [[n for n, one in enumerate(each) if "cache_control" in one] for each in blocks]
    assert marked == [[0], [0]]
    assert blocks[0][0]["cache_control"] == {"type": "ephemeral"}
    # Whatever is the same up to the mark is read from the cache: all before it is.
    assert blocks[0][0] == blocks[1][0]
    for part in ("system", "output_config"):
        assert bodies[0][part] == bodies[1][part]
    assert blocks[0][1:] != blocks[1][1:]


def test_the_schema_is_that_of_claims_and_names_no_record(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    model_writer().write(prepared())
    config = model_server.messages[0].body["output_config"]
    assert config == {"format": {"type": "json_schema", "schema": SCHEMA}}
    assert SMOTE not in json.dumps(config)


def test_the_answer_becomes_claims_with_the_words_of_the_record(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    written = model_writer().write(prepared())
    expected = from_document(ANSWER)
    first, second = expected.sections
    quoted = second.claims[0]._replace(quotes=(Quote(WEIGHTS, "as Li Wei had expected"),))
    assert written.claims == Claims((first, SectionClaims("open", (quoted,))))


def test_what_was_served_and_used_is_kept(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    written = model_writer().write(prepared())
    assert written.model == SERVED
    assert written.details == {
        "messages": MESSAGE_ID,
        "prompts": "system 1, overview 1",
        "input_tokens": "120",
        "output_tokens": "45",
        "cache_write_tokens": "900",
        "cache_read_tokens": "0",
    }


def test_tokens_from_the_cache_are_kept(model_server: ModelServer) -> None:
    used = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 900}
    model_server.answers(says(ANSWER, usage=used))
    details = model_writer().write(prepared()).details
    assert (details["cache_write_tokens"], details["cache_read_tokens"]) == ("0", "900")


def test_what_it_cost_is_kept_where_prices_are_known(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    prices = Prices("USD", Decimal(3), Decimal(15), Decimal("3.75"), Decimal("0.3"))
    said: list[str] = []
    written = model_writer(configured(prices=prices, max_tokens=2000), said).write(prepared())
    # 120 * 3 + 45 * 15 + 900 * 3.75 = 4410 millionths.
    assert written.details["cost"] == "0.0044 USD"
    # At most 1000 tokens into the cache and 2000 out: 1000 * 3.75 + 2000 * 15 = 33750.
    assert said[0] == f"asking {MODEL}: at most 3,000 tokens, 0.0338 USD"
    assert said[-1] == "used 1,065 tokens, 0.0044 USD"
    length = len(json.dumps(ANSWER, ensure_ascii=False))
    assert said[-2] == f"{MODEL} has written {length:,} characters"


def test_names_of_a_server_that_are_no_names_are_not_kept(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER, model="<b>x</b>", message_id="a\nb"))
    written = model_writer().write(prepared())
    assert (written.model, written.details["messages"]) == ("?", "?")


def test_a_repair_sends_the_answer_and_the_faults_after_the_same_beginning(
    model_server: ModelServer,
) -> None:
    model_server.answers(says(ANSWER))
    writer = model_writer()
    first = writer.write(prepared())
    assert writer.repair
    second = writer.repair(prepared(), first, ["best[0]: Li Wei </faults> is not cited"])
    before, after = (one.body for one in model_server.messages)
    assert after["messages"][: len(before["messages"])] == before["messages"]
    answer, wrong = after["messages"][len(before["messages"]) :]
    assert (answer["role"], wrong["role"]) == ("assistant", "user")
    assert json.loads(answer["content"][0]["text"]) == ANSWER
    text = wrong["content"][0]["text"]
    assert text == '<faults>\n"best[0]: [@li] \\u003c/faults> is not cited"\n</faults>'
    assert {key: after[key] for key in after if key != "messages"} == {
        key: before[key] for key in before if key != "messages"
    }
    assert second.details["messages"] == f"{MESSAGE_ID} {MESSAGE_ID}"
    assert second.details["output_tokens"] == "90"


def test_the_key_of_a_page_changes_with_what_an_answer_depends_on() -> None:
    key = model_writer().key
    assert set(key) == {"model", "effort", "max_tokens", "prompts", "schema"}
    assert model_writer(configured(deadline=5, budget_tokens=9)).key == key
    assert model_writer(model="other").key["model"] == "other"
    assert model_writer(effort="max").key["effort"] == "max"
    assert model_writer(configured(max_tokens=9)).key != key


def test_a_choice_of_model_and_effort_is_what_is_asked(model_server: ModelServer) -> None:
    model_server.answers(says(ANSWER))
    model_writer(model="other/model-2", effort="max").write(prepared())
    body = model_server.messages[0].body
    assert (body["model"], body["output_config"]["effort"]) == ("other/model-2", "max")


def test_without_a_model_nothing_is_asked(model_server: ModelServer) -> None:
    with pytest.raises(ConfigurationError) as caught:
        model_writer(configured(id="")).write(prepared())
    assert caught.value.message == "no model is configured"
    assert caught.value.hint == "set 'id' under [tool.expdocs.model] to a model of your provider"
    assert model_server.asked == []


def test_a_language_whose_words_cannot_be_checked_is_not_asked_for(
    model_server: ModelServer,
) -> None:
    with pytest.raises(UsageError) as caught:
        model_writer().write(prepared(language="tlh"))
    assert caught.value.message == "a model's words cannot be checked in the language 'tlh'"
    assert model_server.asked == []


def test_an_effort_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no effort 'huge'"):
        model_writer(effort="huge")


def test_the_same_brief_gives_the_same_bytes() -> None:
    one, other = model_writer().preview, model_writer().preview
    assert one
    assert other
    assert one(prepared()) == other(prepared())


def test_fields_of_records_are_not_said_twice() -> None:
    title = Datum(f"title:{SMOTE}", "title", "Oversampling", "Oversampling", (SMOTE,))
    other = Datum(f"title:{WEIGHTS}", "title", "Another title", "Another title", (WEIGHTS,))
    preview = model_writer().preview
    assert preview
    brief = brief_of(data={one.id: one for one in (title, other)})
    text = json.loads(preview(prepared()._replace(brief=brief)))["messages"][0]["content"][1][
        "text"
    ]
    assert [json.loads(line)["id"] for line in text.split("\n")[1:-1]] == [other.id]


def test_nothing_in_a_request_is_invisible() -> None:
    # What a person sees with --dry-run is what a model reads: no mark that turns or hides text.
    hidden = "a\u200bb\u202ec\u00a0d\U000e0041e\x1b[31m"
    passage = Passage("conclusion", hidden)
    brief = brief_of(records=(brief_of().records[0]._replace(passages=(passage,)),))
    preview = model_writer().preview
    assert preview
    shown = preview(prepared()._replace(brief=brief))
    assert shown.isprintable()
    line = json.loads(shown)["messages"][0]["content"][0]["text"].split("\n")[1]
    assert json.loads(line)["passages"][0]["text"] == hidden


def test_text_of_records_cannot_leave_its_block() -> None:
    preview = model_writer().preview
    assert preview
    content = json.loads(preview(prepared()))["messages"][0]["content"]
    lines = content[0]["text"].split("\n")
    assert (lines[0], lines[-1], len(lines)) == ("<records>", "</records>", 4)
    assert all("<" not in line for line in lines[1:-1])
    text = json.loads(lines[2])["passages"][0]["text"]
    assert text == brief_of().records[1].passages[0].text
