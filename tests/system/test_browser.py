"""The built site in a real browser, opened from its files, with the network shut."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from expdocs.site.build import build
from expdocs.workspace import Workspace

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")

SAMPLE = Path(__file__).parent.parent / "site/sample_repository.py"
WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
PAGES = (
    *("index.html", "audit.html", "rules.html", "commits.html", "guide.html"),
    *("kinds/experiment.html", "kinds/compact.html", "projects/index.html", "projects/churn.html"),
    *("tags/index.html", "tags/数据.html", "statuses/index.html", "statuses/proposed.html"),
    *("runs/index.html", "runs/77aa03b1c2d94f6e8a5b1c0d9e8f7a6b.html"),
    *("runs/0c1d2e3f405162738495a6b7c8d9eaf0.html", "runs/deadbeefdeadbeefdeadbeefdeadbeef.html"),
    *("runs/abababababababababababababababab.html", "records/exp-2026-11-23-666.html"),
    *("records/exp-2026-11-20-417.html", "records/exp-2026-11-21-002.html"),
    *("records/dec-2026-11-20-101.html", "records/dec-2026-11-22-102.html"),
    *("synthesis/index.html", "synthesis/overview.html", "synthesis/phase.html"),
)


@dataclass
class Watched:
    """A page of the browser, with everything that it asked for or complained about."""

    page: Any
    folder: Path
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, url: str) -> Any:
        self.page.goto((self.folder / url).as_uri())
        self.page.wait_for_load_state("load")
        return self.page

    def assert_quiet(self) -> None:
        assert self.outside == []
        assert self.complaints == []
        assert self.page.evaluate("window.pwned") is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = importlib.util.spec_from_file_location("sample_repository", SAMPLE)
    assert spec is not None
    assert spec.loader is not None
    sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sample)
    root = tmp_path_factory.mktemp("browser") / "repo"
    sample.sample(root)
    for kind in ("overview", "phase"):
        command = [sys.executable, "-m", "expdocs", "synth", "--kind", kind]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
    return build(Workspace.open(root), root / "site").folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def watch(browser: Any, folder: Path) -> Iterator[Any]:
    contexts = []

    def start(width: int = 1280, scheme: str = "light", **options: Any) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        contexts.append(context)
        watched = Watched(context.new_page(), folder)
        context.route("**/*", lambda route: _local_only(route, watched))
        watched.page.on("console", lambda message: _note(watched, message))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        return watched

    yield start
    for context in contexts:
        context.close()


def _local_only(route: Any, watched: Watched) -> None:
    if route.request.url.startswith(("file:", "data:", "about:", "blob:")):
        route.continue_()
    else:
        watched.outside.append(route.request.url)
        route.abort()


def _note(watched: Watched, message: Any) -> None:
    if message.type in ("error", "warning"):
        watched.complaints.append(message.text)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_page_opens_without_network_error_or_overflow(
    watch: Any, width: int, scheme: str
) -> None:
    watched = watch(width, scheme)
    for url in PAGES:
        page = watched.open(url)
        shown, wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert shown <= wide, url
        assert page.locator("h1").count() == 1, url
        assert page.locator("h1").is_visible(), url
    watched.assert_quiet()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("oversampling", "exp-2026-11-20-417.html"),
        ("EXP-2026-11-20-417", "exp-2026-11-20-417.html"),
        ("过采样对少数类没有帮助", "exp-2026-11-21-002.html"),
        ("EVD203", "rules.html"),
        ("EXP-2026-11-23-666", "exp-2026-11-23-666.html"),
    ],
)
def test_search_works_from_files(watch: Any, query: str, wanted: str) -> None:
    watched = watch()
    page = watched.open("records/dec-2026-11-20-101.html")
    page.locator(".md-search__input").fill(query)
    page.keyboard.press("End")  # the theme listens to keys, not to values
    result = page.locator(f'.md-search-result__link[href*="{wanted}"]').first
    result.wait_for(state="attached", timeout=10_000)
    assert page.locator(".md-search-result script, .md-search-result img").count() == 0
    result.click()
    page.wait_for_url(f"**/{wanted}*")
    watched.assert_quiet()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_colours_follow_the_system_and_can_be_switched(watch: Any, scheme: str) -> None:
    watched = watch(1280, scheme)
    page = watched.open("index.html")
    first, second = ("default", "slate") if scheme == "light" else ("slate", "default")
    assert page.evaluate("document.body.dataset.mdColorScheme") == first
    page.locator("form[data-md-component=palette] label:visible").click()
    assert page.evaluate("document.body.dataset.mdColorScheme") == second
    watched.assert_quiet()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_are_readable_on_their_ground(watch: Any, scheme: str) -> None:
    watched = watch(1280, scheme)
    for url in ("records/exp-2026-11-20-417.html", "audit.html"):
        page = watched.open(url)
        assert page.evaluate(CONTRAST) >= 4.5, url


CONTRAST = """
() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => {
      const s = v / 255
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = light(getComputedStyle(document.body).backgroundColor)
  const found = [...document.querySelectorAll(".xd-quiet, .xd-verdict, .xd-status, .xd-record-id")]
  return Math.min(...found.map(element => {
    const word = light(getComputedStyle(element).color)
    return (Math.max(word, ground) + 0.05) / (Math.min(word, ground) + 0.05)
  }))
}
"""


def test_a_cited_number_leads_to_its_source(watch: Any) -> None:
    watched = watch()
    page = watched.open("records/exp-2026-11-20-417.html")
    page.locator("a.xd-cite", has_text="0.812").first.click()
    page.wait_for_url("**/runs/77aa03b1c2d94f6e8a5b1c0d9e8f7a6b.html#metric-*")
    row = page.locator("tr:target")
    assert row.count() == 1
    assert "val_f1" in row.inner_text()
    watched.assert_quiet()


def test_an_earlier_id_leads_on(watch: Any) -> None:
    watched = watch()
    watched.page.goto((watched.folder / "records/exp-2026-11-20-400.html").as_uri())
    watched.page.wait_for_url("**/exp-2026-11-20-417.html")


def test_pages_are_readable_without_scripts(watch: Any) -> None:
    watched = watch(390, java_script_enabled=False)
    page = watched.open("records/exp-2026-11-20-417.html")
    assert page.locator("h1").is_visible()
    assert page.locator("#xd-evidence").is_visible()
    assert page.get_by_text("commit tag matches").first.is_visible()


def test_a_page_prints_with_its_evidence(watch: Any) -> None:
    watched = watch()
    page = watched.open("records/exp-2026-11-20-417.html")
    page.emulate_media(media="print")
    assert page.locator("#xd-evidence").is_visible()
    assert not page.locator(".md-header").is_visible()
    assert len(page.pdf()) > 10_000
    watched.assert_quiet()


def test_the_phone_reaches_every_list(watch: Any) -> None:
    watched = watch(390)
    page = watched.open("records/exp-2026-11-20-417.html")
    page.locator("label[for=__drawer]:visible").first.click()
    page.locator(".md-nav--primary a", has_text="Decisions").first.click()
    page.wait_for_url("**/kinds/decision.html")
    watched.assert_quiet()
