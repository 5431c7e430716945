"""One page out of a template: links relative to it, headings noted for its table of contents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from expdocs.evidence.triangle import Verdict
from expdocs.kinds.registry import LIFECYCLE
from expdocs.prose.numbers import NumberProblem, show
from expdocs.site.fields import Text, in_words, scalar
from expdocs.site.render import Heading, Rendered
from expdocs.site.survey import RecordPage, Survey
from expdocs.site.urls import commit_url, listing_url, relative

MARKS = {
    Verdict.VERIFIED: "✓",
    Verdict.CONTRADICTED: "✗",
    Verdict.UNRECORDED: "–",
    Verdict.UNREACHABLE: "?",
}


@dataclass(frozen=True, slots=True)
class PagePlan:
    """One page: its address, its finished HTML, and what an engine shows around it.

    ``title`` and ``search_text`` are plain text; ``parent`` is the address of the list above.
    """

    url: str
    title: str
    html: str
    toc: tuple[Heading, ...] = ()
    description: str = ""
    search_text: str = ""
    parent: str = ""
    previous: str = ""
    following: str = ""


class Composer:
    """Fills templates with a survey's values."""

    def __init__(self, survey: Survey, home: str) -> None:
        self.survey = survey
        self.home = home
        self._commits = {entry.sha for entry in survey.commits}

    @cached_property
    def _environment(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            survey=self.survey,
            home=self.home,
            listing=listing_url,
            person=self.survey.person,
            cell=self.cell,
            mark=self.mark,
            number=number,
            plural=plural,
            verdict_mark=MARKS.__getitem__,
            verdicts=tuple(Verdict),
            known_statuses=frozenset(LIFECYCLE),
            in_words=in_words,
            moment=moment,
            ticks=ticks,
        )
        return environment

    def page(self, template: str, url: str, title: str, **values: Any) -> PagePlan:
        """Return a page; ``values`` that ``PagePlan`` has go there, all go to the template."""
        headings: list[Heading] = []
        filled = self._environment.get_template(template).render(
            title=title,
            url=url,
            link=partial(relative, url),
            heading=partial(_heading, headings),
            prose=partial(_prose, headings),
            **values,
        )
        kept = {k: values[k] for k in ("description", "search_text", "parent") if k in values}
        return PagePlan(url, title, filled, tuple(headings), **kept)

    def mark(self, mark: str, text: str) -> Text | None:
        """Return the link that a marked value gets; ``href`` is an address in the site."""
        if mark == "record":
            found = self.survey.find(text)
            return Text(text, found.url, found.record.title) if found else None
        if mark == "run":
            run = self.survey.run_by_id.get(text)
            return Text(text[:12], run.url, text, code=True) if run else Text(text, code=True)
        if mark == "commit":
            href = commit_url(text) if text in self._commits else ""
            return Text(text[:12] if href else text, href, text, code=True)
        if mark == "author":
            return Text(self.survey.person(text), "", text)
        return Text(text, code=True) if mark in ("data-path", "data-hash", "metric") else None

    def cell(self, page: RecordPage, key: str) -> str:
        """Return what a list's column shows of a record, as text."""
        if key == "outcome" and key not in page.record.kind.properties:
            return page.outcome.name if page.outcome else scalar(None, "", self.mark).text
        value = page.record.data.get(key)
        below = page.record.kind.shape.properties.get(key)
        if isinstance(value, list):
            mark = below.items.mark if below and below.items else ""
            return ", ".join(scalar(item, mark, self.mark).text for item in value[:5])
        if isinstance(value, dict):
            return "; ".join(f"{in_words(str(k))}: {v}" for k, v in value.items())
        return scalar(value, below.mark if below else "", self.mark).text


def _heading(headings: list[Heading], anchor: str, title: str, level: int = 2) -> Markup:
    headings.append(Heading(anchor, title, level))
    return Markup('<h{0} id="{1}">{2}</h{0}>').format(level, anchor, title)


def _prose(headings: list[Heading], rendered: Rendered) -> Markup:
    headings.extend(rendered.headings)
    # the renderer has escaped what stems from the record
    return Markup(rendered.html)  # noqa: S704


def number(value: Any) -> str:
    """Return a recorded value to four significant digits, or as it is."""
    try:
        return show(value, digits=4)
    except (NumberProblem, ValueError, TypeError):
        return str(value)


def plural(count: int, word: str, many: str = "") -> str:
    """Return ``1 run`` or ``2 runs``."""
    return f"{count} {word if count == 1 else many or word + 's'}"


def moment(text: str | None) -> str:
    """Return an RFC 3339 instant to the minute, for people."""
    if not text:
        return "–"
    day, _, time = text.partition("T")
    return f"{day} {time[:5]} UTC" if time.endswith("Z") else f"{day} {time[:5]}".strip()


def ticks(text: str) -> Markup:
    """Return our own words with what stands between back quotes as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one that is not closed
        return escape(text)
    shown = (
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part)
        for n, part in enumerate(parts)
    )
    return Markup("").join(shown)
