"""Where the sentences of a log go: by headings, by labels, and by their words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from expdocs.drafting import words as module
from expdocs.drafting.answers import PARTS
from expdocs.drafting.passages import passages
from expdocs.drafting.sorting import sort_passages
from expdocs.drafting.titles import effect_of, hypothesis_of, title_of
from expdocs.drafting.words import language_of, load_titles, load_words

LANGUAGES = sorted((Path(module.__file__).parent / "languages").glob("*.toml"))


def parts_of(text: str, *names: str) -> list[str]:
    return list(sort_passages(passages(text), load_words(), names).parts.values())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("I expected SMOTE to raise F1.", "hypothesis"),
        ("The hypothesis held on every seed.", "conclusion"),
        ("Deeper trees did not help.", "failures"),
        ("It didn\u2019t converge.", "failures"),
        ("Interestingly, recall rose.", "finding"),
        ("Why does recall fall?", "questions"),
        ("Why does recall fall?)", "questions"),
        ("Next I will calibrate.", "next-steps"),
        ("- Try focal loss", "next-steps"),
        ("Tried focal loss.", "observations"),
        ("Test accuracy reached 0.81.", "observations"),
        ("Train loss went down.", "observations"),
        ("We wanted to know whether it pays.", "motivation"),
        ("Recall was 0.81.", "observations"),
        ("Recall was 81 %.", "observations"),
        ("run-7 is the one to keep.", "observations"),
        ("The coffee was cold.", "notes"),
        ("The failedness of it.", "notes"),
        ("今天跑了三个种子。", "observations"),
        ("SMOTE 没有奏效。", "failures"),
        ("下一步试试 focal loss。", "next-steps"),
        ("我们预期 F1 会提高。", "hypothesis"),
        ("因此假设成立。", "conclusion"),
        ("为什么会这样？", "questions"),
        ("咖啡凉了。", "notes"),
    ],
)
def test_the_words_of_a_sentence_tell_its_part(text: str, part: str) -> None:
    assert parts_of(text, "run-7") == [part]


def test_a_heading_holds_for_all_below_it_whatever_its_words() -> None:
    text = "# Results\n\nNext I tried it.\n\nWhy?\n\n## Unheard of\n\nNothing.\n\nIt failed.\n"
    assert parts_of(text) == [
        *("observations", "observations", "observations"),
        *("notes", "notes", "failures"),
    ]


def test_an_unknown_heading_goes_with_what_follows_it() -> None:
    assert parts_of("## Trees\n\nDeeper ones did not help.\n") == ["failures", "failures"]
    assert parts_of("Setext\n------\nIt failed.\n") == ["failures", "failures", "failures"]


@pytest.mark.parametrize("label", ["Next", "**Next**", "NEXT STEPS", "Todo", "下一步"])
def test_a_label_alone_is_about_what_follows(label: str) -> None:
    assert parts_of(f"{label}:\n\n- sleep\n- eat\n\nThe end.") == [
        *("next-steps", "next-steps", "next-steps", "notes")
    ]
    assert parts_of(f"{label}:\nsleep and eat\nThe end.")[:3] == ["next-steps"] * 3


def test_a_label_with_text_is_about_its_sentence() -> None:
    text = "Hypothesis: it helps. It reached 0.81.\n\nResult: it helped\nNext: sleep\n"
    assert parts_of(text) == ["hypothesis", "observations", "observations", "next-steps"]


@pytest.mark.parametrize("text", ["http://next", "Time 12:30: nothing", "a" * 60 + ": x", ": x"])
def test_what_only_looks_like_a_label_is_none(text: str) -> None:
    assert parts_of(text) == ["notes"]


def test_a_sentence_without_a_hint_goes_with_the_one_before_it_in_its_paragraph() -> None:
    text = "It did not converge. The rate was odd.\n\nThe rate was odd."
    assert parts_of(text) == ["failures", "failures", "notes"]


def test_code_tables_and_quotations_stay_whole() -> None:
    text = "```\nnext: x\n\nIt failed.\n```\n\n| a | b |\n|---|---|\n\n> It failed. Next I sleep.\n"
    found = passages(text)
    assert [one.sort for one in found] == ["block", "block", "block"]


def test_title_hypothesis_and_effect_are_copies() -> None:
    words = load_words()
    text = (
        "Hypothesis: *SMOTE* raises [F1](http://x) by at least 0.02.\n\n"
        "In short, it **held** on `three` seeds.\n"
    )
    found = passages(text)
    order = sort_passages(found, words, [])
    assert title_of(found, order, words) == "In short, it held on three seeds"
    hypothesis = hypothesis_of(found, order, words)
    assert hypothesis == "SMOTE raises F1 by at least 0.02."
    assert effect_of(hypothesis, words) == 0.02


@pytest.mark.parametrize(
    ("hypothesis", "effect"),
    [
        ("F1 rises by 0.02", 0.02),
        ("F1 rises by more than .5 points", 0.5),
        ("F1 rises by 0.02 or by 0.03", None),
        ("F1 rises by 2 %", None),
        ("F1 rises by 0.02 %", None),
        ("F1 rises by 0.00", None),
        ("F1 rises to 0.9", None),
        ("F1 至少提高 0.02", 0.02),
    ],
)
def test_an_effect_is_the_one_number_that_says_by_how_much(
    hypothesis: str, effect: float | None
) -> None:
    assert effect_of(hypothesis, load_words()) == effect


def test_a_long_title_is_cut_at_a_word() -> None:
    words = load_words()
    found = passages("Overall " + "word " * 80 + "end.")
    title = title_of(found, sort_passages(found, words, []), words)
    assert title.endswith("word…")
    assert len(title) <= 121


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_language_has_words_for_every_part_and_titles(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(table["parts"]) == {*PARTS, "title"}
    assert set(table["titles"]) == set(load_titles("en"))
    for key, part in table["parts"].items():
        assert part["headings"], key
        assert len(set(part["headings"])) == len(part["headings"])
        assert len(set(part["cues"])) == len(part["cues"])


def test_the_language_is_that_of_most_letters() -> None:
    assert language_of("今天跑了三个种子，用 SMOTE。") == "zh"
    assert language_of("We ran SMOTE 今天.") == "en"
    assert language_of("") == "en"
