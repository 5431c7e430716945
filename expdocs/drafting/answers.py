"""How a model may sort passages: numbers of passages by part, and no word of its own.

Everything in an answer is checked here, in plain code, whatever the model was told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from expdocs.drafting.passages import Passage
from expdocs.drafting.sorting import NOTES, Sorted
from expdocs.drafting.titles import MAX_TITLE, plain
from expdocs.evidence.documents import SnapshotProblem, parse

PARTS: Final[Mapping[str, str]] = {
    "motivation": "why this was done, and what led to it",
    "hypothesis": "what was expected beforehand",
    "observations": "what was done, seen and measured",
    "finding": "the most interesting or most surprising thing",
    "failures": "what did not work",
    "conclusion": "what follows from it",
    "questions": "what is open or not understood",
    "next-steps": "what is to be done next",
    NOTES: "all else",
}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMA: Final[dict[str, Any]] = _object(
    title=_object(passage={"type": "integer"}, text={"type": "string"}),
    parts={
        "type": "array",
        "items": _object(
            part={"type": "string", "enum": list(PARTS)},
            passages={"type": "array", "items": {"type": "integer"}},
        ),
    },
)


class Faulty(ValueError):
    """An answer that cannot be used, and everything that is wrong with it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def read_answer(text: str, found: Sequence[Passage], order: Sorted) -> Sorted:
    """Return passages as a model sorted them; raises ``Faulty``.

    What the author put somewhere stays there, and what the model left out becomes a note.
    """
    try:
        answer = parse(text.encode("utf-8", "replace"))
    except SnapshotProblem as problem:
        raise Faulty([problem.message.replace("the file", "the answer", 1)]) from problem
    if faults := list(_faults(answer, found)):
        raise Faulty(faults)
    placed = {n - 1: entry["part"] for entry in answer["parts"] for n in entry["passages"]}
    fixed = {number: order.parts[number] for number in order.fixed}
    parts = {n: fixed.get(n) or placed.get(n, NOTES) for n in range(len(found))}
    if order.title is not None:
        return order._replace(parts=parts)
    return order._replace(parts=parts, words=" ".join(answer["title"]["text"].split()))


def _faults(answer: Mapping[str, Any], found: Sequence[Passage]) -> Iterator[str]:
    title, parts = answer.get("title"), answer.get("parts")
    if set(answer) != {"title", "parts"} or not isinstance(parts, list):
        yield "the answer is an object with title and parts"
        return
    seen: set[int] = set()
    for entry in parts:
        if not isinstance(entry, dict) or set(entry) != {"part", "passages"}:
            yield "each of parts is an object with part and passages"
        elif entry["part"] not in PARTS:
            yield f"there is no part {json.dumps(entry['part'])[:40]}"
        else:
            yield from _wrong_numbers(entry["passages"], len(found), seen)
    yield from _wrong_title(title, found)


def _wrong_numbers(numbers: Any, count: int, seen: set[int]) -> Iterator[str]:
    if not isinstance(numbers, list):
        yield "passages is a list of numbers"
        return
    for number in numbers:
        if type(number) is not int or not 1 <= number <= count:
            yield f"there is no passage {json.dumps(number)[:40]}"
        elif number in seen:
            yield f"passage {number} stands in two places"
        else:
            seen.add(number)


def _wrong_title(title: Any, found: Sequence[Passage]) -> Iterator[str]:
    if not isinstance(title, dict) or set(title) != {"passage", "text"}:
        yield "title is an object with passage and text"
        return
    number, text = title["passage"], title["text"]
    if type(number) is not int or not 0 <= number <= len(found) or not isinstance(text, str):
        yield "the title names no passage"
    elif not number or not text.strip():
        if number or text.strip():
            yield "a title has a passage and words of it, or neither"
    elif " ".join(text.split()) not in plain(found[number - 1].text):
        yield f"the title is not in the words of passage {number}"
    elif "[@" in text:
        yield "the title names a person"
    elif len(text) > MAX_TITLE:
        yield f"the title is longer than {MAX_TITLE} characters"
