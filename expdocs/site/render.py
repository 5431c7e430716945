"""A record's body as HTML in which no element and no attribute stems from the record itself.

Markdown parsers disagree about what a link is, so citations and record ids are not left to one:
each span that the scanner found becomes a placeholder, and the placeholder becomes our element
in the finished tree. Raw HTML is text, and every link target is judged after all decoding.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedBlockPreprocessor
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor

from expdocs.prose.scanner import Prose
from expdocs.site.citations import Agreement, CitationView

MARKS = {Agreement.MATCHES: "✓", Agreement.DIFFERS: "✗", Agreement.UNCHECKED: "?"}
CLASSES = {Agreement.MATCHES: "ok", Agreement.DIFFERS: "bad", Agreement.UNCHECKED: "open"}
_SCHEMES = frozenset({"http", "https", "mailto"})
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff]")
_TOC_LEVELS = (2, 3)
# A few seconds; a page of ordinary text takes a thousandth of it.
MAX_WORK = 30_000_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page: its anchor, its text, its level."""

    id: str
    title: str
    level: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML that may be put into a page as it is, and its headings."""

    html: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a link leads: ``href`` is relative to the page or has one of three schemes."""

    href: str
    title: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """How links leave a page: ``page`` gives the place of a page, the others follow what is named.

    ``file`` and ``image`` take a relative target as written and give None for what is not shown.
    """

    page: Callable[[str], str]
    record: Callable[[str], Anchor | None]
    file: Callable[[str], Anchor | None]
    image: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands for a span of the body: an element, and the text where no element can stand."""

    text: str
    citation: CitationView | None = None
    anchor: Anchor | None = None


class Renderer:
    """Renders bodies one after the other with one Markdown parser."""

    def __init__(self) -> None:
        self._extension = _Safe()
        self._markdown = Markdown(
            extensions=["tables", "fenced_code", "sane_lists", "footnotes", "toc", self._extension],
            extension_configs={
                "toc": {"marker": "", "slugify": slugify_unicode, "toc_depth": "1-6"},
                "footnotes": {"BACKLINK_TITLE": "Back to the text"},
            },
            output_format="html",
        )

    def render(
        self, body: str, prose: Prose, citations: tuple[CitationView, ...], links: Links
    ) -> Rendered:
        """Return the body as HTML; ``citations`` are those of ``prose``, in order."""
        if _work(body, prose) > MAX_WORK:
            return _plain(body)
        source, pieces = _with_placeholders(body, prose, citations, links)
        self._extension.start(pieces, links)
        try:
            converted = self._markdown.reset().convert(source)
        except Exception:  # no record may stop the build: its text is shown plainly
            return _plain(body)
        left_over = _replaced(converted, pieces, lambda piece: html.escape(piece.text))
        return Rendered(left_over, tuple(_headings(self._markdown, pieces)))


def _plain(body: str) -> Rendered:
    return Rendered(f'<pre class="xd-plain">{html.escape(body)}</pre>')


def _work(body: str, prose: Prose) -> int:
    """Return about how many steps the parser takes over brackets, each of which it looks past."""
    spans = ((p.start, p.end) for p in prose.passages)
    return sum(body.count("[", start, end) * (end - start) for start, end in spans)


def _headings(parser: Markdown, pieces: Mapping[str, _Piece]) -> Iterator[Heading]:
    pending = list(getattr(parser, "toc_tokens", ()))
    while pending:
        token = pending.pop(0)
        title = _replaced(html.unescape(token["name"]), pieces, lambda piece: piece.text)
        if token["level"] in _TOC_LEVELS:
            yield Heading(token["id"], title, token["level"])
        pending = [*token["children"], *pending]


# --- placeholders


def _with_placeholders(
    body: str, prose: Prose, citations: tuple[CitationView, ...], links: Links
) -> tuple[str, dict[str, _Piece]]:
    token = _token(body)
    spans: list[tuple[int, int, _Piece | None]] = [(*span, None) for span in prose.comments]
    for span, view in zip(prose.citations, citations, strict=True):
        spans.append((span.start, span.end, _Piece(view.text, citation=view)))
    for mention in prose.record_ids:
        piece = _Piece(mention.id, anchor=links.record(mention.id))
        spans.append((mention.start, mention.end, piece))
    parts: list[str] = []
    pieces: dict[str, _Piece] = {}
    position = 0
    for start, end, found in sorted(spans, key=lambda span: span[:2]):
        if start < position:
            continue
        parts.append(body[position:start])
        if found is not None:
            name = f"{token}{len(pieces)}z"
            pieces[name] = found
            parts.append(name)
        position = end
    return "".join([*parts, body[position:]]), pieces


def _token(body: str) -> str:
    """Return letters and digits that the body does not hold, the same for the same body."""
    token = "xd" + hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:16] + "q"
    while token in body:  # pragma: no cover - nobody can write the digest of what they write
        token += "q"
    return token


_PIECE = re.compile(r"xd[0-9a-f]{16}q+[0-9]+z")


def _replaced(text: str, pieces: Mapping[str, _Piece], show: Callable[[_Piece], str]) -> str:
    return _PIECE.sub(lambda m: show(pieces[m[0]]) if m[0] in pieces else m[0], text)


# --- inside the parser


class _Fence(FencedBlockPreprocessor):  # type: ignore[misc]
    """Fenced code whose braces set neither ids nor classes."""

    def handle_attrs(self, attrs: object) -> tuple[str, list[str], dict[str, object]]:  # noqa: ARG002
        return "", [], {}


class _Safe(Extension):  # type: ignore[misc]
    """Takes raw HTML out of the parser, puts our elements in, judges every link."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: Mapping[str, _Piece] = {}
        self.links: Links | None = None

    def start(self, pieces: Mapping[str, _Piece], links: Links) -> None:
        """Get ready for the next body."""
        self.pieces, self.links = pieces, links

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the parser's name
        """Change the parser."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.deregister("automail")
        md.preprocessors.register(_Fence(md, {}), "fenced_code_block", 25)
        # after the inline patterns, before headings are collected
        md.treeprocessors.register(_Insert(md, self), "expdocs_insert", 15)
        # after backslash escapes are undone, so that nothing changes behind the judgement
        md.treeprocessors.register(_Judge(md, self), "expdocs_judge", -10)


class _Insert(Treeprocessor):  # type: ignore[misc]
    """Replaces placeholders in text by elements, in attributes by their text."""

    def __init__(self, md: Markdown, safe: _Safe) -> None:
        super().__init__(md)
        self._safe = safe

    def run(self, root: ElementTree.Element) -> None:
        for element in list(root.iter()):
            if element.tag == "h1":  # the page has a first heading of its own
                element.tag = "h2"
            for key, value in element.items():
                element.set(key, _replaced(value, self._safe.pieces, lambda piece: piece.text))
            self._text(element)
        self._tails(root)

    def _text(self, element: ElementTree.Element) -> None:
        before, inserted = self._split(element.text, nested=element.tag == "a")
        if inserted:
            element.text = before
            element[0:0] = inserted

    def _tails(self, root: ElementTree.Element) -> None:
        for parent in list(root.iter()):
            for child in list(parent):
                before, inserted = self._split(child.tail, nested=parent.tag == "a")
                if inserted:
                    child.tail = before
                    at = list(parent).index(child) + 1
                    parent[at:at] = inserted

    def _split(self, text: str | None, *, nested: bool) -> tuple[str, list[ElementTree.Element]]:
        if not text or not _PIECE.search(text):
            return text or "", []
        inserted: list[ElementTree.Element] = []
        before, position = "", 0
        for match in _PIECE.finditer(text):
            piece = self._safe.pieces.get(match[0])
            if piece is None:
                continue
            between = text[position : match.start()]
            if inserted:
                inserted[-1].tail = between
            else:
                before = between
            inserted.append(self._element(piece, nested=nested))
            position = match.end()
        if inserted:
            inserted[-1].tail = text[position:]
        return before, inserted

    def _element(self, piece: _Piece, *, nested: bool) -> ElementTree.Element:
        if piece.citation is not None and self._safe.links is not None:
            return _citation(piece.citation, self._safe.links, nested=nested)
        anchor = None if nested else piece.anchor
        element = ElementTree.Element("a" if anchor else "span", {"class": "xd-id"})
        element.text = piece.text
        if anchor:
            element.set("href", anchor.href)
            element.set("title", anchor.title)
        return element


def _citation(view: CitationView, links: Links, *, nested: bool) -> ElementTree.Element:
    linked = view.target and not nested
    kind = f"xd-cite xd-cite--{CLASSES[view.agreement]}"
    element = ElementTree.Element("a" if linked else "span", {"class": kind})
    if linked:
        element.set("href", links.page(view.target))
    element.set("title", f"{view.said} ({view.agreement})")
    element.text = view.text
    mark = ElementTree.SubElement(element, "span", {"class": "xd-mark", "aria-hidden": "true"})
    mark.text = MARKS[view.agreement]
    words = ElementTree.SubElement(element, "span", {"class": "xd-sr"})
    words.text = f" ({view.agreement})"
    return element


class _Judge(Treeprocessor):  # type: ignore[misc]
    """Leaves a link its target only where the target can do no harm."""

    def __init__(self, md: Markdown, safe: _Safe) -> None:
        super().__init__(md)
        self._safe = safe

    def run(self, root: ElementTree.Element) -> None:
        links = self._safe.links
        if links is None:
            return
        anchors = {element.get("id", "") for element in root.iter()}
        for element in list(root.iter()):
            if element.get("class", "").startswith("footnote-"):
                _judge_footnote(element, anchors)
            elif element.tag == "a" and not element.get("class", "").startswith("xd-"):
                _judge_link(element, links)
            elif element.tag == "img":
                _judge_image(element, links)


def _judge_footnote(element: ElementTree.Element, anchors: set[str]) -> None:
    """Take a link to or from a footnote away where its other end is missing."""
    if element.get("href", "")[1:] not in anchors:
        element.attrib.pop("href", None)


def _judge_link(element: ElementTree.Element, links: Links) -> None:
    target = decoded(element.get("href", ""))
    anchor = judged(target, links)
    element.attrib.pop("href", None)
    if anchor is None:
        element.tag = "span"
        element.set("class", "xd-dead")
        element.set("title", f"not linked: {target[:200]}")
        return
    element.set("href", anchor.href)
    if anchor.title:
        element.set("title", anchor.title)
    if anchor.outside:
        element.set("rel", "noopener noreferrer")


def _judge_image(element: ElementTree.Element, links: Links) -> None:
    source = decoded(element.get("src", ""))
    alt = element.get("alt", "")
    shown = links.image(source) if not _scheme(source) else None
    if shown:
        element.set("src", shown)
        element.set("loading", "lazy")
        return
    anchor = judged(source, links) if _scheme(source) else None
    element.attrib.clear()
    element.tag = "a" if anchor else "span"
    element.set("class", "xd-picture")
    element.text = f"Picture: {alt or source[:200]}"
    if anchor:
        element.set("href", anchor.href)
        element.set("rel", "noopener noreferrer")


def judged(target: str, links: Links) -> Anchor | None:
    """Return where a decoded target may lead, or None."""
    scheme = _scheme(target)
    if scheme:
        allowed = scheme in _SCHEMES and _has_host(target, scheme)
        return Anchor(target, outside=True) if allowed else None
    if target.startswith("#"):
        return Anchor(target)
    return links.file(target)


def _has_host(target: str, scheme: str) -> bool:
    try:
        return scheme == "mailto" or bool(urlsplit(target).hostname)
    except ValueError:
        return False


def _scheme(target: str) -> str:
    """Return the scheme of a target as a browser would see it; ``//host`` counts as one too."""
    squeezed = _IGNORED_IN_URLS.sub("", target)
    if squeezed[:2].replace("\\", "/") == "//":
        return "//"
    found = re.match(r"([^/?#\\]*):", squeezed)
    return found[1].lower() if found else ""


def decoded(target: str) -> str:
    """Return a target with every character reference undone, however often it was wrapped."""
    current = target
    for _ in range(20):
        following = _ENTITY.sub(lambda match: html.unescape(match[0]), current)
        if following == current:
            return current.strip()
        current = following
    return ""


def relative_path(target: str) -> str:
    """Return the path of a relative target, without query and fragment, decoded."""
    return unquote(re.split(r"[?#]", target, maxsplit=1)[0])
