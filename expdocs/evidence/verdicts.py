"""What the sources said of the evidence when it was last held against them, as documents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from expdocs.evidence.comparison import Fact
from expdocs.evidence.documents import (
    SnapshotProblem,
    as_float,
    as_list,
    as_matching,
    as_optional,
    as_text,
    as_texts,
    seal,
    shaped,
    unseal,
)
from expdocs.evidence.store import BrokenSnapshot
from expdocs.evidence.triangle import Verdict
from expdocs.files import Files, Unreadable

FOLDER = "verdicts"
MAX_OPEN = 2_000
MAX_TEXT = 300

_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_STEM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z")


class Verdicted(NamedTuple):
    """One fact of the evidence, and what its source says of it now.

    ``subject`` is ``mlflow:<run>``, ``git:<sha>``, ``dvc:<path>@<sha>`` or ``model:<name>``;
    ``edge`` is the source that was asked, or the edge of a record's triangle.
    """

    subject: str
    edge: str
    field: str
    verdict: Verdict
    reason: str = ""
    expected: Fact | None = None
    found: Fact | None = None
    records: tuple[str, ...] = ()


class Counts(NamedTuple):
    """How many facts have which verdict."""

    verified: int = 0
    contradicted: int = 0
    unrecorded: int = 0
    unreachable: int = 0

    @property
    def worst(self) -> Verdict:
        """The verdict that counts: a single contradiction outweighs all that was verified."""
        if self.contradicted:
            return Verdict.CONTRADICTED
        if self.unreachable:
            return Verdict.UNREACHABLE
        return Verdict.VERIFIED if self.verified else Verdict.UNRECORDED


class Report(NamedTuple):
    """One verification: when, by what, of which commit, and what came of it.

    ``open`` has what is not verified, contradictions first; ``left_out`` more of these were cut.
    """

    at: str
    by: str
    tracker: str
    commit: str | None
    subjects: Mapping[str, Counts]
    open: tuple[Verdicted, ...]
    left_out: int = 0
    digest: str = ""

    @property
    def counts(self) -> Counts:
        """The counts of all subjects together."""
        total: Counter[str] = Counter()
        for counts in self.subjects.values():
            total.update(counts._asdict())
        return Counts(**total)

    def of(self, subject: str) -> tuple[Verdicted, ...]:
        """Return what is not verified of one subject."""
        return tuple(one for one in self.open if one.subject == subject)


def report_path(at: str) -> PurePosixPath:
    """Return the place of the report made at an instant; raises ``ValueError`` for others."""
    if not _AT.fullmatch(at):
        raise SnapshotProblem(f"{at[:80]!r} is no instant in UTC, to the second", "")
    return PurePosixPath(FOLDER, f"{at.replace(':', '')}.json")


def encode_report(report: Report) -> bytes:
    """Return a report's document; raises ``SnapshotProblem`` when it is larger than 16 MB."""
    body = {
        "at": report.at,
        "by": report.by,
        "tracker": report.tracker,
        "commit": report.commit,
        "subjects": {subject: list(counts) for subject, counts in report.subjects.items()},
        "open": [_open_body(one) for one in report.open],
        "left_out": report.left_out,
    }
    return seal(body)


def decode_report(data: bytes) -> Report:
    """Read a report's document; raises ``SnapshotProblem``."""
    return shaped(_report_of, unseal(data))


def newest_reports(files: Files, folder: str, most: int) -> Iterator[Report | BrokenSnapshot]:
    """Yield at most so many reports below the evidence folder, the newest first."""
    listed = (entry.path for entry in files.list([f"{folder}/{FOLDER}"]))
    named = [path for path in listed if _STEM.fullmatch(PurePosixPath(path).stem)]
    for path in sorted(named, reverse=True)[:most]:
        yield _read(files, path)


def _read(files: Files, path: str) -> Report | BrokenSnapshot:
    restore = "restore the file from git, or delete it"
    try:
        report = decode_report(files.read(path) or b"")
    except (SnapshotProblem, Unreadable) as problem:
        return BrokenSnapshot(path, problem.message, restore)
    if report_path(report.at).name != PurePosixPath(path).name:
        return BrokenSnapshot(path, f"the file is the report of {report.at}", restore)
    return report


# --- to JSON values and back


def _open_body(one: Verdicted) -> dict[str, Any]:
    body = {**one._asdict(), "verdict": one.verdict.value, "records": list(one.records)}
    return body | {key: _short(body[key]) for key in ("reason", "expected", "found")}


def _short(value: Fact | None) -> Fact | None:
    if not isinstance(value, str) or len(value) <= MAX_TEXT:
        return value
    return f"{value[: MAX_TEXT - 1]}…"


def _report_of(document: dict[str, Any]) -> Report:
    return Report(
        at=as_matching(_AT, document["at"]),
        by=as_text(document["by"]),
        tracker=as_text(document["tracker"]),
        commit=as_optional(document["commit"]),
        subjects={name: _counts_of(row) for name, row in document["subjects"].items()},
        open=tuple([_verdicted_of(item) for item in as_list(document["open"])]),
        left_out=_whole(document["left_out"]),
        digest=document["sha256"],
    )


def _counts_of(row: Any) -> Counts:
    return Counts(*(_whole(item) for item in as_list(row)))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("a count must be a whole number")
    return value


def _verdicted_of(item: dict[str, Any]) -> Verdicted:
    return Verdicted(
        **{key: as_text(item[key]) for key in ("subject", "edge", "field", "reason")},
        verdict=Verdict(item["verdict"]),
        expected=_fact_of(item["expected"]),
        found=_fact_of(item["found"]),
        records=as_texts(item["records"]),
    )


def _fact_of(value: Any) -> Fact | None:
    return value if value is None or type(value) is str else as_float(value)
