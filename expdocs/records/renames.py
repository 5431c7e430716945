"""Renames of metrics, as accepted decisions state them and as an outline keeps them."""

# Without postponed annotations, each of which NamedTuple would compile at every start.

from collections.abc import Iterator
from typing import NamedTuple

from expdocs.records.record import Record

_SEPARATOR = "\t"


class Rename(NamedTuple):
    """A decision says that one metric takes the place of another; ``same`` is the quantity."""

    project: str
    old: str
    new: str
    same: bool
    decision: str = ""


def declared_renames(record: Record) -> Iterator[str]:
    """Yield the renames of an accepted record, each as one line of text."""
    entries = record.data.get("renames")
    if record.status != "accepted" or not isinstance(entries, list):
        return
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("same_quantity"), bool):
            continue
        texts = (record.text_of("project"), entry.get("from"), entry.get("to"))
        if all(isinstance(text, str) and text.isprintable() and text for text in texts):
            same = "same" if entry["same_quantity"] else "other"
            yield _SEPARATOR.join((*map(str, texts), same))


def rename_of(line: str, decision: str = "") -> Rename:
    """Read a line that ``declared_renames`` gave."""
    project, old, new, same = line.split(_SEPARATOR)
    return Rename(project, old, new, same == "same", decision)
