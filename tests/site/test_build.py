from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from expdocs.cli.program import run as expdocs
from expdocs.errors import CannotRun, ConfigurationError, MissingExtra, Refused, UsageError
from expdocs.site.build import build, serve
from expdocs.workspace import Workspace

PAGES = (
    *("index.html", "audit.html", "rules.html", "commits.html", "runs/index.html"),
    *("kinds/experiment.html", "records/exp-2026-11-23-666.html", "tags/index.html"),
)


class Page(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ids: set[str] = set()
        self.data: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self.ids |= {found[key] for key in ("id", "name") if key in found}

    def handle_data(self, data: str) -> None:
        self.data.append(data)


def all_pages(folder: Path) -> dict[Path, Page]:
    found = (path for path in folder.rglob("*.html") if path.name != "404.html")
    return {path: Page(path) for path in found}


def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(site) -> None:
    pages = all_pages(site.folder)
    assert len(pages) == len(site.plan.pages) + 2  # the guide, and one redirect
    broken = []
    for path, page in pages.items():
        for tag, attributes in page.elements:
            for name in ("href", "src"):
                broken += _broken(pages, path, tag, attributes.get(name, "#"))
    assert broken == []


def _broken(pages: dict[Path, Page], path: Path, tag: str, target: str) -> list[str]:
    parts = urlsplit(target)
    if parts.scheme or not target.strip("#."):
        return []
    found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    found = found / "index.html" if found.is_dir() else found
    if not found.is_file():
        return [f"{path.name}: {tag} {target}"]
    anchored = parts.fragment and found in pages and not parts.fragment.startswith("__")
    if anchored and unquote(parts.fragment) not in pages[found].ids:
        return [f"{path.name}: {tag} {target} (no such anchor)"]
    return []


def test_nothing_is_loaded_from_elsewhere(site) -> None:
    loading = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
    for path, page in all_pages(site.folder).items():
        for tag, attributes in page.elements:
            target = attributes.get(loading.get(tag, ""), "")
            assert not urlsplit(target).scheme, (path, target)
            assert not target.startswith("//"), (path, target)


def test_hostile_content_adds_no_element_and_no_attribute(site) -> None:
    for path, page in all_pages(site.folder).items():
        for tag, attributes in page.elements:
            assert not any(name.startswith("on") for name in attributes), (path, tag, attributes)
            for name in ("href", "src", "action"):
                target = attributes.get(name, "").lower()
                assert not target.startswith(("javascript:", "data:", "vbscript:")), (path, target)
        scripts = _scripts(path)
        assert not any("pwned" in script for script in scripts), path


def _scripts(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8").lower()
    return [part.partition("</script>")[0] for part in text.split("<script")[1:]]


def test_hostile_text_is_shown_as_it_was_written(site) -> None:
    text = "".join(Page(site.folder / "records/exp-2026-11-23-666.html").data)
    for payload in site.sample.HOSTILE:
        assert payload in text
    title = site.html("records/exp-2026-11-23-666.html").partition("<title>")[2]
    assert title.startswith("&lt;script&gt;window.pwned=1&lt;/script&gt;")
    assert "{{ config }}" in title.partition("</title>")[0]


def test_the_search_index_is_complete_and_escaped(site) -> None:
    index = json.loads((site.folder / "search/search_index.json").read_bytes())
    found = {entry["location"]: entry for entry in index["docs"]}
    assert {page.url for page in site.plan.pages} <= set(found)
    assert any(location.startswith("guide.html") for location in found)
    hostile = found["records/exp-2026-11-23-666.html"]
    assert "<" not in hostile["title"] + hostile["text"]
    script = (site.folder / "search/search_index.js").read_text(encoding="utf-8")
    assert script.startswith("var __index = {")
    assert "</" not in script


def test_pictures_of_the_repository_are_copied(site) -> None:
    page = site.html("records/exp-2026-11-20-417.html")
    source = page.partition('<img alt="The course"')[2].partition('src="')[2].partition('"')[0]
    copied = (site.folder / "records" / source).resolve()
    assert copied.read_bytes() == (site.root / "journal/img/plot.png").read_bytes()


def test_the_pages_stand_in_the_theme(site) -> None:
    page = site.html("records/exp-2026-11-20-417.html")
    assert "<title>Oversampling helps the minority class a little - Churn journal</title>" in page
    assert page.count("<h1") == 1
    assert 'aria-label="Navigation"' in page
    assert 'class="md-path__link"' in page
    assert "fonts.g" not in page


def test_building_twice_gives_the_same_bytes(site, tmp_path: Path) -> None:
    build(Workspace.open(site.root), tmp_path / "again")
    assert _digests(tmp_path / "again") == _digests(site.folder)


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture
def copy(site, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    shutil.copytree(site.root, target, ignore=shutil.ignore_patterns("site"))
    return target


def test_a_failing_build_leaves_the_old_site(copy: Path) -> None:
    (copy / "site").mkdir()
    (copy / "site/expdocs-site.json").write_text("{}")
    (copy / "site/old.html").write_text("old")
    (copy / "mkdocs.yml").write_text("site_name: x\nplugins: [expdocs]\nnav: [missing.md]\n")
    with pytest.raises(CannotRun, match=r"missing\.md"):
        build(Workspace.open(copy), copy / "site")
    assert (copy / "site/old.html").read_text() == "old"
    assert sorted(p.name for p in copy.iterdir() if p.name.startswith(".site")) == []


def test_a_front_page_of_the_users_own_stays(copy: Path) -> None:
    (copy / "docs/index.md").write_text("# Welcome\n")
    (copy / "mkdocs.yml").write_text("site_name: x\ntheme: material\nplugins: [search, expdocs]\n")
    built = build(Workspace.open(copy), copy / "site")
    assert "Welcome" in (copy / "site/index.html").read_text()
    assert "What was decided" in (copy / "site/overview.html").read_text()
    assert built.records == 6
    text = (copy / "site/records/exp-2026-11-20-417.html").read_text()
    assert 'href="../overview.html"' in text


def test_an_old_site_is_replaced_as_a_whole(copy: Path) -> None:
    build(Workspace.open(copy), copy / "out")
    (copy / "out/stale.html").write_text("stale")
    build(Workspace.open(copy), copy / "out")
    assert not (copy / "out/stale.html").exists()
    assert (copy / "out/index.html").is_file()


def test_folders_that_are_not_a_site_are_refused(copy: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(copy)
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.md").write_text("precious")
    with pytest.raises(Refused, match="not empty"):
        build(workspace, other)
    with pytest.raises(UsageError, match="repository itself"):
        build(workspace, copy)
    with pytest.raises(UsageError, match="repository itself"):
        build(workspace, tmp_path)
    (copy / "docs/expdocs-site.json").write_text("{}")
    with pytest.raises(Refused, match="git tracks"):
        build(workspace, copy / "docs")
    assert (other / "chapter.md").read_text() == "precious"


def test_what_is_missing_is_named(copy: Path) -> None:
    (copy / "mkdocs.yml").write_text("site_name: x\n")
    with pytest.raises(ConfigurationError, match="plugin") as caught:
        build(Workspace.open(copy), copy / "site")
    assert "expdocs" in caught.value.hint
    (copy / "mkdocs.yml").unlink()
    with pytest.raises(ConfigurationError, match=r"no mkdocs\.yml") as caught:
        build(Workspace.open(copy), copy / "site")
    assert caught.value.hint == "run: expdocs init"


def test_wrong_configuration_is_one_message(copy: Path) -> None:
    (copy / "mkdocs.yml").write_text("site_name: x\nplugins: [expdocs]\nnonsense: [\n")
    with pytest.raises(CannotRun, match="mkdocs could not build the site"):
        build(Workspace.open(copy), copy / "site")
    (copy / "mkdocs.yml").write_text("site_name: x\nplugins: [expdocs, nowhere]\n")
    with pytest.raises(CannotRun, match="nowhere"):
        build(Workspace.open(copy), copy / "site")


def test_an_error_of_ours_inside_mkdocs_stays_ours(copy: Path) -> None:
    (copy / "schemas/odd").mkdir(parents=True)
    (copy / "schemas/odd/kind.yaml").write_text("version: x\n")
    with pytest.raises(ConfigurationError, match="schemas/odd"):
        build(Workspace.open(copy), copy / "site")


def test_the_command_tells_where_to_look(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy)
    assert expdocs(["build"]) == 0
    out, err = capsys.readouterr()
    assert out == "open site/index.html\n"
    assert err.startswith("6 records on 33 pages; the check reports ")
    assert "audit.html" in err


def test_without_mkdocs_the_install_command_is_told(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mkdocs", None)
    with pytest.raises(MissingExtra) as caught:
        build(Workspace.open(copy), copy / "site")
    assert caught.value.hint == "run: python -m pip install 'expdocs[site]'"


def test_the_commands_load_neither_mkdocs_nor_markdown() -> None:
    program = (
        "import sys, expdocs.cli.build, expdocs.cli.serve;"
        "sys.exit(bool({'mkdocs', 'markdown', 'jinja2', 'material'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:", "127.0.0.1:99999", ":8000"])
def test_an_address_that_is_none_is_refused(copy: Path, address: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        serve(Workspace.open(copy), address, open_browser=False)
