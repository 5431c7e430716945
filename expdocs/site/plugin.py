"""The MkDocs plugin: one line in ``mkdocs.yml`` sets everything up and adds the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markupsafe import escape
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugins
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.theme import Theme
from mkdocs.utils import nest_paths

from expdocs import __version__
from expdocs.errors import ExpdocsError
from expdocs.site.composer import PagePlan
from expdocs.site.plan import SitePlan, plan_site
from expdocs.site.render import Heading
from expdocs.site.search import complete_index
from expdocs.workspace import Workspace

ASSETS = Path(__file__).parent / "assets"
STYLE, SHIM = "assets/expdocs.css", "assets/expdocs-offline.js"
MARKER = "expdocs-site.json"
FEATURES = (
    *("navigation.tabs", "navigation.path", "navigation.footer", "navigation.top"),
    *("content.code.copy", "toc.follow", "search.highlight"),
)
PALETTE = (
    {
        "media": "(prefers-color-scheme: light)",
        "scheme": "default",
        "primary": "white",
        "accent": "indigo",
        "toggle": {"icon": "material/weather-night", "name": "Switch to dark"},
    },
    {
        "media": "(prefers-color-scheme: dark)",
        "scheme": "slate",
        "primary": "black",
        "accent": "indigo",
        "toggle": {"icon": "material/weather-sunny", "name": "Switch to light"},
    },
)


class NoSettings(Config):  # type: ignore[no-untyped-call]
    """The plugin has no settings of its own: they stand in ``expdocs.toml``."""


class ExpdocsPlugin(BasePlugin[NoSettings]):  # type: ignore[no-untyped-call]
    """Publishes the records of the repository that holds ``mkdocs.yml``."""

    plan: SitePlan
    _by_uri: dict[str, PagePlan]
    _pages: dict[str, Page]

    def on_config(self, config: Any) -> Any:
        """Set what a site without a server and without a network needs."""
        workspace = self._workspace(config)
        config.use_directory_urls = False
        _set_theme(config)
        config.extra_css = [*config.extra_css, STYLE]
        config.extra["polyfills"] = [*config.extra.get("polyfills", []), SHIM]
        _add_search(config)
        settings = workspace.settings
        folders = [*settings.records, settings.evidence, settings.schemas, settings.file]
        config.watch += [
            str(workspace.root / f) for f in folders if f and (workspace.root / f).exists()
        ]
        return config

    def on_files(self, files: Files, *, config: Any) -> Files:
        """Plan the site and add its pages and files."""
        workspace = self._workspace(config)
        own = [file.src_uri for file in files.documentation_pages()]
        home = "overview.html" if any(_is_home(uri) for uri in own) else "index.html"
        try:
            with workspace.context() as context:
                self.plan = plan_site(workspace, context, name=config.site_name, home=home)
        except ExpdocsError as error:
            raise PluginError(f"{error.message} ({error.hint})") from error
        self._by_uri = {_uri(page.url): page for page in self.plan.pages}
        listed = {_uri(url) for _, url in self.plan.navigation}
        for uri in self._by_uri:
            level = InclusionLevel.UNDEFINED if uri in listed else InclusionLevel.NOT_IN_NAV
            _add(files, File.generated(config, uri, content="", inclusion=level))
        self._add_files(files, workspace, config)
        if config.nav is None:
            config.nav = _navigation(self.plan, own)
        return files

    def _add_files(self, files: Files, workspace: Workspace, config: Any) -> None:
        for uri in (STYLE, SHIM):
            source = ASSETS / Path(uri).name
            _add(files, File.generated(config, uri, abs_src_path=str(source)))
        for uri, text in self.plan.files.items():
            _add(files, File.generated(config, uri, content=text))
        for uri, path in self.plan.pictures.items():
            _add(files, File.generated(config, uri, abs_src_path=str(workspace.root / path)))

    def on_nav(self, nav: Navigation, *, config: Any, files: Files) -> Navigation:
        """Give the pages outside the navigation a list above them and neighbours."""
        self._pages = {}
        for uri, plan in self._by_uri.items():
            file = files.get_file_from_path(uri)
            if file is not None:
                self._pages[plan.url] = file.page or Page(None, file, config)
        for plan in self._by_uri.values():
            page, above = self._pages[plan.url], self._pages.get(plan.parent)
            if above is not None and page.parent is None and not plan_is_home(plan, nav):
                # a list may stand above a page as a section does: both have title and address
                page.parent = None if above.is_homepage else above  # type: ignore[assignment]
            if plan.previous or plan.following:
                page.previous_page = self._pages.get(plan.previous)
                page.next_page = self._pages.get(plan.following)
        return nav

    def on_page_markdown(self, markdown: str, *, page: Page, **_: Any) -> str:
        """Set the meta data of our pages; nothing of a record's own front matter gets here."""
        plan = self._by_uri.get(page.file.src_uri)
        if plan is None or page.file.generated_by is None:
            return markdown
        wide = len(plan.toc) < 2  # noqa: PLR2004 - a single heading needs no table of contents
        # Material puts titles into pages as they are, so they are escaped here
        page.meta = {
            "title": str(escape(plan.title)),
            "description": str(escape(plan.description)),
            "hide": ["navigation", "toc"] if wide else ["navigation"],
            "search": {"exclude": True},
        }
        return ""

    def on_page_content(self, html: str, *, page: Page, **_: Any) -> str:
        """Put our HTML and table of contents in."""
        plan = self._by_uri.get(page.file.src_uri)
        if plan is None or page.file.generated_by is None:
            return html
        page.toc = TableOfContents(_outline(plan))
        return plan.html

    def on_post_page(self, output: str, **_: Any) -> str:
        """Keep the link to the repository, but not the script that asks its forge for stars."""
        return output.replace(' data-md-component="source"', "")

    @event_priority(-100)
    def on_post_build(self, *, config: Any, **_: Any) -> None:
        """Complete the search index and mark the folder as a site of ours."""
        folder = Path(config.site_dir)
        complete_index(folder, self.plan.pages)
        marker = {"version": 1, "expdocs": __version__, "records": self.plan.records}
        (folder / MARKER).write_text(json.dumps(marker, sort_keys=True) + "\n", encoding="utf-8")

    def _workspace(self, config: Any) -> Workspace:
        start = Path(config.config_file_path).parent if config.config_file_path else Path.cwd()
        try:
            workspace = Workspace.open(start)
            _ = workspace.settings
        except ExpdocsError as error:
            raise PluginError(f"{error.message} ({error.hint})") from error
        return workspace


def plan_is_home(plan: PagePlan, nav: Navigation) -> bool:
    """Whether a page is the front page of the navigation, which has nothing above it."""
    return bool(nav.homepage and nav.homepage.file.src_uri == _uri(plan.url))


def _set_theme(config: Any) -> None:
    if config.theme.name in (None, "mkdocs"):  # what mkdocs takes when no theme is named
        config.theme = Theme(name="material", language="en")
    theme = config.theme
    theme["font"] = False
    theme["features"] = list(dict.fromkeys([*theme.get("features", []), *FEATURES]))
    if not theme.get("palette"):
        theme["palette"] = [dict(entry) for entry in PALETTE]


def _add_search(config: Any) -> None:
    if any(name.rpartition("/")[2] == "search" for name in config.plugins):
        return
    name = "material/search" if "material/search" in get_plugins() else "search"
    plugin = get_plugins()[name].load()()
    plugin.load_config({}, config_file_path=config.config_file_path)
    config.plugins[name] = plugin


def _uri(url: str) -> str:
    return url.removesuffix(".html") + ".md"


def _is_home(uri: str) -> bool:
    return uri in ("index.md", "README.md")


def _add(files: Files, file: File) -> None:
    """Add a file; where the user has one of the same name, the user's stays."""
    if files.get_file_from_path(file.src_uri) is None:
        files.append(file)


def _navigation(plan: SitePlan, own: list[str]) -> list[Any]:
    entries: list[Any] = [{title: _uri(url)} for title, url in plan.navigation]
    home = [uri for uri in own if _is_home(uri)]
    if home:
        entries = [{"Home": home[0]}, {"Overview": _uri(plan.navigation[0][1])}, *entries[1:]]
    others = [uri for uri in own if not _is_home(uri)]
    if not others:
        return entries
    nested = nest_paths(others)  # type: ignore[no-untyped-call]
    return [*entries, {"Guide": nested}]


def _outline(plan: PagePlan) -> list[AnchorLink]:
    top = AnchorLink(str(escape(plan.title)), "", 1)
    current = top
    for heading in plan.toc:
        link = _anchor(heading)
        if heading.level > 2 and current is not top:  # noqa: PLR2004
            current.children.append(link)
        else:
            top.children.append(link)
            current = link
    return [top]


def _anchor(heading: Heading) -> AnchorLink:
    return AnchorLink(str(escape(heading.title)), heading.id, heading.level)
