"""The failing and the passing example of each rule: a file ``examples/RULE.md`` beside this module.

A file has header lines, and a fenced block below ``Fails:`` and another below ``Passes:``. Tests
apply both blocks to a record without findings: the passing one stands there, or takes the place of
the text that ``replaces`` names. ``given`` tells of a cause that is no text of a record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import resources
from typing import NamedTuple

_FILE = re.compile(
    r"(?:given: (?P<given>[^\n]+)\n)?(?:replaces: (?P<replaces>[^\n]+)\n)?\n?"
    r"Fails:\n\n```[a-z]+\n(?P<fails>.+?)\n```\n\n"
    r"Passes:\n\n```[a-z]+\n(?P<passes>.+?)\n```\n",
    re.DOTALL,
)


class Example(NamedTuple):
    """What a rule refuses and what it lets pass, as a few lines."""

    fails: str
    passes: str
    given: str = ""
    replaces: str = ""

    def text(self) -> str:
        """Return the example as plain text."""
        return "\n\n".join(self._parts(_indented))

    def markdown(self) -> str:
        """Return the example as Markdown with fenced blocks."""
        return "\n\n".join(self._parts(lambda block: f"```text\n{block}\n```"))

    def _parts(self, shown: Callable[[str], str]) -> Iterator[str]:
        if self.given:
            yield f"Example. {self.given}"
        yield f"Fails:\n\n{shown(self.fails)}"
        yield f"Passes:\n\n{shown(self.passes)}"


def _indented(block: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in block.split("\n"))


def example_of(rule: str) -> Example:
    """Return the example of a rule of the catalogue."""
    path = resources.files(__package__) / "examples" / f"{rule}.md"
    found = _FILE.fullmatch(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path} does not have the form of an example")
    parts = {name: text or "" for name, text in found.groupdict().items()}
    return Example(**parts)
