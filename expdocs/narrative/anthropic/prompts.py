"""The prompts: files with a version each, whose text is sent as it stands."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from functools import cache
from pathlib import Path
from typing import NamedTuple

from expdocs.canonical import sha256_of
from expdocs.errors import CannotRun

SYSTEM, REPAIR = "system", "repair"
_FOLDER = Path(__file__).with_name("prompts")


class Prompt(NamedTuple):
    """A file: its name, the version in its first line, and the text below it."""

    name: str
    version: int
    text: str

    @property
    def shown(self) -> str:
        """How a page names it: ``overview 2``."""
        return f"{self.name} {self.version}"


@cache
def prompt(name: str) -> Prompt:
    """Read a prompt; raises ``CannotRun`` for a kind of page that no model is asked for."""
    path = _FOLDER / f"{name}.md"
    if not name.isidentifier() or not path.is_file():
        raise CannotRun(
            f"no model is asked for pages of the kind '{name}'", "write it with --provider offline"
        )
    head, _, text = path.read_text(encoding="utf-8").partition("\n")
    return Prompt(name, int(head.removeprefix("version: ")), text.strip())


@cache
def prompts() -> tuple[Prompt, ...]:
    """Return all prompts by name."""
    return tuple(prompt(name) for name in sorted(path.stem for path in _FOLDER.glob("*.md")))


@cache
def prompts_digest() -> str:
    """Return the digest of all prompts, by which a page tells that it was asked for otherwise."""
    return sha256_of([list(one) for one in prompts()])[:16]
