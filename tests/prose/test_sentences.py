"""The first sentence of a part of a text, as its reader sees it."""

from __future__ import annotations

import pytest

from expdocs.prose.scanner import scan
from expdocs.prose.sentences import first_sentence

FIRST = {
    "It holds. More later.": "It holds.",
    "It\nholds over\ntwo lines. More.": "It holds over two lines.",
    "No stop at the end": "No stop at the end",
    "Up by 0.02, e.g. from [0.79](run:a#f1). Then it fell.": "Up by 0.02, e.g. from 0.79.",
    "See [train.py](git:0123456789012345678901234567890123456789:a/train.py) there. And here.": (
        "See train.py there."
    ),
    "**SMOTE** helps `val_f1`! Or not?": "SMOTE helps val_f1!",
    "<!-- ? what -->\n\nReally? Yes.": "Really?",
    "假设成立。以后再说。": "假设成立。",
    "| a | b |\n| - | - |\n| c. | d |\n\nText. Rest.": "Text.",
    "": "",
    "```\ncode. more\n```\n": "",
}


@pytest.mark.parametrize(("body", "said"), FIRST.items())
def test_first_sentence(body: str, said: str) -> None:
    assert first_sentence(body, scan(body), 0, len(body)) == said


def test_only_between_the_offsets() -> None:
    body = "# One\n\nFirst.\n\n# Two\n\nSecond. Third.\n\n# Three\n\nLast.\n"
    begin, end = body.index("# Two"), body.index("# Three")
    assert first_sentence(body, scan(body), begin, end) == "Second."
