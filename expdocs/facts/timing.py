"""Whether an experiment's hypothesis was written down, worded as it is, when its runs started.

A run tells which hypotheses its author had in open drafts then (see ``expdocs.run_context``). What
it does not tell is unrecorded, and never held against the author.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from expdocs.evidence.shapes import RunSnapshot
from expdocs.evidence.store import Evidence
from expdocs.records.digest import hypothesis_digest
from expdocs.records.record import Record

TAG = "expdocs.hypothesis"


class Timing(NamedTuple):
    """How many of a record's runs started with its hypothesis on file, as it is or otherwise."""

    runs: int
    as_written: int
    otherwise: int

    def __str__(self) -> str:
        if not self.as_written + self.otherwise:
            return "no run recorded whether it was written down before"
        said = f"written down as it is before {self.as_written} of {self.runs} runs"
        if self.otherwise:
            said += f", worded otherwise before {self.otherwise}"
        rest = self.runs - self.as_written - self.otherwise
        return f"{said}; {rest} recorded nothing" if rest else said


def timing_of(record: Record, evidence: Evidence) -> Timing | None:
    """Return what the runs tell of a hypothesis; None without a hypothesis or without runs."""
    digest = hypothesis_digest(record)
    found = [evidence.run(run_id) for run_id in dict.fromkeys(use.run_id for use in record.runs)]
    runs = [run for run in found if isinstance(run, RunSnapshot)]
    if digest is None or not runs:
        return None
    known = {record.id, *record.texts_of("aliases")}
    told = [_told(run) for run in runs]
    as_written = [digest in digests.values() for digests in told]
    named = [not known.isdisjoint(digests) for digests in told]
    otherwise = sum(name and not same for name, same in zip(named, as_written, strict=True))
    return Timing(len(runs), sum(as_written), otherwise)


def _told(run: RunSnapshot) -> dict[str, str]:
    try:
        found = json.loads(run.tags.get(TAG, ""))
    except (ValueError, RecursionError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {name: digest for name, digest in items if isinstance(digest, str)}
