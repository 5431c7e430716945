"""What a reader sees where a claim has a placeholder."""

from __future__ import annotations

import pytest

from expdocs.analytics.datum import Data, Datum
from expdocs.narrative.filling import Piece, fill, pieces


def _data() -> Data:
    data = Data()
    for name, value, shown, unit, goal in (
        ("up", 0.02, "+0.02", "", "maximize"),
        ("down", -0.02, "-0.02", "", "maximize"),
        ("flat", 0, "0", "", "maximize"),
        ("cheaper", -3.0, "-3", "seconds", "minimize"),
        ("dearer", 3.0, "+3", "seconds", "minimize"),
        ("one", 1, "1", "runs", ""),
        ("many", 12, "12", "runs", ""),
        ("odd", 5, "5", "GPU-h", ""),
        ("name", "Oversampling {{up}}", "Oversampling {{up}}", "", ""),
        ("verdict:EXP-2026-11-20-417", "archived", "archived", "", ""),
        ("exhausted:churn/smote", "exhausted", "exhausted", "", ""),
        ("approach:EXP-2026-11-20-417", "open", "open", "", ""),
        ("verdict:EXP-2026-11-20-418", "shelved", "shelved", "", ""),
    ):
        data.add(Datum(name, name, value, shown, ("EXP-2026-11-20-417",), unit=unit, goal=goal))
    return data


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("{{up|direction}} {{up|quality}}", "higher better", "更高 更好"),
        ("{{down|direction}} {{down|quality}}", "lower worse", "更低 更差"),
        ("{{flat|direction}} {{flat|quality}}", "unchanged no better", "不变 没有更好"),
        ("{{cheaper|direction}} {{cheaper|quality}}", "lower better", "更低 更好"),
        ("{{dearer|direction}} {{dearer|quality}}", "higher worse", "更高 更差"),
        ("{{cheaper}}", "-3 seconds", "-3 秒"),
        ("{{one}}, {{many}}", "1 run, 12 runs", "1 次运行, 12 次运行"),
        ("{{odd}}", "5 GPU-h", "5 GPU-h"),
        ("({{name}})", "(Oversampling {{up}})", "(Oversampling {{up}})"),
        ("{{verdict:EXP-2026-11-20-417}}", "archived", "归档"),
        ("{{exhausted:churn/smote}}", "exhausted", "已穷尽"),
        ("{{approach:EXP-2026-11-20-417}}", "open", "open"),
        ("{{verdict:EXP-2026-11-20-418}}", "shelved", "shelved"),
        ("no placeholder", "no placeholder", "no placeholder"),
    ],
)
def test_values_and_words(text: str, en: str, zh: str) -> None:
    assert fill(text, _data(), "en") == en
    assert fill(text, _data(), "zh-Hans-CN") == zh


def test_a_language_without_words_is_filled_in_english() -> None:
    assert fill("{{up|direction}}", _data(), "es") == "higher"


def test_each_piece_knows_its_datum() -> None:
    data = _data()
    assert list(pieces("It is {{up|quality}}: {{up}}.", data, "en")) == [
        Piece("It is "),
        Piece("better", data["up"], "quality"),
        Piece(": "),
        Piece("+0.02", data["up"]),
        Piece("."),
    ]


def test_an_unknown_datum_fills_nothing() -> None:
    with pytest.raises(KeyError, match="gone"):
        fill("{{gone}}", _data(), "en")
