"""Saying that somebody looked a page over: it holds for the text that was generated then."""

# Without postponed annotations, as in the modules beside this one.

from datetime import datetime

from expdocs.errors import Refused
from expdocs.narrative.pagefile import PageFile, Review
from expdocs.narrative.pagetext import page_text
from expdocs.narrative.standing import Standing


def reviewed(page: PageFile, standing: Standing, by: str, now: datetime) -> str:
    """Return the page's text with a review; raises ``Refused`` for a page that does not hold."""
    path = page.record.path
    if any(standing):
        said = (standing.edited, *standing.unsupported, standing.stale)
        wrong = next(text for text in said if text)
        message = f"{path} is not what would be written today: {wrong}"
        raise Refused(message, f"run: expdocs synth {path}")
    body = page.provenance.body_sha256
    review = Review(by, now.strftime("%Y-%m-%dT%H:%M:%SZ"), body)
    provenance = page.provenance._replace(reviewed=review)
    return page_text(provenance, list(page.generated.items()), page)
