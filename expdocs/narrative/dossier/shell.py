"""Commands for a POSIX shell in which nothing that was read can be more than an argument."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

import shlex
from collections.abc import Sequence

from expdocs.narrative.dossier.recorded import REDACTED

_LEFT_OUT = '"${LEFT_OUT:?a value was left out of the recorded command: set LEFT_OUT to it}"'


def line(*words: str) -> str:
    """Return a command of words that are all quoted, raises ``ValueError`` for what cannot be.

    Characters that are not printed could hide what a line does.
    """
    if not all(word.isprintable() for word in words):
        raise ValueError("a word holds characters that cannot be shown")
    return " ".join(shlex.quote(word) for word in words)


def recorded(arguments: Sequence[str]) -> str:
    """Return a recorded command; where a secret was left out, the shell asks for it and stops."""
    return " ".join(_argument(one) for one in arguments)


def _argument(argument: str) -> str:
    parts = argument.split(REDACTED)
    return _LEFT_OUT.join(line(part) if part or len(parts) == 1 else "" for part in parts)


def note(text: str) -> str:
    """Return a comment on one line, whatever the text holds."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return f"# {' '.join(shown.split())}"


def ask(text: str) -> str:
    """Return a place for what nobody recorded: a comment that begins as template text does."""
    return note(f"? {text}")


def relative(path: str) -> str:
    """Return a path that no program takes for an option."""
    return f"./{path}" if path.startswith("-") else path
