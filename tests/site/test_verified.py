"""What the pages show of verifications: when, by what, with which result, and what is damaged."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from expdocs.canonical import canonical_bytes
from expdocs.evidence.snapshots import (
    Metric,
    Point,
    decode_run,
    encode_run,
    run_path,
    with_digest,
)
from expdocs.evidence.triangle import Verdict
from expdocs.evidence.verdicts import Counts, Report, Verdicted, encode_report, report_path
from expdocs.site.build import build
from expdocs.site.verified import MAX_REPORTS, verifications
from expdocs.workspace import Workspace

RUN = "77aa03b1c2d94f6e8a5b1c0d9e8f7a6b"
OTHER = "9e20a4f780104459a8c141c87a951182"
RECORD = "EXP-2026-11-20-417"


def report(at: str, *subjects: str, contradicted: tuple[Verdicted, ...] = ()) -> Report:
    counts = {subject: Counts(verified=7) for subject in subjects}
    counts |= {one.subject: Counts(verified=6, contradicted=1) for one in contradicted}
    return Report(at, "expdocs 1.2.3", "mlflow", "a" * 40, counts, contradicted)


EDITED = Verdicted(
    f"mlflow:{RUN}", "tracker", "metrics.val_f1@last", Verdict.CONTRADICTED,
    "edited <b>later</b>", 0.8124, 0.99, (RECORD,),
)  # fmt: skip
GONE = Verdicted(
    f"dvc:data/churn.csv@{'a' * 40}", "dvc", "object md5:1", Verdict.CONTRADICTED,
    "the object is missing", "in the cache", None, (RECORD,),
)  # fmt: skip


def reports(*made: Report) -> dict[str, bytes]:
    return {f"journal/evidence/{report_path(one.at)}": encode_report(one) for one in made}


@pytest.fixture
def pages(checked_repo, run_cli) -> dict[str, str]:
    """The words of each page, with one old report of all runs and a new one of two subjects."""
    older = report("2026-11-20T06:00:00Z", f"mlflow:{RUN}", f"mlflow:{OTHER}")
    newer = report("2026-11-21T06:00:00Z", contradicted=(EDITED, GONE))
    checked_repo.write({
        **reports(older, newer),
        "journal/evidence/verdicts/2026-11-19T060000Z.json": "{}",
    })  # fmt: skip
    assert run_cli("init", cwd=checked_repo.root).code == 0
    _replace_a_value(checked_repo)
    workspace = Workspace.open(checked_repo.root)
    build(workspace, checked_repo.root / "site")
    return {path.name: words(path) for path in (checked_repo.root / "site").rglob("*.html")}


def _replace_a_value(repo) -> None:
    """Keep a document of the run in which the metric was another one, as a pull does."""
    run = decode_run((repo.root / "journal/evidence" / str(run_path(RUN))).read_bytes())
    point = Point(0, 0.25)
    old = with_digest(run._replace(metrics={"val_f1": Metric(point, point, point, point, 1)}))
    note = {"digest": old.digest, "reason": "Logged by a mistake", "run_id": RUN}
    folder = "journal/evidence/replaced/"
    repo.write({
        f"{folder}{old.digest}.json": encode_run(old),
        f"{folder}{old.digest}.reason.json": canonical_bytes(note) + b"\n",
    })  # fmt: skip


def words(path: Path) -> str:
    text = re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


def test_a_run_shows_the_last_word_on_it(pages: dict[str, str]) -> None:
    page = pages[f"{RUN}.html"]
    assert "at 2026-11-21" in page
    assert "by expdocs 1.2.3: 6 ✓ verified , 1 ✗ contradicted" in page
    assert "edited <b>later</b>" in page
    assert "0.8124" in page
    assert "0.99" in page


def test_a_run_that_the_new_report_leaves_out_keeps_its_old_one(pages: dict[str, str]) -> None:
    assert "at 2026-11-20" in pages[f"{OTHER}.html"]
    assert "7 ✓ verified" in pages[f"{OTHER}.html"]


def test_a_run_of_no_report_says_how_to_verify_it(pages: dict[str, str]) -> None:
    third = "0c1d2e3f405162738495a6b7c8d9eaf0"
    assert f"expdocs evidence verify {third} --write" in pages[f"{third}.html"]


def test_a_run_shows_what_its_evidence_said_before(pages: dict[str, str]) -> None:
    page = pages[f"{RUN}.html"]
    assert "Replaced: Logged by a mistake." in page
    assert "metrics.val_f1@last 0.25 0.8124" in page
    assert "What the evidence said before" not in pages[f"{OTHER}.html"]


def test_a_record_shows_what_contradicts_it(pages: dict[str, str]) -> None:
    page = pages[f"{RECORD.lower()}.html"]
    assert "Contradicted by the sources" in page
    assert "edited <b>later</b>" in page
    assert "the object is missing" in page
    assert "never" in page


def test_the_audit_page_lists_reports_and_the_damaged_one(pages: dict[str, str]) -> None:
    page = pages["audit.html"]
    assert page.index("2026-11-21") < page.index("2026-11-20 06:00")
    assert "12 ✓ verified , 2 ✗ contradicted" in page
    assert "verdicts/2026-11-19T060000Z.json : the key 'schema_version' is missing" in page


def test_old_reports_are_read_only_until_all_runs_are_known(repo) -> None:
    days = [f"2026-{month:02}-{day:02}T06:00:00Z" for month in (1, 2) for day in range(1, 29)]
    made = repo(
        {f"e/{report_path(at)}": encode_report(report(at, f"mlflow:{RUN}")) for at in days[:-1]}
        | {f"e/{report_path(days[0])}": encode_report(report(days[0], f"mlflow:{OTHER}"))}
    )
    files = Workspace.open(made.root).files
    known = verifications(files, "e", [RUN])
    assert len(known.reports) == 10
    assert known.reports[0].at == days[-2]
    assert verifications(files, "e", [RUN, OTHER]).of_run(OTHER) is None
    assert len(days) > MAX_REPORTS
