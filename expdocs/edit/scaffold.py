"""Writing a new record: a free id, a file name, and the kind's template with what is known."""

from __future__ import annotations

import fcntl
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from expdocs.atomic import create_bytes
from expdocs.edit.source import set_fields
from expdocs.errors import ConfigurationError, UsageError
from expdocs.history import History
from expdocs.kinds.registry import Kind
from expdocs.records.frontmatter import ReadProblem, read_record
from expdocs.records.outline import id_of_file
from expdocs.records.record import Record
from expdocs.records.validity import schema_errors
from expdocs.workspace import Workspace

MAX_SLUG_BYTES = 120
NUMBERS = range(1, 1000)

Draw = Callable[[Sequence[str]], str]
_AT_RANDOM: Draw = random.SystemRandom().choice


def slug(title: str) -> str:
    """Return a title as part of a file name: letters and digits of any script, lower case.

    At most 120 bytes of UTF-8, in NFC; a title without letters and digits gives an empty text.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", title).lower())
    words = re.sub(r"[^\w]+|_+", "-", folded).strip("-")
    cut = words.encode("utf-8")[:MAX_SLUG_BYTES].decode("utf-8", "ignore")
    return cut.strip("-")


def free_id(kind: Kind, day: date, workspace: Workspace, draw: Draw = _AT_RANDOM) -> str:
    """Draw an id that neither the working tree nor any known branch uses.

    The number is random: the next free one collides on most days in a team of five.
    """
    stem = f"{kind.prefix}-{day.isoformat()}-"
    taken = {key for key in _ids(workspace) if key.startswith(stem)}
    # A partial clone may lack what would tell, and nothing is fetched for it; a number that is
    # drawn twice all the same is found by the check.
    if not workspace.repository.objects.partial:
        paths = History(workspace.root).names_ever_added(stem)
        taken |= {id_of_file(path) for path in paths}
    free = [f"{stem}{n:03}" for n in NUMBERS if f"{stem}{n:03}" not in taken]
    if not free:
        raise UsageError(f"all ids of {stem}… are taken", "give another day: --date YYYY-MM-DD")
    return draw(free)


def _ids(workspace: Workspace) -> set[str]:
    corpus = workspace.corpus
    return {*corpus.by_id, *corpus.by_alias, *corpus.unread_ids}


@contextmanager
def only_one(workspace: Workspace, name: str = "lock") -> Iterator[None]:
    """Hold a lock of the repository, so that two processes do not draw the same id."""
    folder = workspace.repository.common_dir / "expdocs"
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def create(
    workspace: Workspace,
    kind: Kind,
    title: str,
    day: date,
    values: Mapping[str, Any],
    draw: Draw = _AT_RANDOM,
) -> str:
    """Write a new record and return its path, relative to the repository."""
    with only_one(workspace):
        draft = drafted(workspace, kind, title, day, values, draw)
        create_bytes(workspace.place(draft.path), draft.file.text.encode("utf-8"))
    return draft.path


def drafted(
    workspace: Workspace,
    kind: Kind,
    title: str,
    day: date,
    values: Mapping[str, Any],
    draw: Draw = _AT_RANDOM,
) -> Record:
    """Return a new record under a free id, which is not on disk yet."""
    record_id = free_id(kind, day, workspace, draw)
    text = filled(kind, {"id": record_id, "title": title, "date": day.isoformat(), **values})
    return record_of(kind, text, new_path(kind, record_id, title, day))


def new_path(kind: Kind, record_id: str, title: str, day: date) -> str:
    """Return where a new record goes: the kind's folder, then ``<id>-<slug>.md``."""
    folder = kind.folder.replace("{year}", f"{day.year:04}").replace("{month}", f"{day.month:02}")
    words = slug(title)
    return f"{folder}/{record_id}{f'-{words}' if words else ''}.md"


def filled(kind: Kind, values: Mapping[str, Any]) -> str:
    """Return the kind's template with the values set that the kind has a field for."""
    try:
        template = read_record(kind.template.encode("utf-8"))
    except ReadProblem as error:
        place = f"{kind.origin}/template.md:{error.line}"
        raise ConfigurationError(f"{place}: {error.message}", error.hint) from error
    known = {key: value for key, value in values.items() if key in kind.properties}
    return set_fields(template, {k: v for k, v in known.items() if v not in (None, "", [])})


def refuse_broken(kind: Kind, title: str, values: Mapping[str, Any]) -> None:
    """Raise ``UsageError`` where given values break the kind's schema, before anything is written.

    What is missing may be: a new record is a draft.
    """
    if not title.strip():
        raise UsageError("the title is empty", "say in a line what was found")
    try:
        record = record_of(kind, filled(kind, {"title": title, **values}))
    except UnicodeEncodeError as error:
        raise UsageError("the title, or another value, is not UTF-8") from error
    for found in schema_errors(record):
        if found.place[0] in ("title", *values):
            raise UsageError(found.message, found.hint)


def record_of(kind: Kind, text: str, path: str = "") -> Record:
    """Return a record that is not on disk yet."""
    return Record(path, kind, read_record(text.encode("utf-8")))


def labelled(names: Sequence[str], taken: set[str]) -> list[str]:
    """Return run labels made of run names: ``[a-z][a-z0-9_-]*``, each once."""
    labels: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:28]
        stem = stem if re.match(r"[a-z]", stem) else f"run-{stem}"[:28].rstrip("-")
        label, count = stem, 1
        while label in taken or label in labels:
            count += 1
            label = f"{stem}-{count}"
        labels.append(label)
    return labels
