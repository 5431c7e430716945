"""What somebody probably meant to write."""

from __future__ import annotations

from collections.abc import Iterable


def closest(text: str, known: Iterable[str]) -> str:
    """Return the known text most like this one, or an empty one where none is at all like it."""
    import difflib  # noqa: PLC0415 - needed when something is wrong, which is rare

    return next(iter(difflib.get_close_matches(text, list(known), n=1)), "")
