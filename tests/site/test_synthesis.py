"""Synthesis pages on the site: the banner, where they come from, and what people added."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from expdocs.site.plan import SitePlan, plan_site
from expdocs.workspace import Workspace

PAGE = "journal/synthesis/overview.md"
URL = "synthesis/overview.html"


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def planned(repo) -> SitePlan:
    workspace = Workspace.open(repo.root)
    with workspace.context() as context:
        return plan_site(workspace, context, name="Site")


def page_of(repo, url: str = URL) -> str:
    return next(page.html for page in planned(repo).pages if page.url == url)


def words(html: str) -> str:
    return " ".join("".join(Words(html).found).split())


@pytest.fixture
def synthesised(checked_repo, run_cli):
    assert run_cli("synth", "--kind", "overview", cwd=checked_repo.root).code == 0
    return checked_repo


def test_a_site_without_pages_has_no_entry_for_them(checked_repo) -> None:
    plan = planned(checked_repo)
    assert "Synthesis" not in dict(plan.navigation)
    assert not [page.url for page in plan.pages if page.url.startswith("synthesis/")]


def test_the_navigation_leads_to_the_list_and_that_to_the_page(synthesised) -> None:
    assert dict(planned(synthesised).navigation)["Synthesis"] == "synthesis/index.html"
    index = page_of(synthesised, "synthesis/index.html")
    assert 'href="overview.html"' in index
    assert "Project overview" in words(index)
    assert "not yet" in words(index)


def test_a_banner_says_in_words_what_was_checked_and_that_nobody_read_it(synthesised) -> None:
    banner = page_of(synthesised).split("<aside")[1].split("</aside>")[0]
    assert "A draft for a human." in words(banner)
    assert "without a model" in words(banner)
    assert "Nobody has reviewed it yet." in words(banner)
    assert words(page_of(synthesised)).count("A draft for a human.") == 1


def test_a_review_stands_in_the_banner_until_the_text_is_another(synthesised, run_cli) -> None:
    done = run_cli("synth", "--review", "overview", "--by", "Ana", cwd=synthesised.root)
    assert done.code == 0
    assert "Reviewed (claimed) by Ana on" in words(page_of(synthesised))
    record = synthesised.text.replace("More seeds.", "More seeds, and other data.")
    synthesised.write({synthesised.record: record})
    assert "Stale: the page is older than what it rests on" in words(page_of(synthesised))
    assert run_cli("synth", cwd=synthesised.root).code == 0
    shown = words(page_of(synthesised))
    assert "Not reviewed as it stands: Ana read another text on" in shown


def test_records_and_numbers_are_links_and_numbers_have_their_mark(synthesised) -> None:
    html = page_of(synthesised)
    assert 'href="../records/exp-2026-11-20-417.html"' in html
    assert "xd-cite--ok" in html
    assert "xd-cite--bad" not in html


def test_what_people_added_is_told_from_what_was_generated(synthesised) -> None:
    text = (synthesised.root / PAGE).read_text(encoding="utf-8")
    assert "Added by people" not in page_of(synthesised)
    synthesised.write({PAGE: f"{text}\n## Our view\n\nWe like it.\n"})
    shown = words(page_of(synthesised))
    assert "Added by people; not written from records by a writer, and not held" in shown
    assert shown.index("Added by people") < shown.index("We like it.")


def test_a_page_that_cannot_be_read_is_a_finding_and_no_page(synthesised) -> None:
    synthesised.write({PAGE: "no front matter\n"})
    plan = planned(synthesised)
    assert URL not in [page.url for page in plan.pages]
    audit = next(page.html for page in plan.pages if page.url == "audit.html")
    assert "SYN101" in words(audit)
