from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expdocs.evidence.snapshots import Metric, Point
from expdocs.rules.catalogue import CATALOGUE
from expdocs.site.sparkline import sparkline
from expdocs.site.urls import listing_url, record_url, relative, run_url, slug


class Text(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def words(html: str) -> str:
    return " ".join(Text(html).text.split())


def test_a_record_keeps_its_address() -> None:
    assert record_url("EXP-2026-11-20-417") == "records/exp-2026-11-20-417.html"
    assert run_url("AB" * 16) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [("imbalance", "imbalance"), ("数据", "数据"), ("v2-final", "v2-final")],
)
def test_a_name_that_is_clean_is_kept(text: str, name: str) -> None:
    assert slug(text) == name


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_are_safe_and_never_shared(one: str, other: str) -> None:
    name = slug(one)
    assert name
    assert name not in (".", "..", "index")
    assert not set(name) & set('/\\:*?"<>|# %\0\n')
    assert len(name.encode()) <= 80
    assert (slug(one) == slug(other)) == (one == other)


def test_relative_links() -> None:
    assert relative("index.html", "records/a.html") == "records/a.html"
    assert relative("records/a.html", "runs/b.html#metric-f1") == "../runs/b.html#metric-f1"
    assert relative("records/a.html", "records/a.html#x") == "#x"
    assert relative("tags/a.html", listing_url("tags", "数据")) == "%E6%95%B0%E6%8D%AE.html"


def test_every_record_has_one_page_and_addresses_are_unique(site) -> None:
    urls = [page.url for page in site.plan.pages]
    assert len(urls) == len(set(urls))
    assert [url for url in urls if url.startswith("records/")] == [
        "records/exp-2026-11-23-666.html",
        "records/exp-2026-11-22-003.html",
        "records/dec-2026-11-22-102.html",
        "records/exp-2026-11-21-002.html",
        "records/exp-2026-11-20-417.html",
        "records/dec-2026-11-20-101.html",
    ]
    assert site.plan.records == 6


def test_lists_by_kind_project_tag_and_status(site) -> None:
    urls = {page.url for page in site.plan.pages}
    assert {
        *("kinds/experiment.html", "kinds/decision.html", "kinds/compact.html"),
        *("projects/index.html", "projects/churn.html", "projects/客户流失.html"),
        *("tags/index.html", "tags/imbalance.html", "tags/数据.html"),
        *("statuses/index.html", "statuses/proposed.html", "statuses/draft.html"),
    } <= urls
    assert "过采样对少数类没有帮助" in site.page("tags/数据.html").html
    assert "There are none yet." in site.page("kinds/compact.html").html


def test_a_record_shows_verdicts_reasons_and_what_disagrees(site) -> None:
    text = words(site.page("records/exp-2026-11-20-417.html").html)
    assert "proposed Date: 2026-11-20 by Ana Lima, 李娜 project churn imbalance 数据" in text
    # two runs: code, data and two parameters each, six verified (weights 4, smote 2)
    assert "Evidence : 6 ✓ verified 2 – unrecorded" in text
    # 0.812 twice, 0.791, +0.021, train.py, churn.csv; 0.95; val_auc
    assert "Citations: 6 matching, 1 not matching, 1 not checked" in text
    assert "the commit tag matches; cleanliness was not recorded" in text
    assert "parameters C – unrecorded params.yaml has another value 1.0 2.0" in text
    assert "0.95 is not what the source says" in text
    assert "Earlier ids: EXP-2026-11-20-400" in text


def test_citations_lead_to_the_value_on_the_run_page(site) -> None:
    record = site.page("records/exp-2026-11-20-417.html").html
    run = site.page(f"runs/{site.sample.SMOTE}.html").html
    start = record.index(f"../runs/{site.sample.SMOTE}.html#metric-")
    anchor = record[start:].partition("#")[2].partition('"')[0]
    assert f'<tr id="{anchor}">' in run
    assert 'title="run:smote#val_f1 = 0.812345 (matches its source)"' in record
    assert 'title="run:weights#val_f1 = 0.79123 (matches its source)"' in record
    assert "= 0.021115 (matches its source)" in record  # 0.812345 - 0.79123
    assert f"../commits.html#c-{site.code}" in record


def test_links_show_from_both_ends(site) -> None:
    decision = words(site.page("records/dec-2026-11-20-101.html").html)
    assert "cites, decides, mentioned by Oversampling helps the minority class a little" in decision
    experiment = words(site.page("records/exp-2026-11-20-417.html").html)
    assert "mentions, cited by, decided by Serve the model with class weights" in experiment
    assert "followed by 过采样对少数类没有帮助" in experiment


def test_unknowns_are_blockers_and_acceptance_is_a_claim(site) -> None:
    blocked = words(site.page("records/dec-2026-11-22-102.html").html)
    assert "1 blocker : declared unknown Deciders : who owns the alerting budget" in blocked
    accepted = words(site.page("records/dec-2026-11-20-101.html").html)
    assert "Accepted (claimed) by 李娜 on 2026-11-20 12:30 UTC" in accepted
    assert "who owns the alerting budget" in words(site.page("index.html").html)


def test_a_missing_snapshot_is_said_to_be_missing(site) -> None:
    record = words(site.page("records/exp-2026-11-21-002.html").html)
    assert "Evidence : no snapshot" in record
    run = words(site.page(f"runs/{site.sample.GONE}.html").html)
    assert "There is no snapshot of this run" in run
    assert f"expdocs evidence pull {site.sample.GONE}" in run


def test_a_run_shows_values_drawing_and_proof(site) -> None:
    page = site.page(f"runs/{site.sample.SMOTE}.html")
    assert "0.8123" in page.html
    assert 'title="0.812345 at step 2"' in page.html
    assert "From 0.400 at step 0 to 0.812 at step 2; lowest 0.400, highest 0.812." in page.html
    assert "SMOTE(k=5)" in page.html
    path = f"journal/evidence/mlflow/77/{site.sample.SMOTE}.json"
    head = site.sample.git(site.root, "rev-parse", "HEAD")
    assert f"git show {head[:12]}:{path}" in page.html
    shown = site.sample.git(site.root, "show", f"{head[:12]}:{path}")
    assert json.loads(shown)["sha256"] in page.html


def test_a_sweep_shows_winners_and_losers(site) -> None:
    text = words(site.page(f"runs/{site.sample.SWEEP}.html").html)
    assert "5 runs: winners and losers." in text
    assert "0.1000" in text
    assert "0.5000" in text


def test_the_audit_lists_every_finding_and_every_unread_file(site) -> None:
    page = site.page("audit.html").html
    assert page.count('class="xd-rule"') == site.plan.errors + site.plan.warnings
    assert site.plan.errors > 0
    assert "journal/broken.md" in words(page).partition("Files that could not be read")[2]
    assert 'href="rules.html#REC105"' in page
    assert '<div id="REC105">' in site.page("rules.html").html


def test_the_rules_show_their_examples(site) -> None:
    html = site.page("rules.html").html
    assert html.count("<summary>Example</summary>") == len(CATALOGUE)
    claim = html.partition('<div id="CLM104">')[2].partition('<div id="')[0]
    assert "<code>[0.792](run:weights#val_f1)</code>" in claim
    assert "<!-- expdocs: ignore CLM107" not in html, "examples are text"


def test_records_as_json(site) -> None:
    document = json.loads(site.plan.files["data/records.json"])
    assert document["version"] == 1
    one = next(r for r in document["records"] if r["id"] == "EXP-2026-11-20-417")
    assert one == {
        "id": "EXP-2026-11-20-417",
        "kind": "experiment",
        "title": "Oversampling helps the minority class a little",
        "status": "proposed",
        "project": "churn",
        "date": "2026-11-20",
        "path": "journal/experiments/2026/11/EXP-2026-11-20-417-smote.md",
        "url": "records/exp-2026-11-20-417.html",
    }


def test_an_earlier_id_leads_to_the_record(site) -> None:
    page = site.plan.files["records/exp-2026-11-20-400.html"]
    assert 'content="0; url=exp-2026-11-20-417.html"' in page


def test_search_text_holds_what_people_look_for(site) -> None:
    text = site.page("records/exp-2026-11-20-417.html").search_text
    assert "EXP-2026-11-20-417" in text
    assert "SMOTE reached 0.812 against 0.791 , that is +0.021 in val_f1." in text
    assert text.count("run:smote") == 1  # the one in the code
    assert "example.org" not in text
    assert "nobody sees" not in text


def test_sparklines_bear_any_number() -> None:
    inf, nan = float("inf"), float("nan")
    points = (Point(0, 1e308), Point(1, nan), Point(2, -1e308), Point(3, inf), Point(4, 0.0))
    metric = Metric(points[0], points[-1], points[2], points[3], 5, points)
    drawn = sparkline("loss", metric)
    assert drawn is not None
    # three finite points: top, bottom, middle of a box of 160 by 32 with a margin of 3
    assert drawn.points == "3,3 80,29 157,16"
    one = Metric(points[0], points[0], points[0], points[0], 1, points[:1])
    assert sparkline("loss", one) is None
