"""How lists are said where there may be many of them."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Sequence

_SHOWN = 3


def some(names: Sequence[str], more: str = "more") -> str:
    """Return the first few of some names on one line, and how many more there are."""
    shown = [" ".join(name.split()) for name in names[:_SHOWN]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} {more}" if rest else "")
