"""Verdicts as one JSON document of version 1, written as they come and printed when whole."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any

from expdocs.canonical import canonical_bytes
from expdocs.evidence.verdicts import Counts, Verdicted

VERSION = 1

_IN_MEMORY = 4 * 1024 * 1024


class JsonVerdicts:
    """Collects verdicts beyond memory in a temporary file; ``at`` and ``by`` go into each."""

    def __init__(self, at: str, by: str) -> None:
        self._source = {"at": at, "by": by}
        self._file = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed on leaving
            _IN_MEMORY, "w+", encoding="utf-8"
        )

    def __enter__(self) -> JsonVerdicts:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, one: Verdicted) -> None:
        """Add a verdict."""
        self._file.write(f"{_line({**one._asdict(), **self._source})}\n")

    def lines(self, counts: Counts) -> Iterator[str]:
        """Yield the lines of the document."""
        yield f'{{"version": {VERSION}, "verdicts": ['
        self._file.seek(0)
        waiting = None
        for line in self._file:
            if waiting is not None:
                yield f"{waiting},"
            waiting = line.rstrip("\n")
        if waiting is not None:
            yield waiting
        yield f'], "summary": {json.dumps(counts._asdict())}}}'


def _line(entry: dict[str, Any]) -> str:
    # the form in which evidence writes values: "nan" and "inf" are texts
    plain: dict[str, Any] = json.loads(canonical_bytes(entry))
    ordered = {key: plain[key] for key in entry}
    return json.dumps(ordered, ensure_ascii=False)
